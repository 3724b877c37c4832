"""The offer to somebody new: a recorded run, to be gone through step by step before anything is set up."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QFont, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from studio.gui.base.guard import guarded
from studio.gui.theme import current_theme, themes
from studio.gui.theme.icons import icon
from studio.gui.theme.theme import mixed
from studio.gui.welcome.preview import preview_svg, rendered
from studio.gui.widgets.labels import Elided
from studio.gui.workbench import Workbench

FIRST: Final = "critic_loop"
"""The example whose run is offered: short, with a loop in it."""

PICTURE: Final = QSize(250, 104)

NARROW: Final = 560
"""Width in pixels below which there is no drawing."""


class Tour(QFrame):
    """A band with a drawing, a few words and a button. `asked(path)` with the recorded run."""

    asked = Signal(object)

    def __init__(self, workbench: Workbench, graph: Path, run: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("welcome.tour")
        self.workbench = workbench
        self.graph, self.run = graph, run
        self._drawn = ""
        self.picture = QLabel(self)
        self.picture.setFixedSize(PICTURE)
        self.picture.setObjectName("welcome.tour_picture")
        title = QLabel("See a run, step by step", self)
        title.setTextFormat(Qt.TextFormat.PlainText)
        font = QFont(self.font())
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.25)
        title.setFont(font)
        title.setProperty("look", "heading")
        about = QLabel(
            "Each example comes with a run that was recorded: every prompt, reply, value and decision is in it. Go "
            "through one with the arrow keys, forwards and back. It needs no key and no model.",
            self,
        )
        about.setTextFormat(Qt.TextFormat.PlainText)
        about.setWordWrap(True)
        self.button = QPushButton(f"Step Through {graph.stem}", self)
        self.button.setObjectName("welcome.see")
        self.button.setAccessibleName(f"Step through the recorded run of {graph.stem}")
        self.button.setProperty("primary", "true")
        self.button.clicked.connect(lambda *_: self.asked.emit(self.run))
        keys = Elided("→ next step   ← back   Home, End", self, role="soft")
        below = QHBoxLayout()
        below.setSpacing(12)
        below.addWidget(self.button)
        below.addWidget(keys, 1)
        words = QVBoxLayout()
        words.setSpacing(6)
        words.addStretch(1)
        words.addWidget(title)
        words.addWidget(about)
        words.addSpacing(2)
        words.addLayout(below)
        words.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 12, 18, 12)
        row.setSpacing(18)
        row.addWidget(self.picture)
        row.addLayout(words, 1)
        themes().changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        theme = current_theme()
        ground = mixed(theme.colour("card"), theme.colour("accent"), 0.07).name()
        self.setStyleSheet(
            theme.css(f"Tour {{ background: {ground}; border: 1px solid @accent; border-radius: 8px; }}")
            + "Tour QLabel { background: transparent; }"
        )
        self.button.setIcon(icon("run", theme.colour("accent_ink")))
        if self.isVisible():
            self._draw()

    def _draw(self) -> None:
        theme = current_theme()
        if self._drawn == theme.name:
            return
        self._drawn = theme.name
        svg = preview_svg(self.graph, theme, self.workbench.registry)
        made = rendered(svg, QSizeF(PICTURE), self.devicePixelRatioF())
        if made is not None:
            self.picture.setPixmap(made)

    @guarded(QSize(300, 120))
    def minimumSizeHint(self) -> QSize:
        return QSize(300, super().minimumSizeHint().height())

    @guarded()
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the drawing out where the words need the room."""
        super().resizeEvent(event)
        self.picture.setVisible(event.size().width() >= NARROW)

    @guarded()
    def showEvent(self, event: QShowEvent) -> None:
        """Draw what was not drawn yet."""
        super().showEvent(event)
        self._draw()
