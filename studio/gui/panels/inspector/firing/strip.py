"""How undecided a model was at each token of its reply, as a strip of cells from pale to red."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QLinearGradient,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolTip, QVBoxLayout, QWidget

from studio.gui.base.guard import guarded
from studio.gui.panels.inspector.firing.pool import set_shown
from studio.gui.panels.inspector.firing.texts import visible
from studio.gui.theme import current_theme
from studio.gui.theme.theme import mixed, small_font
from studio.gui.widgets.labels import Elided, tip
from studio.replay.firing.prompts import Cell

WIDE: Final = 13
HIGH: Final = 18
GAP: Final = 2
MOST_ROWS: Final = 8
"""Rows of cells shown; a longer reply has smaller cells."""

HOT: Final = 3.0
"""Bits from which on a cell is as red as can be: eight tokens that are equally likely."""


def heat(bits: float) -> QColor:
    """Return the colour of so many bits: pale where the model saw one possibility, red where it saw many."""
    theme = current_theme()
    cold, warm, hot = (mixed(theme.colour("card"), theme.colour(role), part) for role, part in _STOPS)
    part = max(0.0, min(bits / HOT, 1.0))
    return mixed(cold, warm, part * 2) if part < 0.5 else mixed(warm, hot, part * 2 - 1)


_STOPS = (("ok", 0.18), ("warn", 0.75), ("bad", 0.95))


def sure_words(bits: float) -> str:
    """Return in a word how sure a model was."""
    return "sure" if bits < 0.3 else "fairly sure" if bits < 1.0 else "undecided" if bits < 2.0 else "guessing"


class Strip(QWidget):
    """The cells. Left and Right go from token to token, Home and End to the ends; `at_changed(cell)` tells which."""

    at_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("firing.strip")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.cells: tuple[Cell, ...] = ()
        self.at = 0
        self.setAccessibleName("Entropy by token")

    def show_cells(self, cells: tuple[Cell, ...]) -> None:
        """Show the tokens of another reply; the most undecided one is chosen."""
        if cells == self.cells:
            return
        self.cells = cells
        self.at = max(range(len(cells)), key=lambda index: cells[index].bits, default=0)
        self.updateGeometry()
        self.setFixedHeight(self._height())
        self.update()
        self._tell()

    def choose(self, index: int) -> None:
        """Choose a cell, counted from 0."""
        if self.cells:
            self.at = max(0, min(index, len(self.cells) - 1))
            self.update()
            self._tell()

    def cell_at(self, place: QPointF) -> int | None:
        """Return the cell under a point."""
        columns, wide, high = self._grid()
        column, row = int(place.x() // (wide + GAP)), int(place.y() // (high + GAP))
        index = row * columns + column
        return index if 0 <= column < columns and 0 <= index < len(self.cells) else None

    def rect_of(self, index: int) -> QRectF:
        """Return where a cell is."""
        columns, wide, high = self._grid()
        return QRectF(index % columns * (wide + GAP), index // columns * (high + GAP), wide, high)

    def about(self, index: int) -> str:
        """Return what there is to say of a cell."""
        cell = self.cells[index]
        said = "" if cell.token is None else f" “{visible(cell.token)}”"
        told = f"Token {cell.number} of {len(self.cells)}{said}: {cell.bits:.2f} bits, {sure_words(cell.bits)}"
        if cell.choices:
            shown = ", ".join(f"“{visible(one.token)}” {one.probability:.0%}" for one in cell.choices[:6])
            told += f". It might have said {shown}"
        return told + "."

    def _grid(self) -> tuple[int, float, float]:
        """Columns, and width and height of a cell: smaller where there are too many for the rows."""
        room = max(40, self.width())
        if len(self.cells) == 1 and self.cells[0].token is not None:
            said = QFontMetrics(self.font()).horizontalAdvance(visible(self.cells[0].token[:40])) + 12
            return 1, float(max(WIDE, min(said, room))), float(HIGH + 2)
        wide, high = float(WIDE), float(HIGH)
        while True:
            columns = max(1, int((room + GAP) // (wide + GAP)))
            if -(-len(self.cells) // columns) <= MOST_ROWS or wide <= 3:
                return columns, wide, high
            wide, high = wide * 0.8, max(5.0, high * 0.85)

    def _height(self) -> int:
        columns, _, high = self._grid()
        rows = -(-len(self.cells) // columns)
        return max(1, round(rows * (high + GAP)))

    def _tell(self) -> None:
        if self.cells:
            self.setAccessibleDescription(self.about(self.at))
            self.at_changed.emit(self.cells[self.at])

    @guarded(QSize(100, 20))
    def sizeHint(self) -> QSize:
        return QSize(100, self._height())

    @guarded()
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.height() != self._height():
            self.setFixedHeight(self._height())

    @guarded()
    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index, cell in enumerate(self.cells):
            area = self.rect_of(index)
            if area.top() > self.height():
                break
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(heat(cell.bits))
            painter.drawRoundedRect(area, 2, 2)
            if cell.token is not None:
                painter.setPen(theme.colour("ink"))
                painter.drawText(area, Qt.AlignmentFlag.AlignCenter, visible(cell.token[:40]).strip() or "␣")
        if self.cells and self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.colour("accent"), 2))
            painter.drawRoundedRect(self.rect_of(self.at).adjusted(1, 1, -1, -1), 2, 2)

    @guarded()
    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {
            Qt.Key.Key_Left: self.at - 1, Qt.Key.Key_Right: self.at + 1, Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: len(self.cells) - 1, Qt.Key.Key_Up: self.at - self._grid()[0],
            Qt.Key.Key_Down: self.at + self._grid()[0],
        }.get(Qt.Key(event.key()))  # fmt: skip
        if step is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
        else:
            self.choose(step)

    @guarded()
    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self.cell_at(event.position())
        if found is not None:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self.choose(found)

    @guarded(False)
    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            found = self.cell_at(QPointF(event.pos()))
            if found is None:
                QToolTip.hideText()
            else:
                QToolTip.showText(event.globalPos(), tip(self.about(found)), self)
            return True
        return super().event(event)


class _Legend(QWidget):
    """What the colours mean: 0 bits on the left, `HOT` and more on the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFont(small_font(self.font()))
        self.setFixedSize(112, QFontMetrics(self.font()).height() + 2)
        self.setToolTip("Bits per token: 0 where the model saw one possibility, 3 where eight were equally likely.")
        self.setAccessibleName("Pale is sure, red is undecided")

    @guarded()
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(current_theme().colour("soft"))
        area = QRectF(self.rect())
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, "0")
        painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"{HOT:g} bits")
        metrics = QFontMetrics(self.font())
        left, right = metrics.horizontalAdvance("0 ") + 2, metrics.horizontalAdvance(f" {HOT:g} bits") + 2
        bar = area.adjusted(left, 3, -right, -3)
        shade = QLinearGradient(bar.topLeft(), bar.topRight())
        for place in (0.0, 0.5, 1.0):
            shade.setColorAt(place, heat(place * HOT))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(shade)
        painter.drawRoundedRect(bar, 2, 2)


class EntropyView(QWidget):
    """The strip with its caption, its legend, and a line about the cell that is chosen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 0)
        column.setSpacing(3)
        top = QHBoxLayout()
        top.setContentsMargins(0, 0, 0, 0)
        self.caption = Elided("", self, role="soft")
        top.addWidget(self.caption, 1)
        top.addWidget(_Legend(self))
        column.addLayout(top)
        self.strip = Strip(self)
        column.addWidget(self.strip)
        self.told = Elided("", self, role="text")
        self.told.setObjectName("firing.strip.told")
        column.addWidget(self.told)
        self.strip.at_changed.connect(lambda *_: self.told.set_text(self.strip.about(self.strip.at)))

    def show_cells(self, cells: tuple[Cell, ...], mean: float | None) -> None:
        """Show a reply's tokens and the mean bits of all of them."""
        set_shown(self, bool(cells))
        if cells:
            known = f" · mean {mean:.2f} bits" if isinstance(mean, int | float) else ""
            self.caption.set_text(f"Entropy{known}")
            self.strip.show_cells(cells)
