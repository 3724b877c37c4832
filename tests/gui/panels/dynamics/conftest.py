"""A window with the panel Dynamics in front, and recorded runs that go in circles or move on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from studio import run
from studio.graph import Graph
from studio.gui.frame.window import MainWindow
from studio.gui.panels.dynamics.panel import DynamicsPanel
from studio.gui.panels.dynamics.run_views import RunViews
from studio.gui.panels.problems.panel import ProblemsPanel
from studio.gui.replay.dynamics import Dynamics
from studio.gui.replay.dynamics.looking import Looked
from studio.gui.replay.session import Session, Source
from studio.trace.writer import close_writer
from tests.gui.few_panels import make_only
from tests.gui.standing import Standing, few
from tests.gui.windows import opened

KEPT = ("dynamics", "palette", "problems")
"""Panels that are made; the others stay empty."""

CIRCLE = """
studio: 1
name: circling
nodes:
  goal: {type: flow.input, value: Repair the leaking roof of the old barn.}
  planner: {type: llm.function, instructions: "Next step towards {goal} after {last}", repairs: 0}
  critic: {type: llm.function, instructions: "Is it good? {step}", repairs: 0}
  result: {type: flow.output}
edges:
  - goal.value -> planner.goal
  - planner.text -> critic.step
  - critic.text ~> planner.last: {initial: ""}
  - planner.text -> result.value
max_ticks: 12
"""

ROUND = ("Climb the ladder and look at the broken shingles.", "Look closer: which shingles on the north side broke?")
WORK = (
    "Climbed the ladder; 14 shingles on the north side are split.", "Good: count the rafters too.",
    "Rafter 3 near the chimney is soft, rafters 4 and 5 are sound.", "Good: find the matching timber.",
    "Timber of 45x120 mm is in the shed behind the Lindgren house.", "Good: cut it.",
    "Cut a splint of 900 mm from the Lindgren timber for rafter 3.", "Good: bolt it on.",
    "Bolted the splint on with six M10 bolts, the rafter holds.", "Good: lay the shingles.",
    "Laid 14 new shingles over the splint, lead flashing at the chimney.", "Good: test with a hose.",
    "Ran the hose for twenty minutes, the attic stayed dry.", "Good: done, sweep up.",
)  # fmt: skip


def played(folder: Path, lines: tuple[str, ...], *, ticks: int, name: str = "run", text: str = CIRCLE) -> Path:
    """Record a run in which these things are said in turn; return its file."""
    replies = folder / f"{name}.jsonl"
    replies.write_text("".join(json.dumps({"reply": line}) + "\n" for line in lines * max(1, 2 * ticks // len(lines))))
    db = folder / f"{name}.db"
    graph = Graph.from_text(text.replace("max_ticks: 12", f"max_ticks: {ticks}"), name="circling", base=folder)
    run(graph, model=f"scripted:{replies}", db=db)
    close_writer(db)
    return db


lasting = few(*KEPT)


@pytest.fixture
def shell(lasting: Standing) -> Iterator[MainWindow]:
    """The window, with the panel still hidden behind others, and as it is at first."""
    for made in lasting.lend():
        panel, problems = made.panel("dynamics"), made.panel("problems")
        assert isinstance(panel, DynamicsPanel)
        assert isinstance(problems, ProblemsPanel)
        panel.show_on_wires(False)
        panel.show_view("diagram")
        problems.hints.setChecked(True)
        yield made


@pytest.fixture
def lone_shell(qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    """A window of one's own, for who looks at what is made when, or ends it."""
    make_only(monkeypatch, *KEPT)
    yield from opened(qtbot)


@pytest.fixture
def hand(shell: MainWindow, qtbot: Any) -> Hand:
    """The panel in front, high enough for its cells to be hit."""
    return _in_front(shell, qtbot)


@pytest.fixture
def lone_hand(lone_shell: MainWindow, qtbot: Any) -> Hand:
    """The same in a window of one's own."""
    return _in_front(lone_shell, qtbot)


def _in_front(shell: MainWindow, qtbot: Any) -> Hand:
    shell.resize(1400, 1000)
    shell.show_panel("dynamics")
    shell.resizeDocks([shell.docks["dynamics"]], [520], Qt.Orientation.Vertical)
    return Hand(shell, qtbot)


@pytest.fixture
def circling(hand: Hand, tmp_path: Path) -> Session:
    """A recorded run that says the same over and over, open at its first step."""
    return hand.open(played(tmp_path, ROUND, ticks=12))


class Hand:
    """Short ways to what a person does in the panel."""

    def __init__(self, window: MainWindow, qtbot: Any) -> None:
        self.window = window
        self.qtbot = qtbot
        panel = window.panel("dynamics")
        assert isinstance(panel, DynamicsPanel)
        self.panel = panel
        self.said: list[str] = []
        window.workbench.said.connect(lambda text, kind: self.said.append(text))

    @property
    def service(self) -> Dynamics:
        service = self.window.workbench.part("dynamics")
        assert isinstance(service, Dynamics)
        return service

    @property
    def views(self) -> RunViews:
        assert self.panel.views is not None
        return self.panel.views

    @property
    def looked(self) -> Looked:
        assert self.panel.looked is not None
        return self.panel.looked

    def open(self, db: Path, run: str = "last") -> Session:
        session = self.window.workbench.part("replay").open(Source(db, run))
        assert isinstance(session, Session)
        session.seek(1)
        self.settle()
        return session

    def settle(self) -> None:
        """Wait until all that was asked is answered."""
        for _ in range(2):
            QApplication.processEvents()
            self.until(lambda: not self.service.is_busy() and not self.panel.is_waiting)
        QApplication.processEvents()

    def until(self, holds: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(holds)

    @property
    def told(self) -> str:
        return str(self.panel.head.told.accessibleName())

    @property
    def listed(self) -> list[str]:
        return [self.panel.rows.item(at).text() for at in range(self.panel.rows.count())]

    def click_row(self, beginning: str) -> None:
        """Click a row of the list by how it begins."""
        rows = self.panel.rows
        at = next(at for at, text in enumerate(self.listed) if text.startswith(beginning))
        rows.scrollToItem(rows.item(at))
        point: QPoint = rows.visualItemRect(rows.item(at)).center()
        self.qtbot.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=point)
        QApplication.processEvents()

    def cell(self, row: int, column: int) -> QPoint:
        """Where a cell is in the viewport of the diagram."""
        view = self.views.diagram.view
        where = view.where()
        x = where.x_of(column) + where.scale.across / 2
        return QPoint(round(x), round(where.head + view.axis.y_of(row) + view.axis.scale.pixels / 2))

    def point_at(self, row: int, column: int) -> None:
        QTest.mouseMove(self.views.diagram.view.viewport(), self.cell(row, column))
        QApplication.processEvents()

    def click_cell(self, row: int, column: int) -> None:
        view = self.views.diagram.view.viewport()
        self.qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=self.cell(row, column))
        QApplication.processEvents()

    def click(self, name: str) -> None:
        """Click a button of the panel by its object name."""
        button = self.panel.findChild(QWidget, name)
        assert button is not None, name
        assert button.isVisible(), name
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        QApplication.processEvents()
