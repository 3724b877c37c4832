"""The way to the graph that is shown, from the file's own graph inwards; each step can be gone to."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from studio.editing import TOP, At

WIDEST = 220
"""Pixels of one step's name; longer ones are cut in their middle."""


class Breadcrumbs(QWidget):
    """`inbox_triage › triage › draft`. The last step is the graph itself; Tab and the arrow keys reach the others."""

    def __init__(self, go: Callable[[At], object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("breadcrumbs")
        self.setAccessibleName("The way to this graph")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._go = go
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(10, 3, 10, 3)
        self._row.setSpacing(2)
        self.steps: list[QToolButton] = []
        self._shown: tuple[str, At] | None = None

    def show_way(self, title: str, at: At) -> None:
        """Show the way: the title of the file, then the names of subgraphs."""
        if self._shown == (title, at):
            return
        had_focus = next((i for i, step in enumerate(self.steps) if step.hasFocus()), None)
        self._shown = (title, at)
        while (item := self._row.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self.steps = []
        for depth, name in enumerate((title, *at)):
            if depth:
                arrow = QLabel("›", self)
                arrow.setObjectName("breadcrumbs.arrow")
                self._row.addWidget(arrow)
            self._row.addWidget(self._step(name, at[:depth] if depth else TOP, last=depth == len(at)))
        self._row.addStretch(1)
        if had_focus is not None and self.steps:
            self.steps[min(had_focus, len(self.steps) - 1)].setFocus()

    def _step(self, name: str, at: At, *, last: bool) -> QToolButton:
        step = QToolButton(self)
        step.setObjectName("breadcrumbs.here" if last else f"breadcrumbs.{'.'.join(at) or 'top'}")
        step.setProperty("here", "true" if last else "false")
        step.setAutoRaise(True)
        step.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        step.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        step.setFocusPolicy(Qt.FocusPolicy.NoFocus if last else Qt.FocusPolicy.StrongFocus)
        metrics = QFontMetrics(step.font())
        step.setText(metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, WIDEST).replace("&", "&&"))
        step.setAccessibleName(f"{name}, shown here" if last else f"Go to {name}")
        if not last:
            step.setToolTip(f"Go to {name[:200]}")
            step.clicked.connect(lambda *_: self._go(at))
        self.steps.append(step)
        return step
