"""A timeline as a person has it before them, and the mouse over it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from studio.gui.panels.timeline.panel import TimelinePanel
from studio.gui.panels.timeline.state import ROW, State
from studio.gui.panels.timeline.timeline import Timeline
from studio.gui.replay.session import Session
from studio.trace import Trace
from studio.trace.found import Firing

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier


@dataclass
class Shown:
    """A panel with a run."""

    panel: TimelinePanel
    session: Session
    timeline: Timeline

    @property
    def state(self) -> State:
        return self.timeline.state

    def names(self) -> list[str]:
        """The paths of the tracks that are shown."""
        return [self.state.overview.tracks.all[number].key for number in self.state.rows]

    def row(self, key: str) -> int:
        """The row of a track."""
        return self.names().index(key)

    def firings(self) -> list[Firing]:
        """What the trace says, by step."""
        with Trace(self.session.source.db) as trace:
            return sorted(trace.firings(self.session.run.id), key=lambda one: one.seq or 0)

    def at(self, seq: int, key: str = "") -> QPoint:
        """Where a step stands on the tracks: in the row of its track, or of another one."""
        state, tracks = self.state, self.timeline.tracks
        index = state.overview.index_of(seq)
        low, high = state.axis.span(index)
        row = self.row(key) if key else state.row_of(int(state.overview.track[index]))
        self.timeline.state.reveal_row(row, tracks.height())
        return QPoint(round(tracks.x_of((low + high) / 2)), row * ROW - state.scroll + ROW // 2)


def settle() -> None:
    """Let what is due be done."""
    for _ in range(3):
        QApplication.processEvents()


def click(widget: QWidget, at: QPoint, mods: Qt.KeyboardModifier = NONE) -> None:
    """Press and release the left button."""
    QTest.mouseClick(widget, LEFT, mods, at)
    settle()


def move(widget: QWidget, at: QPoint, button: Qt.MouseButton = LEFT, mods: Qt.KeyboardModifier = NONE) -> None:
    """Move the mouse with a button held."""
    event = QMouseEvent(
        QEvent.Type.MouseMove, QPointF(at), QPointF(widget.mapToGlobal(at)), Qt.MouseButton.NoButton, button, mods
    )
    QApplication.sendEvent(widget, event)


def drag(
    widget: QWidget, start: QPoint, end: QPoint, button: Qt.MouseButton = LEFT, mods: Qt.KeyboardModifier = NONE
) -> None:
    """Press, move in steps, release."""
    QTest.mousePress(widget, button, mods, start)
    for step in range(1, 5):
        move(widget, start + (end - start) * (step / 4), button, mods)
    QTest.mouseRelease(widget, button, mods, end)
    settle()


def wheel(widget: QWidget, at: QPoint, down: int = 0, across: int = 0, mods: Qt.KeyboardModifier = NONE) -> None:
    """Turn the wheel by notches; away and to the left are positive."""
    event = QWheelEvent(
        QPointF(at), QPointF(widget.mapToGlobal(at)), QPoint(), QPoint(120 * across, 120 * down),
        Qt.MouseButton.NoButton, mods, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)
    settle()


def press(widget: QWidget, key: Qt.Key, mods: Qt.KeyboardModifier = NONE) -> None:
    """Press and release a key."""
    QTest.keyClick(widget, key, mods)
    settle()


def looks(widget: QWidget) -> QImage:
    """How a widget looks, a pixel of the picture for each of the widget."""
    return widget.grab().toImage().scaled(widget.size())
