"""The canvas by keyboard: moving what is selected, walking along wires, and what the window's shortcuts leave over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent

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
    done = True
    if key in _ARROWS:
        done = _arrow(canvas, _ARROWS[key], mods)
    elif key == _Key.Key_Escape:
        escape(canvas)
    elif key == _Key.Key_BracketRight and not mods:
        walk(canvas, forwards=True)
    elif key == _Key.Key_BracketLeft and not mods:
        walk(canvas, forwards=False)
    elif key in (_Key.Key_Delete, _Key.Key_Backspace) and not mods:
        done = delete(canvas)
    elif key == _Key.Key_Tab and not mods:
        ask_for_module(canvas)
    elif key in (_Key.Key_Return, _Key.Key_Enter) and not mods:
        done = _enter(canvas)
    elif key == _Key.Key_Home and not mods:
        canvas.zoom_to_fit()
    elif key == _Key.Key_F and not mods:
        canvas.zoom_selection()
    elif key == _Key.Key_A and mods == _Mod.ControlModifier:
        canvas.select_all()
    else:
        done = False
    event.setAccepted(done)


def _arrow(canvas: Canvas, way: tuple[int, int], mods: Qt.KeyboardModifier) -> bool:
    if mods == _Mod.AltModifier:
        if way[0]:
            walk(canvas, forwards=way[0] > 0)
        else:
            step_aside(canvas, down=way[1] > 0)
        return True
    if mods & ~_Mod.ShiftModifier:
        return False
    step = 1.0 if mods & _Mod.ShiftModifier else GRID
    chosen = canvas.selected(), canvas.selected_frames(), canvas.selected_comments()
    if not any(chosen):
        canvas.view.pan(QPointF(way[0] * 60, way[1] * 60))
        return True
    canvas.view.cancel_gesture()
    merge = "nudge " + repr(chosen)
    canvas.editing.move((way[0] * step, way[1] * step), *chosen, merge=merge)
    return True


def escape(canvas: Canvas) -> None:
    """End what is going on; if nothing is, select nothing."""
    if canvas.view.cancel_gesture():
        return
    if canvas.offer_box.isVisible():
        canvas.offer_box.leave()
        return
    canvas.clear_selection()


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
    """Select the next node along a wire; from nothing, the first (or last) in file order."""
    names = canvas.selected()
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
