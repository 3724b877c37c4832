"""Curves say what is known of runs made for them."""

from __future__ import annotations

import numpy
import pytest

from studio.dynamics.pictures.building import of_automaton
from studio.dynamics.pictures.colours import look
from studio.dynamics.pictures.curves import curves_of, trailing_mean
from studio.dynamics.pictures.marks import folded
from studio.dynamics.pictures.scale import Scale
from studio.dynamics.pictures.strips import Strip
from tests.dynamics.pictures.samples import agent_run, rule_states
from tests.dynamics.pictures.test_words import fresh, run


def test_a_circle_recurs_brings_no_news_and_compresses_away() -> None:
    curves = curves_of(run([*fresh(40), *[(1, 0), (2, 1), (3, 3)] * 60]))

    assert curves["recurrence"][20] == 0
    assert curves["recurrence"][-1] == 1
    assert curves["novelty"][30] == 1
    assert curves["novelty"][-1] == 0
    assert curves["compression growth"][30] > 0.8
    assert curves["compression growth"][-1] < 0.15
    assert curves["entropy rate"][30] > 0.9
    assert curves["entropy rate"][-1] < 0.35


def test_numbers_before_enough_was_said_are_not_known() -> None:
    curves = curves_of(run(fresh(20)))

    assert numpy.isnan(curves["recurrence"][0])
    assert numpy.isfinite(curves["recurrence"][8])


def test_chaos_has_more_entropy_than_order_and_a_dead_automaton_none() -> None:
    chaos, order, dead = (
        float(curves_of(of_automaton(rule_states(rule, 120, 101), marks=False))["entropy rate"][-1])
        for rule in (30, 4, 0)
    )

    assert chaos > 0.8
    assert order < 0.2
    assert dead == 0


def test_activity_is_the_share_of_cells_that_changed() -> None:
    made = of_automaton(numpy.array([[0, 0, 1, 1], [0, 1, 1, 1], [1, 0, 0, 0]]), marks=False)

    assert curves_of(made)["activity"].tolist() == [0, 0.25, 1]


def test_a_trailing_mean_looks_back_only() -> None:
    means = trailing_mean(numpy.array([0.0] * 20 + [1.0] * 20), 10)

    assert means[19] == 0
    assert means[24] == pytest.approx(0.5)
    assert means[39] == 1


def test_folding_keeps_the_least_and_the_greatest() -> None:
    values = numpy.zeros(1000)
    values[517], values[518] = 1.0, numpy.nan

    low, high = folded(values, 10)

    assert high.tolist() == [0, 0, 0, 0, 0, 1, 0, 0, 0, 0]
    assert low.max() == 0


def test_a_value_covers_several_pixels_where_there_are_more_pixels_than_values() -> None:
    assert folded(numpy.array([1.0, 2.0]), 6)[0].tolist() == [1, 1, 1, 2, 2, 2]


@pytest.mark.parametrize("scale", [Scale(1, 1), Scale(4, 1), Scale(1, 1, 4)])
def test_parts_of_a_strip_fit_together(scale: Scale) -> None:
    strip = Strip(agent_run(160), "recurrence", look("dark"))
    whole = strip.by_row(scale, 0, 40, 30)

    parts = [strip.by_row(scale, start, 10, 30) for start in (0, 10, 20, 30)]

    assert numpy.array_equal(numpy.concatenate(parts), whole)
    assert len(numpy.unique(whole.reshape(-1, 4), axis=0)) > 1


def test_a_strip_below_is_as_wide_as_asked_whatever_rows_are_seen() -> None:
    strip = Strip(agent_run(50), "activity", look("light"))

    for rows in ((0.0, 50.0), (10.0, 12.0), (49.0, 50.0), (0.0, 500.0)):
        assert strip.by_column(rows, 77, 20).shape == (20, 77, 4)
