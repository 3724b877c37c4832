"""Recurrence: equal rows, and nothing else; folded plots count them."""

from __future__ import annotations

import numpy

from studio.dynamics.pictures.colours import look
from studio.dynamics.pictures.diagram import empty
from studio.dynamics.pictures.recurrence import MOST, recurrence, recurrence_picture
from studio.dynamics.pictures.words import row_words
from tests.dynamics.pictures.samples import agent_run, long_run
from tests.dynamics.pictures.test_words import fresh, run


def test_a_circle_is_diagonals_a_stall_a_square_and_wandering_empty() -> None:
    circle = recurrence(run([(1, 0), (2, 1), (3, 3)] * 10), 100)
    away = numpy.arange(30)[:, None] - numpy.arange(30)[None, :]
    assert numpy.array_equal(circle == 1, away % 3 == 0)

    assert numpy.array_equal(recurrence(run(fresh(40)), 100), numpy.eye(40))

    stall = recurrence(agent_run(160), 200)[140:, 140:]
    assert (stall == 1).all()


def test_a_folded_plot_has_the_share_of_equal_pairs_in_each_pixel() -> None:
    made = long_run(1_200, 5)
    words = row_words(made)
    same = (words[:, None] == words[None, :]).astype(float)

    plot = recurrence(made, 60)

    assert plot.shape == (60, 60)
    assert numpy.allclose(plot, same.reshape(60, 20, 60, 20).mean(axis=(1, 3)), atol=1e-6)


def test_a_part_of_the_rows_and_no_rows_at_all() -> None:
    assert recurrence(agent_run(160), 500, (10, 30)).shape == (20, 20)
    assert recurrence(empty(), 500).shape == (0, 0)
    assert len(recurrence(long_run(3_000), 99_999)) <= MOST


def test_one_pair_among_very_many_can_still_be_seen() -> None:
    shown = look("dark")
    picture = recurrence_picture(numpy.array([[1.0, 0.0004], [0.0004, 0.0]], numpy.float32), shown)

    assert picture[1, 1, :3].tolist() == list(shown.ground)
    assert numpy.abs(picture[0, 1, :3].astype(int) - shown.ground).max() > 20
