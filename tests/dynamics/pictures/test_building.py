"""Diagrams of automata and of firings: what is held, what is new, and where rows are left out."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy
import pytest

from studio.dynamics.pictures.building import MOST_CELLS, Firings, of_automaton, of_firings, spread
from studio.dynamics.pictures.diagram import Column, Diagram
from studio.support.errors import UsageError
from tests.dynamics.pictures.samples import rule_states

TWO = (Column("a"), Column("b"))


def of(tick: list[int], column: list[int], symbol: list[int], **more: object) -> Diagram:
    return of_firings(TWO, Firings.plain(tick, column, symbol), **more)  # type: ignore[arg-type]


def test_a_cell_holds_what_its_module_said_last() -> None:
    made = of([0, 1, 3], [0, 1, 0], [7, 7, 8], last=4)

    assert made.symbol.tolist() == [[0, -1], [0, 1], [0, 1], [2, 1], [2, 1]]
    assert made.fired.tolist() == [[True, False], [False, True], [False, False], [True, False], [False, False]]
    assert made.age.tolist() == [[0, -1], [1, 0], [2, 1], [0, 2], [1, 3]]


def test_two_modules_share_no_symbol_though_both_count_from_zero() -> None:
    made = of([0, 0], [0, 1], [0, 0])

    assert made.symbol[0, 0] != made.symbol[0, 1]


def test_symbols_keep_their_numbers_as_a_run_grows() -> None:
    tick, column, symbol = list(range(40)), [number % 2 for number in range(40)], [number % 7 for number in range(40)]

    early, late = of(tick[:20], column[:20], symbol[:20]), of(tick, column, symbol)

    assert numpy.array_equal(early.symbol, late.symbol[:20])


def test_of_several_firings_in_one_cell_the_last_word_counts_and_any_failure() -> None:
    plain = Firings.plain([0, 0], [0, 0], [1, 2])
    made = of_firings(TWO, replace(plain, error=numpy.array([True, False])))

    assert made.symbol[0, 0] == 1  # the second that was said
    assert made.error[0, 0]


def test_ticks_far_apart_are_rows_of_their_own_without_the_empty_ones_between() -> None:
    made = of([0, 10_000, 50_000_000], [0, 1, 0], [1, 2, 3])

    assert made.ticks is not None
    assert made.ticks.tolist() == [0, 10_000, 50_000_000]
    assert made.age[2].tolist() == [0, 49_990_000]


def test_ticks_without_firings_are_drawn_where_they_are_few() -> None:
    assert of([0, 9], [0, 0], [1, 2], last=12).rows == 13


def test_without_firings_there_are_no_rows() -> None:
    made = of([], [], [])

    assert (made.rows, made.width) == (0, 2)


def test_goals_give_their_depth_and_how_many_are_open() -> None:
    made = of([0, 9], [0, 0], [1, 2], goals=[(0, 10, 1), (2, 5, 2), (3, 4, 3)])

    assert made.depth is not None
    assert made.depth.tolist() == [1, 1, 2, 3, 2, 1, 1, 1, 1, 1]
    assert made.curves["open goals"].tolist() == [1, 1, 2, 3, 2, 1, 1, 1, 1, 1]


def test_the_first_span_that_covers_a_tick_wins_as_a_plain_search_finds_it() -> None:
    dice = random.Random(2)
    for _ in range(60):
        ticks = numpy.array(sorted(dice.sample(range(60), 25)))
        spans = [tuple(sorted((dice.randrange(60), dice.randrange(60)))) for _ in range(dice.randrange(9))]
        found = spread(spans, range(len(spans)), ticks)  # type: ignore[arg-type]
        searched = [
            next((number for number, (start, end) in enumerate(spans) if start <= tick < end), -1) for tick in ticks
        ]
        assert found.tolist() == searched


def test_progress_and_alarms_stand_at_the_rows_of_their_ticks() -> None:
    made = of([5, 9], [0, 1], [1, 2], progress=[9, 5, 9], alarms=[(7, "stop", "stall", "nothing")])

    assert made.progress == (0, 4)
    assert made.curves["progress"].tolist() == [1, 1, 1, 1, 2]
    assert (made.alarms[0].row, made.alarms[0].kind) == (2, "stall")


def test_an_automaton_keeps_its_states_and_counts_how_long_they_stay() -> None:
    states = numpy.array([[0, 1, 1], [0, 1, 0], [0, 0, 0]], numpy.uint8)

    made = of_automaton(states)

    assert made.symbol.tolist() == states.tolist()
    assert made.age.tolist() == [[0, 0, 0], [1, 1, 0], [2, 0, 1]]
    assert made.states == 2


def test_of_a_torus_one_row_of_cells_is_drawn_over_time() -> None:
    states = numpy.arange(2 * 3 * 4).reshape(2, 3, 4) % 3

    assert of_automaton(states, cut=2).symbol.tolist() == states[:, 2].tolist()
    assert of_automaton(states).symbol.tolist() == states[:, 1].tolist()
    with pytest.raises(ValueError, match="no row 3"):
        of_automaton(states, cut=3)


@pytest.mark.parametrize("states", [numpy.zeros(4, int), numpy.zeros((1, 1, 1, 1), int), numpy.full((2, 2), -1)])
def test_what_is_no_array_of_states_is_refused(
    states: numpy.ndarray[tuple[int, ...], numpy.dtype[numpy.int64]],
) -> None:
    with pytest.raises(ValueError, match="states"):
        of_automaton(states)


def test_a_period_of_an_automaton_is_found_from_its_first_row_to_the_last() -> None:
    made = of_automaton(rule_states(62, 200, 31, seed=4))

    (period,) = made.periods
    states = made.symbol
    assert numpy.array_equal(states[period.start], states[period.start + period.period])
    assert not any(numpy.array_equal(states[period.start], states[row]) for row in range(period.start))
    assert period.end == 199


def test_a_diagram_that_would_not_fit_is_refused_with_what_to_do() -> None:
    with pytest.raises(UsageError, match="Draw a part"):
        of_automaton(numpy.broadcast_to(numpy.zeros(1, numpy.uint8), (MOST_CELLS, 2)))


def test_a_torus_is_periodic_only_when_all_its_cells_are_though_a_row_of_them_rests() -> None:
    states = numpy.zeros((30, 3, 5), numpy.uint8)
    for tick in range(30):
        states[tick, 0, tick * tick % 5] = tick % 7 % 2  # the upper row lives on, the middle one rests

    (period,) = of_automaton(states).periods
    again = states[period.start] == states[period.start + period.period]
    assert again.all()
    assert period.period > 1
    assert of_automaton(states[:, 1]).periods[0].period == 1
