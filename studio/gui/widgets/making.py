"""Which editor a declared field gets: the one its `editor` names, else the one of its type."""

from __future__ import annotations

from collections.abc import Callable

from studio.gui.widgets.areas import AreaEditor
from studio.gui.widgets.checks import ChecksEditor
from studio.gui.widgets.choices import ChoiceEditor, SwitchEditor
from studio.gui.widgets.code import CodeEditor
from studio.gui.widgets.context import EditorContext
from studio.gui.widgets.editor import Editor
from studio.gui.widgets.examples import ExamplesEditor
from studio.gui.widgets.expressions import ExpressionEditor
from studio.gui.widgets.json_text import JsonEditor
from studio.gui.widgets.lines import LineEditor
from studio.gui.widgets.lists import NamesEditor, TextListEditor
from studio.gui.widgets.mappings import CasesEditor, LabelsEditor, RoutesEditor, ValuesEditor
from studio.gui.widgets.numbers import NumberEditor
from studio.gui.widgets.patterns import PatternEditor
from studio.gui.widgets.pickers import GraphPicker, ModelPicker, PathPicker, StorePicker
from studio.gui.widgets.prompts import PromptEditor
from studio.gui.widgets.schemas import SchemaEditor
from studio.gui.widgets.tools import ToolsEditor
from studio.gui.widgets.values import ValueEditor
from studio.spec.fields import Field
from studio.support.values import Json

Maker = Callable[[Field, EditorContext], Editor]


def _rows(field: Field, least: int) -> int:
    said = field.editor.get("rows")
    # What a declaration asks for is a comfortable size; a field begins smaller, as it grows with its text.
    return max(2, min(12, (said + 1) // 2)) if type(said) is int else least


def _store(field: Field, context: EditorContext) -> Editor:
    said = field.editor.get("stores")
    return StorePicker(context, [str(one) for one in said] if isinstance(said, list) else (), field.default)


def _choice(field: Field, context: EditorContext) -> Editor:
    said: Json = field.editor.get("choices") or field.choices
    return ChoiceEditor(list(said), field.default)


KINDS: dict[str, Maker] = {
    "line": lambda field, context: LineEditor(field.default),
    "text": lambda field, context: AreaEditor(field.default, _rows(field, 2)),
    "template": lambda field, context: PromptEditor(context, field.default, _rows(field, 4), key=field.name),
    "expression": lambda field, context: ExpressionEditor(context, field.default),
    "code": lambda field, context: CodeEditor(field.default, _rows(field, 6)),
    "regex": lambda field, context: PatternEditor(field.default),
    "choice": _choice,
    "labels": lambda field, context: LabelsEditor(field.default),
    "cases": lambda field, context: CasesEditor(field.default),
    "routes": lambda field, context: RoutesEditor(field.default),
    "values": lambda field, context: ValuesEditor(context, field.default),
    "names": lambda field, context: NamesEditor(context, field.default),
    "schema": lambda field, context: SchemaEditor(field.default),
    "checks": lambda field, context: ChecksEditor(context, field.default),
    "examples": lambda field, context: ExamplesEditor(context, field.default),
    "tools": lambda field, context: ToolsEditor(context, field.default),
    "model": lambda field, context: ModelPicker(context, field.default),
    "embedder": lambda field, context: ModelPicker(context, field.default, vectors=True),
    "graph": lambda field, context: GraphPicker(context, field.default),
    "store": _store,
    "folder": lambda field, context: PathPicker(context, field.default),
    "file": lambda field, context: PathPicker(context, field.default, files=True),
    "json": lambda field, context: JsonEditor(field.default),
    "value": lambda field, context: ValueEditor(field.default),
}
"""Editors by the word that a declaration uses in `editor={"kind": …}`."""


def make_editor(field: Field, context: EditorContext) -> Editor:
    """Return an editor for a declared field."""
    kind = str(field.editor.get("kind", ""))
    if kind in KINDS:
        return KINDS[kind](field, context)
    if field.choices:
        return ChoiceEditor(list(field.choices), field.default)
    match field.type:
        case "text":
            long = isinstance(field.default, str) and "\n" in field.default
            return AreaEditor(field.default, 1, 8) if long else LineEditor(field.default)
        case "number" | "integer":
            return NumberEditor(field)
        case "boolean":
            return SwitchEditor(field.default)
        case "list":
            return TextListEditor(field.default, least=0)
        case "any":
            return ValueEditor(field.default, null=field.default is not None)
        case _:
            return JsonEditor(field.default)


def fallback(field: Field, value: Json) -> Editor:
    """Return the editor for a value that the field's own cannot show."""
    return (
        AreaEditor(field.default, 1, 10) if isinstance(value, str) and field.type in ("text", "any") else JsonEditor()
    )
