"""Who reads long beside a window gives way to it, but not for ever; and nothing that was read of a step outlives it."""

from __future__ import annotations

import gc
from pathlib import Path
from weakref import ref

import pytest

from studio.replay import turns
from studio.replay.causes import Causes
from studio.replay.cursor import Cursor
from studio.replay.turns import LONGEST_S, QUIET_S, Turns
from studio.trace import Trace
from tests.support.runs import made

STORES = """
studio: 1
name: stores
max_ticks: 700
stores: {notes: {type: list, max_items: 20}}
nodes:
  n0: {type: math.expression, expression: x + 1}
  note: {type: store.append, store: notes}
edges:
  - n0.value ~> n0.x: {initial: 0}
  - n0.value -> note.value
"""


class Clock:
    """A clock that goes on only while somebody sleeps."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        self.slept: list[float] = []
        monkeypatch.setattr(turns, "monotonic", lambda: self.now)
        monkeypatch.setattr(turns, "sleep", self.sleep)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def test_a_reader_pauses_until_nobody_has_moved_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, shared = Clock(monkeypatch), Turns()
    give_way = shared.for_question()

    give_way()
    assert clock.slept == []
    shared.take()
    give_way()
    give_way()

    assert sum(clock.slept) == pytest.approx(QUIET_S)


def test_who_moves_on_and_on_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, shared = Clock(monkeypatch), Turns()
    give_way = shared.for_question()

    for _ in range(1000):
        shared.take()
        give_way()
    assert sum(clock.slept) == pytest.approx(LONGEST_S)

    shared.take()
    shared.for_question()()
    assert sum(clock.slept) == pytest.approx(LONGEST_S + QUIET_S), "the next question pauses, too"


def test_many_operations_on_a_store_are_read_with_pauses_to_the_same_end(tmp_path: Path) -> None:
    db = made(STORES, tmp_path / "stores.db")
    paused = []
    with Trace(db) as trace:
        plain, polite = Causes(trace), Causes(trace)
        polite.give_way_by(lambda: paused.append(1))
        for tick in ("1", "300", "699"):
            note = plain.firing("note", tick)
            assert plain.descendants(note, depth=1) == polite.descendants(note, depth=1)

    assert paused


def test_what_was_read_of_a_step_goes_with_its_last_reader(town: Trace) -> None:
    cursor = Cursor(town)
    cursor.move(3)
    gc.disable()
    try:
        state = cursor.state()
        waiting = [node for node in state.nodes.values() if node.waits]
        gone = ref(waiting[0].waiting)
        assert gone() is not None
        assert state.wires
        del state, waiting
        assert gone() is None
    finally:
        gc.enable()
