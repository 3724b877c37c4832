"""Places of steps, and windows onto an axis."""

from __future__ import annotations

import random

import numpy
import pytest

from studio.replay.overview.axes import Axis, Window, lanes_of, nice_step
from studio.replay.overview.whole import Overview
from tests.replay.overview.making import made_up

STEPS = [(1, 0, 0, 10), (2, 0, 5, 20), (1, 1, 30, 5), (2, 0, 40, 0)]


def test_by_step_each_takes_one_unit() -> None:
    axis = Axis(made_up(STEPS, ["a", "b"]), "step")

    assert axis.end == 4
    assert [axis.span(index) for index in range(4)] == [(0, 1), (1, 2), (2, 3), (3, 4)]
    assert [axis.step_at(place) for place in (-3, 0.0, 0.99, 1.0, 2.5, 99)] == [0, 0, 0, 1, 2, 3]
    assert axis.between(1.0, 2.5) == slice(1, 3)
    assert axis.cursor(2) == 2.5


def test_by_time_one_stands_at_what_was_decided_last() -> None:
    axis = Axis(made_up(STEPS, ["a", "b"]), "time")

    assert axis.span(1) == pytest.approx((5e-9, 25e-9))
    assert [axis.step_at(place * 1e-9) for place in (0, 9, 10.5, 24, 25.5, 39, 41)] == [0, 0, 0, 0, 1, 2, 3]
    assert numpy.arange(4)[axis.between(12e-9, 31e-9)].tolist() == [1, 2]
    assert axis.cursor(0) == pytest.approx(10e-9)


def test_an_empty_run_has_no_step() -> None:
    for axis in (Axis(Overview(), "step"), Axis(Overview(), "time")):
        assert axis.step_at(1.0) == -1
        assert axis.end > 0


def test_zooming_out_ends_with_all_in_view_whatever_the_length() -> None:
    dice = random.Random(1)
    for _ in range(1000):  # by ends alone, one in sixty came out a rounding error short
        whole, part = dice.random(), dice.random()
        window = Window(whole, 1e-7, 0.0, whole)
        for factor in [1 / 1.25] * 9 + [1.25] * 30:
            window.zoom(factor, window.start + part * window.length)
        assert window.is_fitted


def test_zooming_keeps_the_place_it_is_done_around() -> None:
    dice = random.Random(3)
    window = Window(1000.0, 2.0, 0.0, 1000.0)
    for _ in range(300):
        place = window.start + dice.random() * window.length
        before = (place - window.start) / window.length
        length = window.length
        window.zoom(dice.choice((0.5, 0.9, 1.2, 2.0)), place)

        assert 0 <= window.start < window.end <= 1000 + 1e-9
        assert window.length >= 2
        at_the_end = window.start <= 1e-9 or window.end >= 1000 - 1e-9
        if not at_the_end:
            assert (place - window.start) / window.length == pytest.approx(before), (length, window)
    window.zoom(1e-9, 500)
    assert window.length == 2
    window.zoom(1e9, 500)
    assert window.is_fitted


def test_a_window_stays_inside_and_follows() -> None:
    window = Window(100.0, 2.0, 0.0, 20.0)
    window.pan(-5)
    assert (window.start, window.end) == (0, 20)
    window.pan(500)
    assert (window.start, window.end) == (80, 100)
    assert not window.reveal(90)
    assert window.reveal(40)
    assert window.start < 40 < window.end
    assert window.length == 20


def test_what_was_seen_whole_is_seen_whole_when_it_grows() -> None:
    window = Window(100.0, 2.0, 0.0, 100.0)
    window.extend(150.0)
    assert (window.start, window.end) == (0, 150)
    window.set(10, 20)
    window.extend(300.0)
    assert (window.start, window.end) == (10, 20)


def test_marks_stand_at_round_numbers() -> None:
    assert nice_step(1000, 10) == 100
    assert nice_step(1001, 10) == 200
    assert nice_step(0.007, 7) == pytest.approx(0.001)
    assert nice_step(3, 10, whole=True) == 1
    assert not numpy.isnan(nice_step(0, 10))


def test_what_overlaps_lies_in_lanes_of_its_own() -> None:
    low, high = numpy.array([0.0, 1.0, 2.0, 5.0]), numpy.array([3.0, 6.0, 4.0, 7.0])
    lane, many = lanes_of(low, high)

    assert lane.tolist() == [0, 1, 2, 0]
    assert many == 3
    assert lanes_of(low, high, most=2)[1] == 2
    assert lanes_of(numpy.array([1.0, 0.0]), numpy.array([2.0, 1.0]))[0].tolist() == [0, 0]
    assert lanes_of(numpy.empty(0), numpy.empty(0))[1] == 1
