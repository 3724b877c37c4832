"""Periods and returns are found where they are, and nowhere else."""

from __future__ import annotations

import random

import numpy

from studio.dynamics.pictures.building import Firings, of_firings
from studio.dynamics.pictures.diagram import Column, Diagram
from studio.dynamics.pictures.words import dense, periods_of, revisits_of, row_words
from tests.dynamics.pictures.samples import agent_run


def run(stream: list[tuple[int, int]], columns: int = 4) -> Diagram:
    names = [Column(f"m{number}") for number in range(columns)]
    symbols, modules = [symbol for symbol, _ in stream], [module for _, module in stream]
    return of_firings(names, Firings.plain(range(len(stream)), modules, symbols))


def fresh(count: int, start: int = 100) -> list[tuple[int, int]]:
    return [(start + number, number % 4) for number in range(count)]


def test_a_circle_is_bracketed_with_how_often_it_came() -> None:
    circle = [(1, 0), (2, 1), (3, 3)]

    (period,) = periods_of(run([*fresh(10), *circle * 5, *fresh(9, 300)]))

    assert (period.start, period.end, period.period, period.count) == (10, 24, 3, 5)
    assert period.columns == (0, 1, 3)
    assert period.label == "×5"


def test_a_circle_that_came_twice_is_none() -> None:
    assert periods_of(run([*fresh(10), *[(1, 0), (2, 1), (3, 3)] * 2, *fresh(9, 300)])) == ()


def test_one_thing_over_and_over_is_one_period_not_many() -> None:
    periods = periods_of(run([(1, 0)] * 30))

    assert [(one.period, one.count) for one in periods] == [(1, 30)]


def test_ever_new_words_have_no_period_and_no_return() -> None:
    made = run(fresh(80))

    assert periods_of(made) == ()
    assert len(revisits_of(made)) == 0


def test_each_lap_of_a_circle_returns_to_its_beginning() -> None:
    made = run([*fresh(4), *[(1, 0), (2, 1), (3, 3)] * 4])

    assert revisits_of(made).tolist() == [[7, 4], [10, 4], [13, 4]]


def test_rows_have_one_word_if_and_only_if_the_same_was_said() -> None:
    dice = random.Random(5)
    stream = [(dice.randrange(3), dice.randrange(4)) for _ in range(200)]

    words = row_words(run(stream))

    for one in range(0, 200, 7):
        for other in range(200):
            assert (words[one] == words[other]) == (stream[one] == stream[other])


def test_rows_in_which_nothing_with_content_was_said_are_all_the_same() -> None:
    made = agent_run(160)
    quiet = ~(made.fired & ~made.contentless).any(axis=1)

    words = row_words(made)

    assert quiet.sum() > 10
    assert set(words[quiet].tolist()) == {0}
    assert 0 not in set(words[~quiet].tolist())


def test_words_are_numbered_as_they_first_come() -> None:
    numbers, firsts = dense(numpy.array([9, 4, 9, 7, 4]))

    assert numbers.tolist() == [0, 1, 0, 2, 1]
    assert firsts.tolist() == [0, 1, 3]
