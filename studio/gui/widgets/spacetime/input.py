"""`Input`: the mouse and the keyboard over a space-time diagram."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QNativeGestureEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QToolTip

from studio.gui.widgets.labels import tip
from studio.gui.widgets.spacetime.telling import at_point

if TYPE_CHECKING:
    from studio.gui.widgets.spacetime.view import SpaceTimeView

NOTCH: Final = 120
"""What a wheel tells for one notch."""

PINCH: Final = 0.12
"""How much a pinch grows for one step of zooming."""


class Input:
    """Turns events of a view and its viewport into moves.

    It is no Qt object of its own that filters events: such a filter may be torn down before the view that it watches.
    """

    def __init__(self, view: SpaceTimeView) -> None:
        self.view = view
        self._pressed: QPoint | None = None
        self._from = (0, 0)
        self._dragging = False
        self._turned = 0.0
        self._pinched = 0.0

    def on_viewport(self, event: QEvent) -> bool:
        """Take an event of the viewport, and say whether nobody else needs to."""
        kind = event.type()
        if isinstance(event, QMouseEvent):
            if kind == QEvent.Type.MouseButtonPress:
                return self._press(event)
            if kind == QEvent.Type.MouseMove:
                return self._move(event)
            if kind == QEvent.Type.MouseButtonRelease:
                return self._release(event)
        elif isinstance(event, QWheelEvent):
            return self._wheel(event)
        elif isinstance(event, QHelpEvent) and kind == QEvent.Type.ToolTip:
            view = self.view
            told = at_point(view.axis, view.where(), view.marks(), event.pos().x(), event.pos().y(), view.text)
            QToolTip.showText(event.globalPos(), tip(told), view.viewport())
            return True
        elif isinstance(event, QNativeGestureEvent):
            return self._pinch(event)
        elif kind == QEvent.Type.Leave:
            self.view.point(-1, -1)
        return False

    # -- the mouse ----------------------------------------------------------------------------

    def cell_at(self, point: QPoint) -> tuple[int, int]:
        """Return the row and column at a point of the viewport, -1 for those where there is none."""
        view = self.view
        where = view.where()
        row = view.axis.row_at(point.y() - where.head) if point.y() >= where.head else -1
        column = where.column_at(point.x())
        return row, column if row >= 0 and column < view.diagram.width else -1

    def _press(self, event: QMouseEvent) -> bool:
        if event.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            return False
        self.view.setFocus(Qt.FocusReason.MouseFocusReason)
        self._pressed = event.position().toPoint()
        self._from = (self.view.axis.offset, self.view.horizontalScrollBar().value())
        self._dragging = False
        return True

    def _move(self, event: QMouseEvent) -> bool:
        at = event.position().toPoint()
        if self._pressed is None:
            self.view.point(*self.cell_at(at))
            return True
        gone = at - self._pressed
        if not self._dragging and gone.manhattanLength() >= QApplication.startDragDistance():
            self._dragging = True
            self.view.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        if self._dragging:
            self.view.axis.scroll_to(self._from[0] - gone.y())
            self.view.scroll_across(self._from[1] - gone.x())
        return True

    def _release(self, event: QMouseEvent) -> bool:
        if self._pressed is None:
            return False
        was, self._pressed = self._dragging, None
        self._dragging = False
        self.view.viewport().unsetCursor()
        if not was and event.button() == Qt.MouseButton.LeftButton:
            row, column = self.cell_at(event.position().toPoint())
            if row >= 0:
                self.view.point(row, column)
                self.view.chosen.emit(row, column)
        return True

    def _wheel(self, event: QWheelEvent) -> bool:
        turned, view = event.angleDelta(), self.view
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._turned += turned.y()
            steps = int(self._turned / NOTCH)
            if steps:
                self._turned -= steps * NOTCH
                view.axis.zoom(steps, event.position().y() - view.axis.head)
        else:
            self._turned = 0.0
            sideways = turned.x() or (turned.y() if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 0)
            if sideways:
                bar = view.horizontalScrollBar()
                view.scroll_across(bar.value() - (event.pixelDelta().x() or sideways * 60 // NOTCH))
            else:
                view.axis.scroll_to(view.axis.offset - (event.pixelDelta().y() or turned.y() * 60 // NOTCH))
            if self._pressed is None:
                view.point(*self.cell_at(event.position().toPoint()))
        event.accept()
        return True

    def _pinch(self, event: QNativeGestureEvent) -> bool:
        if event.gestureType() != Qt.NativeGestureType.ZoomNativeGesture:
            return False
        self._pinched += event.value()
        steps = int(self._pinched / PINCH)
        if steps:
            self._pinched -= steps * PINCH
            self.view.axis.zoom(steps, event.position().y() - self.view.axis.head)
        return True

    # -- the keyboard -------------------------------------------------------------------------

    def on_key(self, event: QKeyEvent) -> bool:
        """Take a key, and say whether it meant something here."""
        view, key = self.view, Qt.Key(event.key())
        if event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier):
            return False
        if self._zoom_key(key):
            return True
        row, column = view.at
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            if row >= 0:
                view.chosen.emit(row, column)
            return True
        page = max(1, int(view.axis.room / view.axis.scale.pixels) - 1)
        stride = view.axis.scale.fold
        moves = {
            Qt.Key.Key_Up: (-stride, 0), Qt.Key.Key_Down: (stride, 0), Qt.Key.Key_Left: (0, -1),
            Qt.Key.Key_Right: (0, 1), Qt.Key.Key_PageUp: (-page, 0), Qt.Key.Key_PageDown: (page, 0),
            Qt.Key.Key_Home: (-view.diagram.rows, 0), Qt.Key.Key_End: (view.diagram.rows, 0),
        }  # fmt: skip
        if key not in moves:
            return False
        down, across = moves[key]
        if row < 0 and key not in (Qt.Key.Key_Home, Qt.Key.Key_End):
            start = view.axis.cursor if view.axis.cursor >= 0 else view.axis.seen()[0]
            view.go_to(start, 0)
        else:
            view.go_to(max(row, 0) + down, max(column, 0) + across)
        return True

    def _zoom_key(self, key: Qt.Key) -> bool:
        axis = self.view.axis
        middle = axis.y_of(axis.hovered) if axis.hovered >= 0 else axis.room / 2
        if key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            axis.zoom(1, middle)
        elif key == Qt.Key.Key_Minus:
            axis.zoom(-1, middle)
        elif key == Qt.Key.Key_0:
            axis.fit()
        else:
            return False
        return True
