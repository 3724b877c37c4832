"""A window with the tests panel, and a recorded run of a graph of one's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from studio import Graph, run
from studio.gui.panels.tests.panel import TestsPanel
from studio.gui.replay.session import Session, Source
from studio.models.catalog import Catalog
from studio.models.scripted import Scripted
from studio.trace.writer import close_writer
from tests.gui.desk import Desk
from tests.gui.standing import Standing, few
from tests.support.graphs import CRITIC_LOOP

REPLIES = ("A first draft about pools.", "vague", "A second draft.\nIt names crabs.", "good")


class Bank:
    """The window with the tests panel in front, a graph file, and a run of it."""

    def __init__(self, desk: Desk, graph: Path, db: Path, qtbot: Any) -> None:
        self.desk = desk
        self.graph = graph
        self.db = db
        self.qtbot = qtbot

    @property
    def panel(self) -> TestsPanel:
        panel = self.desk.window.panel("tests")
        assert isinstance(panel, TestsPanel)
        return panel

    @property
    def tests(self) -> Path:
        return self.graph.with_name("critic_loop.tests.yaml")

    def replay(self, seq: int = 0) -> Session:
        """Open the run."""
        session = self.desk.workbench.part("replay").open(Source(self.db, "last"), seq=seq or None)
        assert isinstance(session, Session)
        self.desk.settle()
        return session

    def open_graph(self) -> None:
        """Open the graph's file."""
        assert self.desk.workbench.open(self.graph) is not None
        self.desk.settle()

    def is_read(self) -> bool:
        suite = self.panel.bench.suite
        return suite is not None and suite.is_read

    def settle(self) -> None:
        """Wait until nothing is played."""
        self.qtbot.waitUntil(self.is_read)
        self.qtbot.waitUntil(lambda: not self.panel.bench.is_playing)

    def states(self) -> dict[str, str]:
        return {row.case.name: row.state for row in self.panel.model.rows}

    def add(self, name: str, node: str = "", tick: str = "", expect: tuple[str, ...] = ()) -> None:
        """Put a case into the file as the command does."""
        from studio.cases.adding import expecting, take
        from studio.cases.writing import add_case
        from studio.trace import Trace

        with Trace(self.db) as trace:
            taken = take(trace, "last", node, tick, base=self.graph.parent)
        add_case(self.tests, expecting(taken.case, expect, not expect, name=name), short=taken.short)


@pytest.fixture(autouse=True)
def _nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that asks a model has failed."""

    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError("a model was asked")

    monkeypatch.setattr(Catalog, "_open", refuse)


lasting = few("tests")


@pytest.fixture
def desk(lasting: Standing) -> Iterator[Desk]:
    """The window with the tests panel, which shows all tests there are; the others are empty."""
    for window in lasting.lend():
        window.show_panel("tests")
        panel = window.panel("tests")
        assert isinstance(panel, TestsPanel)
        panel.words.clear()
        for state in panel.filters.values():
            state.setChecked(True)
        yield Desk(window)


@pytest.fixture
def bank(desk: Desk, tmp_path: Path, qtbot: Any) -> Bank:
    """A graph of one's own with a recorded run of two rounds."""
    graph = tmp_path / "project" / "critic_loop.yaml"
    graph.parent.mkdir()
    graph.write_text(CRITIC_LOOP)
    db = tmp_path / "runs.db"
    run(Graph.load(graph), model=Scripted(REPLIES), embedder="toy", db=db)
    close_writer(db)
    return Bank(desk, graph, db, qtbot)
