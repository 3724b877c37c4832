"""Lights up what is pointed at, where one stands, and what has the keyboard."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from studio.gui.theme import current_theme
from studio.gui.widgets.spacetime.axis import TimeAxis
from studio.gui.widgets.spacetime.places import Places

SEEN_CELL: Final = 5
"""Pixels of a row from which on the cell that is pointed at gets a frame."""

VEIL: Final = 0.10
"""How strong the light on a row and a column is."""


def paint_pointed(painter: QPainter, axis: TimeAxis, where: Places, at: tuple[int, int]) -> None:
    """Light up the row and the column that are pointed at, and frame the cell `at` (row, column)."""
    theme, cells = current_theme(), where.cells
    veil = QColor(theme.colour("ink"))
    veil.setAlphaF(VEIL)
    high = max(1.0, axis.scale.pixels)
    if axis.hovered >= 0:
        painter.fillRect(QRectF(cells.left(), where.head + axis.y_of(axis.hovered), cells.width(), high), veil)
    row, column = at
    if column >= 0 and not axis.diagram.is_automaton:
        painter.fillRect(QRectF(where.x_of(column), cells.top(), where.scale.across, cells.height()), veil)
    if row >= 0 and column >= 0 and high >= SEEN_CELL:
        painter.setPen(QPen(theme.colour("ink"), 1))
        box = QRectF(where.x_of(column), where.head + axis.y_of(row), where.scale.across, high)
        painter.drawRect(box.adjusted(-0.5, -0.5, -0.5, 0.5))


def paint_marked(painter: QPainter, axis: TimeAxis, where: Places, columns: frozenset[int]) -> None:
    """Tint the columns that were chosen elsewhere, with a line at either side."""
    colour = QColor(current_theme().colour("accent"))
    veil = QColor(colour)
    veil.setAlphaF(VEIL)
    cells = where.cells
    bottom = min(cells.bottom() + 1, where.head + axis.length - axis.offset)
    for column in columns:
        left, wide = where.x_of(column), where.scale.across
        painter.fillRect(QRectF(left, cells.top(), wide, bottom - cells.top()), veil)
        for edge in (left, left + wide - 1.5):
            painter.fillRect(QRectF(edge, cells.top(), 1.5, bottom - cells.top()), colour)


def paint_cursor(painter: QPainter, axis: TimeAxis, where: Places) -> None:
    """Draw the row at which one stands: a band where it is high enough, else a line."""
    if axis.cursor < 0:
        return
    colour = QColor(current_theme().colour("replay"))
    y, high = where.head + axis.y_of(axis.cursor), axis.scale.pixels
    left, wide = where.cells.left() - 3, where.cells.width() + 8
    if high < 3:
        painter.fillRect(QRectF(left, y - 0.5, wide, 2), colour)
        return
    band = QColor(colour)
    band.setAlphaF(0.22)
    painter.fillRect(QRectF(where.cells.left(), y, where.cells.width(), high), band)
    painter.fillRect(QRectF(left, y, wide, 1.5), colour)
    painter.fillRect(QRectF(left, y + high - 1.5, wide, 1.5), colour)


def paint_focus(painter: QPainter, where: QRect, has_focus: bool) -> None:
    """Frame the cells, in the accent's colour while keys go to them."""
    painter.setPen(QPen(current_theme().colour("accent" if has_focus else "line"), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(where.adjusted(-1, -1, 0, 0))
