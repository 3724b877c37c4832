"""A window with the panel Prompts in front, and a profile in which some runs are recorded."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from studio.gui.frame.window import MainWindow
from studio.gui.panels.prompts.panel import PromptsPanel
from studio.settings.settings import Settings
from studio.trace.writer import close_writer
from tests.gui.few_panels import make_only
from tests.gui.windows import opened
from tests.trace.prompts import Asked, random_runs

KEPT = ("prompts", "palette")
"""Panels that are made; the others stay empty."""


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Asked]]:
    """A file with three runs, and their calls newest first."""
    path = tmp_path_factory.mktemp("prompts") / "runs.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("studio.trace.writer.IDLE_S", 60)
        made = random_runs(path, random.Random(3), runs=3, calls=60)
    close_writer(path)
    return path, made


@pytest.fixture
def made(recorded: tuple[Path, list[Asked]]) -> list[Asked]:
    """Three runs of the profile, their calls newest first."""
    path = Settings.load().db_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(recorded[0], path)
    return list(recorded[1])


@pytest.fixture
def shell(qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    """The window, with the panel still hidden behind others."""
    make_only(monkeypatch, *KEPT)
    yield from opened(qtbot)


@pytest.fixture
def hand(shell: MainWindow, qtbot: Any) -> Hand:
    """The panel in front."""
    shell.show_panel("prompts")
    return Hand(shell, qtbot)


class Hand:
    """Short ways to what a person does in the panel."""

    def __init__(self, window: MainWindow, qtbot: Any) -> None:
        self.window = window
        self.qtbot = qtbot
        panel = window.panel("prompts")
        assert isinstance(panel, PromptsPanel)
        self.panel = panel
        self.said: list[str] = []
        window.workbench.said.connect(lambda text, kind: self.said.append(text))

    def settle(self) -> None:
        """Wait until all that was asked is answered."""

        def is_quiet() -> bool:
            page = self.panel.page
            waits = page._soon.waiting or page._detail_soon.waiting
            return not waits and not (set(self.panel._asker._current) - {"changes"})

        QApplication.processEvents()
        self.qtbot.waitUntil(is_quiet)
        QApplication.processEvents()  # timers that begin something else
        self.qtbot.waitUntil(is_quiet)

    def type(self, text: str) -> None:
        """Type into the field of words, in place of what stands there."""
        field = self.panel.page.words
        field.setFocus()
        field.selectAll()
        self.qtbot.keyClicks(field, text)
        self.settle()

    @property
    def listed(self) -> list[tuple[str, int]]:
        """Runs and firings of the rows that are there."""
        return [(row.run, row.firing) for row in self.panel.page.model.rows]

    @property
    def count(self) -> str:
        return str(self.panel.page.count.accessibleName())
