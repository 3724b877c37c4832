"""What a key lights on the canvas is lit on the timeline, too: the same firings, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.gui.frame.window import MainWindow
from studio.gui.panels.timeline.state import ROW
from studio.gui.panels.timeline.timeline import Timeline
from studio.gui.replay.session import Session
from studio.trace import Trace
from studio.trace.found import producers_of
from tests.gui.replay.runs import opened, settle
from tests.support.runs import recorded
from tests.support.thorough import thorough_but

SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def session(window: MainWindow) -> Session:
    window.resize(1440, 900)
    return opened(window, recorded("critic_loop"))


def timeline_of(window: MainWindow, qtbot: Any) -> Timeline:
    """The timeline, with all of the run read."""
    window.show_panel("timeline")
    panel: Any = window.panel("timeline")
    qtbot.waitUntil(lambda: panel.timeline is not None and panel.timeline.state.overview.is_whole)
    assert isinstance(panel.timeline, Timeline)
    return panel.timeline


def links(session: Session) -> dict[int, set[int]]:
    """By the step of each firing, the steps whose values it took over wires, from the trace alone."""
    with Trace(session.source.db) as trace:
        firings = list(trace.firings(session.run.id))
    steps = {one.id: one.seq or 0 for one in firings}
    return {
        one.seq or 0: {steps[id] for wires in one.inputs.values() for id, _ in producers_of(wires) if id}
        for one in firings
    }


def reached(start: int, links: dict[int, set[int]]) -> set[int]:
    found, rest = {start}, [start]
    while rest:
        new = links[rest.pop()] - found
        found |= new
        rest += new
    return found


def lit_on(timeline: Timeline) -> set[int]:
    """The steps that are lit."""
    lit = timeline.state.lit
    assert lit is not None
    return {int(seq) for seq in timeline.state.overview.seq[: len(lit)][lit]}


def strength(timeline: Timeline) -> dict[int, int]:
    """By step in sight, how far the colour of its bar is from the ground's; the one under the playhead left out."""
    QApplication.processEvents()
    tracks, state = timeline.tracks, timeline.state
    image: QImage = tracks.grab().toImage().scaled(tracks.size())
    found = {}
    for seq in range(1, timeline.session.last + 1):
        index = state.overview.index_of(seq)
        low, high = state.axis.span(index)
        row = state.row_of(int(state.overview.track[index]))
        at = QPoint(round(tracks.x_of((low + high) / 2)), row * ROW - state.scroll + ROW // 2)
        if seq != timeline.session.seq and 0 <= at.y() < tracks.height():
            found[seq] = image.pixelColor(at).saturation()
    return found


@pytest.mark.parametrize("down", thorough_but(lambda down: not down, [False, True]))
def test_a_key_on_the_canvas_lights_the_timeline_until_escape(
    window: MainWindow, session: Session, qtbot: Any, down: bool
) -> None:
    timeline = timeline_of(window, qtbot)
    session.seek(next(seq for seq in range(6, 99) if session.cursor.steps.step(seq).node == "critic"))  # type: ignore[union-attr]
    took = links(session)
    gave: dict[int, set[int]] = {seq: {other for other in took if seq in took[other]} for seq in took}
    wanted = reached(session.seq, gave if down else took)
    assert 2 < len(wanted) < len(took), "some are lit, and some are not"
    canvas = settle(window)
    before = strength(timeline)

    QTest.keyClick(canvas.view, Qt.Key.Key_Y, SHIFT if down else Qt.KeyboardModifier.NoModifier)
    qtbot.waitUntil(lambda: session.lit is not None)

    assert lit_on(timeline) == wanted
    nodes, _ = settle(window).highlighted
    with Trace(session.source.db) as trace:
        assert nodes == {one.node for one in trace.firings(session.run.id) if one.seq in wanted}
    after = strength(timeline)
    assert len(after) > 8
    for seq, colour in after.items():
        assert colour >= before[seq] if seq in wanted else colour < before[seq] / 2, seq

    QTest.keyClick(settle(window).view, Qt.Key.Key_Escape)
    assert session.lit is None
    assert timeline.state.lit is None
    assert strength(timeline) == before
