"""A window whose only panel is that of recorded runs, over a trace of this test."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtWidgets import QWidget

from studio.gui.frame.window import MainWindow
from studio.gui.panels.runs.columns import COLUMNS
from studio.gui.panels.runs.panel import RunsPanel
from studio.gui.workbench import Workbench
from tests.gui.few_panels import make_only
from tests.gui.windows import opened
from tests.trace import runs
from tests.trace.many_runs import Fact, put_runs

LEFT = Qt.MouseButton.LeftButton


class Shelf:
    """The panel in its window, and short ways to what a person sees and does."""

    def __init__(self, window: MainWindow, qtbot: Any) -> None:
        self.window = window
        self.qtbot = qtbot
        self.said: list[tuple[str, str]] = []
        window.workbench.said.connect(lambda text, kind: self.said.append((text, kind)))
        window.show_panel("runs")
        panel = window.panel("runs")
        assert isinstance(panel, RunsPanel)
        self.panel = panel

    @property
    def workbench(self) -> Workbench:
        return self.window.workbench

    def wait(self, until: Callable[[], Any]) -> None:
        """Let the window work until something is so."""
        self.qtbot.waitUntil(lambda: bool(until()))

    def settle(self) -> None:
        """Wait until the list and the rows in view are known."""
        listing = self.panel.listing
        self.wait(lambda: not listing.is_loading and not self.panel.bar._rest.isActive())
        model = self.panel.model

        def known() -> bool:
            for index in self.indexes():
                model.data(index)  # as a paint would ask
            return not model._asking.isActive() and all(self.cell(index, "id") for index in self.indexes())

        self.wait(known)

    def indexes(self, parent: QModelIndex | None = None, most: int = 300) -> list[QModelIndex]:
        """Return the rows from above, those of forks below their parents."""
        model, found = self.panel.model, []
        around = parent or QModelIndex()
        for row in range(min(most, model.rowCount(around))):
            index = model.index(row, 0, around)
            found += [index, *self.indexes(index)]
        return found

    def cell(self, index: QModelIndex, column: str) -> str:
        """Return what a row says in a column."""
        number = next(number for number, one in enumerate(COLUMNS) if one.id == column)
        return str(self.panel.model.data(index.siblingAtColumn(number)) or "")

    def cells(self, column: str) -> list[str]:
        """Return what all rows say in a column."""
        self.settle()
        return [self.cell(index, column) for index in self.indexes()]

    def ids(self) -> list[str]:
        """Return the ids of the runs that are listed."""
        self.settle()
        rows = self.panel.listing.rows
        return [rows[self.panel.model.key_at(index)].id for index in self.indexes()]

    def point(self, id: str, column: str = "graph") -> QPoint:
        """Return a point of the list on the row of a run."""
        self.settle()
        rows = self.panel.listing.rows
        index = next(one for one in self.indexes() if rows[self.panel.model.key_at(one)].id == id)
        number = next(number for number, one in enumerate(COLUMNS) if one.id == column)
        self.panel.table.scrollTo(index.siblingAtColumn(number))
        return self.panel.table.visualRect(index.siblingAtColumn(number)).center()

    def click(self, id: str, modifiers: Any = Qt.KeyboardModifier.NoModifier) -> None:
        """Click on the row of a run."""
        self.qtbot.mouseClick(self.panel.table.viewport(), LEFT, modifiers, self.point(id))

    def press(self, key: Qt.Key) -> None:
        """Press a key in the list."""
        self.qtbot.keyClick(self.panel.table, key)

    def button(self, name: str) -> QWidget:
        """Return a widget of the panel by its name."""
        found: QWidget | None = self.panel.findChild(QWidget, name)
        assert found is not None, name
        return found

    def push(self, name: str) -> None:
        """Press a button of the panel with the mouse."""
        self.qtbot.mouseClick(self.button(name), LEFT)

    def type(self, text: str) -> None:
        """Type into the search field."""
        self.panel.bar.words.setFocus()
        self.panel.bar.words.clear()
        self.qtbot.keyClicks(self.panel.bar.words, text)
        self.settle()


@pytest.fixture(scope="session")
def blank_trace(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """An up-to-date empty trace, made once."""
    return runs.blank_trace(tmp_path_factory.mktemp("blank") / "blank.db")


@pytest.fixture
def trace_file() -> Path:
    """Where the profile's runs are recorded."""
    return Path(os.environ["STUDIO_DB"])


@pytest.fixture
def put(trace_file: Path, blank_trace: bytes) -> Callable[[Sequence[Fact]], None]:
    """Put runs into the profile's trace."""

    def write(facts: Sequence[Fact]) -> None:
        trace_file.write_bytes(blank_trace)
        put_runs(trace_file, list(facts))

    return write


@pytest.fixture
def shelf(qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Shelf]]:
    """Open the window with its panel of runs; no other panel is made."""
    make_only(monkeypatch, "runs")
    windows: list[Iterator[MainWindow]] = []

    def make() -> Shelf:
        windows.append(opened(qtbot))
        return Shelf(next(windows[-1]), qtbot)

    yield make
    for one in windows:
        next(one, None)
