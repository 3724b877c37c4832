"""The menu of the selected runs."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtWidgets import QMenu, QWidget

from studio.gui.base.action import all_actions
from studio.gui.workbench import Workbench

ENTRIES: Final = (
    "runs.open", "runs.open_error", "runs.watch", "-", "runs.compare", "runs.graph", "runs.resume", "tests.from_run",
    "-", "runs.pause", "runs.go_on", "runs.step", "runs.abort", "-", "runs.copy_id", "runs.copy_command", "runs.save",
)  # fmt: skip
"""The actions of the menu. Those that are not there are left out."""

_ONLY_IF_POSSIBLE: Final = frozenset(
    {"runs.pause", "runs.go_on", "runs.step", "runs.abort", "runs.watch", "runs.open_error"}
)


def run_menu(workbench: Workbench, parent: QWidget) -> QMenu:
    """Return the menu of the runs that are selected in the panel."""
    menu = QMenu(parent)
    menu.setObjectName("runs.menu")
    menu.aboutToHide.connect(menu.deleteLater)
    shared = workbench.parts.get("actions")
    known = all_actions()
    gap = False
    for action_id in ENTRIES:
        action = known.get(action_id)
        if action is None:
            gap = gap or action_id == "-"
            continue
        can = action.when(workbench)
        if not can and action_id in _ONLY_IF_POSSIBLE:
            continue
        if gap and menu.actions():
            menu.addSeparator()
        gap = False
        made = menu.addAction(action.title if action.label is None else action.label(workbench))
        made.triggered.connect(partial(_trigger, workbench, action_id))
        made.setObjectName(action_id)
        made.setEnabled(can)
        if shared is not None:
            made.setIcon(shared.actions[action_id].icon())
    return menu


def _trigger(workbench: Workbench, action_id: str, on: bool = False) -> None:
    workbench.trigger(action_id)
