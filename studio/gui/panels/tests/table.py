"""The list of tests as people see it, and the menu of what can be done with those that are selected."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QHeaderView, QMenu, QTableView, QWidget

from studio.gui.base.action import all_actions
from studio.gui.panels.tests.model import NAME, NODE, RESULT, TIME, TestsModel
from studio.gui.shortcuts.shortcuts import plain_title
from studio.gui.widgets.row_table import row_table
from studio.gui.workbench import Workbench

_MENU: Final = (
    "tests.run_selected", "tests.run_failed", "-", "tests.step_through", "tests.open_recorded", "tests.go_to_node", "-",
    "tests.renew", "tests.rename", "tests.delete", "-", "tests.open_file", "tests.junit",
)  # fmt: skip


def tests_table(model: TestsModel) -> QTableView:
    """Return the list."""
    table = row_table("tests.table", "Tests", model, several=True)
    header = table.horizontalHeader()
    header.setSectionResizeMode(RESULT, QHeaderView.ResizeMode.Stretch)
    for column, width in ((NAME, 210), (NODE, 120), (TIME, 64)):
        header.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
        header.resizeSection(column, width)
    return table


def tests_menu(parent: QWidget, workbench: Workbench) -> QMenu:
    """Return the menu of the selected tests."""
    menu = QMenu(parent)
    menu.setObjectName("tests.menu")
    menu.aboutToHide.connect(menu.deleteLater)
    for action_id in _MENU:
        if action_id == "-":
            menu.addSeparator()
            continue
        action = all_actions()[action_id]
        made = menu.addAction(plain_title(action) + ("…" if action.title.endswith("…") else ""))
        made.setObjectName(action_id)
        made.setEnabled(action.when(workbench))
        made.triggered.connect(lambda *_, id=action_id: workbench.trigger(id))
    return menu
