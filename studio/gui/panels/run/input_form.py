"""The inputs of a graph as fields to fill in. What is typed is kept with the document's runs, and for its file."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from studio.gui.live.document_run import DocumentRun
from studio.gui.live.playing.inputs import InputField, input_fields, read, typed
from studio.gui.widgets.areas import Area
from studio.gui.widgets.choices import QuietCombo
from studio.gui.widgets.labels import Elided, Note, small_button, tip
from studio.gui.widgets.lines import mark_wrong
from studio.gui.widgets.undo_keys import UndoHost
from studio.spec.choices import choice_problem
from studio.spec.types import BLOB_TYPES, TYPE_WORDS
from studio.support.errors import UsageError
from studio.support.values import preview

LONG = 100_000
"""Signs beyond which a text is shown by its beginning and not edited here."""

BEGINNING = 10_000

_LINES = ("number", "integer", *BLOB_TYPES)
NOTHING = "(empty)"
"""How an empty text stands among the choices."""

_WORDS = {"text": "text", "any": "text or JSON"}


class InputForm(QWidget, UndoHost):
    """A field for each input. `edited` when a person changed one."""

    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("run.inputs")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self._empty = Note("The graph takes no inputs.", "soft", self)
        self._empty.hide()
        self._column.addWidget(self._empty)
        self._rows: dict[str, _Row] = {}
        self._fields: list[InputField] = []
        self._mine: DocumentRun | None = None
        self.hidden: frozenset[str] = frozenset()
        """Inputs that are given elsewhere (the chat's message)."""

    def show_run(self, mine: DocumentRun | None) -> None:
        """Show the inputs of a document; fields that stay keep focus and cursor."""
        fields = (
            [] if mine is None else [one for one in input_fields(mine.document.graph) if one.name not in self.hidden]
        )
        if mine is not self._mine or fields != self._fields:
            self._mine, self._fields = mine, fields
            for row in self._rows.values():
                self._column.removeWidget(row)
                row.deleteLater()
            self._rows = {field.name: _Row(field, self._typed, self) for field in fields}
            for row in self._rows.values():
                self._column.addWidget(row)
            self._empty.setVisible(mine is not None and not fields)
            if fields:
                self.setFocusProxy(self._rows[fields[0].name].field)
        for field in fields:
            assert mine is not None
            self._rows[field.name].show_text(mine.inputs.get(field.name, field.default))

    def mark_missing(self, names: tuple[str, ...]) -> None:
        """Mark inputs that must be filled in, and go to the first."""
        for name in names:
            if name in self._rows:
                self._rows[name].refuse("Needed to run.")
        first = next((self._rows[name] for name in names if name in self._rows), None)
        if first is not None:
            first.field.setFocus()

    def undo(self) -> None:
        """Take back what was typed last in the field."""
        field = QApplication.focusWidget()
        if isinstance(field, QLineEdit | QPlainTextEdit):
            field.undo()

    def redo(self) -> None:
        """Do it again."""
        field = QApplication.focusWidget()
        if isinstance(field, QLineEdit | QPlainTextEdit):
            field.redo()

    def _typed(self, field: InputField, text: str) -> None:
        row = self._rows.get(field.name)
        if row is None or self._mine is None:
            return  # the input is gone; its field hears the last keys before it goes, too
        if text == field.default:
            self._mine.inputs.pop(field.name, None)
        else:
            self._mine.inputs[field.name] = text
        try:
            if text.strip() and field.kind not in BLOB_TYPES:
                read(field, text)
            row.refuse("")
        except UsageError as wrong:
            row.refuse(wrong.message)
        self.edited.emit()


class _Row(QWidget):
    """Name, kind and field of one input."""

    def __init__(self, field: InputField, typed: Callable[[InputField, str], None], parent: QWidget) -> None:
        super().__init__(parent)
        self.input = field
        self._typed = typed
        self._showing = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        head = QHBoxLayout()
        head.setSpacing(8)
        name = Elided(field.name, self, role="ink")
        kind = Elided(_kind_words(field), self, role="soft")
        name.setToolTip(tip(field.help or field.name))
        head.addWidget(name, 1)
        head.addWidget(kind, 2)
        self.reset = small_button(
            "Default", f"Put {field.name} back to its default", f"run.input.{field.name}.reset", self
        )
        self.reset.clicked.connect(self._reset)
        head.addWidget(self.reset)
        column.addLayout(head)
        self.field = self._make_field(column)
        self.field.setObjectName(f"run.input.{field.name}")
        self.field.setAccessibleName(f"Input {field.name}, {_kind_words(field)}")
        self._wrong = Note("", "bad", self)
        column.addWidget(self._wrong)

    def _make_field(self, column: QVBoxLayout) -> QWidget:
        kind = self.input.kind
        if self.input.choices:
            combo = QuietCombo(self)
            for choice in self.input.choices:
                text = typed(choice, kind)
                combo.addItem(text or NOTHING, text)
            combo.activated.connect(lambda place: self._told(combo.itemData(place)))
            column.addWidget(combo)
            return combo
        if kind == "boolean":
            box = QCheckBox("true", self)
            box.toggled.connect(lambda on: self._told("true" if on else "false"))
            column.addWidget(box)
            return box
        if kind in _LINES:
            line = QLineEdit(self)
            line.textEdited.connect(self._told)
            if kind in BLOB_TYPES:
                line.setPlaceholderText("a file")
                row = QHBoxLayout()
                row.addWidget(line, 1)
                choose = small_button("Choose…", f"Choose a file for {self.input.name}", "", self)
                choose.clicked.connect(self._choose)
                row.addWidget(choose)
                column.addLayout(row)
            else:
                column.addWidget(line)
            return line
        area = Area(1 if kind in ("text", "any", "message", "messages") else 2, 8, self)
        area.setUndoRedoEnabled(True)  # what is typed here is no edit of the document
        area.textChanged.connect(lambda: self._told(area.text()))
        column.addWidget(area)
        return area

    def show_text(self, text: str) -> None:
        """Show what is typed for the input."""
        self.reset.setVisible(text != self.input.default and not self.input.required)
        self._showing = True
        field = self.field
        if isinstance(field, QComboBox):
            # What is none of the choices, typed before they were made, is seen as it is, by the placeholder.
            field.setCurrentIndex(field.findData(text))
            field.setPlaceholderText(preview(text, 60) if text.strip() else "Choose one…")
            known = field.currentIndex() >= 0 or not text.strip()
            if not known:
                self.refuse(choice_problem(self.input.name, self.input.choices, text))
        elif isinstance(field, QCheckBox):
            field.setChecked(text.strip() == "true")
            field.setText("true" if field.isChecked() else "false")
        elif isinstance(field, QLineEdit):
            if field.text() != text:
                field.setText(text[:LONG])
        elif isinstance(field, Area):
            long = len(text) > LONG
            field.setReadOnly(long)
            field.show_text(text[:BEGINNING] if long else text)
            if long:
                self.refuse("")
                self._wrong.set_text(f"{len(text):,} signs; the first {BEGINNING:,} are shown and all are used.")
        self._showing = False

    def refuse(self, why: str) -> None:
        """Say what is wrong with what is typed, or nothing."""
        mark_wrong(self.field, bool(why))
        self._wrong.set_text(why)

    def _told(self, text: str) -> None:
        if self._showing:
            return
        if isinstance(self.field, QCheckBox):
            self.field.setText(text)
        self._typed(self.input, text)
        self.reset.setVisible(text != self.input.default and not self.input.required)

    def _reset(self) -> None:
        self.show_text(self.input.default)
        self._told(self.input.default)

    def _choose(self) -> None:
        dialog = QFileDialog(self, f"A file for {self.input.name}")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)

        def chosen(path: str) -> None:
            assert isinstance(self.field, QLineEdit)
            self.field.setText(path)
            self._told(path)

        dialog.fileSelected.connect(chosen)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


def _kind_words(field: InputField) -> str:
    words = "a choice" if field.choices else _WORDS.get(field.kind) or TYPE_WORDS[field.kind]
    help = f" · {preview(field.help, 80)}" if field.help else ""
    return f"{words}{', needed' if field.required else ''}{help}"
