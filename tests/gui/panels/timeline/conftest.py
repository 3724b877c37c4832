"""Timelines of recorded runs, shown without a window around them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from studio.editing import TOP
from studio.engine.result import RunResult
from studio.engine.run import run
from studio.graph import Graph
from studio.gui.panels.timeline.panel import TimelinePanel
from studio.gui.replay import service
from studio.gui.replay.session import Source
from studio.gui.workbench import Tab, Workbench
from studio.models.scripted import Scripted
from studio.trace.writer import close_writer
from tests.bench.replay import deep, loop
from tests.gui.panels.timeline.by_hand import Shown
from tests.replay.conftest import TOWN


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Path]:
    """A database file of this test."""
    path = tmp_path / "runs.db"
    yield path
    close_writer(path)


@pytest.fixture
def show(qtbot: Any, workbench: Workbench) -> Callable[[Path], Shown]:
    """Opens the last run of a file and shows its timeline, with all of it read."""
    service.install(workbench)

    def shown(db: Path, width: int = 900, height: int = 340) -> Shown:
        panel = TimelinePanel(workbench)
        qtbot.addWidget(panel)
        panel.resize(width, height)
        panel.show()
        session = workbench.part("replay").open(Source(db, "last"))
        assert session is not None
        workbench.set_current(Tab(session.document, TOP), None)
        qtbot.waitUntil(lambda: panel.timeline is not None and panel.timeline.state.overview.is_whole)
        QApplication.processEvents()
        assert panel.timeline is not None
        return Shown(panel, session, panel.timeline)

    return shown


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Records a run of a name when it is first asked for, and returns its file, to be copied."""
    folder = tmp_path_factory.mktemp("timelines")
    makes: dict[str, Callable[[Path], RunResult]] = {
        "town": lambda path: run(Graph.from_text(TOWN), model=Scripted(["Good morning, all."]), db=path),
        "long": lambda path: run(loop(30, 3000), db=path),
        "maps": lambda path: run(deep(1020), db=path),
    }

    def file(name: str) -> Path:
        path = folder / f"{name}.db"
        if not path.exists():
            assert makes[name](path).status == "ok"
            close_writer(path)
        return path

    return file


@pytest.fixture
def town(db: Path, show: Callable[[Path], Shown], recorded: Callable[[str], Path]) -> Shown:
    """A run with a map of two items, a model call and a failure."""
    shutil.copyfile(recorded("town"), db)
    return show(db)


@pytest.fixture
def long(db: Path, show: Callable[[Path], Shown], recorded: Callable[[str], Path]) -> Shown:
    """A loop of 30 nodes and 3000 firings."""
    shutil.copyfile(recorded("long"), db)
    return show(db)


@pytest.fixture
def maps(db: Path, show: Callable[[Path], Shown], recorded: Callable[[str], Path]) -> Shown:
    """Maps of loops: 1020 firings."""
    shutil.copyfile(recorded("maps"), db)
    return show(db)
