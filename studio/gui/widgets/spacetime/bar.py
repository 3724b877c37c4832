"""`ColouringBar`: what colours tell, with a key; buttons to zoom, and switches of what else is shown."""

from __future__ import annotations

from functools import partial
from typing import Final

import numpy
from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction, QPainter, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLayout, QMenu, QSizePolicy, QToolButton, QWidget

from studio.dynamics.pictures.colours import ramp
from studio.dynamics.pictures.diagram import COLOURINGS, Colouring
from studio.dynamics.pictures.raster import Raster
from studio.dynamics.pictures.sampling import key_cells
from studio.gui.base.guard import guarded
from studio.gui.theme import current_theme, themes
from studio.gui.theme.icons import icon
from studio.gui.theme.theme import small_font
from studio.gui.widgets.folding import Folding
from studio.gui.widgets.labels import small_button
from studio.gui.widgets.spacetime.images import current_look, image_of
from studio.gui.widgets.spacetime.view import SpaceTimeView

HELP: Final[dict[Colouring, str]] = {
    "symbol": "Colour by symbol: the same colour means that a module says the same again",
    "novelty": "Colour by novelty: how much of what is said was never said before",
    "mass": "Colour by mass: how much content what is said has",
    "age": "Colour by age: how long nothing else was said",
    "goal": "Colour by goal: at which goal the module worked",
}

ENDS: Final[dict[Colouring, tuple[str, str]]] = {
    "novelty": ("known", "new"), "mass": ("little", "much"), "age": ("just now", "long ago"),
}  # fmt: skip
"""What stands at the ends of a ramp."""

RAMP: Final = 80
"""Pixels of a ramp."""

ICON: Final = 14
"""Side of an icon: a line of words is as high, so that the bar does not grow where words give way to icons."""

NARROWEST: Final = 270
"""Pixels that the bar bears at least: half of a panel in which two diagrams stand side by side."""


class ColouringBar(QWidget):
    """A bar above a view."""

    curves_toggled = Signal(bool)
    recurrence_toggled = Signal(bool)

    def __init__(self, view: SpaceTimeView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("spacetime.bar")
        self.view = view
        self._telling: tuple[Colouring, ...] = ()
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 2, 4, 2)
        row.setSpacing(2)
        row.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self._group = QButtonGroup(self)
        self.buttons: dict[Colouring, QToolButton] = {}
        for name in COLOURINGS:
            made = small_button(name.capitalize(), HELP[name], f"spacetime.{name}", self)
            made.setCheckable(True)
            made.clicked.connect(partial(self._chose, name))
            self._group.addButton(made)
            self.buttons[name] = made
            row.addWidget(made)
        self.menu_button = small_button("", "What colours tell", "spacetime.colouring", self)
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu = QMenu(self.menu_button)
        self.menu_button.setMenu(self.menu)
        row.addWidget(self.menu_button)
        row.addSpacing(8)
        self.key = Key(view, self)
        row.addWidget(self.key, 1)
        self.curves = self._switch("Curves", "Show curves along the ticks", "spacetime.show_curves", checked=True)
        self.recurrence = self._switch(
            "Recurrence", "Show which ticks say the same: circles are diagonals, stalls are squares",
            "spacetime.show_recurrence", checked=False,
        )  # fmt: skip
        self.curves.toggled.connect(self.curves_toggled)
        self.recurrence.toggled.connect(self.recurrence_toggled)
        axis = view.axis
        self.out = small_button("−", "Zoom out (-, or Ctrl and the wheel)", "spacetime.out", self)
        self.out.clicked.connect(lambda: axis.zoom(-1, axis.room / 2))
        self.into = small_button("+", "Zoom in (+, or Ctrl and the wheel)", "spacetime.in", self)
        self.into.clicked.connect(lambda: axis.zoom(1, axis.room / 2))
        self.all = small_button("Fit", "See all ticks (0)", "spacetime.fit", self)
        self.all.clicked.connect(axis.fit)
        for one in (self.curves, self.recurrence, self.out, self.into, self.all):
            row.addWidget(one)
        folds = (self._fold_colourings, self._fold_label, self._fold_switches)
        self._folding = Folding(self, row, folds, narrowest=NARROWEST)
        for one in (self.curves, self.recurrence):
            one.toggled.connect(lambda *_: self._recolour())
        themes().changed.connect(self._recolour)
        axis.replaced.connect(self._replaced)
        view.coloured.connect(self._refresh)
        self._replaced()

    def _switch(self, text: str, help: str, name: str, *, checked: bool) -> QToolButton:
        made = small_button(text, help, name, self)
        made.setCheckable(True)
        made.setChecked(checked)
        made.setIconSize(QSize(ICON, ICON))
        return made

    def _chose(self, name: Colouring, *_: object) -> None:
        self.view.set_colouring(name)

    def _replaced(self) -> None:
        self._telling = self.view.diagram.colourings()
        self._refresh()

    def _refresh(self) -> None:
        """Offer the colourings that tell something about what is shown."""
        self.menu.clear()
        for name in self._telling:
            action = QAction(name.capitalize(), self.menu)
            action.triggered.connect(partial(self._chose, name))
            self.menu.addAction(action)
            action.setCheckable(True)
            action.setChecked(name == self.view.colouring)
            action.setToolTip(HELP[name])
        for name, button in self.buttons.items():
            button.setChecked(name == self.view.colouring)
        self.curves.setVisible(bool(self.view.diagram.curves))
        for one in (self.recurrence, self.out, self.into, self.all):
            one.setEnabled(self.view.diagram.rows > 0)
        self._recolour()
        self._folding.fit()
        self.key.refresh()

    def _recolour(self) -> None:
        """Icons are drawn in the colours that words have."""
        for button, name in ((self.curves, "curves"), (self.recurrence, "recurrence")):
            role = "skipped" if not button.isEnabled() else "accent" if button.isChecked() else "text"
            button.setIcon(icon(name, current_theme().colour(role), ICON))

    # -- where there is little room ---------------------------------------------------------------

    def _fold_colourings(self, on: bool) -> None:
        """A button for each colouring, or one with a menu; one colouring alone is no choice."""
        offered = self._telling if len(self._telling) > 1 else ()
        for name, button in self.buttons.items():
            button.setVisible(not on and name in offered)
        self.menu_button.setVisible(on and bool(offered))

    def _fold_label(self, on: bool) -> None:
        colouring = self.view.colouring
        self.menu_button.setText(colouring.capitalize() if on else f"Colour: {colouring}")

    def _fold_switches(self, on: bool) -> None:
        """Icons, whose tool tips say the rest, or words."""
        style = Qt.ToolButtonStyle
        for button in (self.curves, self.recurrence):
            button.setToolButtonStyle(style.ToolButtonIconOnly if on else style.ToolButtonTextOnly)

    @guarded(QSize(NARROWEST, 24))
    def minimumSizeHint(self) -> QSize:
        return QSize(NARROWEST, super().minimumSizeHint().height())


