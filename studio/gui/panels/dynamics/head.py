"""The line above the views: the verdict, which view is shown, and what else can be done."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLayout, QToolButton, QWidget

from studio.gui.base.guard import guarded
from studio.gui.widgets.labels import Elided, small_button

VIEWS: Final = (
    ("diagram", "Diagram", "The space-time diagram: columns are modules, rows are ticks downward"),
    ("flow", "Flow", "Who takes up what from whom"),
    ("modules", "Modules", "What was measured of each module"),
)

CLASS_ROLES: Final = {"I": "bad", "II": "bad", "III": "warn", "IV": "ok"}
"""The colour of a verdict, by class."""


class Head(QWidget):
    """`chosen(view)`: another view is asked for."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("dynamics.head")
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(10, 4, 8, 4)
        self.row.setSpacing(2)
        self.row.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self.told = Elided("", self)
        self.told.setObjectName("dynamics.verdict")
        self.told.set_strong(True)
        self.told.setMinimumWidth(80)
        self.row.addWidget(self.told, 1)
        self.row.addSpacing(8)
        self._group = QButtonGroup(self)
        self.views: dict[str, QToolButton] = {}
        for name, title, help in VIEWS:
            made = small_button(title, help, f"dynamics.view.{name}", self)
            made.setCheckable(True)
            made.clicked.connect(partial(self._chose, name))
            self._group.addButton(made)
            self.views[name] = made
            self.row.addWidget(made)
        self.row.addSpacing(8)

    def add(self, button: QToolButton) -> QToolButton:
        """Put one more button at the end."""
        self.row.addWidget(button)
        return button

    def show_view(self, name: str) -> None:
        """Mark the view that is shown."""
        self.views[name].setChecked(True)

    def _chose(self, name: str, *_: object) -> None:
        self.chosen.emit(name)

    @guarded(QSize(200, 26))
    def minimumSizeHint(self) -> QSize:
        return QSize(200, super().minimumSizeHint().height())
