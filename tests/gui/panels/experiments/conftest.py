"""A window whose only panel is that of experiments, a graph of modules of known worth, and a batch of it made once."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QWidget

from studio.batch.design.options import experiment_of
from studio.batch.sessions import Ways, run_batch
from studio.gui.experiments.service import Experiments
from studio.gui.frame.window import MainWindow
from studio.gui.panels.experiments.making.dialog import ExperimentDialog
from studio.gui.panels.experiments.panel import ExperimentsPanel
from studio.gui.panels.experiments.rows import Table
from studio.gui.workbench import Workbench
from studio.trace.writer import close_writer
from tests.gui.few_panels import make_only
from tests.gui.windows import opened

LEFT = Qt.MouseButton.LeftButton
ROWS = 12

PLANTED = """\
studio: 1
name: planted
nodes:
  topic: {type: flow.input, value: 1, kind: number}
  planner: {type: math.expression, expression: topic * 0 + 2}
  chatter: {type: math.expression, expression: topic * 0 - 1.5}
  total: {type: math.expression, expression: planner + chatter + topic, optional: {planner: 0, chatter: 0}}
  points: {type: flow.output}
edges:
  - topic.value -> planner.topic
  - topic.value -> chatter.topic
  - topic.value -> total.topic
  - planner.value -> total.planner
  - chatter.value -> total.chatter
  - total.value -> points.value
"""
"""Without `planner` there are two points less, without `chatter` one and a half more."""

ASKS = """\
studio: 1
name: asks
nodes:
  topic: {type: flow.input, value: pools}
  writer: {type: llm.function, instructions: "Name {topic}.", output: text}
  result: {type: flow.output}
edges:
  - topic.value -> writer.topic
  - writer.text -> result.value
"""


@dataclass
class Made:
    """A database with one batch that is complete."""

    folder: Path
    graph: Path
    database: bytes


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Twelve rows, each with all modules and without either."""
    folder = tmp_path_factory.mktemp("made")
    graph = folder / "planted.yaml"
    graph.write_text(PLANTED)
    said = {
        "graph": str(graph), "data": [{"topic": number} for number in range(ROWS)], "score": "points",
        "knockouts": ["planner", "chatter"], "name": "what modules add",
    }  # fmt: skip
    db = folder / "made.db"
    outcome = run_batch(experiment_of(said), db, Ways(workers=1))
    assert outcome.status == "complete", outcome
    close_writer(db)
    return Made(folder, graph, db.read_bytes())


class Lab:
    """The window with the panel in front, and short ways to what a person sees and does."""

    def __init__(self, window: MainWindow, folder: Path, qtbot: Any) -> None:
        self.window, self.folder, self.qtbot = window, folder, qtbot
        self.said: list[tuple[str, str]] = []
        window.workbench.said.connect(lambda text, kind: self.said.append((text, kind)))
        window.show_panel("experiments")
        panel = window.panel("experiments")
        assert isinstance(panel, ExperimentsPanel)
        self.panel = panel

    @property
    def workbench(self) -> Workbench:
        return self.window.workbench

    @property
    def service(self) -> Experiments:
        service = self.workbench.part("experiments")
        assert isinstance(service, Experiments)
        return service

    def wait(self, until: Callable[[], Any]) -> None:
        """Let the window work until something is so."""
        self.qtbot.waitUntil(lambda: bool(until()))

    def listed(self) -> None:
        """Wait until the results of the chosen batch are shown."""
        self.wait(lambda: self.panel.shown is not None)

    def ended(self) -> None:
        """Wait until nothing is made any more and what it came to is shown."""
        self.wait(lambda: self.service.drive is None and not self.service._is_listing and self.panel.chosen)

        def is_told() -> bool:
            batch, shown = self.panel.chosen, self.panel.shown
            is_over = batch is not None and batch.status != "running"
            return is_over and batch is not None and shown is not None and shown.stamp == (batch.done, batch.status)

        self.wait(is_told)
        assert self.panel.chosen is not None
        assert self.panel.chosen.status != "running"

    def graph(self, text: str = PLANTED, name: str = "planted.yaml") -> Path:
        """Open a graph of one's own."""
        path = self.folder / name
        path.write_text(text)
        assert self.workbench.open(path) is not None
        QApplication.processEvents()
        return path

    def push(self, name: str, within: QWidget | None = None) -> None:
        """Press a button with the mouse."""
        button = (within or self.panel).findChild(QWidget, name)
        assert button is not None, name
        assert button.isEnabled(), name
        self.qtbot.mouseClick(button, LEFT)

    def point(self, table: Table[Any], row: int) -> QPoint:
        return table.visualRect(table.model().index(row, 0)).center()

    def click(self, table: Table[Any], row: int, modifiers: Any = Qt.KeyboardModifier.NoModifier) -> None:
        """Click on a row."""
        self.qtbot.mouseClick(table.viewport(), LEFT, modifiers, self.point(table, row))

    def dialog(self) -> ExperimentDialog:
        """Wait for the dialog and for what it comes to at first."""
        self.wait(lambda: self.window.findChildren(ExperimentDialog))
        found = self.window.findChildren(ExperimentDialog)[-1]
        self.looked(found)
        return found

    def looked(self, dialog: ExperimentDialog) -> None:
        """Wait until it is known what the dialog comes to as it stands."""
        self.wait(lambda: dialog.looked is not None and not dialog._soon.isActive())

    def type(self, line: Any, text: str) -> None:
        """Write a line anew with the keyboard."""
        line.setFocus()
        line.selectAll()
        self.qtbot.keyClick(line, Qt.Key.Key_Delete)
        self.qtbot.keyClicks(line, text)

    def rest(self) -> None:
        """Have nothing made any more."""
        self.service.stop_now()
        self.wait(lambda: self.service.drive is None)

    def rows(self, count: int, name: str = "rows.jsonl") -> None:
        """Write a file of rows beside the graph."""
        (self.folder / name).write_text("".join(json.dumps({"topic": at}) + "\n" for at in range(count)))


@pytest.fixture
def lab(qtbot: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Lab]:
    """The window with its panel of experiments; no other panel is made, and nothing is recorded yet."""
    yield from _lab(qtbot, monkeypatch, tmp_path)


@pytest.fixture
def done(qtbot: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, made: Made) -> Iterator[Lab]:
    """The same with the batch of modules of known worth."""
    Path(os.environ["STUDIO_DB"]).write_bytes(made.database)
    for lab in _lab(qtbot, monkeypatch, tmp_path):
        lab.listed()
        yield lab


def _lab(qtbot: Any, monkeypatch: pytest.MonkeyPatch, folder: Path) -> Iterator[Lab]:
    make_only(monkeypatch, "experiments")
    for window in opened(qtbot):
        lab = Lab(window, folder, qtbot)
        yield lab
        lab.rest()
