"""How runs behave is found out beside the window, not too often, once for all who show it, and given up when nobody
wants it."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy
import pytest

from studio.gui.replay.dynamics import front_of, looking
from studio.gui.replay.dynamics.front import Work
from studio.gui.replay.dynamics.noticing import noticed_of
from studio.gui.replay.session import Session
from studio.trace import Trace
from tests.gui.panels.dynamics.conftest import ROUND, Hand, played


def test_nothing_of_it_is_done_in_the_windows_thread(
    hand: Hand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, threading.Thread]] = []
    for name in ("read", "look"):
        real = getattr(looking, name)

        def kept(*args: Any, name: str = name, real: Any = real, **more: Any) -> Any:
            seen.append((name, threading.current_thread()))
            return real(*args, **more)

        monkeypatch.setattr(looking, name, kept)

    hand.open(played(tmp_path, ROUND, ticks=8))

    assert [name for name, _ in seen] == ["read", "look"]
    assert all(thread is not threading.main_thread() for _, thread in seen)


def test_a_run_that_goes_on_is_not_looked_at_too_often(hand: Hand, circling: Session) -> None:
    front = front_of(hand.window.workbench)
    assert front is not None
    begun = hand.service.of(front.key)
    assert begun is not None
    first = begun.began
    grown = replace(front, goes_on=True, stamp=("running", 1_000))

    for more in range(5):
        hand.service.ask(replace(grown, stamp=("running", 1_000 + more)))
    assert begun.work is None, "the last look was just now"
    assert begun.wanted is not None
    assert hand.service._later.isActive()

    hand.service.ask(replace(front, stamp=("ok", 2_000)))
    assert begun.work is not None, "once it has ended, nothing is waited for"
    assert begun.began > first
    hand.settle()


def test_work_that_nobody_wants_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "BIT", 4)
    with Trace(played(tmp_path, ROUND, ticks=12)) as trace:
        found = looking.read(trace, "last")
    work = Work()
    assert looking.look(found, work) is not None
    assert work.done == work.total == 24

    work.is_given_up = True
    assert looking.look(found, work) is None


def test_cells_lead_to_the_firings_that_said_what_they_hold(tmp_path: Path) -> None:
    with Trace(played(tmp_path, ROUND, ticks=6)) as trace:
        found = looking.look(looking.read(trace, "last"), Work())
        assert found is not None
        firings = {one.id: one for one in trace.firings()}
        cells = found.cells
        for row in range(found.diagram.rows):
            for module, column in cells.columns.items():
                firing = firings[cells.firing(row, column)]
                assert (firing.node, firing.tick) == (module, str(row))
            assert cells.firing(row, -1) in firings
            last = max(one.seq or 0 for one in firings.values() if one.tick == str(row) and one.node in cells.columns)
            assert cells.row_at(last) == row
        assert cells.firing(99, 0) == cells.firing(-1, 0) == 0
        assert cells.row_at(0) == -1


def test_cells_without_steps_lead_nowhere() -> None:
    from studio.dynamics.pictures.diagram import empty

    cells = looking.Cells(empty(), [], numpy.empty((0, 2), numpy.int64))

    assert (cells.firing(0, 0), cells.row_at(5), cells.fired_in(0)) == (0, -1, [])


@pytest.mark.parametrize("evidence", [None, 7, "text", [], {"t": "x", "evidence": 3, "module": [], "action": {}}])
def test_alarms_of_strangers_are_read_as_far_as_they_make_sense(evidence: Any) -> None:
    read = noticed_of(3, "circle", "round\nand round", evidence)

    assert (read.t, read.kind, read.text, read.level, read.evidence) == (-1, "circle", "round and round", "warn", ())
    assert read.firing == 3
