"""The editor of JSON Schemas of objects: a table of properties, and the raw JSON for all that the table cannot say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from PySide6.QtWidgets import QButtonGroup, QCheckBox, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from studio.gui.widgets.choices import QuietCombo
from studio.gui.widgets.editor import Editor
from studio.gui.widgets.json_text import JsonEditor
from studio.gui.widgets.labels import Note, small_button
from studio.gui.widgets.lines import set_line
from studio.gui.widgets.lists import ItemLine, TextListEditor
from studio.gui.widgets.row_editors import NotYet, RowsEditor, RowWidget
from studio.spec.fields import MISSING
from studio.support.values import Json

TYPES = {
    "text": "string", "number": "number", "integer": "integer", "boolean": "boolean", "list": "array",
    "object": "object", "any": "",
}  # fmt: skip
_OTHER = "(JSON)"


class Property(dict[str, Any]):
    """A property: `name`, its `schema` and whether it is `required`."""


class SchemaEditor(Editor):
    """A schema of an object, as a table or as JSON."""

    compact: ClassVar[bool] = False

    def __init__(self, default: Json = MISSING, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.default = default
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        tabs = QHBoxLayout()
        tabs.setContentsMargins(0, 0, 0, 0)
        tabs.setSpacing(2)
        self._group = QButtonGroup(self)
        self.buttons = []
        for at, (text, about) in enumerate(
            (("Table", "Show the properties as a table"), ("JSON", "Show the raw JSON"))
        ):
            button = small_button(text, about, f"schema.{text.lower()}", self)
            button.setCheckable(True)
            self._group.addButton(button, at)
            self.buttons.append(button)
            tabs.addWidget(button)
        tabs.addStretch(1)
        column.addLayout(tabs)
        self.table = _Table(default, self)
        self.raw = JsonEditor(default, rows=6, parent=self)
        self._told = Note("The table shows schemas of objects; this one is edited as JSON.", "soft", self)
        column.addWidget(self._told)
        column.addWidget(self.table)
        column.addWidget(self.raw)
        for editor in (self.table, self.raw):
            editor.edited.connect(self._edited)
            editor.finished.connect(self.finished)
            editor.problem.connect(self.problem)
        self._group.idClicked.connect(lambda *_: self._show())
        self.buttons[0].setChecked(True)
        self.setFocusProxy(self.table)

    def display(self, value: Json) -> None:
        self._show()

    def commit(self) -> None:
        self.table.commit()
        self.raw.commit()

    def _show(self) -> None:
        in_table = self.table.fits(self._value)
        raw = self.buttons[1].isChecked() or not in_table
        self.buttons[0].setEnabled(in_table)
        self._told.setVisible(not in_table)
        self.table.setVisible(not raw)
        self.raw.setVisible(raw)
        (self.raw if raw else self.table).show_value(self._value)

    def _edited(self, value: Json) -> None:
        self.say(value)


class _Table(RowsEditor):
    placeholder: ClassVar[str] = "Add a property…"

    def __init__(self, default: Json, parent: QWidget) -> None:
        super().__init__(default, parent)
        self._base: dict[str, Json] = {}

    def make_row(self) -> RowWidget:
        return PropertyRow()

    def readable(self, value: Json) -> bool:
        return (
            isinstance(value, dict)
            and value.get("type", "object") == "object"
            and isinstance(value.get("properties", {}), dict)
            and all(isinstance(one, dict) for one in value.get("properties", {}).values())
            and isinstance(value.get("required", []), list)
        )

    def display(self, value: Json) -> None:
        self._base = dict(value) if isinstance(value, dict) else {}
        super().display(value)

    def spread(self, value: Json) -> list[Any]:
        required = value.get("required", [])
        return [
            Property(name=name, schema=schema, required=name in required)
            for name, schema in value.get("properties", {}).items()
        ]

    def gather(self, rows: list[Any]) -> Json:
        given = [row for row in rows if row["name"]]
        names = [row["name"] for row in given]
        for at, name in enumerate(names):
            if name in names[:at]:
                raise NotYet(f"The property `{name[:60]}` stands there twice.")
        if not given and not set(self._base) - {"type", "properties", "required"}:
            return MISSING if self.default is not MISSING else {"type": "object", "properties": {}}
        required = [row["name"] for row in given if row["required"]]
        made: dict[str, Json] = {"type": "object", **self._base}
        made["properties"] = {row["name"]: row["schema"] for row in given}
        made["required"] = required
        if not required:
            made.pop("required")
        return made

    def fresh(self, text: str) -> Any:
        return Property(name=text, schema={"type": "string"}, required=True)


class PropertyRow(RowWidget):
    """Name, type and whether it must be given; below, when unfolded, what it means and which values it may have."""

    def __init__(self) -> None:
        super().__init__()
        self._schema: dict[str, Json] = {}
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(3)
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(3)
        outer.addLayout(line)
        self.name = ItemLine(self)
        self.name.setPlaceholderText("property")
        self.name.setAccessibleName("Name of the property")
        self.name.setMinimumWidth(50)
        line.addWidget(self.name, 1)
        self.type = QuietCombo(self)
        self.type.setAccessibleName("Type of the property")
        self.type.addItems(list(TYPES))
        line.addWidget(self.type, 1)
        self.more = small_button("⋯", "Description, choices and whether it must be given", "more", self)
        self.more.setCheckable(True)
        line.addWidget(self.more)
        self.details = QFrame(self)
        self.details.setProperty("card", True)
        self.details.hide()
        outer.addWidget(self.details)
        inner = QVBoxLayout(self.details)
        inner.setContentsMargins(6, 6, 6, 6)
        inner.setSpacing(3)
        self.about = ItemLine(self.details)
        self.about.setPlaceholderText("what it means (optional)")
        self.about.setAccessibleName("Description of the property")
        inner.addWidget(self.about)
        self.required = QCheckBox("must be given", self.details)
        inner.addWidget(self.required)
        self.null = QCheckBox("may be null", self.details)
        inner.addWidget(self.null)
        self.choices = TextListEditor(placeholder="Allow only these: add a value…", least=0)
        inner.addWidget(self.choices)
        self.kept = Note("", "soft")
        inner.addWidget(self.kept)
        for field in (self.name, self.about):
            field.textEdited.connect(lambda *_: self.changed.emit())
            field.left.connect(self.left)
        self.name.entered.connect(self.entered)
        self.type.activated.connect(self._picked)
        self.required.clicked.connect(self._switched)
        self.null.clicked.connect(self._switched)
        self.choices.edited.connect(lambda *_: self.changed.emit())
        self.choices.finished.connect(self.left)
        self.more.toggled.connect(self.details.setVisible)
        self.setFocusProxy(self.name)

    def show_data(self, data: Mapping[str, Any]) -> None:
        schema = self._schema = dict(data["schema"])
        set_line(self.name, data["name"])
        kind, null = _kind(schema)
        if kind == _OTHER and self.type.findText(_OTHER) < 0:
            self.type.addItem(_OTHER)
        self.type.setCurrentText(kind)
        set_line(self.about, str(schema.get("description", "")))
        self.required.setChecked(bool(data["required"]))
        self.null.setChecked(null)
        self.null.setEnabled(kind not in (_OTHER, "any"))
        choices = [one for one in _choices(schema) if one is not None]
        can = kind == "text" and self.choices.fits(choices)
        self.choices.setVisible(can)
        if can:
            self.choices.show_value(choices)
        others = [key for key in schema if key not in ("type", "description") and not (can and key == "enum")]
        self.kept.set_text(f"Also, see JSON: {', '.join(others)}" if others else "")

    def data(self) -> Mapping[str, Any]:
        made = dict(self._schema)
        kind = self.type.currentText()
        if kind != _OTHER:
            word: Json = TYPES[kind]
            if not word:
                made.pop("type", None)
            else:
                made = {"type": [word, "null"] if self.null.isChecked() else word, **_without(made, "type")}
        if self.about.text():
            made["description"] = self.about.text()
        else:
            made.pop("description", None)
        if kind == "text" and not self.choices.isHidden():
            choices: list[Json] = [*self.choices.texts()]
            if choices:
                made["enum"] = [*choices, None] if self.null.isChecked() else choices
            else:
                made.pop("enum", None)
        return Property(name=self.name.text().strip(), schema=made, required=self.required.isChecked())

    def _picked(self, index: int) -> None:
        kind = self.type.itemText(index)
        if kind != "text":
            self._schema.pop("enum", None)
        self.choices.setVisible(kind == "text")
        self.null.setEnabled(kind not in (_OTHER, "any"))
        self._switched()

    def _switched(self) -> None:
        self.changed.emit()
        self.left.emit()


def _kind(schema: Mapping[str, Json]) -> tuple[str, bool]:
    """Return the word for a schema's type and whether null is allowed besides."""
    given = schema.get("type", "")
    kinds = given if isinstance(given, list) else [given]
    real = [kind for kind in kinds if kind != "null"]
    if len(real) != 1 or (not given and set(schema) - {"description", "default", "title"}):
        return _OTHER, False
    word = next((word for word, kind in TYPES.items() if kind == real[0]), _OTHER)
    return word, len(kinds) > 1


def _choices(schema: Mapping[str, Json]) -> list[Json]:
    given = schema.get("enum")
    return given if isinstance(given, list) else []


def _without(mapping: Mapping[str, Json], key: str) -> dict[str, Json]:
    return {name: value for name, value in mapping.items() if name != key}
