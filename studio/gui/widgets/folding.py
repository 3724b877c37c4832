"""A bar that gives up parts of itself, one after the other, where it is too narrow for all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QLayout, QToolButton, QWidget

from studio.gui.base.guard import guarded

Fold = Callable[[bool], object]
"""Folds a part (True), or shows it in full."""

NARROWEST: Final = 360
"""Pixels that a bar of a panel bears at least: a window of 900 has that between an inspector and a list."""


class Folding(QObject):
    """Folds parts of a bar in the order in which they are given, as many as have to be. What folds stays reachable: an
    icon with a tool tip in place of words, a number that is said elsewhere, too."""

    def __init__(self, bar: QWidget, row: QLayout, parts: Sequence[Fold], *, narrowest: int = NARROWEST) -> None:
        """`row` is what must fit into `bar`, which is `narrowest` pixels wide or wider from now on."""
        super().__init__(bar)
        self._bar, self._row, self._parts = bar, row, parts
        bar.setMinimumWidth(narrowest)
        bar.installEventFilter(self)

    def fit(self) -> None:
        """Fold anew; for when other words stand in the bar."""
        for fold in self._parts:
            fold(False)
        for fold in self._parts:
            if self._row.minimumSize().width() <= self._bar.width():
                return
            fold(True)

    @guarded(False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.fit()
        return super().eventFilter(watched, event)


def to_icon(button: QToolButton) -> Fold:
    """Return what shows a button as its icon alone; its tool tip and accessible name say the rest."""
    style = Qt.ToolButtonStyle

    def fold(on: bool) -> None:
        button.setToolButtonStyle(style.ToolButtonIconOnly if on else style.ToolButtonTextBesideIcon)

    return fold


def to_words(button: QToolButton, short: str) -> Fold:
    """Return what shows a button with fewer words."""
    whole = button.text()
    return lambda on: button.setText(short if on else whole)
