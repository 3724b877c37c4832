"""`PairView`: what views of pairs share, each thing against each: the mouse, the keyboard and what is told."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QToolTip, QWidget

from studio.gui.base.guard import guarded
from studio.gui.widgets.labels import tip

NOWHERE = (-1, -1)
"""The pair of a point where there is none."""


class PairView(QWidget):
    """One pair is pointed at, by the mouse or by the arrows; a click or Enter chooses it."""

    hovered = Signal(int, int)
    """(row, column) The mouse or the keyboard is at this pair; -1 for none."""
    chosen = Signal(int, int)
    """(row, column) A pair was clicked, or Enter pressed at it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(160, 160)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.at = NOWHERE
        """The pair that is pointed at."""

    # -- what a view says of its pairs ------------------------------------------------------------

    def pair_at(self, point: QPoint) -> tuple[int, int]:
        """Return the pair at a point, (-1, -1) outside."""
        raise NotImplementedError

    def told(self, pair: tuple[int, int]) -> str:
        """Return what is told of a pair, "" of none."""
        raise NotImplementedError

    def many(self) -> int:
        """Return how many rows there are, and so columns."""
        raise NotImplementedError

    def stride(self) -> int:
        """Return how far an arrow goes, in rows."""
        return 1

    # -- pointing ---------------------------------------------------------------------------------

    def point(self, pair: tuple[int, int]) -> None:
        """Point at a pair, and tell it if that is another one."""
        if pair != self.at:
            self.at = pair
            self.hovered.emit(*pair)
            self.setAccessibleDescription(self.told(pair))
            self.update()

    @guarded()
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.point(self.pair_at(event.position().toPoint()))

    @guarded()
    def leaveEvent(self, event: QEvent) -> None:
        self.point(NOWHERE)

    @guarded()
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pair = self.pair_at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and pair != NOWHERE:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self.point(pair)
            self.chosen.emit(*pair)

    @guarded()
    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves = {
            Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0), Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1)
        }  # fmt: skip
        key, last = Qt.Key(event.key()), self.many() - 1
        if key in moves and last >= 0:
            step = self.stride() if self.at != NOWHERE else 0  # the first arrow shows where one is
            row, column = (max(at, 0) + by * step for at, by in zip(self.at, moves[key], strict=True))
            self.point((min(max(row, 0), last), min(max(column, 0), last)))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.at != NOWHERE:
            self.chosen.emit(*self.at)
        else:
            super().keyPressEvent(event)

    @guarded(False)
    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), tip(self.told(self.pair_at(event.pos()))), self)
            return True
        return super().event(event)
