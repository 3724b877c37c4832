"""A new user's path, by mouse and keyboard alone: from the welcome page to a graph run, saved and opened again.

The embedded model answers, so it needs no key, no network and no settings.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QPlainTextEdit, QPushButton, QWidget

from studio.graph.model import Graph
from studio.gui.canvas import Canvas
from studio.gui.frame.window import MainWindow
from tests.gui.support import head_of, on_view, port_of
from tests.gui.windows import opened

pytestmark = pytest.mark.embedded

PROMPT = "Write one short line about {topic}. Mend this: {fault}"
PATIENCE_MS = 240_000
"""For a small model on a busy machine; nothing here measures time."""


class Person:
    """Hands at a window: clicks, types, drags, and waits for what is to be seen."""

    def __init__(self, window: MainWindow, qtbot: Any) -> None:
        self.window = window
        self.qtbot = qtbot

    @property
    def canvas(self) -> Canvas:
        canvas = self.window.workbench.canvas
        assert canvas is not None
        return canvas

    def find(self, kind: type[Any], name: str) -> Any:
        """Wait for a widget that can be seen, by its name."""
        found: list[Any] = []

        def is_there() -> bool:
            found[:] = [one for one in self.window.findChildren(kind, name) if one.isVisible()]
            return bool(found)

        self.qtbot.waitUntil(is_there, timeout=PATIENCE_MS)
        return found[0]

    def click(self, widget: QWidget, at: QPoint | None = None) -> None:
        """Press and let go the left button."""
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=at or widget.rect().center())
        QApplication.processEvents()

    def type(self, text: str) -> None:
        """Type into what has the focus."""
        for sign in text:
            focused = QApplication.focusWidget()
            assert focused is not None
            QTest.keyClicks(focused, sign)

    def press(self, key: Qt.Key) -> None:
        """Press a key."""
        focused = QApplication.focusWidget()
        assert focused is not None
        QTest.keyClick(focused, key)

    def drag(self, start: QPoint, end: QPoint) -> None:
        """Drag on the canvas."""
        port = self.canvas.view.viewport()
        QTest.mouseMove(port, start)
        QTest.mousePress(port, Qt.MouseButton.LeftButton, pos=start)
        for part in (0.2, 0.5, 0.8, 1.0):
            QTest.mouseMove(port, start + QPoint(*(round(part * way) for way in (end - start).toTuple())))
        QTest.mouseRelease(port, Qt.MouseButton.LeftButton, pos=end)
        QApplication.processEvents()

    def come_back(self) -> None:
        """Be in the window again: without a screen, Qt takes the list of a completer for a window of its own."""
        QApplication.processEvents()
        self.window.activateWindow()
        self.qtbot.waitUntil(self.window.isActiveWindow)

    def until(self, what: Callable[[], object]) -> None:
        """Wait for something to be so."""
        self.qtbot.waitUntil(lambda: bool(what()), timeout=PATIENCE_MS)


def test_a_new_user_gets_from_the_welcome_page_to_a_graph_of_their_own(
    window: MainWindow, qtbot: Any, tmp_path: Path
) -> None:
    person = Person(window, qtbot)

    # A template is chosen on the welcome page.
    person.click(person.find(QWidget, "template.critic_loop"))
    person.until(lambda: window.workbench.canvas is not None and window.workbench.canvas.isVisible())
    person.until(lambda: "writer" in person.canvas.visible_nodes())
    document = person.canvas.document
    assert document.path is None, "a template is opened as a copy"

    # The prompt is changed in the inspector.
    person.click(person.canvas.view.viewport(), head_of(person.canvas, "writer"))
    assert window.workbench.selection == ["writer"]
    editor = person.find(QPlainTextEdit, "inspector.param.instructions.input")
    person.click(editor.viewport(), QPoint(8, 8))
    QTest.keyClick(editor, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    person.type(PROMPT)
    person.until(lambda: document.node((), "writer").params["instructions"] == PROMPT)

    # A node is added at the end of a wire that is dragged into empty space.
    person.come_back()
    before = set(document.graph.nodes)
    card = person.canvas.projection.cards["writer"]
    free = on_view(person.canvas, card.body_rect().bottomLeft() + QPointF(20, 150))
    person.drag(port_of(person.canvas, "writer.text", "out"), free)
    person.until(lambda: isinstance(QApplication.focusWidget(), QLineEdit))
    person.type("template")
    person.press(Qt.Key.Key_Return)
    person.until(lambda: set(document.graph.nodes) - before)
    (added,) = set(document.graph.nodes) - before
    assert document.node((), added).type == "text.template"
    wires = [edge for edge in document.graph.edges if edge.target == added]
    assert [(edge.source, edge.source_port) for edge in wires] == [("writer", "text")]

    # It runs on the embedded model, and its text streams into the node.
    seen: list[str] = []

    def streams() -> bool:
        state = person.canvas.projection.cards["writer"].state
        if state.status == "running" and state.text and (not seen or state.text != seen[-1]):
            seen.append(state.text)
        return len(seen) >= 3

    person.canvas.view.setFocus()
    QTest.keyClick(person.canvas.view, Qt.Key.Key_F5)
    live = window.workbench.part("live")
    assert live.active is not None
    person.until(streams)
    assert len(seen[0]) < len(seen[-1]) or seen[0] != seen[-1], "it grew while one looked"
    person.until(lambda: live.active is None)
    outcome = live.of(document).outcome
    assert outcome is not None
    assert outcome.status == "ok", outcome.problem
    assert outcome.result is not None
    assert outcome.result.outputs["result"]
    person.until(lambda: person.canvas.projection.cards["writer"].state.status == "ok")

    # It is saved where a person says, and opens again as it was.
    person.canvas.view.setFocus()
    QTest.keyClick(person.canvas.view, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    dialog = person.find(QFileDialog, "files.save_as")
    field = dialog.findChild(QLineEdit)
    assert field is not None
    path = tmp_path / "my_first.yaml"
    dialog.setDirectory(str(tmp_path))
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, path.name)
    (accept,) = [one for one in dialog.findChildren(QPushButton) if one.isVisible() and one.isDefault()]
    person.click(accept)
    person.until(path.exists)
    assert not document.is_modified
    saved = document.graph.to_text()
    assert window.close(), "nothing is left to ask about"

    for again in opened(qtbot):
        opened_again = again.workbench.open(path)
        assert opened_again is not None
        assert opened_again.graph == Graph.from_text(saved, name="my_first")
        assert opened_again.node((), "writer").params["instructions"] == PROMPT
        shown = Person(again, qtbot)
        assert added in shown.canvas.projection.cards
