"""What counts as progress, and what does not."""

from __future__ import annotations

import pytest

from studio.dynamics.detecting.watch import Watch
from studio.dynamics.exchange.run import Event, Goal, Module
from tests.dynamics.building import READER, said, watched


def signals(events: list[Event], *modules: Module) -> list[int]:
    return [signal.t for signal in watched(events, modules=modules)[0].progress.signals]


@pytest.mark.parametrize(
    ("numbers", "ticks"),
    [
        ((12, 9, 9, 4), []),  # two moves
        ((12, 9, 9, 4, 1), [4]),
        ((1, 2, 3, 4, 5), [3, 4]),
        ((1, 2, 3, 2, 3, 4), []),  # it turned
        ((5, 5, 5, 5, 5), []),
    ],
)
def test_a_counter_that_moves_three_times_one_way_is_progress(numbers: tuple[int, ...], ticks: list[int]) -> None:
    assert signals(said([("m", f"{number} pages of the old book are left") for number in numbers])) == ticks


def test_a_counter_of_another_text_or_module_is_another_counter() -> None:
    lines = [
        ("m", "page 1 of the book"),
        ("m", "page 2 of the book"),
        ("n", "page 3 of the book"),
        ("m", "part 4 of it"),
    ]

    assert signals(said(lines)) == []


def test_attempts_that_are_counted_are_no_progress() -> None:
    assert signals(said([("m", f"Opening the kitchen door, attempt {number}") for number in range(9)])) == []


def test_a_write_of_something_new_is_progress_and_a_read_is_not() -> None:
    for effect, expected in (("write", [0]), ("read", []), (None, [])):
        event = Event(0, "m", "The kitchen of Zorbanek is painted", effect=effect)  # type: ignore[arg-type]
        assert signals([event]) == expected


def test_a_write_needs_something_new_since_the_last_one() -> None:
    thought = Event(0, "mind", "Now row 17 of the ledger")
    writes = [Event(t, "hand", "The row was saved in the ledger", effect="write") for t in (1, 2, 3)]

    assert signals([thought, *writes]) == [1]


@pytest.mark.parametrize(("between", "expected"), [(1, [3]), (2, [])])
def test_what_is_new_must_lie_within_as_many_firings_as_there_are_modules_and_one(
    between: int, expected: list[int]
) -> None:
    modules = (Module("mind"), Module("hand", "tool", ("mind",)))
    idle = [Event(1 + at, "mind", "yes") for at in range(between)]
    events = [Event(0, "mind", "Now row 17 of the ledger"), *idle, Event(3, "hand", "saved it", effect="write")]

    assert signals(events, *modules) == expected


def test_what_is_new_must_reach_the_module_that_writes() -> None:
    modules = (Module("mind"), Module("other"), Module("hand", "tool", ("mind",)))
    write = Event(1, "hand", "The row was saved", effect="write")

    assert signals([Event(0, "mind", "Now row 17 of the ledger"), write], *modules) == [1]
    assert signals([Event(0, "other", "Now row 17 of the ledger"), write], *modules) == []
    told = Event(1, "hand", "The row 17 was saved", effect="write")
    assert signals([Event(0, "other", "Now row 17 of the ledger"), told], *modules) == [1]


def test_a_failed_write_is_no_progress() -> None:
    assert signals([Event(0, "m", "The kitchen of Zorbanek", err="locked", effect="write")]) == []


def test_a_goal_that_closes_is_progress_once() -> None:
    watch = Watch(reader=READER)
    watch.open_goal(Goal("g", "Paint the kitchen"))

    for t in (3, 4):
        watch.close_goal("g", t)
    watch.close_goal("unknown", 5)

    assert [(signal.t, signal.text) for signal in watch.progress.signals] == [
        (3, "goal g was closed: «Paint the kitchen»")
    ]


@pytest.mark.parametrize(("falling", "ticks"), [(False, [1, 3]), (True, [2])])
def test_a_metric_that_beats_all_before_is_progress(falling: bool, ticks: list[int]) -> None:
    watch = Watch(reader=READER)

    for t, value in enumerate((5.0, 6.0, 4.0, 7.0)):
        watch.measured("score", value, t, falling=falling)

    assert [signal.t for signal in watch.progress.signals] == ticks
