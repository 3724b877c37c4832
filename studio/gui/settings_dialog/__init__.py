"""The settings: pages made from what is declared, and pages of their own for what is no setting (keys, shortcuts).

Each module here that declares a `PAGE` is a page; nothing else lists them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studio.gui.settings_dialog.dialog import SettingsDialog
    from studio.gui.workbench import Workbench


def show_settings(workbench: Workbench, page: str = "") -> SettingsDialog:
    """Show the settings, at a page (its id) if one is named."""
    from studio.gui.settings_dialog.dialog import SettingsDialog

    known = workbench.parts.get("settings")
    if not isinstance(known, SettingsDialog):
        known = workbench.parts["settings"] = SettingsDialog(workbench)
    if page:
        known.go(page)
    known.show()
    known.raise_()
    known.activateWindow()
    known.search.setFocus()
    return known
