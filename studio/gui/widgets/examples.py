"""The editor of examples: each gives every input by name and the right output."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from studio.gui.widgets.areas import AreaEditor
from studio.gui.widgets.choices import ChoiceEditor
from studio.gui.widgets.context import EditorContext
from studio.gui.widgets.editor import Editor
from studio.gui.widgets.json_text import JsonEditor
from studio.gui.widgets.labels import Note
from studio.gui.widgets.row_editors import RowsEditor, RowWidget
from studio.gui.widgets.section import Section
from studio.spec.fields import MISSING
from studio.support.values import Json, preview

OUTPUT = "output"


class ExamplesEditor(RowsEditor):
    """Examples as folded rows; each unfolds into a field per input and one for the output."""

    placeholder: ClassVar[str] = "Add an example: type its first input…"

    def __init__(self, context: EditorContext, default: Json = MISSING, parent: QWidget | None = None) -> None:
        self._context = context
        super().__init__(default, parent)

    def make_row(self) -> RowWidget:
        return ExampleRow(self._context)

    def readable(self, value: Json) -> bool:
        return isinstance(value, list | tuple) and all(isinstance(one, dict) for one in value)

    def spread(self, value: Json) -> list[Json]:
        return list(value)

    def gather(self, rows: list[Json]) -> Json:
        return list(rows)

    def fresh(self, text: str) -> Json:
        inputs = names_of(self._context)
        made: dict[str, Json] = dict.fromkeys(inputs, "")
        if inputs:
            made[inputs[0]] = text
        made[OUTPUT] = first_output(self._context)
        return made

    def add_row(self, data: Any) -> RowWidget:
        row = super().add_row(data)
        assert isinstance(row, ExampleRow)
        row.section.set_open(True)
        return row

    def context_changed(self) -> None:
        for row in self.rows.contents():
            row.names_changed()


def names_of(context: EditorContext) -> list[str]:
    """Return the inputs that an example gives: those that stand in the instructions, in order."""
    from studio.support.templates import placeholders

    text = context.params().get("instructions")
    return list(placeholders(text)) if isinstance(text, str) else list(context.inputs())


def labels_of(context: EditorContext) -> list[str]:
    """Return the labels or routes that an output must be one of, none if it is free."""
    params = context.params()
    for key in ("labels", "routes"):
        given = params.get(key)
        if isinstance(given, list | dict) and given:
            return [label for label in given if isinstance(label, str)]
    return []


def first_output(context: EditorContext) -> Json:
    """Return the output with which a new example begins."""
    labels = labels_of(context)
    if labels:
        return labels[0]
    schema = context.params().get("schema")
    if isinstance(schema, dict):
        properties = schema.get("properties")
        return dict.fromkeys(properties, "") if isinstance(properties, dict) else {}
    return ""


class ExampleRow(RowWidget):
    """One example: a heading that sums it up, and its fields."""

    def __init__(self, context: EditorContext) -> None:
        super().__init__()
        self._context = context
        self._data: dict[str, Json] = {}
        self._editors: dict[str, Editor] = {}
        self._names: list[str] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.section = Section("", self._make, level=1, parent=self)
        column.addWidget(self.section)
        self.setFocusProxy(self.section.header)

    def show_data(self, data: Mapping[str, Json]) -> None:
        self._data = dict(data)
        self._sum_up()
        if self.section.body is not None:
            self._fill()

    def data(self) -> Mapping[str, Json]:
        return self._data

    def commit(self) -> None:
        for editor in self._editors.values():
            editor.commit()

    def names_changed(self) -> None:
        """The inputs or labels of the node may be others now."""
        if self.section.body is not None and self._wanted() != self._names:
            self._fill()

    def _sum_up(self) -> None:
        given = " · ".join(preview(value, 60) for name, value in self._data.items() if name != OUTPUT)
        output = self._data.get(OUTPUT, "")
        said = output.values() if isinstance(output, dict) else [output]
        answer = ", ".join(preview(value, 40) for value in said)
        self.section.header.setText(preview(answer, 26) or "(no output)")
        self.section.header.setAccessibleName(f"Example {answer}")
        self.section.header.set_summary(given)

    def _wanted(self) -> list[str]:
        others = [name for name in self._data if name != OUTPUT]
        return [*dict.fromkeys((*names_of(self._context), *others)), OUTPUT]

    def _make(self) -> QWidget:
        body = QFrame(self)
        body.setProperty("card", True)
        self._column = QVBoxLayout(body)
        self._column.setContentsMargins(6, 4, 6, 6)
        self._column.setSpacing(2)
        self._fill(body)
        return body

    def _fill(self, body: QWidget | None = None) -> None:
        wanted = self._wanted()
        if wanted != self._names:
            while (item := self._column.takeAt(0)) is not None:
                if (gone := item.widget()) is not None:
                    gone.hide()
                    gone.deleteLater()
            self._editors = {}
            self._names = wanted
            known = {*names_of(self._context), OUTPUT}
            for name in wanted:
                told = name if name in known else f"{name} (no input of the instructions)"
                self._column.addWidget(Note(told, "soft" if name in known else "bad"))
                editor = self._editor(name)
                self._editors[name] = editor
                self._column.addWidget(editor)
        for name, editor in self._editors.items():
            value = self._data.get(name, MISSING)
            if editor.fits(value):
                editor.show_value(value)

    def _editor(self, name: str) -> Editor:
        value = self._data.get(name, "")
        labels = labels_of(self._context) if name == OUTPUT else []
        made: Editor
        if labels and (value in labels or value == ""):
            made = ChoiceEditor([*labels], MISSING)
        elif isinstance(value, str):
            made = AreaEditor(rows=1, most=8)
        else:
            made = JsonEditor(rows=1)
        made.setAccessibleName(f"{name} of the example")
        made.edited.connect(lambda value: self._edited(name, value))
        made.finished.connect(self.left)
        return made

    def _edited(self, name: str, value: Json) -> None:
        self._data = {**self._data, name: "" if value is MISSING else value}
        self._sum_up()
        self.changed.emit()
