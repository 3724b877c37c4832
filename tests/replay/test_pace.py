"""Speeds of playing: how many steps are due at a time, and when the next one is."""

from __future__ import annotations

from studio.replay.pace import AT_ONCE, LONGEST_S, PACES, USUAL, Pace, due, pace_of


def no_clock(n: int) -> float:
    raise AssertionError("the run's own times do not matter here")


def test_every_pace_has_a_key_of_its_own() -> None:
    assert len({pace.key for pace in PACES}) == len(PACES)
    assert all(pace_of(pace.key) is pace for pace in PACES)
    assert pace_of("breakneck") is USUAL


def test_by_rate_steps_come_at_equal_distances() -> None:
    pace = Pace("4", "", rate=4)

    assert due(pace, 1.0, 0.9, no_clock) == (0, 1.0)
    assert due(pace, 1.0, 1.0, no_clock) == (1, 1.25)
    assert due(pace, 1.0, 1.8, no_clock) == (4, 2.0), "what a slow window missed is made up for"


def test_as_fast_as_it_paints_is_one_step_at_a_time() -> None:
    assert due(pace_of("paint"), 3.0, 10.0, no_clock) == (1, 10.0)


def test_as_it_was_timed_waits_as_long_as_the_run_did_but_not_for_ever() -> None:
    took = {1: 0.5, 2: 60.0}

    assert due(pace_of("timed"), 0.0, 0.0, took.__getitem__) == (1, 0.5)
    assert due(pace_of("timed"), 0.0, 0.6, took.__getitem__) == (2, 0.5 + LONGEST_S)
    steps, at = due(pace_of("timed10"), 0.0, 0.0, took.__getitem__)
    assert (steps, round(at, 6)) == (1, 0.05)


def test_steps_that_took_no_time_are_not_gone_through_for_ever() -> None:
    steps, at = due(pace_of("timed"), 0.0, 5.0, lambda n: 0.0)

    assert steps == AT_ONCE
    assert at == 5.0
