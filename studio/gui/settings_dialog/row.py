"""One setting: its name, what it means, and a field for its value that is written when it is left."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from studio.gui.theme import current_theme, themes
from studio.gui.widgets.choices import QuietCombo
from studio.gui.widgets.labels import plain_label
from studio.gui.workbench import Workbench
from studio.settings.declared import Setting, Value
from studio.support.errors import StudioError

_WORDS = {"usd": "USD", "mb": "MB", "gguf": "GGUF", "db": "Database"}

NARROW = 260
"""Pixels of a field that holds a number or a choice."""


def title_of(setting: Setting) -> str:
    """Return a setting's name as a title: `limits.cost_usd` is "Cost USD"."""
    words = setting.name.split(".", 1)[-1].split("_")
    title = " ".join(_WORDS.get(word, word) for word in words)
    return title[:1].upper() + title[1:]


def shown(value: Value) -> str:
    """Return a value as a field shows it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:,}" if isinstance(value, int) else f"{value:g}" if isinstance(value, float) else value


class SettingRow(QWidget):
    """The row of a setting."""

    written = Signal(str)
    """The setting has another value (its name)."""

    def __init__(self, workbench: Workbench, setting: Setting, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workbench = workbench
        self.setting = setting
        self.setObjectName(f"setting.{setting.name}")
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 8, 0, 8)
        rows.setSpacing(3)
        title = QLabel(title_of(setting))
        bold = QFont(self.font())
        bold.setBold(True)
        title.setFont(bold)
        title.setProperty("look", "heading")
        name = QLabel(setting.name)
        name.setProperty("look", "soft")
        head = QHBoxLayout()
        head.addWidget(title)
        head.addStretch(1)
        head.addWidget(name)
        self._help = plain_label(setting.help.replace("`", ""))
        self._help.setProperty("look", "soft")
        self.field = self._make_field()
        self.field.setObjectName(f"setting.{setting.name}.field")
        self.field.setAccessibleName(title_of(setting))
        self.field.setAccessibleDescription(setting.help)
        self.reset = QPushButton("Reset")
        self.reset.setObjectName(f"setting.{setting.name}.reset")
        self.reset.setAccessibleName(f"Reset {title_of(setting)}")
        self.reset.setToolTip(f"Back to the default: {shown(setting.default) or 'empty'}")
        self.reset.clicked.connect(lambda *_: self._write(None))
        line = QHBoxLayout()
        if setting.type is not str or setting.choices:
            self.field.setMaximumWidth(NARROW)
        line.addWidget(self.field, 1)
        line.addWidget(self.reset)
        line.addStretch(0 if setting.type is str and not setting.choices else 1)
        self.note = plain_label("")
        self.note.setObjectName(f"setting.{setting.name}.note")
        rows.addLayout(head)
        rows.addWidget(self._help)
        rows.addLayout(line)
        rows.addWidget(self.note)
        workbench.settings_changed.connect(self._on_change)
        themes().changed.connect(self.refresh)
        self._problem = ""
        self.refresh()

    def matches(self, words: list[str]) -> bool:
        """True if every word stands in the name, title, help or choices."""
        text = f"{self.setting.name} {title_of(self.setting)} {self.setting.help} {self.setting.env}".lower()
        return all(word in text for word in words)

    # -- the field ----------------------------------------------------------------------------

    def _make_field(self) -> QWidget:
        if self.setting.type is bool:
            box = QCheckBox("On")
            box.clicked.connect(lambda *_: self._write(box.isChecked()))
            return box
        if self.setting.choices:
            choice = QuietCombo()
            choice.addItems(list(self.setting.choices))
            choice.activated.connect(lambda index: self._write(self.setting.choices[index]))
            return choice
        line = QLineEdit()
        line.setPlaceholderText(shown(self.setting.default))
        line.editingFinished.connect(self._write_text)
        line.textEdited.connect(lambda *_: self._tell(""))
        return line

    def commit(self) -> None:
        """Write what was typed, though the field was not left."""
        if isinstance(self.field, QLineEdit) and self.field.isModified():
            self._write_text()

    def _write_text(self) -> None:
        assert isinstance(self.field, QLineEdit)
        text = self.field.text().strip()
        if text == shown(self.workbench.settings[self.setting.name]):
            return
        if not text and self.setting.default != "":
            self._write(None)
            return
        try:
            # Numbers are shown with commas, so they may be typed with them.
            self._write(self.setting.parse(text.replace(",", "") if self.setting.type is int else text))
        except ValueError as problem:
            self._tell(f"{title_of(self.setting)} {problem}.")

    def _write(self, value: Value | None) -> None:
        try:
            self.workbench.change_setting(self.setting.name, value)
        except StudioError as error:
            self._tell(str(error))
            return
        self._tell("")
        self.refresh()
        self.written.emit(self.setting.name)

    # -- what is shown ------------------------------------------------------------------------

    def _on_change(self, name: str) -> None:
        if name == self.setting.name:
            self.refresh()

    def _tell(self, problem: str) -> None:
        self._problem = problem
        self._show_note()

    def refresh(self) -> None:
        """Show the value as it is, and where it comes from."""
        settings = self.workbench.settings
        origin = settings.origin(self.setting.name)
        try:
            value = settings[self.setting.name]
        except StudioError as error:  # the environment has a value that will not do
            self._problem, value = str(error), self.setting.default
        if isinstance(self.field, QCheckBox):
            self.field.setChecked(bool(value))
            self.field.setText("On" if value else "Off")
        elif isinstance(self.field, QComboBox):
            self.field.setCurrentText(str(value))
        elif isinstance(self.field, QLineEdit) and not (self.field.hasFocus() and self.field.isModified()):
            self.field.setText(shown(value))
        self.field.setEnabled(origin != "environment")
        self.reset.setVisible(origin == "file")
        self._show_note()

    def _show_note(self) -> None:
        if self.workbench.settings.origin(self.setting.name) == "environment" and not self._problem:
            self.note.setText(f"Set by the environment variable {self.setting.env}, which overrides what is set here.")
        else:
            self.note.setText(self._problem)
        colour = current_theme().colour("bad" if self._problem else "warn")
        self.note.setStyleSheet(f"color: {colour.name()};")
        self.note.setVisible(bool(self.note.text()))
