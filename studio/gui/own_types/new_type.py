"""Asking for the name of a new node type, and writing the file that it begins with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from studio.gui.base.beside import beside
from studio.gui.theme import current_theme
from studio.gui.widgets.choices import QuietCombo
from studio.plugins.files import FOLDER
from studio.plugins.writing import NAME, write_node
from studio.spec.node import Effects
from studio.support.errors import StudioError
from studio.trust.showing import seen_line

EFFECTS: Final[tuple[tuple[str, Effects], ...]] = (
    ("Computes: its outputs follow from its inputs alone", "pure"),
    ("Reads files or programs of this computer", "reads"),
    ("Asks the network", "network"),
    ("Runs programs or changes things", "executes"),
)
"""What a node type does beyond computing, as it is asked for."""


class NewTypeDialog(QDialog):
    """Asks for a name; `written` is called with the file and the type's name when the file was written."""

    def __init__(self, project: Path, written: Callable[[Path, str], object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.project = project
        self._written = written
        self.setObjectName("new_type")
        self.setWindowTitle("New Node Type")
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(520)
        self.name = QLineEdit(self)
        self.name.setObjectName("new_type.name")
        self.name.setPlaceholderText("my.shout")
        self.name.setMaxLength(80)
        self.name.setAccessibleName("Name of the node type")
        self.effects = QuietCombo(self)
        self.effects.setObjectName("new_type.effects")
        self.effects.setAccessibleName("What it does beyond computing")
        for title, effects in EFFECTS:
            self.effects.addItem(title, effects)
        self.note = QLabel(self)
        self.note.setObjectName("new_type.note")
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.note.setWordWrap(True)
        form = QFormLayout()
        form.addRow("Name", self.name)
        form.addRow("It", self.effects)
        self.make = QPushButton("Write the File", self)
        self.make.setObjectName("new_type.make")
        self.make.setProperty("primary", "true")
        self.make.setDefault(True)
        self.make.clicked.connect(self._make)
        cancel = QPushButton("Cancel", self)
        cancel.setObjectName("new_type.cancel")
        cancel.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self.make)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(16, 14, 16, 14)
        rows.setSpacing(10)
        rows.addLayout(form)
        rows.addWidget(self.note)
        rows.addLayout(buttons)
        self.name.textChanged.connect(lambda *_: self._look())
        self._look()
        self.name.setFocus()

    def _look(self, problem: str = "") -> None:
        """Say where the file goes, or why the name will not do; with nothing typed, what a name is."""
        name = self.name.text().strip()
        can_be = NAME.fullmatch(name) is not None
        if not can_be and name:
            problem = problem or "A name is a group, a dot, and its own, of small letters, digits and `_`: my.shout"
        folder = seen_line(str(self.project / FOLDER))
        self.note.setText(problem or f"A file of Python is written to {folder}, which works as it stands.")
        self.note.setStyleSheet(current_theme().css(f"color: @{'bad' if problem else 'soft'};"))
        self.make.setEnabled(can_be)

    def _make(self) -> None:
        """Write it in a thread: which names are taken is known by those files of the project that may be imported."""
        name = self.name.text().strip()
        effects: Effects = self.effects.currentData()
        self.make.setEnabled(False)
        beside(
            self, lambda: write_node(self.project, name, effects), lambda path: self._done(path, name), self._refused
        )

    def _refused(self, error: StudioError) -> None:
        self._look(str(error))

    def _done(self, path: Path, name: str) -> None:
        self.accept()
        self._written(path, name)
