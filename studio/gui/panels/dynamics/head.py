"""The line above the views: the verdict, which view is shown, and what else can be done."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QFont, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QButtonGroup, QHBoxLayout, QLayout, QMenu, QToolButton, QWidget

from studio.gui.base.guard import guarded
from studio.gui.widgets.labels import Elided, small_button

VIEWS: Final = (
    ("why", "Why", "Why the verdict is so, alarms, and what the measures suggest"),
    ("diagram", "Diagram", "The space-time diagram: columns are modules, rows are ticks downward"),
    ("flow", "Flow", "Who takes up what from whom"),
    ("modules", "Modules", "What was measured of each module"),
    ("lamps", "Lamps", "Whether more answers of a module say more than one alone"),
    ("lab", "Lab", "Cellular automata, judged by what their diagrams look like"),
)

CLASS_ROLES: Final = {"I": "bad", "II": "bad", "III": "warn", "IV": "ok"}
"""The colour of a verdict, by class."""


class Head(QWidget):
    """`chosen(view)`: another view is asked for. Where there is little room the verdict has a line of its own, and what
    stands beside the views otherwise (`why`) is a view among them."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("dynamics.head")
        self._all = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._all.setContentsMargins(10, 4, 8, 4)
        self._all.setSpacing(4)
        self._all.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self.told = Elided("", self)
        self.told.setObjectName("dynamics.verdict")
        self.told.set_strong(True)
        self.told.setMinimumWidth(80)
        self._is_told = True
        self._all.addWidget(self.told, 1)
        buttons = self._buttons = QWidget(self)
        self._row = QHBoxLayout(buttons)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(2)
        self._all.addWidget(buttons)
        self._group = QButtonGroup(self)
        self.views: dict[str, QToolButton] = {}
        for name, title, help in VIEWS:
            made = small_button(title, help, f"dynamics.view.{name}", buttons)
            made.setCheckable(True)
            made.clicked.connect(partial(self._chose, name))
            self._group.addButton(made)
            self.views[name] = made
            self._row.addWidget(made)
        self.menu_button = small_button("", "Which view is shown", "dynamics.view", buttons)
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu = QMenu(self.menu_button)
        self.menu.aboutToShow.connect(self._fill_menu)
        self.menu_button.setMenu(self.menu)
        self._row.addWidget(self.menu_button)
        self._row.addStretch(1)
        self._is_narrow = False
        self.wires = small_button("On Wires", "Show on the wires how much is taken up", "dynamics.wires", buttons)
        self.wires.setCheckable(True)
        self.save = small_button("Save…", "Save what is drawn as a picture", "dynamics.save", buttons)
        for button in (self.wires, self.save):
            self._row.addWidget(button)

    def show_view(self, name: str) -> None:
        """Mark the view that is shown."""
        self.views[name].setChecked(True)
        self._arrange()

    def tell(self, text: str, role: str) -> None:
        """Show a verdict, in the colour of a role."""
        self.told.set_text(text)
        self.told.set_role(role)
        self.told.setVisible(self._is_told and bool(text))
        self._arrange()

    def show_verdict(self, on: bool) -> None:
        """Show the verdict, if there is one, or leave its room to the buttons."""
        self._is_told = on
        self.told.setVisible(on and bool(self.told.accessibleName()))
        self._arrange()

    def set_narrow(self, on: bool) -> None:
        """Say whether there is little room."""
        self._is_narrow = on
        for button in (self.wires, self.save):  # the menus have them, too
            button.setVisible(not on)
        self._arrange()

    def _offered(self) -> list[str]:
        return [name for name in self.views if name != "why" or self._is_narrow]

    def _arrange(self) -> None:
        """The verdict stands above the buttons where it would be cut beside them; where they would be cut themselves,
        a menu offers the same."""
        offered = self._offered()
        shown = [*(self.views[name] for name in offered), *(() if self._is_narrow else (self.wires, self.save))]
        fits = sum(one.sizeHint().width() + 2 for one in shown) + 20 <= self.width()
        for name, button in self.views.items():
            button.setVisible(fits and name in offered)
        self.menu_button.setVisible(not fits)
        self.menu_button.setText(next((self.views[one].text() for one in offered if self.views[one].isChecked()), ""))
        font = QFont(self.told.font())
        font.setBold(True)
        wide = QFontMetrics(font).horizontalAdvance(self.told.accessibleName()) + self._buttons.sizeHint().width() + 40
        way = QBoxLayout.Direction
        self._all.setDirection(way.TopToBottom if wide > self.width() else way.LeftToRight)

    def _fill_menu(self) -> None:
        self.menu.clear()
        for name in self._offered():
            action = self.menu.addAction(self.views[name].text())
            action.setCheckable(True)
            action.setChecked(self.views[name].isChecked())
            action.triggered.connect(partial(self._chose, name))

    @guarded()
    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _chose(self, name: str, *_: object) -> None:
        self.chosen.emit(name)

    @guarded(QSize(200, 26))
    def minimumSizeHint(self) -> QSize:
        return QSize(200, self._all.minimumSize().height())
