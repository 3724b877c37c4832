"""The view of a canvas: what is under the mouse, which gesture the mouse is making, and keys that go to the canvas.

The mouse never reaches the items: each press starts a `Gesture`, which
can be cancelled at any moment without a trace; so the scene may change in the middle of a drag.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QWheelEvent,
)  # fmt: skip
from PySide6.QtWidgets import QGraphicsItem, QGraphicsView, QToolTip

from studio.gui.base.guard import guarded
from studio.gui.canvas.paper import Paper

if TYPE_CHECKING:
    from studio.gui.canvas.gestures import Gesture
    from studio.gui.canvas.targets import Target

NODE_MIME = "application/x-studio-node-type"

_Mod = Qt.KeyboardModifier


class Viewer(Paper):
    """The graphics view. What a press begins is decided by `start`, which the canvas sets."""

    hovered = Signal(object)
    """Another target is under the mouse."""
    double_clicked = Signal(object, QPointF, QPoint)
    context_asked = Signal(QPoint, object)
    keyed = Signal(QKeyEvent)

    def __init__(self) -> None:
        self.gesture: Gesture | None = None
        self.start: Callable[[Viewer, Target, QMouseEvent], Gesture | None] = lambda view, target, event: None
        self.find: Callable[[QPointF, float], Target | None] = lambda point, scale: None
        self.tell: Callable[[Target], str] = lambda target: ""
        self.takes: Callable[[Any], bool] = lambda mime: False
        self.target: Any = None
        self.act: Callable[[QKeyEvent], Callable[[], object] | None] = lambda event: None
        """What a key does that comes before all shortcuts here, None for most keys."""
        self.space_held = False
        self._tap: Callable[[], object] | None = None
        """What Space does if it is let go before the mouse did anything."""
        super().__init__()
        self.setObjectName("canvas_view")
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def drawn(self) -> QGraphicsItem | None:
        """Return what the gesture under way draws over the scene."""
        return self.gesture.drawn if self.gesture is not None else None

    # -- gestures --------------------------------------------------------------------------------

    def begin(self, gesture: Gesture) -> None:
        """Let a gesture have the mouse; one that is under way is cancelled."""
        self.cancel_gesture()
        self.gesture = gesture
        self._tap = None

    def cancel_gesture(self) -> bool:
        """End the gesture under way, if any, with no effect; return whether there was one."""
        gesture, self.gesture = self.gesture, None
        if gesture is not None:
            gesture.cancel()
        return gesture is not None

    def _look_under(self, point: QPointF) -> None:
        target = self.find(self.scene_at(point), self.zoom)
        if target != self.target:
            self.target = target
            self.hovered.emit(target)

    @guarded()
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a gesture."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self._previous_pos = self._origin_pos = event.position().toPoint()
        if self.gesture is not None:
            if event.button() == Qt.MouseButton.RightButton:
                self.cancel_gesture()
            event.accept()
            return
        self._look_under(event.position())
        gesture = self.start(self, self.target, event)
        if gesture is not None:
            self.begin(gesture)
        event.accept()

    @guarded()
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with the gesture, or look what is under the mouse."""
        self._previous_pos = event.position().toPoint()
        if self.gesture is not None:
            if not event.buttons():
                self.cancel_gesture()  # the release went elsewhere
            else:
                self.gesture.move(event)
        else:
            self._look_under(event.position())
        event.accept()

    @guarded()
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the gesture with its effect."""
        gesture = self.gesture
        if gesture is not None and event.button() == gesture.button:
            self.gesture = None
            gesture.release(event)
        self._look_under(event.position())
        event.accept()

    @guarded()
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Tell what was double-clicked; the second press of it begins nothing."""
        self.cancel_gesture()
        if event.button() == Qt.MouseButton.LeftButton:
            self._look_under(event.position())
            self.double_clicked.emit(self.target, self.scene_at(event.position()), event.globalPosition().toPoint())
        event.accept()

    @guarded()
    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom to the mouse; with Shift, or two fingers on a pad, move the view."""
        pixels, turns = event.pixelDelta(), event.angleDelta()
        mods = event.modifiers()
        on_pad = not pixels.isNull() and event.phase() != Qt.ScrollPhase.NoScrollPhase
        if on_pad and not mods & _Mod.ControlModifier:
            self.pan(QPointF(-pixels.x(), -pixels.y()))
        elif mods & _Mod.ShiftModifier:
            self.pan(QPointF(-(turns.y() or turns.x()), 0))
        elif mods & _Mod.AltModifier:
            self.pan(QPointF(0, -(turns.x() or turns.y())))
        else:
            self.zoom_to(self.zoom * 1.0014 ** (turns.y() or turns.x()), event.position())
        if self.gesture is None:
            self._look_under(event.position())
        event.accept()

    @guarded()
    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under the mouse any more."""
        if self.gesture is None and self.target is not None:
            self.target = None
            self.hovered.emit(None)
        QGraphicsView.leaveEvent(self, event)

    @guarded()
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for a menu; the window has it."""
        self.cancel_gesture()
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            self.context_asked.emit(event.globalPos(), None)
        else:
            self._look_under(QPointF(event.pos()))
            self.context_asked.emit(event.globalPos(), self.target)
        event.accept()

    # -- keys ------------------------------------------------------------------------------------

    @guarded(False)
    def event(self, event: QEvent) -> bool:
        """A key that does something of its own here is no shortcut."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self.act(event):
            event.accept()
            return True
        return bool(QGraphicsView.event(self, event))

    @guarded()
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Hand keys to the canvas; hold Space to pan."""
        act = self.act(event)
        if event.key() == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self.space_held, self._tap = True, act
                self.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
            event.accept()
            return
        if act is not None:
            event.accept()
            act()
            return
        event.ignore()
        self.keyed.emit(event)

    @guarded()
    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Space was let go."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self.space_held = False
            self.viewport().unsetCursor()
            tap, self._tap = self._tap, None
            if tap is not None:
                tap()
        event.accept()

    @guarded(False)
    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab is a key like others, which adds a module; Shift+Tab leaves the canvas."""
        return False if forward else bool(QGraphicsView.focusNextPrevChild(self, forward))

    def leave(self) -> bool:
        """Give the focus to what comes next."""
        return bool(QGraphicsView.focusNextPrevChild(self, True))

    @guarded()
    def focusInEvent(self, event: QFocusEvent) -> None:
        """Without NodeGraphQt's menu bar, whose shortcuts would hide the window's."""
        QGraphicsView.focusInEvent(self, event)
        self.viewport().update()

    @guarded()
    def focusOutEvent(self, event: QFocusEvent) -> None:
        """A gesture does not outlive the focus."""
        self.space_held, self._tap = False, None
        self.viewport().unsetCursor()
        QGraphicsView.focusOutEvent(self, event)
        self.viewport().update()

    # -- drops -----------------------------------------------------------------------------------

    @guarded()
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take node types, texts and files."""
        event.setAccepted(self.takes(event.mimeData()))

    @guarded()
    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """See `dragEnterEvent`."""
        event.setAccepted(self.takes(event.mimeData()))

    @guarded()
    def dropEvent(self, event: QDropEvent) -> None:
        """Report what was dropped and where."""
        self.cancel_gesture()
        if self.takes(event.mimeData()):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.data_dropped.emit(event.mimeData(), self.scene_at(event.position()))
            self.setFocus(Qt.FocusReason.MouseFocusReason)
        else:
            event.ignore()

    # -- the rest of Qt ----------------------------------------------------------------------------

    @guarded(False)
    def viewportEvent(self, event: QEvent) -> bool:
        """Tool tips by our own finding; pinches zoom."""
        if event.type() == QEvent.Type.ToolTip:
            text = self.tell(self.target) if self.target is not None and self.gesture is None else ""
            if text:
                QToolTip.showText(event.globalPos(), text, self.viewport())  # type: ignore[attr-defined]
            else:
                QToolTip.hideText()
            return True
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self.zoom_to(self.zoom * (1.0 + event.value()), event.position())
            return True
        return bool(QGraphicsView.viewportEvent(self, event))
