"""A stage: a recorded run open in a window of tests, with the inspector beside it and hands to work on it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from PySide6.QtCore import QDeadlineTimer, QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from studio.gui.canvas import Canvas
from studio.gui.panels.inspector.firing.page import FiringPage
from studio.gui.panels.inspector.inspector import Inspector
from studio.gui.replay.service import Replays, install
from studio.gui.replay.session import Session, Source
from studio.gui.workbench import Tab, Workbench
from studio.support.resources import resource_root
from studio.trace.writer import close_writer
from tests.replay.firing.workshop import record

W = TypeVar("W", bound=QWidget)


class Stage:
    """A session with a canvas of each of its graphs that was shown, and the inspector."""

    def __init__(self, workbench: Workbench, db: Path, run: str = "last") -> None:
        self.workbench = workbench
        self.canvases: dict[Tab, Canvas] = {}
        workbench.shown.connect(lambda tab: self._show(tab))
        if "replay" not in workbench.parts:
            install(workbench)
        self.replays: Replays = workbench.part("replay")
        session = self.replays.open(Source(db, run))
        assert session is not None
        self.session: Session = session
        self.inspector = Inspector(workbench)
        self.inspector.resize(340, 900)
        self.inspector.show()
        QTest.qWaitForWindowExposed(self.inspector)
        self.inspector.activateWindow()
        QTest.qWaitForWindowActive(self.inspector)
        self.settle()

    def _show(self, tab: Tab) -> None:
        if tab not in self.canvases:
            canvas = Canvas(self.workbench, tab.document, tab.at)
            canvas.selectionChanged.connect(self.workbench.selection_changed)
            canvas.resize(700, 500)
            self.canvases[tab] = canvas
        for other in self.canvases.values():
            other.setVisible(other is self.canvases[tab])
        self.workbench.set_current(tab, self.canvases[tab])

    @property
    def page(self) -> FiringPage:
        """The page that the inspector shows."""
        page = self.inspector.page
        assert isinstance(page, FiringPage)
        return page

    @property
    def facts(self) -> Any:
        """What the page shows, as plain data."""
        return self.page.shown()

    def settle(self) -> None:
        """Let what was asked for happen."""
        for _ in range(3):
            QApplication.processEvents()

    def wait(self) -> None:
        """Let what is looked up beside the window arrive, and be laid out."""
        desk = self.page.desk
        deadline = QDeadlineTimer(5_000)
        self.settle()
        while (desk._later or desk._waiting) and not deadline.hasExpired():
            QTest.qWait(5)
        self.settle()

    def seek(self, seq: int) -> None:
        """Go to a step."""
        self.session.seek(seq)
        self.settle()

    def seek_node(self, node: str, tick: str = "") -> Any:
        """Go to the first firing of a node path (at a tick), and return it."""
        found = next(iter(self.session.trace.firings(self.session.run.id, node, tick or None)))
        self.session.seek_firing(found.id)
        self.settle()
        return found

    def find(self, kind: type[W], name: str, within: QWidget | None = None) -> list[W]:
        """Return the widgets of an object name that can be seen."""
        return [one for one in (within or self.page).findChildren(kind, name) if one.isVisible()]

    def click(self, widget: QWidget) -> None:
        """Press a widget with the mouse, scrolled into view first."""
        area = self.page._scroll.area
        assert area is not None
        self.wait()  # what arrives later may push what is below it out of sight
        if area.isAncestorOf(widget):
            area.ensureWidgetVisible(widget)
            self.settle()
            place = widget.mapTo(area.viewport(), widget.rect().center())
            assert area.viewport().rect().contains(place), "what is clicked can be seen"
        QTest.mouseClick(
            widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(8, widget.height() // 2)
        )
        self.settle()

    def close(self) -> None:
        """Put all of it away."""
        self.inspector.close()
        self.inspector.deleteLater()
        self.workbench.remove(self.session.document)
        for canvas in self.canvases.values():
            canvas.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def stage_of(workbench: Workbench) -> Iterator[Callable[..., Stage]]:
    """Opens a run of a trace file."""
    made: list[Stage] = []

    def make(db: Path, run: str = "last") -> Stage:
        stage = Stage(workbench, db, run)
        made.append(stage)
        return stage

    yield make
    for stage in made:
        stage.close()


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Path]:
    """A database file of this test; nothing of it stays open."""
    path = tmp_path / "runs.db"
    yield path
    close_writer(path)


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file with the workshop run, to be copied."""
    path = tmp_path_factory.mktemp("workshop") / "runs.db"
    record(path)
    close_writer(path)
    return path


@pytest.fixture
def workshop(db: Path, recorded: Path, stage_of: Callable[..., Stage]) -> Stage:
    """The workshop run, at its first step."""
    shutil.copyfile(recorded, db)
    return stage_of(db)


@pytest.fixture
def order_desk(stage_of: Callable[..., Stage]) -> Stage:
    """The recorded example `order_desk`, at its first step."""
    return stage_of(Path(str(resource_root("graphs"))) / "order_desk.run.db")
