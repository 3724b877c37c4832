"""What the mouse does: each gesture begins at a press, may be cancelled at any moment, and has its effect at the end.

While it lasts only items move; the document is changed once, at the release, after the gesture is over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QGraphicsItem

from studio.editing.placing import annotations as marks
from studio.editing.placing.places import GRID
from studio.graph.frames import SMALLEST, Rect
from studio.gui.canvas.targets import Target
from studio.gui.canvas.wire_item import WireItem, WireKey

if TYPE_CHECKING:
    from studio.gui.canvas.annotation_items import Annotation
    from studio.gui.canvas.canvas import Canvas
    from studio.gui.canvas.node_item import NodeItem
    from studio.gui.canvas.viewer import Viewer

SLACK = 4.0
"""Pixels that the mouse may slip during a click."""

_Mod = Qt.KeyboardModifier
_Button = Qt.MouseButton


class Gesture:
    """A gesture of the mouse. `button` is the one whose release ends it."""

    button = _Button.LeftButton

    def __init__(self, canvas: Canvas, event: QMouseEvent) -> None:
        self.canvas = canvas
        self.view: Viewer = canvas.view
        self.pressed = event.position()
        self.began = self.view.scene_at(event.position())
        self.mods = event.modifiers()
        self.is_drag = False
        self.drawn: QGraphicsItem | None = None
        """What it draws over the scene."""

    def move(self, event: QMouseEvent) -> None:
        """The mouse moved."""
        if not self.is_drag:
            off = event.position() - self.pressed
            if max(abs(off.x()), abs(off.y())) < SLACK:
                return
            self.is_drag = True
            self.begin_drag()
        self.drag(self.view.scene_at(event.position()), event)

    def begin_drag(self) -> None:
        """The mouse has left where it was pressed."""

    def drag(self, point: QPointF, event: QMouseEvent) -> None:
        """The mouse is at another point of the scene."""

    def release(self, event: QMouseEvent) -> None:
        """The button was let go."""

    def cancel(self) -> None:
        """Leave everything as it was before."""


class Pan(Gesture):
    """Moves the view."""

    def __init__(self, canvas: Canvas, event: QMouseEvent) -> None:
        super().__init__(canvas, event)
        self.button = event.button()
        self._last = event.position()
        self.view.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)

    def move(self, event: QMouseEvent) -> None:
        """Follow the mouse."""
        self.view.pan(self._last - event.position())
        self._last = event.position()

    def release(self, event: QMouseEvent) -> None:
        """Stay there."""
        self.cancel()

    def cancel(self) -> None:
        """Stay there."""
        if self.view.space_held:
            self.view.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            self.view.viewport().unsetCursor()


class RubberBand(Gesture):
    """Selects what a rectangle touches; Shift adds to the selection, Ctrl takes away from it."""

    def __init__(self, canvas: Canvas, event: QMouseEvent) -> None:
        super().__init__(canvas, event)
        self._before = set(canvas.selected_items())
        if not self.mods & (_Mod.ShiftModifier | _Mod.ControlModifier):
            canvas.clear_selection()

    def drag(self, point: QPointF, event: QMouseEvent) -> None:
        """Select what is touched now."""
        band = self.view._rubber_band
        band.setGeometry(QRect(self.pressed.toPoint(), event.position().toPoint()).normalized())
        band.show()
        area = QRectF(self.began, point).normalized()
        touched = set(self.canvas.selection.touched(area))
        if self.mods & _Mod.ShiftModifier:
            touched |= self._before
        elif self.mods & _Mod.ControlModifier:
            touched = self._before - touched
        self.canvas.select_items(touched)

    def release(self, event: QMouseEvent) -> None:
        """Keep the selection."""
        self.view._rubber_band.hide()

    def cancel(self) -> None:
        """Select what was selected before."""
        self.view._rubber_band.hide()
        self.canvas.select_items(self._before)


class Click(Gesture):
    """Selects a wire; Shift or Ctrl adds it or takes it away."""

    def __init__(self, canvas: Canvas, event: QMouseEvent, key: WireKey) -> None:
        super().__init__(canvas, event)
        item = canvas.projection.wires[key]
        if self.mods & (_Mod.ShiftModifier | _Mod.ControlModifier):
            item.setSelected(not item.isSelected())
        else:
            canvas.select_items({item})


class Hold(Gesture):
    """Selects what is pressed, where nothing can be moved; dragging it moves the view."""

    def __init__(self, canvas: Canvas, event: QMouseEvent, item: NodeItem | Annotation) -> None:
        super().__init__(canvas, event)
        self._last = event.position()
        chosen = set(canvas.selected_items())
        if self.mods & (_Mod.ShiftModifier | _Mod.ControlModifier):
            canvas.select_items(chosen ^ {item})
        elif chosen != {item}:
            canvas.select_items({item})

    def drag(self, point: QPointF, event: QMouseEvent) -> None:
        """Follow the mouse."""
        self.view.pan(self._last - event.position())
        self._last = event.position()


class Move(Gesture):
    """Moves what is selected, frames with what stands in them; set down on a wire, a lone node is set into it."""

    def __init__(self, canvas: Canvas, event: QMouseEvent, item: NodeItem | Annotation) -> None:
        super().__init__(canvas, event)
        self._item = item
        self._was_selected = item.isSelected()
        self._adds = bool(self.mods & (_Mod.ShiftModifier | _Mod.ControlModifier))
        if not item.isSelected():
            canvas.select_items({*canvas.selected_items(), item} if self._adds else {item})
        self._cards: dict[str, QPointF] = {}
        self._notes: dict[Annotation, QRectF] = {}
        self._frames: list[int] = []
        self._comments: list[int] = []
        self._by = QPointF()
        self._wire: WireItem | None = None
        self._fits: dict[WireKey, bool] = {}

    def begin_drag(self) -> None:
        """Remember where everything stood."""
        canvas = self.canvas
        names = canvas.selected()
        frames, comments = canvas.selected_frames(), canvas.selected_comments()
        boxes = canvas.boxes()
        for number in list(frames):
            inner = marks.inside(canvas.document, canvas.at, number, boxes)
            names, frames, comments = [*names, *inner[0]], [*frames, *inner[1]], [*comments, *inner[2]]
        self._frames, self._comments = list(dict.fromkeys(frames)), list(dict.fromkeys(comments))
        self._cards = {name: canvas.projection.cards[name].pos() for name in dict.fromkeys(names)}
        notes = [canvas.notes.frames[number] for number in self._frames]
        self._notes = {note: note.area() for note in (*notes, *(canvas.notes.comments[n] for n in self._comments))}

    def drag(self, point: QPointF, event: QMouseEvent) -> None:
        """Show everything where it would be."""
        self._by = self._snapped(point - self.began, event.modifiers())
        for name, place in self._cards.items():
            self.canvas.projection.cards[name].setPos(place + self._by)
        for note, area in self._notes.items():
            note.set_area(area.translated(self._by))
        self.canvas.projection.reroute(self._cards, self._by)
        self._mark_wire(point)

    def _snapped(self, by: QPointF, mods: Qt.KeyboardModifier) -> QPointF:
        """Round the way so that what is held comes to rest on the grid."""
        if self.canvas.snaps == bool(mods & _Mod.ControlModifier):
            return QPointF(round(by.x()), round(by.y()))
        held = next((area.topLeft() for note, area in self._notes.items() if note is self._item), None)
        start = held if held is not None else self._cards.get(getattr(self._item, "name", ""), QPointF())
        end = start + by
        return QPointF(round(end.x() / GRID) * GRID, round(end.y() / GRID) * GRID) - start

    def _mark_wire(self, point: QPointF) -> None:
        wire = self.canvas.wire_to_insert(next(iter(self._cards)), point) if self._is_lone() else None
        if wire is not None and wire is not self._wire:
            if wire.key not in self._fits:
                self._fits[wire.key] = self.canvas.editing.fits_into(next(iter(self._cards)), wire.key)
            wire = wire if self._fits[wire.key] else None
        if wire is not self._wire:
            if self._wire is not None:
                self._wire.set_flag("marked", False)
            if wire is not None:
                wire.set_flag("marked", True)
            self._wire = wire

    def _is_lone(self) -> bool:
        return len(self._cards) == 1 and not self._notes

    def release(self, event: QMouseEvent) -> None:
        """Let the document say where everything stands now."""
        if not self.is_drag:
            if self._was_selected:
                chosen = set(self.canvas.selected_items())
                self.canvas.select_items(chosen - {self._item} if self._adds else {self._item})
            return
        by = (self._by.x(), self._by.y())
        wire = self._wire
        names, frames, comments = list(self._cards), self._frames, self._comments
        self.cancel()
        if wire is not None and self.canvas.editing.insert_on_wire(names[0], wire.key, by):
            return
        self.canvas.editing.move(by, names, frames, comments)

    def cancel(self) -> None:
        """Put everything back."""
        if self._wire is not None:
            self._wire.set_flag("marked", False)
            self._wire = None
        if self.is_drag:
            self.canvas.projection.put_back(self._cards)
            for note, area in self._notes.items():
                note.set_area(area)


class Resize(Gesture):
    """Changes the size of a frame or comment at its corner."""

    def __init__(self, canvas: Canvas, event: QMouseEvent, owner: str, number: int) -> None:
        super().__init__(canvas, event)
        self._owner, self._number = owner, number
        self._item = canvas.notes.find(owner, number)
        self._before = self._item.area()
        self._now = self._before
        canvas.select_items({self._item})

    def drag(self, point: QPointF, event: QMouseEvent) -> None:
        """Show the size it would have."""
        corner = self._before.bottomRight() + (point - self.began)
        if self.canvas.snaps != bool(event.modifiers() & _Mod.ControlModifier):
            corner = QPointF(round(corner.x() / GRID) * GRID, round(corner.y() / GRID) * GRID)
        least = self._before.topLeft() + QPointF(*SMALLEST)
        corner = QPointF(max(corner.x(), least.x()), max(corner.y(), least.y()))
        self._now = QRectF(self._before.topLeft(), corner)
        self._item.set_area(self._now)

    def release(self, event: QMouseEvent) -> None:
        """Let the document say so."""
        now = self._now
        self.cancel()
        if self.is_drag and now != self._before:
            self.canvas.editing.resize(self._owner, self._number, Rect(now.x(), now.y(), now.width(), now.height()))

    def cancel(self) -> None:
        """Back to the old size."""
        self._item.set_area(self._before)


class Lead(Gesture):
    """Drags a point that a wire is led through."""

    def __init__(self, canvas: Canvas, event: QMouseEvent, key: WireKey, number: int) -> None:
        super().__init__(canvas, event)
        self._wire = canvas.projection.wires[key]
        self._number = number
        self._before = list(self._wire.handles)
        self._now = list(self._before)
        canvas.select_items({self._wire})

    def drag(self, point: QPointF, event: QMouseEvent) -> None:
        """Show the wire along the point where it would be."""
        if self.canvas.snaps != bool(event.modifiers() & _Mod.ControlModifier):
            half = GRID / 2
            point = QPointF(round(point.x() / half) * half, round(point.y() / half) * half)
        self._now = [point if number == self._number else one for number, one in enumerate(self._before)]
        self.canvas.projection.route_through(self._wire, self._now)

    def release(self, event: QMouseEvent) -> None:
        """Let the document say so."""
        now, edge = self._now, self._wire.edge
        self.cancel()
        if self.is_drag and now != self._before:
            self.canvas.editing.lead(edge, [(point.x(), point.y()) for point in now], "Lead wire")

    def cancel(self) -> None:
        """Run as before."""
        self.canvas.projection.route_through(self._wire, self._before)


def begin_gesture(canvas: Canvas, target: Target | None, event: QMouseEvent) -> Gesture | None:
    """Return the gesture that a press begins, None if it is none of the canvas's."""
    from studio.gui.canvas.connecting import Connect

    button = event.button()
    if button == _Button.MiddleButton or (button == _Button.LeftButton and canvas.view.space_held):
        return Pan(canvas, event)
    if button != _Button.LeftButton:
        return None
    if target is None:
        return RubberBand(canvas, event)
    if canvas.document.locked is not None:
        return _hold(canvas, target, event)
    match target.kind:
        case "port" if target.port is not None:
            return Connect(canvas, event, target.port)
        case "node":
            return Move(canvas, event, canvas.projection.cards[target.node])
        case "handle" if target.wire is not None:
            return Lead(canvas, event, target.wire, target.number)
        case "wire" if target.wire is not None:
            return Click(canvas, event, target.wire)
        case "corner":
            return Resize(canvas, event, target.owner, target.number)
        case "frame" | "comment":
            return Move(canvas, event, canvas.notes.find(target.kind, target.number))
        case _:
            return None


def _hold(canvas: Canvas, target: Target, event: QMouseEvent) -> Gesture:
    """What a press begins where nothing can be changed: something is selected, and the view moved."""
    if target.wire is not None:
        return Click(canvas, event, target.wire)
    if target.node or target.port is not None:
        name = target.node or (target.port.node if target.port is not None else "")
        return Hold(canvas, event, canvas.projection.cards[name])
    return Hold(canvas, event, canvas.notes.find(target.owner or target.kind, target.number))
