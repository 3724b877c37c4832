"""Seeded hands on the inspector: whatever is selected, typed, folded, picked and undone, it shows what the document
holds and nothing is raised."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QPlainTextEdit, QWidget

from studio.editing.edits.nodes import delete
from studio.graph.model import Graph
from studio.gui.panels.inspector.node_page import NodePage
from studio.gui.widgets.labels import Link
from studio.gui.widgets.section import SectionHeader
from studio.support.values import same_value
from tests.gui.panels.inspector.conftest import LOOP, Desk
from tests.support.thorough import draws, thorough_but

CTRL = Qt.KeyboardModifier.ControlModifier
TEXTS = ("x", "{topic}", "{", "}", "12", "-", "1e9", '{"a": [1]}', "<b>", "len(text) > 1", "a, b", " ", "null")
NOT_PRESSED = ("⤢", "…", "↗")
"""Buttons that open windows."""

EXTRA = """
  memory: {type: store.set, store: facts, key: a}
  many: {type: flow.map, graph: inner}
  table: {type: json.build, names: [a, b]}
  odd: {type: not.known, x: 1}
edges:
"""
STORES = (
    "stores: {facts: {type: kv}}\ngraphs:\n  inner: {nodes: {item: {type: flow.input}, out: {type: flow.output}}}\n"
)


class Hands:
    """Does something, at random."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.desk = desk
        self.rng = random.Random(f"inspector {seed}")

    def step(self) -> str:
        """Do one thing and return what it was."""
        acts = (self.select, self.type, self.type, self.press, self.press, self.pick, self.undo, self.redo, self.delete)
        act = self.rng.choice(acts)
        act()
        self.desk.settle()
        return act.__name__

    def _one(self, kind: type[QWidget]) -> QWidget | None:
        shown = [
            one
            for one in self.desk.inspector.findChildren(kind)
            if one.isVisible() and one.isEnabled() and one.window() is self.desk.inspector.window()
        ]
        return self.rng.choice(shown) if shown else None

    def select(self) -> None:
        names = list(self.desk.document.graph.nodes)
        self.desk.canvas.select(self.rng.sample(names, min(len(names), self.rng.choice((0, 1, 1, 1, 1, 2)))))

    def type(self) -> None:
        field = self._one(self.rng.choice((QLineEdit, QPlainTextEdit)))
        if field is None:
            return
        field.setFocus()
        if self.rng.random() < 0.2:
            QTest.keyClick(field, Qt.Key.Key_A, CTRL)
        QTest.keyClicks(field, self.rng.choice(TEXTS))
        if self.rng.random() < 0.4:
            QTest.keyClick(field, Qt.Key.Key_Return)

    def press(self) -> None:
        button = self._one(QAbstractButton)
        assert button is None or isinstance(button, QAbstractButton)
        if button is None or button.text() in NOT_PRESSED or button.text().startswith("Declare"):
            return
        if isinstance(button, SectionHeader | Link) and self.rng.random() < 0.3:
            return
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def pick(self) -> None:
        box = self._one(QComboBox)
        if box is not None:
            QTest.keyClick(box, self.rng.choice((Qt.Key.Key_Down, Qt.Key.Key_Up)))

    def undo(self) -> None:
        focus = QApplication.focusWidget()
        if focus is not None and self.rng.random() < 0.5:
            QTest.keyClick(focus, Qt.Key.Key_Z, CTRL)
        else:
            self.desk.document.undo()

    def redo(self) -> None:
        self.desk.document.redo()

    def delete(self) -> None:
        names = list(self.desk.document.graph.nodes)
        if len(names) > 6 and self.rng.random() < 0.3:
            gone = self.rng.choice(names)
            self.desk.document.do("Delete", delete(self.desk.document, (), [gone]))


@pytest.mark.parametrize("seed", thorough_but(lambda seed: seed < 1, range(4)))
def test_hands_at_random_leave_the_inspector_showing_the_document(desk_of: Callable[..., Desk], seed: int) -> None:
    desk = desk_of(LOOP.replace("edges:\n", EXTRA.lstrip("\n"), 1) + STORES.lstrip())
    before = desk.document.graph.to_text()
    hands = Hands(desk, seed)
    done = []
    for _ in range(draws(60, 120)):
        done.append(hands.step())
        page = desk.inspector.page
        if not isinstance(page, NodePage) or not page.subject.exists:
            continue
        for name, row in page.form.rows().items():
            held = page.subject.value(name)
            group = page.form.group_of(name)
            if group is not None and group.section.is_open:
                # What was refused stays in the field; the editor still knows what counts.
                assert same_value(row.editor._value, held), f"{name} after {done[-5:]}"

    assert desk.document.history.labels, "the hands did something"
    text = desk.document.graph.to_text()
    assert Graph.from_text(text).to_text() == text
    while desk.document.undo():
        pass
    assert desk.document.graph.to_text() == before
