"""Qt offscreen, one theme, and no exception that an override swallowed goes unseen."""

from __future__ import annotations

import os
from collections.abc import Iterator

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QWidget

from studio.gui.base import guard
from studio.gui.frame import window as window_module
from studio.gui.frame.pages import Pages
from studio.gui.frame.window import MainWindow
from studio.gui.panels import all_panels
from studio.gui.theme import apply_theme, current_theme
from studio.gui.workbench import Workbench
from studio.settings.settings import Settings
from tests.gui.desk import Desk
from tests.gui.patience import PatientBot
from tests.gui.standing import bare, lone_window, whole
from tests.gui.windows import SMALL, opened

__all__ = ["bare", "lone_window", "whole"]
"""Windows that stand for a module: a room, or a module, makes its `window` or `desk` of one. See `standing`."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder needs Qt."""
    for item in items:
        if "tests/gui" in item.path.as_posix():
            item.add_marker("gui")


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> PatientBot:
    """The bot of pytest-qt, which waits long enough for a busy machine."""
    return PatientBot(request)


@pytest.fixture(scope="session", autouse=True)
def _nothing_outlives_python(qapp: QApplication) -> Iterator[None]:
    """Without a screen Qt keeps what was copied until after Python's end, and then calls Python."""
    yield
    qapp.clipboard().clear()


@pytest.fixture(scope="session")
def light_sheet(qapp: QApplication) -> str:
    """The style sheet of the light theme, which every test begins with."""
    apply_theme("light")
    return qapp.styleSheet()


@pytest.fixture(autouse=True)
def _no_hidden_faults(qapp: QApplication, light_sheet: str) -> Iterator[None]:
    """A test fails if an override of a Qt method raised: `guarded` keeps it from Qt, not from us."""
    # Widgets of earlier tests wait for their end in an event loop that no test runs; each one slows the style sheet.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    if current_theme().name != "light" or qapp.styleSheet() != light_sheet:
        apply_theme("light")
    faults: list[tuple[str, Exception]] = []
    unhook = guard.caught.connect(lambda where, fault: faults.append((where, fault)))
    yield
    unhook()
    assert not faults, f"raised in an override: {faults[:3]}"


@pytest.fixture
def workbench(qapp: object) -> Iterator[Workbench]:
    """A workbench with default settings and nothing open."""
    made = Workbench(Settings())
    yield made
    for document in list(made.documents):
        made.remove(document)


@pytest.fixture
def window(qtbot: Any) -> Iterator[MainWindow]:
    """The window, shown and in front, without a graph."""
    yield from opened(qtbot)


@pytest.fixture
def desk(qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """The window, shown and in front, with all panels but the palette empty and no welcome page; no graph is open."""
    panels = [
        one if one.id == "palette" else replace(one, make=lambda _: QWidget(), waits=True, part="", wakes=None)
        for one in all_panels()
    ]
    monkeypatch.setattr(window_module, "all_panels", lambda: panels)
    monkeypatch.setattr(Pages, "welcome", lambda *_, **__: None)
    for window in opened(qtbot):
        yield Desk(window)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A graph file."""
    path = tmp_path / "small.yaml"
    path.write_text(SMALL)
    return path


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """Another graph file."""
    path = tmp_path / "other.yaml"
    path.write_text("studio: 1\nname: other\nnodes:\n  a: {type: flow.input}\n")
    return path
