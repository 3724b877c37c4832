"""One problem in full: its sentence, the next step, what its code means, and what can be done at once."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QToolButton, QVBoxLayout, QWidget

from studio.editing import Document
from studio.graph.diagnostics import HELP, Diagnostic
from studio.gui.problems.fixes import Way, ways
from studio.gui.problems.hints import CODES
from studio.gui.theme import current_theme, themes
from studio.gui.theme.icons import icon
from studio.gui.widgets.labels import tip
from studio.gui.workbench import Workbench

MOST_SIGNS: Final = 2000
"""Signs of a sentence that reach a label."""

NONE: Final = "Select a problem to see what it means."

NARROW: Final = 80
"""Pixels down to which a line of it may be squeezed."""


class Detail(QScrollArea):
    """What is to be said about the finding that is selected."""

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("problems.detail")
        self.setAccessibleName("About the problem")
        self.workbench = workbench
        self._shown: tuple[int, Diagnostic | None, int] | None = None
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumWidth(220)
        body = QWidget()
        self._rows = QVBoxLayout(body)
        self._rows.setContentsMargins(12, 8, 12, 8)
        self._rows.setSpacing(7)
        self.message = _label("problems.message")
        self.hint = _label("problems.hint")
        self.help = _label("problems.help")
        self._ways = QVBoxLayout()
        self._ways.setSpacing(6)
        self.buttons: list[QToolButton] = []
        self._rows.addWidget(self.message)
        self._rows.addWidget(self.hint)
        self._rows.addLayout(self._ways)
        self._rows.addWidget(self.help)
        self._rows.addStretch(1)
        self.setWidget(body)
        themes().changed.connect(self._recolour)
        self._recolour()

    def show_finding(self, document: Document | None, found: Diagnostic | None) -> None:
        """Show a finding of a document, or nothing."""
        key = (id(document), found, document.revision if document is not None else 0)
        if key == self._shown:
            return
        self._shown = key
        for button in self.buttons:
            self._ways.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = []
        for label, text in (
            (self.message, found.message if found is not None else ""),
            (self.hint, found.hint if found is not None else ""),
            (self.help, NONE if found is None else HELP.get(found.code) or CODES.get(found.code, "")),
        ):
            label.setText(text[:MOST_SIGNS] + ("…" if len(text) > MOST_SIGNS else ""))
            label.setVisible(bool(text))
        if document is not None and found is not None:
            for place, way in enumerate(ways(self.workbench, document, found)):
                button = self._button(way, place)
                self._ways.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
                self.buttons.append(button)

    def _button(self, way: Way, place: int) -> QToolButton:
        button = QToolButton()
        button.setObjectName(f"problems.fix.{place}")
        button.setText(way.label.replace("&", "&&"))
        button.setAccessibleName(f"Fix: {way.label}")
        if way.edits:
            button.setIcon(icon("bulb", current_theme().colour("warn")))
        button.setProperty("edits", way.edits)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        # In a narrow panel it is cut, with its whole text as its tip, instead of pushing all out of view.
        button.setMinimumWidth(NARROW)
        button.setToolTip(tip(way.label))
        button.clicked.connect(lambda *_: self.workbench.trying(way.take))
        return button

    def _recolour(self) -> None:
        css = current_theme().css
        self.message.setStyleSheet(css("color: @ink; font-weight: 600;"))
        self.help.setStyleSheet(css("color: @soft;"))
        for button in self.buttons:
            if button.property("edits"):
                button.setIcon(icon("bulb", current_theme().colour("warn")))


def _label(name: str) -> QLabel:
    label = QLabel()
    label.setObjectName(name)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setMinimumWidth(NARROW)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
