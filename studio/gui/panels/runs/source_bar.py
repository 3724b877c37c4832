"""Which file the list shows: the profile's own, or another one, which is marked."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from studio.gui.theme import current_theme
from studio.gui.theme.icons import icon
from studio.gui.widgets.labels import colour_text, cut, small_button, tip
from studio.support.plain import plain_line

OWN = "This profile's runs"


class SourceBar(QWidget):
    """A button that names the file, with a menu to change it; of another file, a way back beside it."""

    own_asked = Signal()
    file_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.button = small_button("", "Which file of runs is shown", "runs.source", self)
        self.button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self)
        menu.setObjectName("runs.source_menu")
        self.own = menu.addAction(OWN)
        self.own.setCheckable(True)
        self.own.triggered.connect(lambda *_: self.own_asked.emit())
        menu.addAction("Another File…").triggered.connect(lambda *_: self.file_asked.emit())
        self.button.setMenu(menu)
        self.back = small_button("✕", "Back to this profile's runs", "runs.source_back", self)
        self.back.clicked.connect(self.own_asked)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.button)
        row.addWidget(self.back)

    def fold(self, on: bool) -> None:
        """Show the file's name, or just that it is another one, by the colour of the icon; the tool tip has it."""
        style = Qt.ToolButtonStyle
        named = bool(self.button.text()) and not on
        self.button.setToolButtonStyle(style.ToolButtonTextBesideIcon if named else style.ToolButtonIconOnly)

    def show_source(self, path: Path, name: str, *, foreign: bool) -> None:
        """Name the file; `name` is "" for the profile's own."""
        shown = cut(plain_line(name), 40).replace("&", "&&")
        self.button.setText(f"{shown} (read-only)" if name and foreign else shown)
        self.fold(False)
        shown = f"{name}: another file, for reading only" if foreign else f"{name or OWN}: {path}"
        self.button.setToolTip(tip(shown))
        self.button.setAccessibleName(cut(f"Which file of runs is shown: {name or OWN}", 200))
        self.button.setIcon(icon("folder", current_theme().colour("warn" if name else "soft")))
        colour_text(self.button, "warn" if name else "text")
        self.own.setChecked(not name)
        self.back.setVisible(bool(name))
