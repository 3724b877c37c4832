"""A window with a graph in it, and short ways to what tests of palette, popups and actions reach for."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from studio.editing import TOP, At, Document
from studio.graph.model import Graph
from studio.gui.canvas import Canvas
from studio.gui.frame.window import MainWindow
from studio.gui.popups.service import Popups
from studio.gui.workbench import Workbench
from tests.gui.support import NONE, assert_view_equals_document


class Desk:
    """The window in front, as a person has it."""

    def __init__(self, window: MainWindow) -> None:
        self.window = window
        self.said: list[tuple[str, str]] = []
        window.workbench.said.connect(lambda text, kind: self.said.append((text, kind)))

    @property
    def workbench(self) -> Workbench:
        return self.window.workbench

    @property
    def popups(self) -> Popups:
        popups = self.workbench.part("popups")
        assert isinstance(popups, Popups)
        return popups

    @property
    def canvas(self) -> Canvas:
        assert self.workbench.canvas is not None
        return self.workbench.canvas

    @property
    def document(self) -> Document:
        return self.canvas.document

    @property
    def graph(self) -> Graph:
        return self.document.at(self.canvas.at)

    @property
    def labels(self) -> list[str]:
        return self.document.history.labels

    def open(self, text: str) -> Canvas:
        """Open a graph given as text, life size, with its corner at (60, 60), and give its canvas the focus."""
        self.workbench.add(Document(Graph.from_text(text)))
        return self.settle()

    def show(self, at: At = TOP) -> Canvas:
        """Show another graph of the document."""
        self.workbench.show(self.document, at)
        return self.settle()

    def settle(self) -> Canvas:
        """Place the view where tests expect it."""
        QApplication.processEvents()
        canvas = self.canvas
        canvas.camera.has_looked = True
        canvas.view.reset_zoom()
        canvas.view.put(canvas.projection.bounds().topLeft(), QPointF(60, 60))
        canvas.setFocus()
        QApplication.processEvents()
        return canvas

    def press(self, key: Qt.Key, mods: Qt.KeyboardModifier = NONE, widget: QWidget | None = None) -> None:
        """Press a key where the focus is, as shortcuts see it."""
        QApplication.processEvents()
        target = widget or QApplication.focusWidget()
        assert target is not None, "nothing has the focus"
        QTest.keyClick(target, key, mods)
        QApplication.processEvents()

    def type(self, text: str) -> None:
        """Type where the focus is."""
        target = QApplication.focusWidget()
        assert target is not None, "nothing has the focus"
        QTest.keyClicks(target, text)

    def choose(self, *names: str) -> None:
        """Select nodes and let the window see it."""
        self.canvas.select(names)
        QApplication.processEvents()

    def trigger(self, action_id: str) -> None:
        """Do an action, as its menu would."""
        QApplication.processEvents()
        action = self.window.actions_bar.actions[action_id]
        assert action.isEnabled(), f"{action_id} is not enabled"
        action.trigger()
        QApplication.processEvents()

    def check(self) -> None:
        """Fail unless the canvas shows the document, now, after undo and after redo."""
        assert_view_equals_document(self.canvas)
        label = self.document.undo()
        assert label
        assert_view_equals_document(self.canvas)
        assert self.document.redo() == label
        assert_view_equals_document(self.canvas)
