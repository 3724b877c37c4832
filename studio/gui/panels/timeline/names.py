"""`Names`: the names of the tracks in view, with arrows that fold regions, and how many firings each has."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFont,
    QFontMetrics,
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from studio.export.drawing.style import hue_of
from studio.gui.base.guard import guarded
from studio.gui.live.watching.showing import count
from studio.gui.panels.timeline.area import NOTCH
from studio.gui.panels.timeline.state import ROW, State
from studio.gui.theme import current_theme
from studio.gui.theme.icons import paint_icon
from studio.gui.theme.theme import mixed, small_font
from studio.gui.widgets.labels import tip
from studio.support.plain import plain_line

INDENT: Final = 12
ARROW: Final = 16
"""Room of an arrow in pixels."""
DEEPEST: Final = 6
"""Depth up to which names are indented."""


class Names(QWidget):
    """The column of names."""

    picked = Signal(int)
    """(track) A name was clicked."""
    asked = Signal(int, QPoint)
    """(track, place on the screen) What can be done with a track?"""
    wanted = Signal(int)
    """(track) Only this track is to be shown."""

    def __init__(self, state: State, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("timeline.names")
        self.setAccessibleName("Names of tracks")
        self.setMinimumWidth(80)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.state = state
        state.changed.connect(self.update)
        state.placed.connect(self.update)

    def arrow_of(self, row: int) -> QRect:
        """Return where the arrow of a row stands."""
        depth = min(DEEPEST, self.state.overview.tracks.all[self.state.rows[row]].depth)
        return QRect(6 + depth * INDENT, row * ROW - self.state.scroll, ARROW, ROW)

    @guarded()
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = current_theme()
        ground = theme.colour("panel")
        painter.fillRect(self.rect(), ground)
        first, rows = self.state.in_view(self.height())
        counts = self.state.counts() if rows else None
        at = self.state.place
        here = self.state.row_of(int(self.state.overview.track[at])) if at >= 0 else -1
        small = small_font(self.font())
        chosen = mixed(ground, theme.colour("accent"), 0.2)
        for row, number in enumerate(rows, first):
            assert counts is not None
            if number in self.state.selected:
                painter.fillRect(QRect(0, row * ROW - self.state.scroll, self.width(), ROW), chosen)
            self._paint_row(painter, row, number, [int(one) for one in counts[number]], small, is_here=row == here)
        painter.fillRect(self.width() - 1, 0, 1, self.height(), theme.colour("edge"))

    def _paint_row(
        self, painter: QPainter, row: int, number: int, counts: list[int], small: QFont, *, is_here: bool
    ) -> None:
        theme = current_theme()
        track = self.state.overview.tracks.all[number]
        arrow = self.arrow_of(row)
        category = self.state.category_of(track)
        painter.fillRect(
            QRectF(0, arrow.y() + 2, 3, ROW - 5), theme.hue(hue_of(category)) if category else theme.colour("soft")
        )
        if track.is_region:
            name = "right" if number in self.state.folded and not self.state.words else "down"
            paint_icon(painter, name, QRect(arrow.x() + 2, arrow.y() + 3, 12, 12), theme.colour("soft"))
        right = self.width() - 8
        painter.setFont(small)
        metrics = QFontMetrics(small)
        total = count(sum(counts))
        painter.setPen(theme.colour("soft"))
        middle = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(QRect(0, arrow.y(), right, ROW), middle, total)
        right -= metrics.horizontalAdvance(total) + 6
        if counts[1]:
            painter.setPen(theme.colour("bad"))
            text = count(counts[1])
            painter.drawText(QRect(0, arrow.y(), right, ROW), middle, text)
            right -= metrics.horizontalAdvance(text) + 6
        font = QFont(small)
        font.setBold(is_here)
        painter.setFont(font)
        painter.setPen(theme.colour("replay" if is_here else "ink" if track.is_region else "text"))
        room = QRect(arrow.right() + 2, arrow.y(), right - arrow.right() - 2, ROW)
        shown = QFontMetrics(font).elidedText(plain_line(track.name[:300]), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), shown)

    # -- the mouse ----------------------------------------------------------------------------

    @guarded()
    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self.state.row_at(event.position().y())
        if row < 0 or event.button() != Qt.MouseButton.LeftButton:
            return
        number = self.state.rows[row]
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.wanted.emit(number)
        elif self._on_arrow(row, event.position()):
            self.state.fold(number)
        else:
            self.picked.emit(number)

    @guarded()
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        row = self.state.row_at(event.pos().y())
        if row >= 0:
            self.asked.emit(self.state.rows[row], event.globalPos())

    @guarded()
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        row = self.state.row_at(event.position().y())
        if row >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self.state.fold(self.state.rows[row])

    def _on_arrow(self, row: int, point: QPointF) -> bool:
        is_region = self.state.overview.tracks.all[self.state.rows[row]].is_region
        return is_region and self.arrow_of(row).contains(point.toPoint())

    @guarded()
    def wheelEvent(self, event: QWheelEvent) -> None:
        by = event.angleDelta().y()
        self.state.scroll_to(self.state.scroll - round(by / NOTCH * 3 * ROW), self.height())
        event.accept()

    @guarded(False)
    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), tip(self.told(event.pos().y())), self)
            return True
        return super().event(event)

    def told(self, y: int) -> str:
        """Return what the tool tip says of the row at a pixel."""
        row = self.state.row_at(y)
        if row < 0:
            return ""
        track = self.state.overview.tracks.all[self.state.rows[row]]
        ok, errors, skipped = (int(one) for one in self.state.counts()[track.number])
        inside = ", with all inside" if track.is_region else ""
        what = f"{plain_line(track.type[:200])}{inside}"
        counts = f"{ok:,} fired, {errors:,} failed, {skipped:,} skipped"
        return f"{plain_line(track.key[:500])}\n{what}\n{counts}\nCtrl+click shows only this track"
