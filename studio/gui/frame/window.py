"""The main window: tabs of graphs in the middle, panels around them, menus made from the actions."""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TypeGuard

from PySide6.QtCore import QEvent, QMimeData, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPaintEvent,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QDockWidget,
    QMainWindow,
    QRadioButton,
    QTabBar,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from studio.gui.base.bars import Bars, BarText
from studio.gui.base.collecting import Collector
from studio.gui.base.guard import guarded
from studio.gui.base.seen import is_seen
from studio.gui.files.opening import holds_runs
from studio.gui.files.recovery import when
from studio.gui.frame.menus import ActionBar
from studio.gui.frame.pages import Pages
from studio.gui.frame.panes import focus_into
from studio.gui.frame.status import StatusLine
from studio.gui.frame.window_state import WindowState
from studio.gui.panels import Panel, all_panels
from studio.gui.theme import apply_theme, current_theme
from studio.gui.workbench import Workbench
from studio.importers.opening import GRAPH_SUFFIXES

SERVICES = (
    "studio.gui.files.files",
    "studio.gui.files.disk",
    "studio.gui.files.recovery",
    "studio.gui.shortcuts.shortcuts",
    "studio.gui.popups",
    "studio.gui.problems.checks",
    "studio.gui.trust.service",
    "studio.gui.own_types.service",
    "studio.gui.live.bridge",
    "studio.gui.experiments",
    "studio.gui.replay.service",
    "studio.gui.replay.trace_files",
    "studio.gui.replay.forking.service",
    "studio.gui.replay.comparing.service",
    "studio.gui.replay.causes",
    "studio.gui.replay.dynamics",
)
"""Modules with `install(workbench)`: what parts offer each other, made before any panel, in this order."""

LAYOUT = 1
"""Version of the arrangement of panels; one that was saved under another is not restored."""

SIZE = 1440, 900

_AREAS = {
    "left": Qt.DockWidgetArea.LeftDockWidgetArea,
    "right": Qt.DockWidgetArea.RightDockWidgetArea,
    "bottom": Qt.DockWidgetArea.BottomDockWidgetArea,
}
_WIDTHS = {"left": 250, "right": 340}
_NARROWEST = {"left": 170, "right": 270}
_BOTTOM = 240
_STRIP = 6
"""Pixels: how wide panels are at first, how narrow they may be made, how high those below are, the strip over tabs."""


def _is_pressed(widget: QWidget | None) -> TypeGuard[QAbstractButton]:
    """True for what Enter presses; what is ticked is ticked by Space."""
    return isinstance(widget, QAbstractButton) and not isinstance(widget, QCheckBox | QRadioButton)


def _strip(dock: QDockWidget) -> QWidget:
    """What stands over a panel whose tab names it."""
    strip = QWidget(dock)
    strip.setFixedHeight(_STRIP)
    strip.setToolTip("Drag to move this panel, double-click to let it float.")
    return strip


