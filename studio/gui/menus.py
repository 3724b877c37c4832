"""Menus and shortcuts made from the actions; what is enabled follows the workbench."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from studio.gui.actions import Action, all_actions
from studio.gui.workbench import Workbench

MENUS = ("File", "Edit", "View", "Graph", "Run", "Help")
"""The order of the menu bar; a menu that no action names is left out."""


class ActionBar:
    """A QAction for each action of the list, in its menu, with its keys."""

    def __init__(self, workbench: Workbench, window: QMainWindow) -> None:
        self.workbench = workbench
        self.window = window
        self.actions: dict[str, QAction] = {}
        self.menus: dict[str, QMenu] = {}
        for title in MENUS:
            if any(action.menu.split("/")[0] == title for action in all_actions().values()):
                self._menu(title)
        group: dict[str, int] = {}
        for action in all_actions().values():
            self._add(action, group)
        # What can be done changes with every edit; once per turn of the event loop is enough to look.
        self._timer = QTimer(window)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.refresh)
        for signal in (workbench.actions_changed, workbench.selection_changed, workbench.current_changed):
            signal.connect(lambda *_: self._timer.start(0))
        self.refresh()

    def _menu(self, path: str) -> QMenu:
        if path not in self.menus:
            parent, _, title = path.rpartition("/")
            menu = QMenu(title, self.window)
            (self._menu(parent).addMenu if parent else self.window.menuBar().addMenu)(menu)
            self.menus[path] = menu
        return self.menus[path]

    def _add(self, action: Action, group: dict[str, int]) -> None:
        made = QAction(action.title, self.window)
        made.setObjectName(action.id)
        made.setToolTip(action.help or action.title)
        made.setStatusTip(action.help)
        made.setShortcuts([QKeySequence(key) for key in action.keys])
        made.setCheckable(action.checked is not None)
        made.triggered.connect(lambda *_: self.workbench.trigger(action.id))
        menu = self._menu(action.menu)
        if group.setdefault(action.menu, action.order // 100) != action.order // 100:
            menu.addSeparator()
            group[action.menu] = action.order // 100
        menu.addAction(made)
        self.window.addAction(made)
        self.actions[action.id] = made

    def refresh(self) -> None:
        """Ask every action whether it can be done, what it is called, and whether it is on."""
        for action in all_actions().values():
            made = self.actions[action.id]
            made.setEnabled(action.when(self.workbench))
            if action.label is not None:
                made.setText(action.label(self.workbench))
            if action.checked is not None:
                made.setChecked(action.checked(self.workbench))
