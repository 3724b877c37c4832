"""A window with the panel Prompts in front, and a profile in which some runs are recorded."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QWidget

from studio.gui.frame import window as window_module
from studio.gui.frame.pages import Pages
from studio.gui.frame.window import MainWindow
from studio.gui.panels import all_panels
from studio.gui.panels.prompts.panel import PromptsPanel
from studio.settings.settings import Settings
from tests.gui.windows import opened
from tests.trace.prompts import Asked, random_runs

KEPT = ("prompts", "palette")
"""Panels that are made; the others stay empty."""


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Asked]:
    """Three runs of the profile, their calls newest first."""
    monkeypatch.setattr("studio.trace.writer.IDLE_S", 60)
    return random_runs(Settings.load().db_path(), random.Random(3), runs=3, calls=60)


@pytest.fixture
def shell(qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    """The window, with the panel still hidden behind others."""
    panels = [one if one.id in KEPT else replace(one, make=lambda _: QWidget()) for one in all_panels()]
    monkeypatch.setattr(window_module, "all_panels", lambda: panels)
    monkeypatch.setattr(Pages, "welcome", lambda *_, **__: None)
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
        self.qtbot.waitUntil(is_quiet, timeout=20_000)
        QApplication.processEvents()  # timers that begin something else
        self.qtbot.waitUntil(is_quiet, timeout=20_000)

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
