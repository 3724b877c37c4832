"""The view of a canvas: zoom and pan, what is under the mouse, and which gesture the mouse is making.

NodeGraphQt's viewer gives scene and seams. The mouse never reaches the items: each press starts a `Gesture`, which
can be cancelled at any moment without a trace; so the scene may change in the middle of a drag.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import ceil, floor
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
    QTransform,
    QWheelEvent,
)  # fmt: skip
from PySide6.QtWidgets import QGraphicsScene, QGraphicsView, QToolTip

from studio.gui.canvas.library import NodeViewer
from studio.gui.canvas.look import TINY, look
from studio.gui.guard import guarded

if TYPE_CHECKING:
    from studio.gui.canvas.far import Far
    from studio.gui.canvas.gestures import Gesture
    from studio.gui.canvas.minimap import Minimap
    from studio.gui.canvas.targets import Target

LEAST, MOST = 0.05, 4.0
EXTENT = 1_100_000.0
GRID = 20.0
MOST_PARTS = 8
"""In how many rectangles the view is painted at most; one around all is painted instead of more."""

NODE_MIME = "application/x-studio-node-type"

_Mod = Qt.KeyboardModifier


class Viewer(NodeViewer):  # type: ignore[misc]
    """The graphics view. What a press begins is decided by `start`, which the canvas sets."""

    zoomed = Signal()
    """The scale or the part of the scene that is seen has changed."""
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
        self.overlay: Minimap | None = None
        """Painted over the scene, in place."""
        self.far: Far | None = None
        """Paints the scene where it is shown very small."""
        self.is_afar = False
        self.exposed: Sequence[QRectF] = ()
        """While the view is painted: the rectangles of the scene that are; everything if there are none."""
        self.target: Any = None
        self.space_held = False
        super().__init__()
        self.scene().grid_mode = 0  # its lines would be in pictures; the view draws dots
        self._search_widget.setParent(self)
        self._search_widget.hide()
        for item in (self._cursor_text, self._SLICER_PIPE, self._LIVE_PIPE):
            self.scene().removeItem(item)
        self.setRenderHint(QPainter.RenderHint.Antialiasing, False)  # items that are smooth say so
        self.setObjectName("canvas_view")
        self.setFrameShape(QGraphicsView.Shape.NoFrame)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.SmartViewportUpdate)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontSavePainterState, False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSceneRect(-EXTENT, -EXTENT, 2 * EXTENT, 2 * EXTENT)
        self.centerOn(0, 0)
        for bar in (self.horizontalScrollBar(), self.verticalScrollBar()):
            bar.valueChanged.connect(self.zoomed)

    # -- zoom and pan: NodeGraphQt's own shrink the scene to the view, which is slow and unbounded --------

    @property
    def zoom(self) -> float:
        """Pixels per scene unit."""
        return float(self.transform().m11())

    def zoom_to(self, scale: float, anchor: QPointF | None = None) -> None:
        """Show the scene at another scale, with the point under `anchor` (of the viewport) kept in place."""
        scale = max(LEAST, min(MOST, scale))
        at = anchor or QPointF(self.viewport().rect().center())
        kept = self.scene_at(at)
        self._scale_to(scale)
        self.put(kept, at)
        self.zoomed.emit()

    def _scale_to(self, scale: float) -> None:
        self.setTransform(QTransform.fromScale(scale, scale))
        self.is_afar = scale < TINY

    def scene_at(self, point: QPointF) -> QPointF:
        """Return the point of the scene under a point of the viewport."""
        inverse, _ = self.viewportTransform().inverted()
        return QPointF(inverse.map(point))

    def put(self, point: QPointF, at: QPointF) -> None:
        """Move the view so that a point of the scene is at a point of the viewport."""
        now = self.viewportTransform().map(point)
        self.pan(now - at)

    def pan(self, by: QPointF) -> None:
        """Move the view by pixels."""
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        across.setValue(across.value() + round(by.x()))
        down.setValue(down.value() + round(by.y()))

    def show_rect(self, rect: QRectF, most: float = 1.0) -> None:
        """Show a rectangle of the scene as large as it fits, but no larger than `most`."""
        if rect.isEmpty():
            return
        room = self.viewport().rect()
        across = max(1.0, room.width() - 80.0) / max(1.0, rect.width())
        down = max(1.0, room.height() - 80.0) / max(1.0, rect.height())
        scale = max(LEAST, min(most, across, down))
        self._scale_to(scale)
        self.put(rect.center(), QPointF(room.center()))
        self.zoomed.emit()

    def seen(self) -> QRectF:
        """Return the part of the scene that is seen."""
        return QRectF(self.mapToScene(self.viewport().rect()).boundingRect())

    def _update_scene(self) -> None:
        """NodeGraphQt's way to zoom is not used."""

    def _set_viewer_zoom(self, value: float, sensitivity: float | None = None, pos: Any = None) -> None:
        self.zoom_to(self.zoom * 1.001**value, QPointF(pos) if pos is not None else None)

    def _set_viewer_pan(self, pos_x: float, pos_y: float) -> None:
        self.pan(QPointF(pos_x, pos_y) * self.zoom)

    def get_zoom(self) -> float:
        """Return the zoom as NodeGraphQt counts it: 0 is life size."""
        return self.zoom - 1.0

    def reset_zoom(self, cent: QPointF | None = None) -> None:
        """Show the scene life size, around a point if given."""
        self.zoom_to(1.0)
        if cent is not None:
            self.put(QPointF(cent), QPointF(self.viewport().rect().center()))

    def _combined_rect(self, nodes: list[Any]) -> QRectF:
        rect = QRectF()
        for node in nodes:
            rect = rect.united(node.sceneBoundingRect())
        return rect

    # -- gestures --------------------------------------------------------------------------------

    def begin(self, gesture: Gesture) -> None:
        """Let a gesture have the mouse; one that is under way is cancelled."""
        self.cancel_gesture()
        self.gesture = gesture

    def end_gesture(self) -> None:
        """The gesture is over; whatever it does now happens without the mouse."""
        self.gesture = None

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

    @guarded()
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Hand keys to the canvas; hold Space to pan."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self.space_held = True
            self.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
            event.accept()
            return
        event.ignore()
        self.keyed.emit(event)

    @guarded()
    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Space was let go."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self.space_held = False
            self.viewport().unsetCursor()
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
        self.space_held = False
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

    @guarded()
    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Scroll what is painted, but for the overlay, which stays in place."""
        QGraphicsView.scrollContentsBy(self, dx, dy)
        if self.overlay is not None and self.overlay.isVisible():
            place = self.overlay.geometry()
            self.viewport().update(place)
            self.viewport().update(place.translated(dx, dy))

    @guarded()
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the scene and what lies over it."""
        inverse, _ = self.viewportTransform().inverted()
        few = event.region().rectCount() <= MOST_PARTS
        parts: Iterable[QRect] = iter(event.region()) if few else (event.rect(),)
        self.exposed = [inverse.mapRect(QRectF(part)) for part in parts]
        try:
            if self.far is not None and self.is_afar:
                self._paint_far(self.far, event)
            else:
                QGraphicsView.paintEvent(self, event)
        finally:
            self.exposed = ()
        overlay = self.overlay
        if overlay is not None and overlay.isVisible() and event.region().intersects(overlay.geometry()):
            painter = QPainter(self.viewport())
            painter.setClipRegion(event.region())
            overlay.paint(painter)
            painter.end()

    def repaint_far(self) -> None:
        """Something looks other than before. Qt repaints an item where it remembers to have painted it; from afar it
        has painted none, so all of the view is painted anew."""
        if self.is_afar:
            self.viewport().update()

    def _paint_far(self, far: Far, event: QPaintEvent) -> None:
        QGraphicsView.paintEvent(self, QPaintEvent(QRegion()))  # paints nothing, but the view and the scene note it
        painter = QPainter(self.viewport())
        painter.setWorldTransform(self.viewportTransform())
        self.drawBackground(painter, self.viewportTransform().inverted()[0].mapRect(QRectF(event.rect())))
        far.paint(painter, self.exposed, self.gesture.drawn if self.gesture is not None else None)
        painter.end()

    @guarded()
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the scale and the middle."""
        QGraphicsView.resizeEvent(self, event)
        old = event.oldSize()
        if old.isValid() and not old.isEmpty():
            change = event.size() - old
            self.pan(QPointF(-change.width() / 2, -change.height() / 2))
        self.zoomed.emit()

    @guarded()
    def drawBackground(self, painter: QPainter, rect: QRectF) -> None:
        """The paper and a grid of dots, coarser the smaller the scene is shown."""
        style = look()
        painter.fillRect(rect, style.paper)
        scale = self.zoom
        if scale < 0.25:
            return
        step = GRID
        while step * scale < 22:
            step *= 2
        size = 2.0 / scale
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.grid)
        for part in self.exposed or (rect,):
            painter.drawRects(_dots(part, step, size))

    def shown_scene(self) -> QGraphicsScene:
        """Return the scene."""
        scene = self.scene()
        assert isinstance(scene, QGraphicsScene)
        return scene


def _dots(area: QRectF, step: float, size: float) -> list[QRectF]:
    """Return the dots of the grid that an area touches."""
    half = size / 2
    columns = range(floor((area.left() - half) / step), ceil((area.right() + half) / step) + 1)
    rows = [
        row * step - half for row in range(floor((area.top() - half) / step), ceil((area.bottom() + half) / step) + 1)
    ]
    return [QRectF(column * step - half, row, size, size) for column in columns for row in rows]
