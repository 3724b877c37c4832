"""Plugins are listed without being imported, and imported when they are ticked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt

from studio.gui.frame.window import MainWindow
from studio.gui.settings_dialog.plugins_page import PluginsPanel
from tests.plugins.test_installed import Entry, Shout, broken

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def entries(monkeypatch: pytest.MonkeyPatch) -> list[Entry]:
    found = [Entry("broken", broken), Entry("shout", lambda: [Shout])]
    monkeypatch.setattr("importlib.metadata.entry_points", lambda *, group: found)
    return found


def test_ticking_one_makes_its_types_known_in_open_graphs(
    entries: list[Entry], window: MainWindow, small: Path, qtbot: Any
) -> None:
    document = window.workbench.open(small)
    assert document is not None
    panel = PluginsPanel(window.workbench)
    qtbot.addWidget(panel)
    panel.show()
    assert list(panel.boxes) == ["broken", "shout"]
    assert [entry.loaded for entry in entries] == [0, 0]

    qtbot.mouseClick(panel.boxes["shout"], LEFT, pos=QPoint(8, panel.boxes["shout"].height() // 2))
    qtbot.waitUntil(lambda: document.registry.find("plugin.shout") is Shout)
    assert window.workbench.settings["plugins.enabled"] == "shout"
    assert entries[0].loaded == 0
    assert not panel.problem.isVisible()

    qtbot.mouseClick(panel.boxes["shout"], LEFT, pos=QPoint(8, panel.boxes["shout"].height() // 2))
    qtbot.waitUntil(lambda: document.registry.find("plugin.shout") is None)
    assert window.workbench.settings["plugins.enabled"] == ""


def test_one_that_fails_says_why(entries: list[Entry], lone_window: MainWindow, small: Path, qtbot: Any) -> None:
    lone_window.workbench.open(small)
    panel = PluginsPanel(lone_window.workbench)
    qtbot.addWidget(panel)
    panel.show()

    qtbot.mouseClick(panel.boxes["broken"], LEFT, pos=QPoint(8, panel.boxes["broken"].height() // 2))

    qtbot.waitUntil(lambda: panel.problem.isVisible())
    assert "no module named moon" in panel.problem.text()


def test_without_any_that_is_said(window: MainWindow, qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.metadata.entry_points", lambda *, group: [])
    panel = PluginsPanel(window.workbench)
    qtbot.addWidget(panel)

    assert panel.boxes == {}
