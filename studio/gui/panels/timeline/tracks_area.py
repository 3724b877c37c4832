"""`TracksArea`: the bars of the tracks. Clicking and dragging goes to steps, hovering tells of firings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from studio.gui.base.guard import guarded
from studio.gui.panels.timeline.area import NOTCH, Area
from studio.gui.panels.timeline.finding import around
from studio.gui.panels.timeline.hover import told
from studio.gui.panels.timeline.painting import paint_tracks
from studio.gui.panels.timeline.scrubbing import Scrubbing
from studio.gui.panels.timeline.state import ROW, State
from studio.gui.theme import current_theme
from studio.gui.widgets.labels import tip
from studio.support.plain import plain_line

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

NEAR: Final = 3
"""Pixels beside a bar that still count as on it."""


class TracksArea(Area):
    """The tracks in view."""

    resized = Signal()
    picked = Signal(int)
    """(index) A firing was clicked."""
    asked = Signal(int, QPoint)
    """(index, place on the screen) What can be done with a firing?"""
    entered = Signal(int)
    """(index) A firing was double-clicked."""

    def __init__(self, state: State, scrubbing: Scrubbing, parent: QWidget | None = None) -> None:
        super().__init__(state, parent)
        self.setObjectName("timeline.tracks")
        self.setAccessibleName("Tracks")
        self.setAccessibleDescription(
            "Each bar is a firing. Arrow keys step, plus and minus zoom, 0 shows the whole run."
        )
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.scrubbing = scrubbing
        self.hovered = -1
        """The index of the firing under the mouse."""
        self._hovered_row = -1
        self._scrubs = False
        self._grabbed: QPointF | None = None
        self._range: tuple[float, float] | None = None

    # -- drawing ------------------------------------------------------------------------------

    def drawn_of(self) -> object:
        """How far it is scrolled."""
        return self.state.scroll

    def draw(self, painter: QPainter) -> None:
        """Draw the bars."""
        paint_tracks(painter, self.state, self.width(), self.height())

    @guarded()
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self.kept_picture())
        theme = current_theme()
        chosen = QColor(theme.colour("accent"))
        chosen.setAlphaF(0.13)
        first, rows = self.state.in_view(self.height())
        for row, number in enumerate(rows, first):
            if number in self.state.selected:
                painter.fillRect(0, row * ROW - self.state.scroll, self.width(), ROW, chosen)
        if 0 <= self.hovered < len(self.state.overview):
            low, high = (self.x_of(place) for place in self.state.axis.span(self.hovered))
            wide = max(3.0, high - low)
            painter.setPen(theme.colour("ink"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(
                QRectF(low - 0.5, self._hovered_row * ROW - self.state.scroll + 1.5, wide, ROW - 4)
            )  # fmt: skip
        self.draw_playhead(painter)
        if self._range is not None:
            draw_range(painter, self, self._range)
        if self.hasFocus():
            painter.setPen(theme.colour("accent"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    @guarded()
    def resizeEvent(self, event: QResizeEvent) -> None:
        self.resized.emit()

    # -- the mouse ----------------------------------------------------------------------------

    def hit(self, point: QPointF) -> int:
        """Return the index of the firing at a point, -1 if there is none."""
        return self.around(point)[0]

    def around(self, point: QPointF) -> tuple[int, NDArray[numpy.int64]]:
        """Return the index of the firing at a point (see `hit`), and those of all that lie there."""
        near = NEAR / max(1, self.width()) * self.state.window.length
        part = (point.y() + self.state.scroll) % ROW / ROW
        return around(self.state, self.state.row_at(point.y()), self.place_at(point.x()), near, part)

    @guarded()
    def mousePressEvent(self, event: QMouseEvent) -> None:
        point = event.position()
        if event.button() == Qt.MouseButton.MiddleButton or (
            event.button() == Qt.MouseButton.LeftButton and event.modifiers() & Qt.KeyboardModifier.AltModifier
        ):
            self._grabbed = point
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            return
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._range = (point.x(), point.x())
            return
        self._scrubs = True
        found = self.hit(point)
        if found >= 0:
            self.scrubbing.to_index(found, on_row=True)
            self.picked.emit(found)
        else:
            self.scrubbing.to_place(self.place_at(point.x()), on_row=True)

    @guarded()
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        point = event.position()
        if self._grabbed is not None:
            moved = point - self._grabbed
            self._grabbed = point
            self.state.scroll_to(self.state.scroll - round(moved.y()), self.height())
            self.state.pan(-moved.x() / max(1, self.width()) * self.state.window.length)
        elif self._range is not None:
            self._range = (self._range[0], point.x())
            self.update()
        elif self._scrubs:
            self.scrubbing.to_place(self.place_at(min(max(point.x(), 0.0), self.width() - 1e-6)), on_row=True)
        else:
            self._hover(point)

    @guarded()
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._range is not None:
            zoom_to_range(self, self._range)
        self._grabbed, self._range, self._scrubs = None, None, False
        self.unsetCursor()
        self.update()

    @guarded()
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            found, where = self.hit(QPointF(event.pos())), event.globalPos()
        else:  # by a key: for the step where the run stands
            found = self.state.place
            x = self.x_of(self.state.axis.cursor(found)) if found >= 0 else 0.0
            where = self.mapToGlobal(QPoint(round(min(max(x, 0.0), float(self.width()))), self.height() // 2))
        if found >= 0:
            self.asked.emit(found, where)

    @guarded()
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        found = self.hit(event.position())
        if event.button() == Qt.MouseButton.LeftButton and found >= 0:
            self.scrubbing.to_index(found)
            self.scrubbing.now()
            self.entered.emit(found)

    @guarded()
    def leaveEvent(self, event: QEvent) -> None:
        self._set_hovered(-1, -1)

    def _hover(self, point: QPointF) -> None:
        row = self.state.row_at(point.y())
        found = self.hit(point)
        self._set_hovered(found, row)

    def _set_hovered(self, index: int, row: int) -> None:
        if (index, row) != (self.hovered, self._hovered_row):
            self.hovered, self._hovered_row = index, row
            self.update()
            if QToolTip.isVisible():
                QToolTip.hideText()

    @guarded(False)
    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            self._tell(event.pos(), event.globalPos())
            return True
        return super().event(event)

    def _tell(self, point: QPoint, where: QPoint) -> None:
        found, beside = self.around(QPointF(point))
        text = told(self.state, found, beside) if found >= 0 else self._told_under_way(point)
        QToolTip.showText(where, tip(text), self)

    def _told_under_way(self, point: QPoint) -> str:
        row, place = self.state.row_at(point.y()), self.place_at(point.x())
        since = [started for other, started in self.state.under_way() if other == row and started <= place]
        if not since:
            return ""
        name = plain_line(self.state.overview.tracks.all[self.state.rows[row]].key[:300])
        word = "runs" if self.state.session.run.status == "running" else "was not decided any more"
        return f"{name}\nstarted at {since[-1]:.3f} s and {word}"

    @guarded()
    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.AltModifier:
            by = turned.y() or turned.x()
            self.state.scroll_to(self.state.scroll - round(by / NOTCH * 3 * ROW), self.height())
            event.accept()
        else:
            super().wheelEvent(event)


def draw_range(painter: QPainter, area: Area, part: tuple[float, float]) -> None:
    """Draw a range that is being chosen."""
    colour = QColor(current_theme().colour("accent"))
    low, high = sorted(part)
    painter.fillRect(QRectF(low, 0, 1, area.height()), colour)
    painter.fillRect(QRectF(high, 0, 1, area.height()), colour)
    colour.setAlphaF(0.18)
    painter.fillRect(QRectF(low, 0, high - low, area.height()), colour)


def zoom_to_range(area: Area, part: tuple[float, float]) -> None:
    """See a range that was chosen, if it is wide enough to be meant."""
    low, high = sorted(part)
    if high - low >= NEAR:
        area.state.look_at(area.place_at(low), area.place_at(high))
