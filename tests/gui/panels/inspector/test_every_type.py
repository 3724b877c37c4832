"""For every built-in node type: its page can be made, and each param's editor takes what a person types.

Each time some types are walked through that have params of every kind between them; a thorough run takes all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from studio.editing import Document, PutNode
from studio.editing.edits.nodes import add_node
from studio.graph.model import Graph
from studio.gui.widgets.areas import AreaEditor
from studio.gui.widgets.choices import ChoiceEditor, PickEditor, SwitchEditor
from studio.gui.widgets.editor import Editor
from studio.gui.widgets.json_text import JsonEditor
from studio.gui.widgets.lines import LineEditor
from studio.gui.widgets.lists import NamesEditor, TextListEditor
from studio.gui.widgets.mappings import ValuesEditor
from studio.gui.widgets.numbers import NumberEditor
from studio.gui.widgets.row_editors import RowsEditor
from studio.gui.widgets.schemas import SchemaEditor
from studio.gui.widgets.values import ValueEditor
from studio.spec.fields import MISSING, Field
from studio.spec.params import value_problem
from studio.spec.registry import default_registry
from studio.support.values import same_value
from tests.gui.panels.inspector.conftest import Desk
from tests.gui.support import type_into
from tests.support.thorough import thorough_but


def _kind(field: Field) -> tuple[Any, ...]:
    """Return what an editor is chosen by, and how a person goes about it."""
    return field.type, bool(field.choices), field.editor.get("kind"), field.ge is None, field.le is None, field.required


def _standing_for_all() -> set[str]:
    """Return types whose params are of every kind, those with the most kinds first."""
    kinds = {cls.spec.type: {_kind(field) for field in cls.Params.fields().values()}
             for cls in default_registry().all_types()}  # fmt: skip
    left, found = set().union(*kinds.values()), set()
    while left:
        best = max(kinds, key=lambda name: len(kinds[name] & left))
        found.add(best)
        left -= kinds[best]
    return found


TYPES = thorough_but(_standing_for_all().__contains__, [cls.spec.type for cls in default_registry().all_types()])


def edit(editor: Editor) -> None:
    """Do what a person does to give another value."""
    match editor:
        case NumberEditor():
            low = editor.field.ge if editor.field.ge is not None else 0
            high = editor.field.le if editor.field.le is not None else low + 10
            text = str(int(low) + 1) if editor.field.type == "integer" else repr(round((low + high) / 2, 3))
            type_into(editor.box, text, replace=True)
        case SwitchEditor():
            editor.box.setFocus()
            QTest.keyClick(editor.box, Qt.Key.Key_Space)
        case ChoiceEditor():
            editor.box.setFocus()
            down = editor.box.currentIndex() + 1 < editor.box.count()
            QTest.keyClick(editor.box, Qt.Key.Key_Down if down else Qt.Key.Key_Up)
        case PickEditor():
            type_into(editor.line, "something", replace=True)
        case ValueEditor():
            editor.kind.setFocus()
            while editor.kind.currentText() != "text":
                QTest.keyClick(editor.kind, Qt.Key.Key_Down)
            type_into(editor.editors["text"].field, "typed")  # type: ignore[attr-defined]
        case NamesEditor():
            editor.box.setFocus()
            QTest.keyClick(editor.box, Qt.Key.Key_Down)
        case SchemaEditor():
            type_into(editor.table.new, "colour")
            QTest.keyClick(editor.table.new, Qt.Key.Key_Return)
        case TextListEditor() | RowsEditor():
            type_into(editor.new, "first")
            QTest.keyClick(editor.new, Qt.Key.Key_Return)
        case JsonEditor():
            type_into(editor.field, '{"a": 1}', replace=True)
            editor.commit()
        case AreaEditor():
            type_into(editor.field, "x", replace=True)
        case LineEditor():
            type_into(editor.field, "typed", replace=True)
        case _:
            raise AssertionError(f"no hands for {type(editor).__name__}")


@pytest.mark.parametrize("type_name", TYPES)
def test_each_param_takes_what_is_typed_and_gives_it_back_on_undo(desk_of: Callable[..., Desk], type_name: str) -> None:
    document = Document(Graph(name="one"))
    name, ops = add_node(document, (), type_name, (0, 0), {}, "it")
    document.do("Add", ops)
    desk = desk_of(document)
    page = desk.select(name)
    cls = document.registry.find(type_name)
    assert cls is not None

    for key, field in cls.Params.fields().items():
        row = desk.row(key)
        before = document.node((), name)
        shown = row.editor
        assert shown is row._main, f"{key}: the editor cannot show {before.params.get(key)!r}"
        desk.settle()
        edit(shown)
        desk.settle()

        value = desk.param(name, key, MISSING)
        assert not same_value(value, before.params.get(key, MISSING)), f"{key}: nothing was edited"
        assert value is MISSING or not value_problem(field, value)
        assert not [one for one in document.ports((), name).findings if one.code == "param_value"]
        assert shown.fits(value), f"{key}: it cannot show what it made"
        assert row.editor is shown

        while document.node((), name).params != before.params:
            assert document.undo()
        desk.settle()
        assert same_value(shown._value, before.params.get(key, MISSING))
    page.header.refresh()


def _values() -> list[tuple[str, str, Any]]:
    """Values of every shape that the built-in params may have, which their own editors should show."""
    function = "llm.function"
    return [
        (function, "labels", ["a", "b"]),
        (function, "labels", {"a": "first", "b": ""}),
        (function, "schema", {"type": "object", "properties": {"a": {"type": ["string", "null"]}}, "required": []}),
        (function, "schema", {"$ref": "#/$defs/x", "$defs": {"x": {"type": "object"}}}),
        (function, "spans", ["a"]),
        (function, "spans", True),
        (function, "routes", {"a": "text", "b": ["one", "two"]}),
        (function, "examples", [{"text": "x", "output": {"a": 1}}, {"output": None}]),
        (function, "checks", ["len(text) > 1", {"name": "n", "judge": "Is {text} kind?", "pass": ["yes"]}]),
        (function, "optional", {"a": None, "b": [1, {"c": 2}]}),
        ("flow.switch", "cases", [1, True, None, "x"]),
        ("flow.switch", "cases", {"mend": ["vague", 2], "go": "good"}),
        ("flow.map", "on_item_error", None),
        ("flow.input", "value", {"deep": [1, 2]}),
        ("json.build", "template", {"to": "{sender}"}),
        ("text.join", "separator", "\n\n"),
    ]


def test_values_of_every_shape_are_shown_by_the_params_own_editor_and_stay_when_something_else_is_edited(
    desk_of: Callable[..., Desk],
) -> None:
    document = Document(Graph(name="one"))
    cases: list[tuple[str, str, Any]] = []
    for type_name, key, value in _values():
        name, ops = add_node(document, (), type_name, (0, 0), {}, f"it{len(cases)}")
        document.do("Add", ops)
        node = document.node((), name)
        document.do("Put", [PutNode((), name, type(node)(**{**_fields(node), "params": {**node.params, key: value}}))])
        cases.append((name, key, value))
    desk = desk_of(document)

    for name, key, value in cases:
        desk.select(name)
        row = desk.row(key)

        assert row.editor is row._main, f"{key}: {value!r}"
        if isinstance(row.editor, RowsEditor) and not isinstance(row.editor, ValuesEditor):
            told: list[Any] = []
            row.editor.edited.connect(told.append)
            row.editor.tell()
            assert not told, f"{key}: what the rows say is not {value!r}, which they were shown"
        assert same_value(desk.param(name, key), value), f"{key}: {value!r}"
    assert [same_value(desk.param(name, key), value) for name, key, value in cases] == [True] * len(cases)


def _fields(node: Any) -> dict[str, Any]:
    return {key: getattr(node, key) for key in ("name", "type", "title", "place")}


def test_a_value_that_the_editor_cannot_show_is_shown_as_json_with_what_is_wrong(
    desk_of: Callable[..., Desk],
) -> None:
    desk = desk_of("studio: 1\nname: g\nnodes:\n  many: {type: flow.map, graph: 3, concurrency: much, each: {a: 1}}\n")
    desk.select("many")

    for key, shown in (("graph", "3"), ("concurrency", "much"), ("each", '{"a": 1}')):
        row = desk.row(key)
        assert row.editor is not row._main
        assert row.editor.field.text().strip('"') == shown  # type: ignore[attr-defined]
        assert row.told.text()

    row = desk.row("concurrency")
    type_into(row.editor.field, "7", replace=True)  # type: ignore[attr-defined]
    row.editor.commit()
    desk.settle()
    assert desk.param("many", "concurrency") == 7
    assert row.editor is row._main
    assert not row.told.text()
