"""The bar of tabs: closes with the middle button, offers what can be done with a tab on a right click."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QMenu, QTabBar, QToolButton, QWidget

from studio.gui.base.guard import guarded


class TabBar(QTabBar):
    """Tabs that can be moved and closed."""

    closeAsked = Signal(int)
    menuAsked = Signal(int, QMenu)
    """(index, menu): who owns the tabs fills the menu before it is shown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tabs")
        self.setAccessibleName("Open graphs")
        self.setElideMode(Qt.TextElideMode.ElideMiddle)
        self.setUsesScrollButtons(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._show_menu)
        self._pressed = -1

    @guarded()
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember the tab under a press of the middle button."""
        self._pressed = self.tabAt(event.position().toPoint()) if event.button() == Qt.MouseButton.MiddleButton else -1
        super().mousePressEvent(event)

    @guarded()
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Close the tab if the middle button came up over the one where it went down."""
        pressed, self._pressed = self._pressed, -1
        if event.button() == Qt.MouseButton.MiddleButton and pressed >= 0:
            if self.tabAt(event.position().toPoint()) == pressed:
                self.closeAsked.emit(pressed)
            event.accept()
            return
        super().mouseReleaseEvent(event)

    def _show_menu(self, point: QPoint) -> None:
        index = self.tabAt(point)
        if index < 0:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.menuAsked.emit(index, menu)
        if menu.actions():
            menu.popup(self.mapToGlobal(point))


class CloseButton(QToolButton):
    """The cross on a tab."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tabs_close")
        self.setText("✕")
        self.setAutoRaise(True)
        self.setFixedSize(18, 18)
        self.setToolTip("Close")
        self.setAccessibleName("Close this tab")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
