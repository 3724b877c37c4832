"""`FlowView`: who takes up what. Row A, column B: the share of what A said first that B said soon after."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import TYPE_CHECKING, Final

import numpy
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from studio.dynamics.pictures.colours import ramp
from studio.gui.base.guard import guarded
from studio.gui.theme import current_theme, themes
from studio.gui.widgets.spacetime.flow_key import hatching, paint_flow_key
from studio.gui.widgets.spacetime.images import current_look, image_of
from studio.gui.widgets.spacetime.pairs import NOWHERE, PairView
from studio.gui.widgets.spacetime.places import TURNED, leaning
from studio.support.plain import plain_line

if TYPE_CHECKING:
    from numpy.typing import NDArray

LONGEST: Final = 120
"""Pixels of a name, at most."""

CAPTION: Final = "first said by (row), taken up by (column)"
EDGE: Final = 10
"""Pixels around."""

CELL: Final = (6, 54)
"""Least and greatest side of a cell in pixels."""

WRITTEN: Final = 34
"""Side of a cell from which on its number is written in it."""


class FlowView(PairView):
    """Shows a matrix of flow; its pairs are (from, to)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("spacetime.flow")
        self.setAccessibleName("Flow between modules")
        self.names: list[str] = []
        self.flow: NDArray[numpy.float64] = numpy.empty((0, 0))
        themes().changed.connect(self.update)

    def set_flow(self, names: Sequence[str], flow: NDArray[numpy.float64]) -> None:
        """Show shares of 0 to 1, NaN where a module said nothing first. Raises ValueError for another shape."""
        if flow.shape != (len(names), len(names)):
            raise ValueError(f"the flow has the shape {flow.shape}; there are {len(names)} names.")
        self.names = [plain_line(name)[:60] for name in names]
        self.flow = flow
        self.at = NOWHERE
        self.update()

    @guarded(QSize(360, 360))
    def sizeHint(self) -> QSize:
        return QSize(360, 360)

    # -- places -------------------------------------------------------------------------------

    def corner(self) -> tuple[int, int, int]:
        """Return the left and upper side of the matrix, and the side of a cell."""
        metrics = QFontMetrics(self.font())
        longest = min(LONGEST, max((metrics.horizontalAdvance(name) for name in self.names), default=0))
        left, top = longest + 20, leaning(longest, metrics) + metrics.height() + 8
        lean = round(longest * 0.65)
        least, most = CELL
        many = max(1, len(self.names))
        side = min((self.width() - left - max(8, lean - most)) // many, (self.height() - top - 8) // many)
        return left, top, min(most, max(least, side))

    def pair_at(self, point: QPoint) -> tuple[int, int]:
        """Return the pair at a point, (-1, -1) outside."""
        left, top, side = self.corner()
        row, column = (point.y() - top) // side, (point.x() - left) // side
        many = len(self.names)
        return (row, column) if 0 <= row < many and 0 <= column < many else NOWHERE

    def box(self, row: int, column: int) -> QRectF:
        """Return where a pair is drawn."""
        left, top, side = self.corner()
        return QRectF(left + column * side, top + row * side, side - 1, side - 1)

    def many(self) -> int:
        """Return how many modules there are."""
        return len(self.names)

    def told(self, pair: tuple[int, int]) -> str:
        """Return what is told of a pair."""
        row, column = pair
        if row < 0:
            return ""
        value = float(self.flow[row, column])
        if not isfinite(value):
            return f"{self.names[row]} said nothing first"
        if row == column:
            return f"{value:.0%} of what {self.names[row]} said first it said again"
        return f"{value:.0%} of what {self.names[row]} said first {self.names[column]} took up"

    # -- drawing ------------------------------------------------------------------------------

    @guarded()
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = current_theme()
        painter.fillRect(self.rect(), theme.colour("panel"))
        if not self.names:
            painter.setPen(theme.colour("soft"))
            painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignCenter), "There is no flow to show yet.")
            return
        left, top, side = self.corner()
        self._paint_cells(painter, left, top, side)
        self._paint_names(painter, left, top, side)
        if self.at[0] >= 0:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.colour("accent" if self.hasFocus() else "ink"), 2))
            painter.drawRect(self.box(*self.at))

    def _paint_cells(self, painter: QPainter, left: int, top: int, side: int) -> None:
        theme, many = current_theme(), len(self.names)
        known = numpy.isfinite(self.flow)
        parts = numpy.where(known, numpy.clip(numpy.nan_to_num(self.flow), 0.0, 1.0), 0.0)
        pixels = numpy.full((many, many, 4), 255, numpy.uint8)
        pixels[..., :3] = ramp("novelty", current_look())[(parts * 255 + 0.5).astype(numpy.uint8)]
        unknown = theme.colour("window")
        pixels[~known, :3] = (unknown.red(), unknown.green(), unknown.blue())
        painter.drawImage(QRect(left, top, many * side, many * side), image_of(pixels))
        for row in numpy.flatnonzero(~known.any(axis=1)).tolist():
            painter.fillRect(QRect(left, top + row * side, many * side, side), hatching())
        for number in range(1, many + 1):
            painter.fillRect(left + number * side - 1, top, 1, many * side, theme.colour("panel"))
            painter.fillRect(left, top + number * side - 1, many * side, 1, theme.colour("panel"))
        if side < WRITTEN:
            return
        light = pixels[..., :3] @ numpy.array([0.299, 0.587, 0.114]) > 140
        for row, column in zip(*(one.tolist() for one in numpy.nonzero(known & (self.flow > 0))), strict=True):
            painter.setPen(QColor("#101418" if light[row, column] else "#f4f6f9"))
            where = QRect(left + column * side, top + row * side, side - 1, side - 1)
            painter.drawText(where, int(Qt.AlignmentFlag.AlignCenter), f"{self.flow[row, column]:.0%}")

    def _paint_names(self, painter: QPainter, left: int, top: int, side: int) -> None:
        theme, metrics = current_theme(), painter.fontMetrics()
        apart = 1 if side >= metrics.height() - 3 else -(-metrics.height() // side)
        for number in range(0, len(self.names), apart):
            text = metrics.elidedText(self.names[number], Qt.TextElideMode.ElideMiddle, LONGEST)
            painter.setPen(theme.colour("ink" if self.at[0] == number else "text"))
            room = QRectF(4, top + number * side, left - 10, side)
            painter.drawText(room, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), text)
            painter.setPen(theme.colour("ink" if self.at[1] == number else "text"))
            painter.save()
            painter.translate(left + (number + 0.5) * side + 2, top - 5)
            painter.rotate(-TURNED)
            painter.drawText(QPointF(0, 0), text)
            painter.restore()
        painter.setPen(theme.colour("soft"))
        painter.drawText(QRectF(EDGE, 4, self.width() - EDGE, metrics.height()), CAPTION)
        key = QRectF(0, 4, self.width() - EDGE, metrics.height())
        key.setLeft(EDGE + metrics.horizontalAdvance(CAPTION) + 20)
        paint_flow_key(painter, key, is_all_known=bool(numpy.isfinite(self.flow).all()))
