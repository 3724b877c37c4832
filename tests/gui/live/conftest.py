"""A small desk: a workbench with the service, the three panels, and a canvas of the document that is opened."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QHBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from studio.editing import TOP, At, Document
from studio.gui.canvas import Canvas
from studio.gui.canvas.state import NodeState
from studio.gui.live.bridge import Live, install
from studio.gui.live.playing.session import Outcome
from studio.gui.panels.chat.panel import ChatPanel
from studio.gui.panels.questions import QuestionsPanel
from studio.gui.panels.run.panel import RunPanel
from studio.gui.workbench import Tab, Workbench
from tests.gui.standing import lone_window, whole, window
from tests.gui.turns import short_turns

__all__ = ["Desk", "desk", "lone_window", "short_turns", "whole", "window"]


class Desk:
    """What a test needs of a window."""

    def __init__(self, workbench: Workbench, qtbot: QtBot, folder: Path) -> None:
        install(workbench)
        self.workbench = workbench
        self.qtbot: Any = qtbot
        self.folder = folder
        self.live: Live = workbench.part("live")
        self.window = QWidget()
        self.window.resize(1300, 900)
        self.row = QHBoxLayout(self.window)
        self.run = RunPanel(workbench)
        self.chat = ChatPanel(workbench)
        self.questions = QuestionsPanel(workbench)
        for panel in (self.run, self.chat, self.questions):
            self.row.addWidget(panel)
        qtbot.addWidget(self.window)
        self.canvases: list[Canvas] = []
        self.outcomes: list[Outcome] = []
        self.said: list[tuple[str, str]] = []
        workbench.said.connect(lambda text, kind: self.said.append((text, kind)))
        self.live.ended.connect(lambda document, outcome: self.outcomes.append(outcome))
        workbench.shown.connect(lambda tab: self.show(tab.document, tab.at))
        self.window.show()

    def open(self, text: str, *replies: Any, name: str = "graph.yaml") -> Document:
        """Open a graph from its text, with a script of replies as its model."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        document = self.workbench.open(path)
        assert document is not None
        if replies:
            self.script(document, *replies)
        return document

    def script(self, document: Document, *replies: Any) -> None:
        """Have a document's runs answered by these lines."""
        path = self.folder / f"script{len(list(self.folder.iterdir()))}.jsonl"
        path.write_text("".join(json.dumps(reply) + "\n" for reply in replies), encoding="utf-8")
        self.live.of(document).options["model"] = f"scripted:{path}"

    def show(self, document: Document, at: At = TOP) -> Canvas:
        """Show a graph of a document, in a new canvas, as a tab would."""
        for canvas in self.canvases:
            if canvas.document is document and canvas.at == at:
                break
        else:
            canvas = Canvas(self.workbench, document, at, self.window)
            canvas.selectionChanged.connect(self.workbench.selection_changed)
            canvas.resize(600, 400)
            self.canvases.append(canvas)
        self.workbench.set_current(Tab(document, at), canvas)
        return canvas

    @property
    def canvas(self) -> Canvas:
        canvas = self.workbench.canvas
        assert canvas is not None
        return canvas

    def state(self, name: str) -> NodeState:
        """What the canvas shows of a node."""
        self.canvas.states.show()  # what waits for its next frame
        return self.canvas.projection.cards[name].state

    def do(self, action: str) -> None:
        """Do what an action does."""
        self.workbench.trigger(action)

    def until(self, what: Callable[[], object]) -> None:
        """Wait until something is so."""
        self.qtbot.waitUntil(lambda: bool(what()))

    def to_end(self) -> Outcome:
        """Wait for the run's end."""
        self.until(lambda: self.live.active is None and not self.live.states.waiting)
        return self.outcomes[-1]

    def play(self) -> Outcome:
        """Run the document that is shown, to its end."""
        self.do("run.run")
        assert self.live.active is not None, self.said
        return self.to_end()

    def held(self) -> str:
        """Wait until the run is held; return the node that is next."""
        self.until(lambda: self.live.state() == "paused" and self.view.frontier)
        return str(self.view.frontier[0].node)

    @property
    def view(self) -> Any:
        mine = self.live.current
        assert mine is not None
        assert mine.view is not None
        return mine.view


@pytest.fixture
def desk(workbench: Workbench, qtbot: QtBot, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(workbench, qtbot, tmp_path)
    yield made
    made.live.close()
    assert not made.live.engine.is_alive
