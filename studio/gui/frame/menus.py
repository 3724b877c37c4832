"""Menus and shortcuts made from the actions; what is enabled follows the workbench."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu, QWidget

from studio.gui.base.action import Action, all_actions, why_not
from studio.gui.workbench import Workbench

MENUS = ("File", "Edit", "View", "Graph", "Run", "Replay", "Help")
"""The order of the menu bar; a menu that no action names is left out."""

RECENT = "File/Open Recent"
"""The menu that begins with the files that were open last."""


class ActionBar(QObject):
    """A QAction for each action of the list, in its menu, with its keys. Offered to other parts as `actions`."""

    def __init__(self, workbench: Workbench, window: QMainWindow) -> None:
        super().__init__(window)
        self.workbench = workbench
        self.window = window
        self.actions: dict[str, QAction] = {}
        self.menus: dict[str, QMenu] = {}
        self._canvases: list[QWidget] = []
        # One connection for all of them: of hundreds, each costs as much as an action.
        self._group = QActionGroup(self)
        self._group.setExclusionPolicy(QActionGroup.ExclusionPolicy.None_)
        self._group.triggered.connect(lambda made: self._trigger(made.objectName()))
        for action in all_actions().values():
            self.actions[action.id] = self._make(action)
        window.addActions([self.actions[action.id] for action in all_actions().values() if not action.canvas])
        titles = {action.menu.split("/")[0] for action in all_actions().values()}
        for title in (*(one for one in MENUS if one in titles), *sorted(titles - {*MENUS, ""})):
            self._fill(self._menu(title, window.menuBar()), title)
        if RECENT in self.menus:
            self.menus[RECENT].aboutToShow.connect(self._show_recent)
        self._recent: list[QAction] = []
        workbench.parts["actions"] = self
        if (shortcuts := workbench.parts.get("shortcuts")) is not None:
            shortcuts.changed.connect(self._take_keys)
        # What can be done changes with every edit; once per turn of the event loop is enough to look.
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.refresh)
        for signal in (workbench.actions_changed, workbench.selection_changed, workbench.current_changed):
            signal.connect(lambda *_: self._timer.start(0))
        workbench.settings_changed.connect(lambda *_: self._timer.start(0))
        self.refresh()

    # -- making -------------------------------------------------------------------------------

    def _make(self, action: Action) -> QAction:
        made = QAction(action.title, self._group)
        made.setObjectName(action.id)
        made.setToolTip(action.help or action.title)
        made.setStatusTip(action.help)
        if action.checked is not None:
            made.setCheckable(True)
        made.setMenuRole(_ROLES.get(action.id, QAction.MenuRole.NoRole))
        shortcuts = self.workbench.parts.get("shortcuts")
        if keys := shortcuts.keys(action.id) if shortcuts is not None else action.keys:
            made.setShortcuts(_sequences(keys))
        if action.canvas:
            made.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        return made

    def _menu(self, path: str, parent: QWidget) -> QMenu:
        menu = self.menus[path] = QMenu(path.rpartition("/")[2], self.window)
        menu.setToolTipsVisible(True)
        menu.setObjectName(f"menu.{path}")
        parent.addMenu(menu)  # type: ignore[attr-defined]
        return menu

    def _fill(self, menu: QMenu, path: str) -> None:
        """Put a menu's actions and submenus in their order; a submenu stands where the first of its actions says."""
        entries: list[tuple[int, str]] = []
        submenus: dict[str, int] = {}
        for action in all_actions().values():
            if action.menu == path:
                entries.append((action.order, action.id))
            elif action.menu.startswith(f"{path}/"):
                inner = f"{path}/{action.menu.removeprefix(f'{path}/').split('/')[0]}"
                submenus[inner] = min(action.order, submenus.get(inner, action.order))
        entries += [(order, inner) for inner, order in submenus.items()]
        group: int | None = None
        for order, key in sorted(entries, key=lambda entry: entry[0]):
            if group is not None and order // 100 != group:
                menu.addSeparator()
            group = order // 100
            if key in submenus:
                self._fill(self._menu(key, menu), key)
            else:
                menu.addAction(self.actions[key])

    def add_canvas(self, canvas: QWidget) -> None:
        """Make the keys of actions on the canvas work while this one has the focus."""
        canvas.addActions([self.actions[action.id] for action in all_actions().values() if action.canvas])

    def _show_recent(self) -> None:
        menu = self.menus[RECENT]
        for old in self._recent:
            menu.removeAction(old)
            old.deleteLater()
        files = self.workbench.part("files")
        first = menu.actions()[0] if menu.actions() else None
        self._recent = []
        paths: Iterable[Path] = files.recent()
        for number, path in enumerate(paths, start=1):
            shown = str(path).replace("&", "&&")
            made = QAction(f"&{number} {shown}" if number < 10 else shown, menu)
            made.triggered.connect(lambda *_, path=path: files.open(path))
            self._recent.append(made)
        if not self._recent:
            none = QAction("No files yet", menu)
            none.setEnabled(False)
            self._recent.append(none)
        separator = QAction(menu)
        separator.setSeparator(True)
        self._recent.append(separator)
        for made in self._recent:
            menu.insertAction(first, made) if first is not None else menu.addAction(made)

    # -- keys ---------------------------------------------------------------------------------

    def keys(self, action_id: str) -> tuple[str, ...]:
        """Return the keys an action has now, as Qt writes them. Raises KeyError for an unknown id."""
        portable = QKeySequence.SequenceFormat.PortableText
        return tuple(one.toString(portable) for one in self.actions[action_id].shortcuts())

    def say_why_not(self, pressed: QKeySequence) -> bool:
        """Tell why nothing happens at keys of an action that cannot be done now. Returns False if they are of none.
        Esc with nothing to end is no mistake."""
        if pressed == QKeySequence(Qt.Key.Key_Escape):
            return False
        for action in all_actions().values():
            made = self.actions[action.id]
            if not made.isEnabled() and pressed in made.shortcuts():
                self.workbench.say(f"{action.title}: {why_not(action, self.workbench)}", "refused")
                return True
        return False

    def _take_keys(self) -> None:
        for action_id, made in self.actions.items():
            made.setShortcuts(_sequences(self.workbench.part("shortcuts").keys(action_id)))

    # -- doing --------------------------------------------------------------------------------

    def _trigger(self, action_id: str) -> None:
        self.workbench.trigger(action_id)
        self._timer.start(0)  # a switch that was pressed shows what came of it, not that it was pressed

    def refresh(self) -> None:
        """Ask every action whether it can be done, what it is called, and whether it is on."""
        for action in all_actions().values():
            made = self.actions[action.id]
            can = action.when(self.workbench)
            if made.isEnabled() != can:  # of hundreds, few change at once
                made.setEnabled(can)
            if action.label is not None:
                label = action.label(self.workbench)
                made.setText((label if len(label) <= 80 else f"{label[:79]}…").replace("&", "&&"))
            if action.checked is not None:
                made.setChecked(action.checked(self.workbench))


_ROLES = {
    "file.quit": QAction.MenuRole.QuitRole, "file.settings": QAction.MenuRole.PreferencesRole,
    "help.about": QAction.MenuRole.AboutRole,
}  # fmt: skip


def _sequences(keys: Sequence[str]) -> list[QKeySequence]:
    return [QKeySequence(key) for key in keys]
