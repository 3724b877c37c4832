"""Widgets of one kind in a column, kept and shown again from step to step: making them anew would take too long."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

W = TypeVar("W", bound=QWidget)


def set_shown(widget: QWidget, on: bool) -> None:
    """Show or hide a widget, if it is not so already: Qt looks at the layout each time it is told."""
    # One that was never told counts as hidden, and its layout shows it later on.
    if widget.isHidden() == on or not widget.testAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide):
        widget.setVisible(on)


class Pool(Generic[W]):
    """As many widgets as were ever needed at once; those not needed now are hidden."""

    def __init__(self, column: QVBoxLayout, make: Callable[[], W]) -> None:
        self._column = column
        self._make = make
        self._made: list[W] = []
        self._used = 0

    @property
    def shown(self) -> list[W]:
        """The widgets in use."""
        return self._made[: self._used]

    def take(self, count: int) -> list[W]:
        """Return that many widgets, shown in order; the others are hidden."""
        while len(self._made) < count:
            made = self._make()
            self._column.addWidget(made)
            self._made.append(made)
        for widget in self._made[count:]:
            set_shown(widget, False)
        for widget in self._made[:count]:
            set_shown(widget, True)
        self._used = count
        return self._made[:count]
