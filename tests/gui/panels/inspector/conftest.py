"""A desk: a graph on a real canvas with the inspector beside it, and hands to work on both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from studio.editing import At, Document
from studio.graph.model import Graph
from studio.gui.canvas import Canvas
from studio.gui.panels.inspector.inspector import Inspector
from studio.gui.panels.inspector.node_page import NodePage
from studio.gui.panels.inspector.param_row import ParamRow
from studio.gui.workbench import Tab, Workbench

W = TypeVar("W", bound=QWidget)


class Desk:
    """What a test works on."""

    def __init__(self, workbench: Workbench, document: Document, at: At = ()) -> None:
        self.workbench = workbench
        self.document = workbench.add(document)
        self.canvas = Canvas(workbench, document, at)
        self.canvas.selectionChanged.connect(workbench.selection_changed)
        workbench.set_current(Tab(document, at), self.canvas)
        self.inspector = Inspector(workbench)
        self.inspector.resize(330, 900)
        self.inspector.show()
        QTest.qWaitForWindowExposed(self.inspector)
        self.inspector.activateWindow()
        QTest.qWaitForWindowActive(self.inspector)

    @property
    def at(self) -> At:
        """The graph that is shown."""
        return self.canvas.at

    @property
    def labels(self) -> list[str]:
        """The labels of what was done."""
        return self.document.history.labels

    def settle(self) -> None:
        """Let what was asked for happen."""
        for _ in range(3):
            QApplication.processEvents()

    def select(self, *names: str) -> NodePage:
        """Select nodes on the canvas and return the page about them."""
        self.canvas.select(names)
        self.settle()
        page = self.inspector.page
        assert isinstance(page, NodePage)
        assert page.subject.names == names or set(page.subject.names) == set(names)
        return page

    def row(self, param: str) -> ParamRow:
        """Return the row of a param of the selected node, its section unfolded."""
        page = self.inspector.page
        assert isinstance(page, NodePage)
        row = page.form.reveal(param)
        assert row is not None
        self.settle()
        return row

    def param(self, node: str, key: str, default: Any = None) -> Any:
        """Return what the document holds for a param."""
        return self.document.node(self.at, node).params.get(key, default)

    def find(self, kind: type[W], name: str, within: QWidget | None = None) -> W:
        """Return the visible widget of an object name."""
        found = [one for one in (within or self.inspector).findChildren(kind, name) if not one.isHidden()]
        assert found, f"no {kind.__name__} named {name}"
        return found[-1]

    def click(self, name: str, within: QWidget | None = None) -> None:
        """Press a button."""
        button = self.find(QWidget, name, within)
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        self.settle()


@pytest.fixture
def desk_of(workbench: Workbench) -> Iterator[Callable[..., Desk]]:
    """Makes a desk for a document, or for a graph given as YAML text."""
    made: list[Desk] = []

    def make(what: str | Document, at: At = ()) -> Desk:
        document = what if isinstance(what, Document) else Document(Graph.from_text(what))
        desk = Desk(workbench, document, at)
        made.append(desk)
        return desk

    yield make
    for desk in made:
        desk.inspector.close()
        desk.inspector.deleteLater()
        desk.canvas.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


LOOP = """
studio: 1
name: critic_loop
about: Write, criticise, rewrite.
nodes:
  topic: {type: flow.input, value: tide pools}
  writer:
    type: llm.function
    instructions: |
      Write about {topic}.
      Mend: {fault}
    examples: [{topic: sand, fault: "", output: Sand is small.}]
  critic: {type: llm.function, instructions: "Judge: {draft}", labels: [good, vague]}
  route: {type: flow.switch, cases: [good]}
  either: {type: flow.merge}
  done: {type: flow.stop}
  result: {type: flow.output}
edges:
  - topic.value -> writer.topic
  - writer.text -> critic.draft
  - critic.label -> route.value
  - critic.label ~> writer.fault: {initial: ""}
  - route.good -> done.when
  - writer.text -> either.value
  - topic.value -> either.value
  - either.value -> result.value
max_ticks: 6
"""


@pytest.fixture
def loop(desk_of: Callable[..., Desk]) -> Desk:
    """The critic loop with a merge."""
    return desk_of(LOOP)
