"""`CurvesView`: curves along the ticks, a strip for each, that keep to the rows the diagram shows.

Beside the diagram time goes downward and each row stands beside its row; below it, time goes to the right over the rows
that are seen.
"""

from __future__ import annotations

from math import isfinite
from typing import Final

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap, QWheelEvent
from PySide6.QtWidgets import QToolTip, QWidget

from studio.dynamics.pictures.strips import Strip
from studio.gui.base.guard import guarded
from studio.gui.theme import current_theme, themes
from studio.gui.theme.theme import small_font
from studio.gui.widgets.labels import tip
from studio.gui.widgets.spacetime.axis import TimeAxis
from studio.gui.widgets.spacetime.images import current_look, image_of, pixmap_of
from studio.gui.widgets.spacetime.places import TURNED, leaning

WIDE: Final = (16, 46)
"""Least and greatest width of a strip beside the rows in pixels."""

HIGH: Final = 40
"""Pixels of a strip below the rows, if there is room."""

TILE: Final = 256
"""Pixels of rows of a part of a strip that is kept."""

MOST_TILES: Final = 600
"""Parts that are kept; each takes about 40 kB."""

GAP: Final = 8
LEAN: Final = 60
"""Pixels by which the last name leans out."""

LABEL: Final = 128
"""Pixels of the names at the left of strips below."""

HELP: Final = {
    "activity": "Share of modules (cells) whose symbol changed",
    "novelty": "Share of what was never said before, over the last 12 firings",
    "recurrence": "Share of the last 12 firings that said what was known",
    "entropy rate": "How unpredictable the next symbol is: 0 regular, 1 all new",
    "compression growth": "What a stretch adds to all that was said before: 0 nothing new, 1 nothing known",
    "open goals": "Goals that are open",
    "progress": "Signs of progress so far",
}