class Key(QWidget):
    """What colours and signs mean, on one line; what does not fit is left out."""

    def __init__(self, view: SpaceTimeView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = view
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        themes().changed.connect(self.refresh)

    def refresh(self) -> None:
        """Tell of what is shown now."""
        ends = ENDS.get(self.view.colouring)
        self.setAccessibleName(f"Key: from {ends[0]} to {ends[1]}" if ends else "Key of cells")
        self.update()

    @guarded(QSize(40, 18))
    def sizeHint(self) -> QSize:
        return QSize(220, self.fontMetrics().height() + 4)

    @guarded()
    def paintEvent(self, event: QPaintEvent) -> None:
        view = self.view
        if not view.diagram.rows:
            return
        painter = QPainter(self)
        painter.setFont(small_font(self.font()))
        painter.setPen(current_theme().colour("soft"))
        x = self._paint_ramp(painter) if view.colouring in ENDS else 0
        if view.diagram.is_automaton:
            return
        high = max(9, painter.fontMetrics().ascent())
        top = (self.height() - high) // 2
        for text, pixels in key_cells(Raster(view.diagram, view.colouring, current_look()), high, round(high * 1.6)):
            wide = pixels.shape[1]
            room = painter.fontMetrics().horizontalAdvance(text)
            if x + wide + 4 + room > self.width():
                break
            painter.drawImage(QPoint(x, top), image_of(pixels))
            painter.drawText(x + wide + 4, 0, room + 2, self.height(), int(Qt.AlignmentFlag.AlignVCenter), text)
            x += wide + room + 14

    def _paint_ramp(self, painter: QPainter) -> int:
        low, high = ENDS[self.view.colouring]
        metrics = painter.fontMetrics()
        start = metrics.horizontalAdvance(low) + 5
        end = start + RAMP + 5 + metrics.horizontalAdvance(high)
        if end > self.width():
            return 0
        colours = numpy.full((10, RAMP, 4), 255, numpy.uint8)
        colours[..., :3] = ramp(self.view.colouring, current_look())[numpy.linspace(0, 255, RAMP).astype(int)]
        painter.drawText(0, 0, start, self.height(), int(Qt.AlignmentFlag.AlignVCenter), low)
        painter.drawImage(QPoint(start, (self.height() - 10) // 2), image_of(colours))
        painter.drawText(start + RAMP + 5, 0, end, self.height(), int(Qt.AlignmentFlag.AlignVCenter), high)
        return end + 16
