"""The figures of a batch, as in its report; drawn beside the window."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap, QResizeEvent
from PySide6.QtWidgets import QLabel, QScrollArea, QVBoxLayout, QWidget

from studio.gui.base.beside import beside
from studio.gui.base.columns import clear
from studio.gui.base.guard import guarded
from studio.gui.theme import current_theme, themes
from studio.gui.widgets.labels import Note, plain_label

if TYPE_CHECKING:
    from studio.gui.experiments.results import Results

_drawing: Final = threading.Lock()
"""The settings of matplotlib are those of the whole process."""

SHARP: Final = 2.0
"""Pixels that are drawn for a pixel that is shown."""


class _Drawn(NamedTuple):
    title: str
    told: str
    png: bytes


class FiguresView(QScrollArea):
    """All figures below each other, as wide as there is room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("experiments.figures")
        self.setAccessibleName("Figures")
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        sheet = QWidget(self)
        self._column = QVBoxLayout(sheet)
        self._column.setContentsMargins(14, 10, 14, 14)
        self._column.setSpacing(8)
        self.setWidget(sheet)
        self._results: Results | None = None
        self._drawn_for: tuple[object, str] | None = None
        self._pictures: list[tuple[QLabel, QPixmap]] = []
        themes().changed.connect(self._draw_if_seen)

    @property
    def is_drawn(self) -> bool:
        """True once the figures of the results that are shown are there."""
        return bool(self._pictures) and self._drawn_for == (self._results, current_theme().name)

    def show_results(self, results: Results | None) -> None:
        """Show the figures of other results, once somebody sees them."""
        self._results = results
        self._draw_if_seen()

    def _draw_if_seen(self) -> None:
        wanted = (self._results, current_theme().name)
        if self._results is None or not self.isVisible() or wanted == self._drawn_for:
            return
        if self._drawn_for is None or self._drawn_for[0] is not self._results:
            self._say("Drawing …")
        self._drawn_for = wanted
        theme = "dark" if current_theme().is_dark else "light"
        beside(self, partial(_drawn, self._results, theme), partial(self._show, wanted), lambda e: self._say(str(e)))

    def _say(self, text: str) -> None:
        clear(self._column)
        self._pictures = []
        note = Note(text, "soft", self.widget())
        self._column.addWidget(note)
        self._column.addStretch(1)

    def _show(self, wanted: tuple[object, str], figures: list[_Drawn]) -> None:
        if wanted != self._drawn_for:
            return
        if not figures:
            self._say("There is nothing to draw yet: no run has a score, or a class of behaviour.")
            return
        clear(self._column)
        self._pictures = []
        for one in figures:
            heading = plain_label(one.title)
            heading.setProperty("strong", "true")
            picture = QLabel(self.widget())
            picture.setAccessibleName(f"{one.title}. {one.told}")
            pixmap = QPixmap()
            pixmap.loadFromData(one.png)
            pixmap.setDevicePixelRatio(SHARP)
            self._pictures.append((picture, pixmap))
            for widget in (heading, picture, Note(one.told, "soft", self.widget())):
                self._column.addWidget(widget)
        self._column.addStretch(1)
        self._fit()

    def _fit(self) -> None:
        room = self.viewport().width() - 28
        for label, pixmap in self._pictures:
            wide = min(room, round(pixmap.width() / SHARP))
            shown = pixmap.scaledToWidth(round(max(80, wide) * SHARP), Qt.TransformationMode.SmoothTransformation)
            shown.setDevicePixelRatio(SHARP)
            label.setPixmap(shown)

    @guarded()
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    @guarded()
    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        self._draw_if_seen()


def _drawn(results: Results, theme: str) -> list[_Drawn]:
    from studio.batch.reporting.figures import figures

    with _drawing:
        return [
            _Drawn(one.title, one.told, one.png(SHARP)) for one in figures(results.table, results.found, theme=theme)
        ]