class CurvesView(QWidget):
    """Shows the curves of the diagram of an axis."""

    hovered = Signal(int)
    """(row) The mouse is at this row; -1 for none."""
    chosen = Signal(int)
    """(row) A row was clicked."""

    def __init__(
        self, axis: TimeAxis, orientation: Qt.Orientation = Qt.Orientation.Vertical, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("spacetime.curves")
        self.setAccessibleName("Curves along the ticks")
        self.axis = axis
        self.orientation = orientation
        self.wide = WIDE[1]
        """Pixels of a strip beside the rows."""
        self._strips: list[Strip] = []
        self._tiles: dict[tuple[int, int, int, int], QPixmap] = {}
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        axis.replaced.connect(self._replaced)
        axis.moved.connect(self.update)
        axis.pointed.connect(self.update)
        themes().changed.connect(self._replaced)
        self._replaced()

    @property
    def is_beside(self) -> bool:
        """Whether time goes downward."""
        return self.orientation == Qt.Orientation.Vertical

    def set_orientation(self, orientation: Qt.Orientation) -> None:
        """Stand beside the diagram (vertical) or below it."""
        self.orientation = orientation
        self._replaced()

    def set_most(self, pixels: int) -> None:
        """Say how wide all strips beside the rows may be together."""
        least, most = WIDE
        wide = min(most, max(least, (pixels - LEAN) // max(1, len(self._strips)) - GAP))
        if wide != self.wide:
            self.wide = wide
            self._replaced()

    def _replaced(self) -> None:
        look = current_look()
        self._tiles.clear()
        self._strips = [Strip(self.axis.diagram, name, look, "field") for name in self.axis.diagram.curves]
        if self.is_beside:
            metrics = QFontMetrics(self.font())
            longest = max((metrics.horizontalAdvance(strip.name) for strip in self._strips), default=0)
            need = leaning(longest, metrics)
            self.axis.set_least_head(need if self._strips and not self.isHidden() else 0)
            self.setFixedWidth(self.sizeHint().width())
        else:
            self.axis.set_least_head(0)
            self.setMinimumWidth(0)
            self.setMaximumWidth(16_777_215)
        self.updateGeometry()
        self.update()

    @guarded(QSize(100, 100))
    def sizeHint(self) -> QSize:
        many = len(self._strips)
        if self.is_beside:
            return QSize(many * (self.wide + GAP) + GAP + LEAN if many else 0, 100)
        return QSize(300, many * (HIGH + GAP))

    @guarded()
    def showEvent(self, event: QEvent) -> None:
        self._replaced()

    @guarded()
    def hideEvent(self, event: QEvent) -> None:
        if self.is_beside:
            self.axis.set_least_head(0)

    # -- places -------------------------------------------------------------------------------

    def row_at(self, point: QPoint) -> int:
        """Return the row at a point, -1 outside."""
        if self.is_beside:
            return self.axis.row_at(point.y() - self.axis.head) if point.y() >= self.axis.head else -1
        first, last = self.axis.seen()
        wide = self.width() - LABEL - GAP
        part = (point.x() - LABEL) / max(1, wide)
        return min(last - 1, first + int(part * (last - first))) if 0 <= part < 1 and last > first else -1

    def point_of(self, row: int) -> float:
        """Return the pixel of the middle of a row along the axis of time."""
        if self.is_beside:
            return self.axis.head + self.axis.y_of(row + 0.5)
        first, last = self.axis.seen()
        return LABEL + (row + 0.5 - first) / max(1, last - first) * (self.width() - LABEL - GAP)

    def told(self, row: int, point: QPoint | None = None) -> str:
        """Return the numbers of a row in words, or what a curve means whose name is at the point."""
        if row < 0:
            strip = self._named(point) if point is not None else None
            return HELP.get(strip.name, strip.name) if strip is not None else ""
        lines = [f"Tick {self.axis.diagram.tick_of(row):,}"]
        for strip in self._strips:
            value = float(self.axis.diagram.curves[strip.name][row])
            known = f"{value:.2f}".rstrip("0").rstrip(".") if isfinite(value) else "not known yet"
            lines.append(f"{strip.name}: {known}")
        return "\n".join(lines)

    def _named(self, point: QPoint) -> Strip | None:
        if self.is_beside:
            # Names lean: a point above the strips belongs to the one from which its name comes.
            x = point.x() - (self.axis.head - point.y()) / 1.2
            at = int((x - GAP) // (self.wide + GAP))
        else:
            at = int(point.y() // max(1.0, self.height() / max(1, len(self._below()))))
        return self._strips[at] if 0 <= at < len(self._strips) else None

    # -- drawing ------------------------------------------------------------------------------

    @guarded()
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), current_theme().colour("panel"))
        if not self.axis.diagram.rows:
            return
        if self.is_beside:
            self._paint_beside(painter)
        else:
            self._paint_below(painter)
        theme = current_theme()
        for row, role in ((self.axis.hovered, "soft"), (self.axis.cursor, "replay")):
            if row >= 0:
                at = self.point_of(row)
                if self.is_beside and at >= self.axis.head:
                    end = GAP + len(self._strips) * (self.wide + GAP)
                    painter.fillRect(QRectF(0, at - 0.5, end, 1), theme.colour(role))
                elif not self.is_beside and LABEL <= at <= self.width() - GAP:
                    painter.fillRect(QRectF(at - 0.5, 0, 1, self.height()), theme.colour(role))

    def _paint_beside(self, painter: QPainter) -> None:
        theme, axis = current_theme(), self.axis
        pixels = max(0, min(axis.room, axis.length - axis.offset, self.height() - axis.head))
        painter.setClipRect(0, axis.head, self.width(), pixels)
        for number in range(len(self._strips)):
            x = GAP + number * (self.wide + GAP)
            for block in range(axis.offset // TILE, (axis.offset + pixels - 1) // TILE + 1):
                painter.drawPixmap(QPoint(x, axis.head + block * TILE - axis.offset), self._tile(number, block))
            painter.fillRect(x - 1, axis.head, 1, pixels, theme.colour("edge"))
        painter.setClipping(False)
        for number, strip in enumerate(self._strips):
            painter.setPen(theme.colour(strip.role))
            painter.save()
            painter.translate(GAP + number * (self.wide + GAP) + self.wide * 0.4, axis.head - 4)
            painter.rotate(-TURNED)
            painter.drawText(QPointF(0, 0), strip.name)
            painter.restore()

    def _tile(self, number: int, block: int) -> QPixmap:
        """A part of a strip, kept so that moving draws nothing anew."""
        key = (number, self.axis.step, self.wide, block)
        tile = self._tiles.get(key)
        if tile is None:
            if len(self._tiles) >= MOST_TILES:
                self._tiles.clear()
            tile = pixmap_of(self._strips[number].by_row(self.axis.scale, block * TILE, TILE, self.wide))
            self._tiles[key] = tile
        return tile

    def _below(self) -> list[Strip]:
        """The strips below the rows: the first of them where there is no room for the names of all."""
        named = QFontMetrics(small_font(self.font())).height()
        return self._strips[: max(1, self.height() // named)]

    def _paint_below(self, painter: QPainter) -> None:
        theme = current_theme()
        room = self.height() / max(1, len(self._below()))
        wide, high = max(1, self.width() - LABEL - GAP), max(6, int(room) - GAP)
        seen = self.axis.seen()
        painter.setFont(small_font(self.font()))
        for number, strip in enumerate(self._below()):
            y = int(number * room) + GAP // 2
            painter.drawImage(QPoint(LABEL, y), image_of(strip.by_column(seen, wide, high)))
            painter.fillRect(LABEL, y + high, wide, 1, theme.colour("edge"))
            painter.setPen(theme.colour(strip.role))
            flags = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            named = max(high, painter.fontMetrics().height())  # a name may be higher than its strip
            painter.drawText(QRectF(0, y + (high - named) / 2, LABEL - 8, named), flags, strip.name)

    # -- the mouse ----------------------------------------------------------------------------

    def _point(self, row: int) -> None:
        if row != self.axis.hovered:
            self.axis.point(row)
            self.hovered.emit(row)

    @guarded()
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(self.row_at(event.position().toPoint()))

    @guarded()
    def leaveEvent(self, event: QEvent) -> None:
        self._point(-1)

    @guarded()
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        row = self.row_at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and row >= 0:
            self.chosen.emit(row)

    @guarded()
    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta().y()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            at = event.position().y() - self.axis.head if self.is_beside else self.axis.room / 2
            self.axis.zoom((turned > 0) - (turned < 0), at)
        else:
            self.axis.scroll_to(self.axis.offset - turned // 2)
        event.accept()

    @guarded(False)
    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            told = self.told(self.row_at(event.pos()), event.pos())
            QToolTip.showText(event.globalPos(), tip(told), self)
            return True
        return super().event(event)
