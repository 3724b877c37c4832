"""Keyboard shortcuts among the settings."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from studio.gui.settings_dialog.pages import SettingsPage
from studio.gui.workbench import Workbench


def _make(workbench: Workbench) -> QWidget:
    from studio.gui.shortcuts.editor import ShortcutPage

    page = ShortcutPage(workbench.part("shortcuts"), workbench)
    page.setMinimumHeight(480)
    return page


PAGE = SettingsPage("shortcuts", "Shortcuts", _make, order=60, words="keyboard shortcuts keys bindings")
