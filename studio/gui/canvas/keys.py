"""The canvas by keyboard: moving what is selected, walking along wires, and what the window's shortcuts leave over.

Where something has an action, its keys are those that the action has now: another key given to it works here, too, and
one taken from it is free.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QKeyCombination, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from studio.editing.placing.places import GRID

if TYPE_CHECKING:
    from studio.gui.canvas.canvas import Canvas

_Key = Qt.Key
_Mod = Qt.KeyboardModifier
BESIDE = 60.0
"""How far right of the selected node a new one is put."""

_ARROWS = {_Key.Key_Left: (-1, 0), _Key.Key_Right: (1, 0), _Key.Key_Up: (0, -1), _Key.Key_Down: (0, 1)}


def pressed(canvas: Canvas, event: QKeyEvent) -> None:
    """Do what a key means; others stay for the window."""
    mods = event.modifiers() & ~_Mod.KeypadModifier
    key = _Key(event.key())
    act = _action_of(canvas, QKeyCombination(mods, key))
    if act is not None:
        done = act(canvas)
    elif key in _ARROWS:
        done = _arrow(canvas, _ARROWS[key], mods)
    elif key == _Key.Key_Escape:
        done = escape(canvas)
    elif key in (_Key.Key_Return, _Key.Key_Enter) and not mods:
        done = _enter(canvas)
    elif key == _Key.Key_Tab and not mods:
        done = canvas.view.leave()
    else:
        done = False
    event.setAccepted(done)


def _action_of(canvas: Canvas, pressed: QKeyCombination) -> Callable[[Canvas], bool] | None:
    """Return what the canvas itself does for the action that has this key, None if there is none."""
    from studio.gui.base.action import all_actions

    shortcuts = canvas.workbench.parts.get("shortcuts")
    wanted = QKeySequence(pressed)
    for action_id, act in _ACTS.items():
        if canvas.document.locked is not None and all_actions()[action_id].edits:
            continue
        keys = shortcuts.keys(action_id) if shortcuts is not None else all_actions()[action_id].keys
        if any(QKeySequence(one, QKeySequence.SequenceFormat.PortableText) == wanted for one in keys):
            return act
    return None


def _arrow(canvas: Canvas, way: tuple[int, int], mods: Qt.KeyboardModifier) -> bool:
    if mods == _Mod.AltModifier and way[1]:
        step_aside(canvas, down=way[1] > 0)
        return True
    if mods & ~_Mod.ShiftModifier:
        return False
    step = 1.0 if mods & _Mod.ShiftModifier else GRID
    chosen = canvas.selected(), canvas.selected_frames(), canvas.selected_comments()
    if not any(chosen) or canvas.document.locked is not None:
        canvas.view.pan(QPointF(way[0] * 60, way[1] * 60))
        return True
    canvas.view.cancel_gesture()
    merge = "nudge " + repr(chosen)
    canvas.editing.move((way[0] * step, way[1] * step), *chosen, merge=merge)
    return True


def escape(canvas: Canvas) -> bool:
    """End what is going on; if nothing is, select nothing."""
    if canvas.view.cancel_gesture():
        return True
    if canvas.offer_box.isVisible():
        canvas.offer_box.leave()
    else:
        canvas.clear_selection()
    return True


def delete(canvas: Canvas) -> bool:
    """Delete the point under the mouse, or what is selected."""
    target = canvas.view.target
    if target is not None and target.kind == "handle" and target.wire in canvas.projection.wires:
        return canvas.remove_point(target.wire, target.number)
    return canvas.delete_selection()


def _enter(canvas: Canvas) -> bool:
    names = canvas.selected()
    if len(names) != 1:
        return False
    canvas.activate(names[0])
    return True


def ask_for_module(canvas: Canvas) -> None:
    """Ask for a module: under the mouse if it is over the canvas, else right of the selected node or in the middle."""
    view = canvas.view
    room = view.viewport().rect()
    at = view.viewport().mapFromGlobal(view.cursor().pos())
    if room.contains(at) and view.underMouse():
        place = view.scene_at(QPointF(at))
    elif len(chosen := canvas.selected()) == 1:
        place = canvas.projection.cards[chosen[0]].body_rect().topRight() + QPointF(BESIDE, 0)
        at = view.viewportTransform().map(place).toPoint()
        at = QPoint(max(0, min(at.x(), room.right())), max(0, min(at.y(), room.bottom())))
    else:
        at = QPoint(room.center())
        place = view.scene_at(QPointF(at))
    canvas.placeRequested.emit(place, view.viewport().mapToGlobal(at))


def walk(canvas: Canvas, *, forwards: bool) -> None:
    """Select the next node along a wire, or the one at the end of a selected wire; from nothing, the first (or last)
    in file order."""
    names = canvas.selected()
    wires = canvas.selected_wires()
    if wires and not names:
        end = wires[0].target if forwards else wires[0].source
        if end in canvas.projection.cards:
            _go(canvas, end)
        return
    nodes = list(canvas.projection.model.nodes)
    if not nodes:
        return
    if not names:
        _go(canvas, nodes[0] if forwards else nodes[-1])
        return
    here = names[-1] if forwards else names[0]
    edges = canvas.projection.model.edges
    if forwards:
        others = [edge.target for edge in edges if edge.source == here and not edge.feedback]
    else:
        others = [edge.source for edge in edges if edge.target == here and not edge.feedback]
    others = [name for name in dict.fromkeys(others) if name in canvas.projection.cards]
    if others:
        _go(canvas, others[0])


def walk_wires(canvas: Canvas, *, forwards: bool) -> None:
    """Select a wire of the selected node; from a wire, the next one of the node from which this began."""
    names, wires = canvas.selected(), canvas.selected_wires()
    if names:
        canvas.wires_of = names[-1]
    elif wires and canvas.wires_of not in (wires[0].source, wires[0].target):
        canvas.wires_of = wires[0].source
    ring = [key for key in canvas.projection.wires if canvas.wires_of in (key.source, key.target)]
    if not ring or not (names or wires):
        return
    here = ring.index(wires[0]) if wires and not names and wires[0] in ring else -1 if forwards else 0
    wire = canvas.projection.wires[ring[(here + (1 if forwards else -1)) % len(ring)]]
    canvas.select_items({wire})
    canvas.camera.reveal_rect(wire.path().controlPointRect().adjusted(-1, -1, 1, 1))


def step_aside(canvas: Canvas, *, down: bool) -> None:
    """Select the nearest node below or above."""
    names = canvas.selected()
    if not names:
        walk(canvas, forwards=True)
        return
    mine = canvas.projection.cards[names[0]].body_rect()
    best: tuple[float, str] | None = None
    for name, card in canvas.projection.cards.items():
        body = card.body_rect()
        gap = body.top() - mine.bottom() if down else mine.top() - body.bottom()
        if name == names[0] or gap < -5:
            continue
        far = gap + abs(body.center().x() - mine.center().x())
        if best is None or far < best[0]:
            best = (far, name)
    if best is not None:
        _go(canvas, best[1])


def _go(canvas: Canvas, name: str) -> None:
    canvas.select([name])
    canvas.reveal(name)


def _done(act: Callable[[Canvas], object]) -> Callable[[Canvas], bool]:
    def do(canvas: Canvas) -> bool:
        act(canvas)
        return True

    return do


_ACTS: Final[dict[str, Callable[[Canvas], bool]]] = {
    "graph.add": _done(ask_for_module),
    "edit.delete": delete,
    "edit.select_all": _done(lambda canvas: canvas.select_all()),
    "view.fit": _done(lambda canvas: canvas.zoom_to_fit()),
    "view.zoom_selection": _done(lambda canvas: canvas.zoom_selection()),
    "view.next_node": _done(lambda canvas: walk(canvas, forwards=True)),
    "view.last_node": _done(lambda canvas: walk(canvas, forwards=False)),
    "view.next_wire": _done(lambda canvas: walk_wires(canvas, forwards=True)),
    "view.last_wire": _done(lambda canvas: walk_wires(canvas, forwards=False)),
}
"""What the canvas does by itself where the window's shortcuts do not: it is alone, or the action is not enabled now."""
