"""Draws what is no cell: names above, ticks and goals at the left, at the right progress, alarms, periods, returns."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPainterPath, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QWidget

from studio.dynamics.pictures.diagram import Diagram, Period
from studio.dynamics.pictures.marks import ARCS, ruler, telling
from studio.gui.theme import Theme, current_theme
from studio.gui.theme.theme import mixed
from studio.gui.widgets.spacetime.axis import TimeAxis
from studio.gui.widgets.spacetime.places import (
    ARC,
    DEPTH,
    LANE,
    LONGEST,
    Places,
    distinct_pixels,
    seen_brackets,
)

APART: Final = 34
"""Pixels between two numbers of the ruler, at least."""

NEAR: Final = 7.0
"""Pixels of an arc, at least."""


class Marks:
    """The marks of one diagram at one scale, chosen once and painted often."""

    def __init__(self, diagram: Diagram, pixels: float) -> None:
        self.diagram, self.pixels = diagram, pixels
        self.brackets: list[tuple[Period, int]] = seen_brackets(diagram, pixels)
        self.lanes = 1 + max((lane for _, lane in self.brackets), default=-1)
        screens = max(1.0, diagram.rows * pixels / 600)
        arcs = telling(diagram.revisits, 8 / pixels, int(ARCS * screens))
        arcs = arcs[(arcs[:, 0] - arcs[:, 1]) * pixels >= NEAR]
        self._last, self._first = arcs[:, 0], arcs[:, 1]
        self.longest = max(2, int((self._last - self._first).max(initial=2)))
        self.progress = numpy.array(diagram.progress, numpy.int64)
        self._alarm_rows = numpy.array([one.row for one in diagram.alarms], numpy.int64)
        self._starts = numpy.array([one.start for one, _ in self.brackets], numpy.int64)
        self._ends = numpy.array([one.end for one, _ in self.brackets], numpy.int64)

    def arcs_in(self, seen: tuple[int, int]) -> list[tuple[int, int]]:
        """Return the arcs (row, first row) of which an end is among the rows that are seen; ARCS at most, the
        longest."""
        inside = (self._first >= seen[0]) & (self._first < seen[1])
        inside |= (self._last >= seen[0]) & (self._last < seen[1])
        which = numpy.flatnonzero(inside)
        if len(which) > ARCS:
            which = which[numpy.argsort((self._first - self._last)[which], kind="stable")[:ARCS]]
        return list(zip(self._last[which].tolist(), self._first[which].tolist(), strict=True))

    def alarms_in(self, seen: tuple[int, int]) -> list[int]:
        """Return the indexes of the alarms that are seen."""
        return numpy.flatnonzero((self._alarm_rows >= seen[0]) & (self._alarm_rows < seen[1])).tolist()

    def brackets_in(self, seen: tuple[int, int]) -> list[tuple[Period, int]]:
        """Return the periods of which a part is seen, with their lanes."""
        which = numpy.flatnonzero((self._ends >= seen[0]) & (self._starts < seen[1]))
        return [self.brackets[one] for one in which.tolist()]

    def reach(self, rows: int) -> float:
        """Return how far an arc over so many rows goes out, in pixels."""
        return float(ARC * (0.2 + 0.75 * (rows / self.longest) ** 0.5))


class Names:
    """The names above the columns, drawn anew only if they are to look different: turned text is slow."""

    def __init__(self) -> None:
        self._kept: tuple[object, QPixmap] | None = None

    def picture(self, widget: QWidget, diagram: Diagram, where: Places, span: tuple[int, int], lit: int) -> QPixmap:
        """Return a picture that begins at a pixel of the widget and is so wide (`span`); the name `lit` is stronger."""
        ratio, theme, (left, wide) = widget.devicePixelRatioF(), current_theme(), span
        made_of = (where, lit, ratio, theme.name, wide, widget.font().key())
        if self._kept is None or self._kept[0] != made_of:
            picture = QPixmap(round(max(1, wide) * ratio), round(where.head * ratio))
            picture.setDevicePixelRatio(ratio)
            picture.fill(Qt.GlobalColor.transparent)
            painter = QPainter(picture)
            painter.setFont(widget.font())
            painter.translate(-left, 0)
            paint_names(painter, diagram, where, theme, lit)
            painter.end()
            self._kept = (made_of, picture)
        return self._kept[1]


def paint_names(painter: QPainter, diagram: Diagram, where: Places, theme: Theme, lit: int) -> None:
    """Draw the names of columns, that of `lit` stronger, and a line for each group."""
    if diagram.is_automaton:
        return
    metrics = QFontMetrics(painter.font())
    across, base = where.scale.across, where.head - 4
    groups = diagram.groups()
    for _, first, end in groups:
        start = max(where.x_of(first) + 1, where.cells.left())
        stop = min(where.x_of(end) - 2, where.cells.right() + 1)
        colour = mixed(theme.colour("panel"), theme.colour("frame"), 0.9)
        if start < stop:
            painter.fillRect(QRectF(start, base, stop - start, 2.5), colour)
    if groups:
        base -= 5
    most = LONGEST if where.turned else across - 6
    for number in range(diagram.width):
        x = where.x_of(number)
        if x + across < where.cells.left() or x > where.cells.right():
            continue
        # Names are ends of paths: where they begin tells alike ones apart, where they end what they are.
        text = metrics.elidedText(diagram.columns[number].name[:60], Qt.TextElideMode.ElideMiddle, round(most))
        painter.setPen(theme.colour("ink" if number == lit else "text"))
        if where.turned:
            painter.save()
            upright = where.turned >= 90
            painter.translate(x + across * 0.5 + (metrics.ascent() * 0.4 if upright else 2), base)
            painter.rotate(-where.turned)
            painter.drawText(QPointF(0, 0), text)
            painter.restore()
        else:
            painter.drawText(QRectF(x, 0, across - 2, base + 1), _BOTTOM, text)


_BOTTOM: Final = int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom)
_RIGHT: Final = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT: Final = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


def paint_left(painter: QPainter, axis: TimeAxis, where: Places, theme: Theme) -> None:
    """Draw the ruler and how deep goals are nested."""
    diagram, top, pixels = axis.diagram, where.head, axis.scale.pixels
    right = (where.depth if where.depth >= 0 else where.cells.left()) - 4
    seen = axis.seen()
    high = painter.fontMetrics().height()
    for row, text in ruler(diagram, seen, max(1, axis.room // APART)):
        y = top + axis.y_of(row) + (pixels / 2 if pixels >= 2 else 0)
        if y < top - 1:
            continue
        painter.fillRect(QRectF(right - 3, round(y), 4, 1), theme.colour("edge"))
        painter.setPen(theme.colour("soft"))
        painter.drawText(QRectF(0, y - high / 2, right - 6, high), _RIGHT, text)
    if where.depth >= 0 and diagram.depth is not None and seen[1] > seen[0]:
        _paint_depth(painter, axis, where, theme, seen)


def _paint_depth(painter: QPainter, axis: TimeAxis, where: Places, theme: Theme, seen: tuple[int, int]) -> None:
    assert axis.diagram.depth is not None
    fold = axis.scale.fold
    first = seen[0] // fold * fold
    depth = axis.diagram.depth[first : seen[1]]
    deepest = max(1, int(axis.diagram.depth.max(initial=0)))
    if fold > 1:
        depth = numpy.maximum.reduceat(depth, numpy.arange(0, len(depth), fold))
    changes = [0, *(1 + numpy.flatnonzero(depth[1:] != depth[:-1])).tolist(), len(depth)]
    for start, end in pairwise(changes):
        if depth[start] > 0:
            colour = mixed(theme.colour("panel"), theme.colour("type_text"), 0.2 + 0.8 * float(depth[start]) / deepest)
            y = where.head + axis.y_of(first + start * fold)
            top = max(y, float(where.head))
            painter.fillRect(QRectF(where.depth, top, DEPTH, y - top + (end - start) * axis.scale.high), colour)


def paint_right(painter: QPainter, axis: TimeAxis, where: Places, marks: Marks, theme: Theme) -> None:
    """Draw progress, alarms, brackets of periods, and arcs of returns."""
    top, pixels, seen = where.head, axis.scale.pixels, axis.seen()
    if where.progress >= 0:
        colour = theme.colour("ok")
        for y in distinct_pixels(marks.progress, pixels, axis.offset, axis.room):
            painter.fillRect(
                QRectF(where.progress, top + y - (1 if pixels >= 3 else 0), 8, 2 if pixels >= 3 else 1), colour
            )
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if where.alarms >= 0:
        painter.setPen(Qt.PenStyle.NoPen)
        for index in marks.alarms_in(seen):
            alarm = axis.diagram.alarms[index]
            painter.setBrush(theme.colour("bad" if alarm.level == "stop" else "warn"))
            x, middle = where.alarms, top + axis.y_of(alarm.row + 0.5)
            painter.drawPolygon(QPolygonF([QPointF(x, middle), QPointF(x + 9, middle - 5), QPointF(x + 9, middle + 5)]))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if where.brackets >= 0:
        _paint_brackets(painter, axis, where, marks, theme)
    if where.arcs >= 0:
        _paint_arcs(painter, axis, where, marks, theme.colour("bad"))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)


def _paint_brackets(painter: QPainter, axis: TimeAxis, where: Places, marks: Marks, theme: Theme) -> None:
    colour = theme.colour("back")
    painter.setPen(QPen(colour, 1.4))
    high = painter.fontMetrics().height()
    for period, lane in marks.brackets_in(axis.seen()):
        x = where.brackets + lane * LANE
        start, end = (where.head + axis.y_of(row) for row in (period.start, period.end + 1))
        painter.drawPolyline(
            [QPointF(x, start + 1), QPointF(x + 5, start + 1), QPointF(x + 5, end - 1), QPointF(x, end - 1)]
        )
        shown = max(start, float(where.head)), min(end, float(where.head + axis.room))
        if shown[1] - shown[0] >= high * 0.7:
            painter.drawText(QRectF(x + 8, sum(shown) / 2 - high / 2, LANE + 12, high), _LEFT, period.label)


def _paint_arcs(painter: QPainter, axis: TimeAxis, where: Places, marks: Marks, colour: QColor) -> None:
    line = QColor(colour)
    line.setAlphaF(0.75)
    tips = QPainterPath()
    curves = QPainterPath()
    x = float(where.arcs)
    for back, start in marks.arcs_in(axis.seen()):
        last, first = (where.head + axis.y_of(row + 0.5) for row in (back, start))
        reach = marks.reach(back - start)
        curves.moveTo(x, last)
        curves.cubicTo(x + reach * 1.3, last, x + reach * 1.3, first, x + 3, first)
        tips.addPolygon(QPolygonF([QPointF(x - 1, first), QPointF(x + 5, first - 2.6), QPointF(x + 5, first + 2.6)]))
    painter.setPen(QPen(line, 1))
    painter.drawPath(curves)
    painter.fillPath(tips, colour)
