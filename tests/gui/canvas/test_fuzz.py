"""Random gestures, edits by others and undo, also in the middle of a drag: the view always equals the document."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication

from studio.editing.carrying import fragments
from studio.editing.edits import nodes, renaming
from studio.editing.placing import annotations as marks
from studio.graph.frames import Rect
from studio.gui.canvas import Canvas, NodeState
from studio.gui.workbench import Workbench
from studio.support.errors import StudioError
from tests.gui.canvas.graphs import BROKEN, LOOP, NOTED
from tests.gui.support import (
    Button,
    Mod,
    assert_view_equals_document,
    double_click,
    key,
    move,
    on_view,
    open_canvas,
    press,
    release,
    wheel,
)
from tests.support.thorough import thorough_but

STEPS = 140
MODS = (Mod.NoModifier, Mod.NoModifier, Mod.NoModifier, Mod.ShiftModifier, Mod.ControlModifier, Mod.AltModifier)
KEYS = (
    Qt.Key.Key_W,
    Qt.Key.Key_Delete, Qt.Key.Key_Left, Qt.Key.Key_Down, Qt.Key.Key_BracketLeft, Qt.Key.Key_BracketRight,
    Qt.Key.Key_Escape, Qt.Key.Key_Home, Qt.Key.Key_F, Qt.Key.Key_Return,
)  # fmt: skip


class Hands:
    """Somebody who does anything at all with a canvas."""

    def __init__(self, canvas: Canvas, seed: int) -> None:
        self.canvas = canvas
        self.dice = random.Random(seed)
        self.held: tuple[Qt.MouseButton, Mod] | None = None
        self.done: list[str] = []

    def spot(self) -> QPoint:
        """Return a point of the viewport where something is, or anywhere."""
        canvas, dice = self.canvas, self.dice
        cards = list(canvas.projection.cards.values())
        wires = list(canvas.projection.wires.values())
        notes = canvas.notes.all()
        kind = dice.randrange(10)
        if kind < 4 and cards:
            card = dice.choice(cards)
            side, name = dice.choice(list(card.places()))
            return on_view(canvas, card.port_place(side, name))
        if kind < 6 and cards:
            return on_view(canvas, dice.choice(cards).body_rect().center())
        if kind == 6 and wires:
            wire = dice.choice(wires)
            return on_view(canvas, dice.choice(wire.handles or [wire.path().pointAtPercent(dice.random())]))
        if kind == 7 and notes:
            area = dice.choice(notes).area()
            return on_view(canvas, dice.choice([area.topLeft() + QPointF(30, 10), area.bottomRight() - QPointF(5, 5)]))
        return QPoint(dice.randrange(1100), dice.randrange(700))

    def press_or_let_go(self) -> None:
        """Press where something is; what is held is let go."""
        if self.held is not None:
            button, mods = self.held
            self.held = None
            release(self.canvas, self.spot(), button, mods)
        else:
            self.held = self.dice.choice((*(Button.LeftButton,) * 5, Button.MiddleButton)), self.dice.choice(MODS)
            press(self.canvas, self.spot(), *self.held)

    def move(self) -> None:
        """Move the mouse, with what is held."""
        button, mods = self.held or (Button.NoButton, Mod.NoModifier)
        move(self.canvas, self.spot(), button, mods)

    def key(self) -> None:
        """Press a key."""
        key(self.canvas, self.dice.choice(KEYS), self.dice.choice((Mod.NoModifier, Mod.AltModifier)))

    def wheel(self) -> None:
        """Turn the wheel a little and back, so that things stay in sight."""
        wheel(self.canvas, self.spot(), self.dice.choice((-2, -1, 1, 2)))
        if not 0.2 < self.canvas.view.zoom < 2:
            self.canvas.zoom_to_fit()

    def double_click(self) -> None:
        """Double-click, and write if there is a field."""
        self.held = None
        double_click(self.canvas, self.spot())
        if self.canvas.inline.isVisible():
            self.canvas.inline.setPlainText("written")
            self.canvas.inline.leave(keep=self.dice.random() < 0.7)

    def answer(self) -> None:
        """Answer an offer, if there is one."""
        if self.canvas.offer_box.isVisible():
            self.dice.choice((self.canvas.offer_box.yes, self.canvas.offer_box.no)).click()

    def undo(self) -> None:
        """Undo."""
        self.canvas.document.undo()

    def redo(self) -> None:
        """Redo."""
        self.canvas.document.redo()

    def edit(self) -> None:
        """Somebody else edits the document."""
        document, at, dice = self.canvas.document, self.canvas.at, self.dice
        names = list(document.at(at).nodes)
        place = (float(dice.randrange(900)), float(dice.randrange(500)))
        edits: list[Callable[[], Any]] = [
            lambda: nodes.add_node(document, at, dice.choice(("text.join", "flow.output", "made.up")), place)[1],
            lambda: marks.add_comment(document, at, marks.Comment(Rect(*place, 120, 60), "note"))[1],
            lambda: marks.frame_around(document, at, dice.sample(names, min(2, len(names))), self.canvas.boxes())[1],
        ]
        if names:
            name = dice.choice(names)
            edits += [
                lambda: nodes.delete(document, at, [name]),
                lambda: renaming.rename_node(document, at, name, f"{name[:12]}_{dice.randrange(100)}"),
                lambda: nodes.set_key(document, at, name, "title", f"Title {dice.randrange(9)}"),
                lambda: nodes.knock_out(document, at, [name]),
                lambda: fragments.duplicate(document, at, [name])[1],
            ]
        with contextlib.suppress(StudioError):  # many cannot be; that these change nothing is checked with the rest
            document.do("Other", dice.choice(edits)())

    def run(self) -> None:
        """A run tells a state."""
        name = self.dice.choice([*self.canvas.projection.cards, "nobody"])
        self.canvas.set_state(name, NodeState(self.dice.choice(("running", "ok", "")), text="some text " * 9))

    def step(self) -> None:
        """Do anything."""
        steps: list[tuple[int, Callable[[], None]]] = [
            (9, self.press_or_let_go), (10, self.move), (4, self.key), (2, self.wheel), (2, self.double_click),
            (3, self.answer), (4, self.undo), (3, self.redo), (4, self.edit), (2, self.run),
        ]  # fmt: skip
        chosen = self.dice.choices([do for _, do in steps], [weight for weight, _ in steps])[0]
        self.done.append(chosen.__name__)
        chosen()


@pytest.mark.parametrize("seed", thorough_but(lambda seed: seed < 1, range(6)))
def test_whatever_is_done_the_view_equals_the_document(qtbot: Any, workbench: Workbench, seed: int) -> None:
    canvas = open_canvas(qtbot, workbench, (LOOP, NOTED, BROKEN)[seed % 3])
    hands = Hands(canvas, seed)
    seen: set[str] = set()
    history = canvas.document.history
    history.changed.connect(lambda: seen.add(f"{history.undo_label} ".split(" ")[0]))

    for number in range(STEPS):
        hands.step()
        if number % 10 == 0:
            QApplication.processEvents()
        try:
            assert_view_equals_document(canvas)
        except AssertionError as fault:
            raise AssertionError(f"seed {seed}, step {number}, after {hands.done[-6:]}: {fault}") from fault
    canvas.cancel_interaction()
    assert len(seen) >= 3, f"too little happened: {seen}"
    while canvas.document.undo():
        pass

    assert_view_equals_document(canvas)
    assert (
        canvas.document.graph.to_text()
        == open_canvas(qtbot, workbench, (LOOP, NOTED, BROKEN)[seed % 3]).document.graph.to_text()
    ), "undoing everything gives the graph there was"
