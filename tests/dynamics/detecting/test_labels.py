"""Labels of things that come one after the other are neither silence nor a circle, as long as they change."""

from __future__ import annotations

from studio.dynamics.exchange.run import Module
from tests.dynamics.building import said, watched

LABELS = ("pest", "pest", "wet", "pest", "wet", "pest", "pest", "wet")


def test_a_narrow_function_is_not_silent_while_its_answers_change() -> None:
    labels = said([("eye", LABELS[at % 8]) for at in range(40)])

    assert watched(labels, modules=(Module("eye", "narrow"),))[1] == []
    assert {alarm.kind for alarm in watched(labels, modules=(Module("eye", "llm"),))[1]} == {"stall"}


def test_one_that_always_answers_the_same_is_silent() -> None:
    alarms = watched(said([("eye", "pest")] * 25), modules=(Module("eye", "narrow"),))[1]

    assert [(alarm.t, alarm.kind, alarm.level) for alarm in alarms] == [(10, "stall", "warn"), (20, "stall", "stop")]


def test_a_single_word_again_and_again_is_no_circle_and_two_are() -> None:
    assert watched(said([("eye", "Pest!")] * 9))[1] == []
    assert {alarm.kind for alarm in watched(said([("eye", "Pest returns!")] * 9))[1]} == {"circle"}
