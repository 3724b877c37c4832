"""A recorded run of many modules, stepped by arrow keys from its first firing to its last and back: at each step canvas
and inspector say what the trace says.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, Qt

from studio.gui.canvas import Canvas
from studio.gui.frame.window import MainWindow
from studio.gui.replay.session import Session, Source
from studio.support.resources import bundled_graphs
from tests.gui.replay.by_the_record import Expected, Record
from tests.gui.support import key

SAID = {"ok": "ok", "error": "error", "skipped": "skipped", "steady": "ok", "running": "running", "waiting": "waiting"}
"""How the canvas calls a node's state."""


def recorded(name: str) -> Path:
    return next(path for path in bundled_graphs() if path.stem == name).with_suffix(".run.db")


def open_run(window: MainWindow, db: Path) -> Session:
    session = window.workbench.part("replay").open(Source(db, "last"))
    assert isinstance(session, Session)
    return session


def canvas_of(window: MainWindow) -> Canvas:
    canvas = window.workbench.canvas
    assert canvas is not None
    QCoreApplication.processEvents()
    canvas.states.show()
    return canvas


def wrong_on(canvas: Canvas, expected: dict[str, Expected], here: str) -> list[str]:
    """Return where a canvas differs from what the record says."""
    wrong = []
    for name, one in expected.items():
        shown = canvas.projection.cards[name].state
        allowed = {SAID[status] for status in one.status.split(" or ")}
        if shown.status not in allowed:
            wrong.append(f"{name}: {shown.status!r}, not {allowed}")
        if one.status in ("skipped", "error") and one.firing is not None:
            if " ".join(one.firing.reason.split())[:40] not in shown.text:
                wrong.append(f"{name}: {shown.text!r} does not say why: {one.firing.reason!r}")
        if one.firing is not None and one.status in ("ok", "skipped") and shown.tick != one.firing.tick:
            wrong.append(f"{name}: tick {shown.tick!r}, not {one.firing.tick!r}")
    if canvas.selected() != [here]:
        wrong.append(f"selected is {canvas.selected()}, not {here}")
    return wrong


@pytest.mark.parametrize("name", ["order_desk", "critic_loop"])
def test_each_step_forth_and_back_shows_what_the_trace_says(window: MainWindow, qtbot: Any, name: str) -> None:
    record = Record(recorded(name))
    session = open_run(window, recorded(name))
    seen: list[int] = []

    def look(seq: int) -> None:
        assert session.seq == seq
        firing = record.at(seq)
        canvas = canvas_of(window)
        assert canvas.document is session.document
        assert canvas.at == record.where(firing.node)
        assert wrong_on(canvas, record.nodes(seq), firing.node.rpartition("/")[2]) == []
        seen.append(seq)

    session.seek(1)
    look(1)
    step(window, Qt.Key.Key_Right, range(2, len(record) + 1), look)
    press(window, Qt.Key.Key_Right)
    assert session.seq == len(record), "there is nothing behind the last step"
    step(window, Qt.Key.Key_Left, range(len(record) - 1, 0, -1), look)

    assert len(seen) == 2 * len(record) - 1


def step(window: MainWindow, which: Qt.Key, seqs: range, look: Callable[[int], None]) -> None:
    for seq in seqs:
        press(window, which)
        look(seq)


def press(window: MainWindow, which: Qt.Key) -> None:
    key(canvas_of(window), which)


def test_the_comparison_sees_a_canvas_that_stands_elsewhere(window: MainWindow, qtbot: Any) -> None:
    record = Record(recorded("order_desk"))
    session = open_run(window, recorded("order_desk"))
    top = [seq for seq in range(1, len(record) + 1) if "/" not in record.at(seq).node]
    session.seek(top[20])
    canvas = canvas_of(window)
    here = record.at(top[20]).node

    assert wrong_on(canvas, record.nodes(top[20]), here) == []
    assert wrong_on(canvas, record.nodes(top[18]), here), "a step before"
    assert wrong_on(canvas, record.nodes(top[22]), here), "a step after"
