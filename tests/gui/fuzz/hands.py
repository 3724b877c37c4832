"""What hands do: press, drag, let go, turn the wheel, type, choose a command, switch tabs and themes."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from studio.gui.base.action import all_actions
from studio.gui.canvas.viewer import Viewer
from studio.gui.theme import apply_theme, current_theme
from tests.gui.fuzz.machine import Machine

_BUTTONS = (Qt.MouseButton.LeftButton,) * 6 + (Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton)
_NONE = Qt.KeyboardModifier.NoModifier
_MODIFIERS = (
    (_NONE,) * 5
    + (Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier)
)  # fmt: skip
_KEYS = (
    Qt.Key.Key_Escape, Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Tab, Qt.Key.Key_Delete, Qt.Key.Key_Left,
    Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Space, Qt.Key.Key_F2, Qt.Key.Key_Home, Qt.Key.Key_A,
    Qt.Key.Key_F, Qt.Key.Key_M, Qt.Key.Key_Period, Qt.Key.Key_Plus, Qt.Key.Key_Minus, Qt.Key.Key_Backspace,
)  # fmt: skip
_WORDS = ("tem", "{x} and {y}", "switch", "a", "<b>x</b>", "שלום", "out", "3", "json", "never")

_LEFT_OUT = (
    "file.", "help.", "app.", "window.", "picture.", "run.", "tests.open_file", "fork.run", "edit.undo", "edit.redo",
)  # fmt: skip
"""Actions that leave the window, ask for a file, or have steps of their own."""


def press(machine: Machine) -> str:
    """Press a button on a port, a card, a wire or anywhere."""
    view = machine.view
    if view is None or machine.held != Qt.MouseButton.NoButton:
        return ""
    what, where = spot(machine, view)
    button, keys = machine.random.choice(_BUTTONS), machine.random.choice(_MODIFIERS)
    QTest.mouseMove(view.viewport(), where)
    QTest.mousePress(view.viewport(), button, keys, where)
    machine.held = button
    return f"{button.name} {keys.name} on {what}"


def move(machine: Machine) -> str:
    """Move the mouse, in a few small steps, to something or anywhere."""
    view = machine.view
    if view is None:
        return ""
    what, where = spot(machine, view)
    for part in (0.3, 0.7, 1.0):
        QTest.mouseMove(view.viewport(), QPoint(round(where.x() * part), round(where.y() * part)))
    return f"to {what}"


def release(machine: Machine) -> str:
    """Let the button go, on something or anywhere."""
    view = machine.view
    if view is None or machine.held == Qt.MouseButton.NoButton:
        return ""
    what, where = spot(machine, view)
    QTest.mouseMove(view.viewport(), where)
    QTest.mouseRelease(view.viewport(), machine.held, machine.random.choice(_MODIFIERS), where)
    machine.held = Qt.MouseButton.NoButton
    return f"on {what}"


def click(machine: Machine) -> str:
    """Click, or double-click, something."""
    view = machine.view
    if view is None or machine.held != Qt.MouseButton.NoButton:
        return ""
    what, where = spot(machine, view)
    keys = machine.random.choice(_MODIFIERS)
    if machine.random.random() < 0.3:
        QTest.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, keys, where)
        return f"twice on {what}"
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, keys, where)
    return f"{keys.name} on {what}"


def wheel(machine: Machine) -> str:
    """Turn the wheel over something, also in the middle of a drag."""
    view = machine.view
    if view is None:
        return ""
    what, where = spot(machine, view)
    turns, keys = machine.random.choice((-120, 120, -600, 600)), machine.random.choice(_MODIFIERS)
    place = QPointF(where)
    event = QWheelEvent(
        place, QPointF(view.viewport().mapToGlobal(where)), QPoint(), QPoint(0, turns), Qt.MouseButton.NoButton, keys,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view.viewport(), event)
    return f"{turns} over {what}"


def key(machine: Machine) -> str:
    """Press a key on the canvas, or on whatever has the focus."""
    view = machine.view
    target: QWidget | None = view
    if machine.random.random() < 0.4:
        focused = QApplication.focusWidget()
        target = focused if focused is not None and machine.window.isAncestorOf(focused) else view
    if target is None:
        return ""
    name = machine.random.choice(_KEYS)
    QTest.keyClick(target, name, machine.random.choice(_MODIFIERS))
    return f"{name.name} to {target.objectName() or type(target).__name__}"


def words(machine: Machine) -> str:
    """Type into whatever has the focus."""
    target = QApplication.focusWidget()
    if target is None or not machine.window.isAncestorOf(target):
        return ""
    text = machine.random.choice(_WORDS)
    for sign in text:
        if QApplication.focusWidget() is not target:
            break
        # Not QTest's own, which knows ASCII only; and a window may be gone between two letters.
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(target, QKeyEvent(kind, 0, _NONE, sign))
    return f"{text!r} to {target.objectName() or type(target).__name__}"


def command(machine: Machine) -> str:
    """Do something from the menus."""
    known = [name for name in sorted(all_actions()) if not name.startswith(_LEFT_OUT)]
    name = machine.random.choice(known)
    machine.workbench.trigger(name)
    return name


def undo(machine: Machine) -> str:
    """Undo or redo, from the menu, also in the middle of a drag."""
    name = machine.random.choice(("edit.undo", "edit.undo", "edit.redo"))
    machine.workbench.trigger(name)
    return name


def switch(machine: Machine) -> str:
    """Show another graph, or close a tab."""
    document = machine.random.choice([one for one in machine.workbench.documents if one.locked is None])
    places = [at for at, _ in document.walk()]
    at = machine.random.choice(places)
    pages = machine.window.pages
    if pages.count() > 3 and machine.random.random() < 0.3:
        pages.tabCloseRequested.emit(pages.count() - 1)
        if all(one.locked is not None for one in machine.workbench.documents):
            machine.workbench.add(document)
        return "closed the last tab"
    machine.workbench.show(document, at)
    machine.held = Qt.MouseButton.NoButton
    return f"to {document.title} {'.'.join(at)}"


def theme(machine: Machine) -> str:
    """Switch between light and dark."""
    name = "light" if current_theme().is_dark else "dark"
    apply_theme(name)
    return name


def spot(machine: Machine, view: Viewer) -> tuple[str, QPoint]:
    """Return something to point at, with where it is in the viewport: a port, a card, a wire, or just a place."""
    room = view.viewport().rect()
    choose = machine.random
    place = QPoint(choose.randrange(max(1, room.width())), choose.randrange(max(1, room.height())))
    what = f"({place.x()}, {place.y()})"
    kind = choose.choice(("port", "port", "node", "node", "wire", "note", "", ""))
    canvas = machine.canvas
    assert canvas is not None
    cards, wires = canvas.projection.cards, canvas.projection.wires
    found: QPointF | None = None
    if kind in ("port", "node") and cards:
        name = choose.choice(sorted(cards))
        found, what = cards[name].body_rect().center(), name
        if kind == "port":
            side, port = choose.choice(sorted(cards[name].places()))
            found, what = cards[name].port_place(side, port), f"{name}.{port} ({side})"
    elif kind == "wire" and wires:
        key = choose.choice(sorted(wires))
        found, what = wires[key].path().pointAtPercent(0.5), str(wires[key].edge)
    elif kind == "note" and canvas.notes.all():
        found, what = choose.choice(canvas.notes.all()).area().topLeft() + QPointF(8, 8), "a frame or comment"
    if found is not None:
        there = view.mapFromScene(found)
        if room.contains(there):
            return what, there
    return f"({place.x()}, {place.y()})", place
