"""A panel that looks only while somebody sees it: in front, behind another tab, and hidden."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QTabWidget, QWidget

from studio.gui.base.seen import SeenPanel

pytestmark = pytest.mark.gui


class Looking(SeenPanel):
    def __init__(self) -> None:
        super().__init__(5)
        self.looked = 0
        self.told_hidden = 0
        self.was_left = 0

    def refresh(self) -> None:
        self.looked += 1

    def tell_hidden(self) -> None:
        self.told_hidden += 1

    def left(self) -> None:
        self.was_left += 1


@pytest.fixture
def tabs(qtbot: Any) -> QTabWidget:
    """A panel behind another page."""
    tabs = QTabWidget()
    qtbot.addWidget(tabs)
    tabs.addTab(QWidget(), "front")
    tabs.addTab(Looking(), "panel")
    tabs.resize(300, 200)
    tabs.show()
    qtbot.waitExposed(tabs)
    return tabs


def panel_of(tabs: QTabWidget) -> Looking:
    panel = tabs.widget(1)
    assert isinstance(panel, Looking)
    return panel


def settled(qtbot: Any, holds: Callable[[], bool]) -> None:
    qtbot.waitUntil(holds)
    QApplication.processEvents()


def test_what_happens_behind_another_tab_is_looked_at_once_it_is_in_front(tabs: QTabWidget, qtbot: Any) -> None:
    panel = panel_of(tabs)
    panel.ask_soon()
    panel.look()
    QApplication.processEvents()
    assert (panel.looked, panel.told_hidden) == (0, 2)

    tabs.setCurrentIndex(1)

    settled(qtbot, lambda: panel.looked == 1)
    panel.update()
    QApplication.processEvents()
    assert panel.looked == 1, "being painted again is no reason to look again"


def test_many_events_are_one_look(tabs: QTabWidget, qtbot: Any) -> None:
    panel = panel_of(tabs)
    tabs.setCurrentIndex(1)
    settled(qtbot, lambda: panel.looked == 1)

    for _ in range(5):
        panel.ask_soon("what a signal", "tells")
    panel.ask_soon(milliseconds=1)

    assert panel.is_waiting
    settled(qtbot, lambda: panel.looked == 2)
    assert not panel.is_waiting


def test_following_ends_when_the_panel_is_hidden(tabs: QTabWidget, qtbot: Any) -> None:
    panel = panel_of(tabs)
    tabs.setCurrentIndex(1)
    panel.follow(True)
    settled(qtbot, lambda: panel.looked > 3)
    before = panel.was_left

    tabs.setCurrentIndex(0)
    seen = panel.looked
    panel.ask_soon()
    QApplication.processEvents()

    assert panel.was_left == before + 1
    assert panel.looked == seen
    tabs.setCurrentIndex(1)
    settled(qtbot, lambda: panel.looked == seen + 1)
