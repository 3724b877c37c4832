"""The main window: tabs of graphs in the middle, panels around them, menus made from the actions."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDockWidget, QMainWindow

from studio.gui.guard import guarded
from studio.gui.menus import ActionBar
from studio.gui.pages import Pages
from studio.gui.panels import Panel, all_panels
from studio.gui.workbench import Workbench

_AREAS = {
    "left": Qt.DockWidgetArea.LeftDockWidgetArea,
    "right": Qt.DockWidgetArea.RightDockWidgetArea,
    "bottom": Qt.DockWidgetArea.BottomDockWidgetArea,
}


class MainWindow(QMainWindow):
    """One window over one workbench."""

    def __init__(self, workbench: Workbench) -> None:
        super().__init__()
        self.workbench = workbench
        workbench.setParent(self)
        self.setObjectName("main")
        self.setWindowTitle("Ganglia Studio")
        self.resize(1440, 900)
        self.setDockOptions(
            QMainWindow.DockOption.AnimatedDocks
            | QMainWindow.DockOption.AllowTabbedDocks
            | QMainWindow.DockOption.AllowNestedDocks
        )
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, self.tabs_on_top())
        self.pages = Pages(workbench, self)
        self.setCentralWidget(self.pages)
        self.docks: dict[str, QDockWidget] = {}
        self._add_panels()
        self.actions_bar = ActionBar(workbench, self)
        workbench.said.connect(self._say)
        workbench.panel_asked.connect(self.show_panel)

    @staticmethod
    def tabs_on_top() -> object:
        from PySide6.QtWidgets import QTabWidget

        return QTabWidget.TabPosition.North

    def _add_panels(self) -> None:
        last: dict[str, QDockWidget] = {}
        for panel in all_panels():
            dock = self._dock(panel)
            self.addDockWidget(_AREAS[panel.area], dock)
            if panel.area in last and panel.area == "bottom":
                self.tabifyDockWidget(last[panel.area], dock)
            last[panel.area] = dock
            dock.setVisible(panel.shown)

    def _dock(self, panel: Panel) -> QDockWidget:
        dock = QDockWidget(panel.title, self)
        dock.setObjectName(f"panel.{panel.id}")
        dock.setWidget(panel.make(self.workbench))
        self.docks[panel.id] = dock
        return dock

    def show_panel(self, panel_id: str) -> None:
        """Show a panel, bring it to the front and give it the focus."""
        dock = self.docks[panel_id]
        dock.setVisible(True)
        dock.raise_()
        dock.widget().setFocus(Qt.FocusReason.OtherFocusReason)

    def _say(self, text: str, kind: str) -> None:
        self.statusBar().showMessage(text)

    @guarded()
    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask about what is not saved; closing goes on when nothing is left to ask."""
        event.accept()
