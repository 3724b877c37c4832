"""`ToolRow`: one tool of an agent, folded to its name and what the model is told of it."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from studio.gui.widgets.areas import AreaEditor
from studio.gui.widgets.choices import PickEditor
from studio.gui.widgets.context import EditorContext
from studio.gui.widgets.editor import Editor
from studio.gui.widgets.json_text import JsonEditor
from studio.gui.widgets.labels import Elided, Note, tip
from studio.gui.widgets.lines import LineEditor
from studio.gui.widgets.numbers import NumberEditor
from studio.gui.widgets.row_editors import RowWidget, is_short
from studio.gui.widgets.section import Section
from studio.spec.fields import MISSING, Field
from studio.spec.node import Node
from studio.support.values import Json, preview

_LABEL: Final = 84
"""Pixels of a label beside its field."""


def types_of(context: EditorContext) -> list[type[Node]]:
    """Return the node types that can be tools."""
    from studio.nodes.llm._tools import can_be_tool

    return [cls for cls in context.registry().all_types() if can_be_tool(cls)]


def has_fields(entry: Json) -> bool:
    """True if the fields of a row can show the entry without loss; it is edited as JSON if not."""
    from studio.nodes.llm._tools import KEYS, read_tool

    if not isinstance(entry, dict) or read_tool(entry) is None or any(key not in KEYS for key in entry):
        return False
    return is_short(entry["use"]) and is_short(entry.get("as") or "")


class TypePicker(PickEditor):
    """A node type that can be a tool, picked or typed."""

    def __init__(self, context: EditorContext, parent: QWidget | None = None) -> None:
        super().__init__(MISSING, "node type, as files.read", parent)
        self._context = context

    def choices(self) -> list[tuple[str, str]]:
        return [(cls.spec.type, cls.spec.summary) for cls in types_of(self._context)]


class ToolRow(RowWidget):
    """One tool: a heading that sums it up, and its fields; or its JSON where it has not the form of a tool."""

    def __init__(self, context: EditorContext) -> None:
        super().__init__()
        self._context = context
        self._data: Json = {}
        self._editors: dict[str, Editor] = {}
        self._as_json = False
        self._wrong: dict[str, str] = {}
        self._taken = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.section = Section("", self._make, level=1, parent=self)
        column.addWidget(self.section)
        self.told = Note("", "bad", self)
        self.told.setObjectName("tool.problem")
        inner = self.section.layout()
        assert isinstance(inner, QVBoxLayout)
        inner.addWidget(self.told)  # below the heading, above the fields that are made later
        self.setFocusProxy(self.section.header)

    # -- row ----------------------------------------------------------------------------------

    def show_data(self, data: Json) -> None:
        self._data = data
        if self.section.body is not None:
            self._fill()
        self._sum_up()

    def data(self) -> Json:
        return self._data

    def commit(self) -> None:
        for editor in self._editors.values():
            editor.commit()

    # -- what the editor of all of them asks and tells ----------------------------------------

    def tool_name(self) -> str:
        """Return how the model knows the tool, "" if it is none."""
        from studio.nodes.llm._tools import read_tool

        tool = read_tool(self._data)
        return tool.name if tool is not None else ""

    def tell_taken(self, why: str) -> None:
        """Say that the name is another tool's, in this sentence, or (empty) no longer."""
        if why != self._taken:
            self._taken = why
            self._sum_up()

    def type_changed(self) -> None:
        """The node type of the tool may be another one, or have come or gone."""
        self._sum_up()

    # -- showing ------------------------------------------------------------------------------

    def _type(self) -> type[Node] | None:
        use = self._data.get("use") if isinstance(self._data, dict) else None
        return self._context.registry().find(use) if isinstance(use, str) else None

    def _sum_up(self) -> None:
        cls, header = self._type(), self.section.header
        if has_fields(self._data):
            title = self.tool_name() or "(no node type)"
            known = cls.spec.summary if cls is not None else "no node type that is known here"
            about = self._data.get("about") or known
        else:
            title, about = "Not a tool", preview(self._data, 80)
        header.setText(preview(title, 40))
        header.setAccessibleName(f"Tool {title}")
        header.set_summary(about, "bad" if self._taken or title == "Not a tool" else "soft")
        if self._editors and not self._as_json:
            self._hint(cls)
        self._tell()

    def _hint(self, cls: type[Node] | None) -> None:
        """Say in the empty fields what counts then, and below the others what can stand in them."""
        self.name.field.setPlaceholderText(str(self._data["use"]).replace(".", "_"))
        self.about.field.setPlaceholderText(cls.spec.summary if cls is not None else "")
        self.params.set_text(_list("Params", cls.Params.fields()) if cls is not None else "")
        self.inputs.set_text(_list("Inputs", self._inputs(cls)) if cls is not None else "")

    def _inputs(self, cls: type[Node]) -> list[str]:
        from studio.nodes.llm._tools import read_tool

        tool = read_tool(self._data)
        if tool is None:
            return []
        try:
            return list(cls.inputs(tool.params(cls)).fields())
        except Exception:  # noqa: BLE001 - code of a project's own node type; the list is only an aid
            return []

    def _tell(self) -> None:
        self.told.set_text(next((why for why in self._wrong.values() if why), self._taken))

    # -- fields -------------------------------------------------------------------------------

    def _make(self) -> QWidget:
        body = QFrame(self)
        body.setProperty("card", True)
        self._column = QVBoxLayout(body)
        self._column.setContentsMargins(6, 6, 6, 6)
        self._column.setSpacing(3)
        self._fill()
        self._sum_up()
        return body

    def _fill(self) -> None:
        as_json = not has_fields(self._data)
        if not self._editors or as_json != self._as_json:
            self._clear()
            self._as_json = as_json
            if as_json:
                self._make_json()
            else:
                self._make_fields()
        if as_json:
            self._editors[""].show_value(self._data)
            return
        for key, editor in self._editors.items():
            value = self._data.get(key)
            editor.show_value(MISSING if value is None else value)
        self.ask.setChecked(bool(self._data.get("ask")))

    def _clear(self) -> None:
        while (item := self._column.takeAt(0)) is not None:
            if (gone := item.widget()) is not None:
                gone.hide()
                gone.deleteLater()
        self._editors, self._wrong = {}, {}

    def _make_json(self) -> None:
        self._add("", "JSON", JsonEditor(rows=2), "The entry as JSON")
        self._column.addWidget(Note("It has not the form of a tool, and is kept as it is.", "soft"))
        # Mended, it gets its fields once the person goes on: the text is not taken away under their hands.
        self._editors[""].finished.connect(lambda: self.show_data(self._data))

    def _make_fields(self) -> None:
        self.name, self.about = LineEditor(""), AreaEditor("", 2, 6)
        self.params, self.inputs = Note("", "soft"), Note("", "soft")
        self._add("use", "node type", TypePicker(self._context), "Node type of the tool")
        self._add("as", "name", self.name, "Name that the model sees")
        self._add("about", "what the model is told (about)", self.about, "What the model is told of the tool")
        self._add("set", "params, hidden from the model (set)", JsonEditor(rows=1), "Params of the node type, as JSON")
        self._column.addWidget(self.params)
        self._add("give", "inputs with a fixed value (give)", JsonEditor(rows=1), "Inputs with a fixed value, as JSON")
        self._column.addWidget(self.inputs)
        most = NumberEditor(Field(name="most", type="integer", default=None, ge=1))
        self._add("most", "calls at most", most, "How often it may be called in one firing")
        self.ask = QCheckBox("a person says yes to every call")
        self.ask.setObjectName("tool.ask")
        self.ask.clicked.connect(lambda *_: self._asked(self.ask.isChecked()))
        self._column.addWidget(self.ask)

    def _add(self, key: str, label: str, editor: Editor, help: str) -> None:
        part = QWidget(self)
        line = QHBoxLayout(part) if editor.compact else QVBoxLayout(part)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(3)
        told = Elided(label, part)
        if editor.compact:
            told.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            told.setFixedWidth(_LABEL)
        told.setToolTip(tip(f"{help} · {key}" if key else help))
        line.addWidget(told)
        line.addWidget(editor, 1)
        self._column.addWidget(part)
        self._editors[key] = editor
        editor.setObjectName(f"tool.{key or 'json'}")
        (editor.focusProxy() or editor).setAccessibleName(help)
        editor.edited.connect(lambda value: self._edited(key, value))
        editor.problem.connect(lambda why: self._found(key, why))
        editor.finished.connect(self.left)

    # -- changing -----------------------------------------------------------------------------

    def _edited(self, key: str, value: Json) -> None:
        if key == "":
            if value is MISSING:
                self._editors[""].keep(self._data, "An entry cannot be empty. Remove the row with ×.")
                return
            self._data = value
        elif key in ("set", "give") and value is not MISSING and not isinstance(value, dict):
            why = f'`{key}` maps names to values, as in {{"name": "value"}}.'
            self._editors[key].keep(self._data.get(key, MISSING), why)
            return
        else:
            self._put(key, value)
        self._sum_up()
        self.changed.emit()

    def _put(self, key: str, value: Json) -> None:
        rest = {name: one for name, one in self._data.items() if name != key or value is not MISSING}
        self._data = rest if value is MISSING else {**rest, key: value}

    def _asked(self, on: bool) -> None:
        self._put("ask", on or MISSING)
        self._sum_up()
        self.changed.emit()
        self.left.emit()

    def _found(self, key: str, why: str) -> None:
        self._wrong[key] = why
        self._tell()


def _list(what: str, names: object) -> str:
    said = ", ".join(map(str, names)) if isinstance(names, list | dict) else ""
    return f"{what}: {said}." if said else f"It has no {what.lower()}."