class MainWindow(QMainWindow):
    """One window over one workbench.

    With `lazy`, what stands in the panels is made one by one after the first picture; `completed` is emitted then.
    Panels that wait are made when they are first seen, or asked for.
    """

    completed = Signal()

    def __init__(self, workbench: Workbench, state: WindowState | None = None, *, lazy: bool = False) -> None:
        super().__init__()
        self._lazy = lazy
        self._unmade: list[Panel] = []
        self._was_painted = False
        self._was_shown = False
        self.workbench = workbench
        workbench.setParent(self)
        workbench.parts["window"] = self
        self.state = state or WindowState()
        self._leaving = False
        self.collector = Collector(self)
        self.setObjectName("main")
        self.setWindowTitle("Ganglia Studio")
        self.setAcceptDrops(True)
        self.resize(*SIZE)
        self.setDockOptions(
            QMainWindow.DockOption.AnimatedDocks
            | QMainWindow.DockOption.AllowTabbedDocks
            | QMainWindow.DockOption.AllowNestedDocks
        )
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        # The panels at the sides reach down to the status line; what is below the canvas is as wide as it.
        self.setCorner(Qt.Corner.BottomLeftCorner, Qt.DockWidgetArea.LeftDockWidgetArea)
        self.setCorner(Qt.Corner.BottomRightCorner, Qt.DockWidgetArea.RightDockWidgetArea)
        for name in SERVICES:
            importlib.import_module(name).install(workbench)
        self.bars = Bars(self)
        self.pages = Pages(workbench, self)
        self.setCentralWidget(self._middle())
        self.docks: dict[str, QDockWidget] = {}
        self._titles = QTimer(self)
        self._titles.setSingleShot(True)
        self._titles.timeout.connect(self._title_docks)
        self._panels = all_panels()
        self._add_panels()
        self.actions_bar = ActionBar(workbench, self)
        self.pages.canvasAdded.connect(lambda canvas: self.actions_bar.add_canvas(canvas))
        self.status = StatusLine(workbench, self)
        self.setStatusBar(self.status)
        self._factory = self.saveState(LAYOUT)
        self._restore()
        workbench.panel_asked.connect(self.show_panel)
        workbench.current_changed.connect(self.refresh_title)
        workbench.actions_changed.connect(self.refresh_title)
        workbench.settings_changed.connect(self._on_setting)
        workbench.part("recovery").changed.connect(self.offer_recovery)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._on_scheme)
        self.pages.welcome()
        self.refresh_title()

    def _middle(self) -> QWidget:
        middle = QWidget(self)
        rows = QVBoxLayout(middle)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self.bars)
        rows.addWidget(self.pages, 1)
        return middle

    # -- panels -------------------------------------------------------------------------------

    def _add_panels(self) -> None:
        last: dict[str, QDockWidget] = {}
        first: dict[str, QDockWidget] = {}
        shown = Counter(panel.area for panel in self._panels if panel.shown)
        for panel in self._panels:
            dock = self._dock(panel)
            if panel.shown and shown[panel.area] > 1:
                dock.setTitleBarWidget(_strip(dock))  # as `_title_docks` would; later each costs a layout of the window
            self.addDockWidget(_AREAS[panel.area], dock)
            if panel.area in last:
                self.tabifyDockWidget(last[panel.area], dock)
            last[panel.area] = dock
            first.setdefault(panel.area, dock)
            dock.setVisible(panel.shown)
        for dock in first.values():
            dock.raise_()
        sides = [(first[area], width) for area, width in _WIDTHS.items() if area in first]
        self.resizeDocks([dock for dock, _ in sides], [width for _, width in sides], Qt.Orientation.Horizontal)
        if "bottom" in first:
            self.resizeDocks([first["bottom"]], [_BOTTOM], Qt.Orientation.Vertical)

    def _dock(self, panel: Panel) -> QDockWidget:
        dock = QDockWidget(panel.title, self)
        dock.setObjectName(f"panel.{panel.id}")
        dock.setAccessibleName(panel.title)
        if self._lazy or panel.waits:
            self._unmade.append(panel)
        if panel.waits:
            dock.visibilityChanged.connect(partial(self._on_sight, panel))
            if panel.part:
                self.workbench.waiting[panel.part] = partial(self.panel, panel.id)
            if panel.wakes is not None:
                panel.wakes(self.workbench, partial(self.panel, panel.id))
        elif not self._lazy:
            dock.setWidget(panel.make(self.workbench))
        dock.visibilityChanged.connect(lambda *_: self.workbench.actions_changed.emit())
        for signal in (dock.visibilityChanged, dock.dockLocationChanged, dock.topLevelChanged):
            signal.connect(lambda *_: self._titles.start(0))
        if panel.area in _NARROWEST:
            dock.setMinimumWidth(_NARROWEST[panel.area])
        self.docks[panel.id] = dock
        return dock

    def _title_docks(self) -> None:
        """A panel whose tab names it needs no title of its own: a strip to drag it by stands there instead."""
        for dock in self.docks.values():
            tabbed = bool(self.tabifiedDockWidgets(dock)) and not dock.isFloating()
            strip = dock.titleBarWidget()
            if tabbed and strip is None:
                dock.setTitleBarWidget(_strip(dock))
            elif not tabbed and strip is not None:
                dock.setTitleBarWidget(None)  # type: ignore[arg-type]  # Qt's own title comes back
                strip.deleteLater()
        for bar in self.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly):
            bar.setAccessibleName("Panels")  # Qt makes and drops these bars as panels are moved

    def has_panel(self, panel_id: str) -> bool:
        """True if a panel is open, perhaps behind another."""
        return not self.docks[panel_id].isHidden()

    def panel(self, panel_id: str) -> QWidget:
        """Return the widget of a panel, made now if it was not yet. Raises KeyError if there is no such panel."""
        dock = self.docks[panel_id]
        for panel in self._unmade:
            if panel.id == panel_id:
                self._unmade.remove(panel)
                self.workbench.waiting.pop(panel.part, None)
                made = panel.make(self.workbench)
                dock.setWidget(made)
                placed = getattr(made, "placed", None)
                if callable(placed):
                    placed()
                break
        return dock.widget()

    def _on_sight(self, panel: Panel, seen: bool) -> None:
        """Make what stands in a panel that waits, once somebody sees it; at first those in sight are found out later,
        as each panel is on top for a moment."""
        if seen and panel in self._unmade and (self._was_painted if self._lazy else self._was_shown):
            self.panel(panel.id)

    def _make_seen(self) -> None:
        self._was_shown = True
        for panel in list(self._unmade):
            if is_seen(self.docks[panel.id]):
                self.panel(panel.id)

    def _make_next(self) -> None:
        """Make one more panel, those in sight first, and let the window breathe before the next."""
        seen = [panel for panel in self._unmade if is_seen(self.docks[panel.id])]
        due = seen or [panel for panel in self._unmade if not panel.waits]
        if not due:
            self.completed.emit()
            return
        self.panel(due[0].id)
        QTimer.singleShot(0, self, self._make_next)

    def show_panel(self, panel_id: str) -> None:
        """Show a panel, bring it to the front and give it the focus."""
        dock = self.docks.get(panel_id)
        if dock is not None:
            self.panel(panel_id)
            dock.setVisible(True)
            dock.raise_()
            focus_into(dock)

    def toggle_panel(self, panel_id: str) -> None:
        """Hide a panel that has the focus, or nothing to focus; show, or bring to the front, one that has not."""
        dock = self.docks[panel_id]
        if is_seen(dock):
            focus = QApplication.focusWidget()
            inside = focus is not None and dock.isAncestorOf(focus)
            if not inside and focus_into(dock):
                return
            dock.setVisible(False)
            if inside:
                self.focus_canvas()
        else:
            self.show_panel(panel_id)

    def focus_canvas(self) -> None:
        """Give the focus to the graph, or to what is in its place."""
        focus_into(self.pages)

    def reset_layout(self) -> None:
        """Put all panels where they stood at first."""
        self.restoreState(self._factory, LAYOUT)

    def next_pane(self, by: int = 1) -> None:
        """Move the focus to the next (or, with -1, the last) of graph and visible panels, round and round."""
        panes: list[QWidget] = [self.pages, *self._visible_docks()]
        focus = QApplication.focusWidget()
        here = next((i for i, pane in enumerate(panes) if focus is not None and pane.isAncestorOf(focus)), None)
        order = range(1, len(panes) + 1)
        for step in order:
            pane = panes[((here if here is not None else -by) + by * step) % len(panes)]
            if focus_into(pane):
                return

    def _visible_docks(self) -> Iterator[QDockWidget]:
        for panel in self._panels:
            dock = self.docks[panel.id]
            if is_seen(dock):
                yield dock

    # -- looks and offers ---------------------------------------------------------------------

    def _on_setting(self, name: str) -> None:
        if name == "window.theme":
            theme = str(self.workbench.settings["window.theme"])
            if theme == "system" or theme != current_theme().name:
                apply_theme(theme)

    def _on_scheme(self) -> None:
        # A method, not a lambda: Qt would keep a lambda, and with it the window, as long as the application lives.
        self._on_setting("window.theme")

    def offer_recovery(self) -> None:
        """Say above the graph what an earlier crash left unsaved; the welcome page has its own list of it."""
        keeper = self.workbench.part("recovery")
        found = [one for one in keeper.found if not one.problem]
        if not found or self.workbench.current is None:
            self.bars.take("recovery")
            return
        last = found[0]
        more = f" {len(found) - 1} more on the welcome page." if len(found) > 1 else ""
        self.bars.put(
            BarText(
                "recovery",
                f"{last.title} was not saved when the studio ended, {when(last)}.{more}",
                "warning",
                (("Recover", lambda: keeper.bring_back(last)), ("Discard", lambda: keeper.discard(last))),
            )
        )

    # -- what the frame says ------------------------------------------------------------------

    def refresh_title(self) -> None:
        """Name the graph that is shown in the frame, and mark it if it is not saved."""
        document = self.workbench.document
        if document is None:
            self.setWindowTitle("Ganglia Studio")
            self.setWindowFilePath("")
            self.setWindowModified(False)
            return
        self.setWindowFilePath(str(document.path.absolute()) if document.path is not None else "")
        self.setWindowTitle(f"{document.title.replace('[*]', '')}[*] — Ganglia Studio")
        self.setWindowModified(document.is_modified)

    def toggle_full_screen(self) -> None:
        """Fill the screen, or be a window again."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    # -- remembering --------------------------------------------------------------------------

    def _restore(self) -> None:
        geometry, state = self.state.data("geometry"), self.state.data("panels")
        if geometry:
            self.restoreGeometry(geometry)
        elif (screen := QGuiApplication.primaryScreen()) is not None:
            room = screen.availableGeometry()
            self.resize(min(SIZE[0], room.width()), min(SIZE[1], room.height()))
        if state and not self.restoreState(state, LAYOUT):
            self.reset_layout()

    def remember(self) -> None:
        """Write down place, size and panels for the next time."""
        self.state.put("geometry", bytes(self.saveGeometry().data()))
        self.state.put("panels", bytes(self.saveState(LAYOUT).data()))
        self.state.save()

    # -- Qt -----------------------------------------------------------------------------------

    @guarded()
    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask about what is not saved; closing goes on when nothing is left to ask."""
        if not self._leaving and not self.workbench.part("files").may_leave(self._leave):
            event.ignore()
            return
        self._leaving = self.pages.leaving = True
        self.remember()
        self.hide()  # what still ends below may take a moment
        self.workbench.part("live").shutdown()  # before its document is closed, which would stop a run that is held
        self.workbench.part("files").leave()
        for part in list(self.workbench.parts.values()):
            stop = getattr(part, "shutdown", None)
            if callable(stop):
                stop()
        self.collector.stop()
        event.accept()

    def _leave(self) -> None:
        self._leaving = True
        self.close()

    @guarded()
    def paintEvent(self, event: QPaintEvent) -> None:
        """Go on making the window after its first picture."""
        super().paintEvent(event)
        if self._lazy and not self._was_painted:
            self._was_painted = True
            QTimer.singleShot(0, self, self._make_next)

    @guarded()
    def changeEvent(self, event: QEvent) -> None:
        """Tell who watches files that somebody came back to the window."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow():
            disk = self.workbench.parts.get("disk")
            if disk is not None:
                QTimer.singleShot(0, disk.look)

    @guarded()
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the button that has the focus. Keys that nobody took may be those of an action that cannot be
        done now: say so."""
        focus = self.focusWidget()
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier and _is_pressed(focus):
            if not event.isAutoRepeat():
                focus.click()
        elif event.isAutoRepeat() or not self.actions_bar.say_why_not(QKeySequence(event.keyCombination())):
            super().keyPressEvent(event)

    @guarded()
    def showEvent(self, event: QShowEvent) -> None:
        """The graph has the focus at first."""
        super().showEvent(event)
        if not self._lazy and not self._was_shown:
            QTimer.singleShot(0, self, self._make_seen)
        QTimer.singleShot(0, self, self._first_focus)

    def _first_focus(self) -> None:
        if self.focusWidget() is None:
            self.focus_canvas()

    @guarded()
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files of graphs and of recorded runs can be dropped anywhere on the window."""
        if our_files(event.mimeData()):
            event.acceptProposedAction()

    @guarded()
    def dropEvent(self, event: QDropEvent) -> None:
        """Open what was dropped."""
        paths = our_files(event.mimeData())
        if paths:
            event.acceptProposedAction()
            QTimer.singleShot(0, lambda: [self.workbench.part("files").open(path) for path in paths])


def our_files(data: QMimeData) -> list[Path]:
    """Return the files of graphs and recorded runs among what is dragged."""
    paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()] if data.hasUrls() else []
    return [path for path in paths if path.suffix.lower() in GRAPH_SUFFIXES or holds_runs(path)]
