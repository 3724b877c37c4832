"""Editors by kind, each by what a person does with it."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from studio.gui.widgets.areas import Area
from studio.gui.widgets.checks import ChecksEditor
from studio.gui.widgets.choices import ChoiceEditor
from studio.gui.widgets.context import EditorContext
from studio.gui.widgets.editor import MIXED, Editor
from studio.gui.widgets.examples import ExamplesEditor
from studio.gui.widgets.expressions import ExpressionEditor
from studio.gui.widgets.json_text import JsonEditor
from studio.gui.widgets.labels import tip
from studio.gui.widgets.lists import NamesEditor, TextListEditor
from studio.gui.widgets.making import make_editor
from studio.gui.widgets.mappings import CasesEditor, LabelsEditor, RoutesEditor
from studio.gui.widgets.numbers import NumberEditor, read_number
from studio.gui.widgets.placeholders import spots
from studio.gui.widgets.schemas import SchemaEditor
from studio.spec.fields import MISSING, Field
from studio.support.templates import placeholders
from studio.support.values import Json, same_value
from tests.gui.support import type_into

ALT = Qt.KeyboardModifier.AltModifier


class Context(EditorContext):
    """A node with an input `text` and an output `label`."""

    def __init__(self, **params: Json) -> None:
        self.given = params

    def inputs(self) -> dict[str, Field]:
        return {"text": Field(name="text", kind="port", type="text")}

    def outputs(self) -> dict[str, Field]:
        return {"label": Field(name="label", kind="port", type="text")}

    def params(self) -> dict[str, Json]:
        return {"instructions": "Judge {text}", **self.given}


class Table:
    """Editors on the table: shown, with what they told and what they found wrong."""

    def __init__(self, qtbot: Any) -> None:
        self.qtbot = qtbot
        self.told: list[Any] = []
        self.wrong: list[str] = []

    def put(self, editor: Editor, value: Json = MISSING) -> None:
        """Show an editor with a value."""
        self.qtbot.addWidget(editor)
        editor.edited.connect(self.told.append)
        editor.problem.connect(self.wrong.append)
        editor.show_value(value)
        editor.resize(300, 400)
        editor.show()
        editor.activateWindow()
        QTest.qWaitForWindowActive(editor)

    @property
    def last(self) -> Any:
        """What was told last."""
        return self.told[-1]


@pytest.fixture
def table(qtbot: Any) -> Table:
    """An empty table."""
    return Table(qtbot)


def test_a_list_grows_by_enter_and_by_pasted_lines_and_shrinks_by_backspace(table: Table) -> None:
    editor = TextListEditor(default=())
    table.put(editor, ["one"])

    type_into(editor.new, "two")
    QTest.keyClick(editor.new, Qt.Key.Key_Return)
    assert table.last == ["one", "two"]
    QGuiApplication.clipboard().setText("three\n\n  four  \n")
    editor.new.setFocus()
    QTest.keyClick(editor.new, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert table.last == ["one", "two", "three", "four"]
    first = editor.rows.contents()[0]
    type_into(first, "", replace=True)
    assert table.last == ["two", "three", "four"]
    QTest.keyClick(first, Qt.Key.Key_Backspace)
    assert [one.text() for one in editor.rows.contents()] == ["two", "three", "four"]
    for _ in range(3):
        remove = next(one for one in editor.rows.findChildren(QWidget, "remove") if one.isVisible())
        QTest.mouseClick(remove, Qt.MouseButton.LeftButton)
    assert table.last is MISSING


def test_rows_are_put_in_order_by_the_keyboard_and_the_focus_goes_along(table: Table) -> None:
    editor = TextListEditor(default=())
    table.put(editor, ["one", "two", "three"])
    third = editor.rows.contents()[2]
    third.setFocus()

    QTest.keyClick(third, Qt.Key.Key_Up, ALT)
    QTest.keyClick(third, Qt.Key.Key_Up, ALT)
    QTest.keyClick(third, Qt.Key.Key_Up, ALT)

    assert table.last == ["three", "one", "two"]
    assert third.hasFocus()


def test_labels_are_a_list_until_one_is_said_to_mean_something(table: Table) -> None:
    editor = LabelsEditor(default=None)
    table.put(editor, ["good", "bad"])
    row = editor.rows.contents()[0]

    type_into(row.two, "all is well")
    assert table.last == {"good": "all is well", "bad": ""}
    type_into(row.two, "", replace=True)
    assert table.last == ["good", "bad"]
    type_into(row.one, "bad", replace=True)

    assert "twice" in table.wrong[-1]
    assert table.last == ["good", "ba"] or table.last != ["bad", "bad"]


def test_cases_keep_how_they_are_written_and_share_ways(table: Table) -> None:
    editor = CasesEditor()
    table.put(editor, {"mend": ["vague", 3], "go": True})
    assert [row.data() for row in editor.rows.contents()] == [("vague", "mend"), ("3", "mend"), ("true", "go")]

    type_into(editor.new, "good")
    QTest.keyClick(editor.new, Qt.Key.Key_Return)
    type_into(editor.rows.contents()[3].two, "go")

    assert table.last == {"mend": ["vague", 3], "go": [True, "good"]}


def test_routes_hold_a_text_or_several(table: Table) -> None:
    editor = RoutesEditor(default=None)
    table.put(editor, {"sea": "salt water"})

    type_into(editor.rows.contents()[0].texts.new, "waves")
    QTest.keyClick(editor.rows.contents()[0].texts.new, Qt.Key.Key_Return)

    assert table.last == {"sea": ["salt water", "waves"]}


def test_names_are_none_all_or_some(table: Table) -> None:
    editor = NamesEditor(Context(), False)
    table.put(editor)
    editor.box.setFocus()

    QTest.keyClick(editor.box, Qt.Key.Key_Down)
    assert table.told == [True]
    QTest.keyClick(editor.box, Qt.Key.Key_Down)
    assert table.last == ["label"]
    QTest.keyClick(editor.box, Qt.Key.Key_Home)
    assert table.last is MISSING


@pytest.mark.parametrize(
    ("text", "whole", "value"),
    [("12", True, 12), ("1e3", True, 1000), ("0,5", False, 0.5), ("1e-3", False, 0.001), ("1.5", True, None),
     ("nan", False, None), ("inf", False, None), ("1_0", False, None), ("x", False, None), ("-3", True, -3)],
)  # fmt: skip
def test_numbers_are_read_as_people_write_them(text: str, whole: bool, value: float | None) -> None:
    assert same_value(read_number(text, whole=whole), value)


def test_a_number_steps_within_its_bounds(table: Table) -> None:
    editor = NumberEditor(Field(name="n", type="number", default=0.05, ge=0.001, le=2))
    table.put(editor)
    editor.box.setFocus()

    for _ in range(30):
        QTest.keyClick(editor.box, Qt.Key.Key_PageUp)
    assert table.last == 2.0
    for _ in range(40):
        QTest.keyClick(editor.box, Qt.Key.Key_PageDown)
    assert table.last == 0.001


def test_json_says_the_line_of_what_is_wrong_and_nothing_of_it_is_told(table: Table) -> None:
    editor = JsonEditor()
    table.put(editor, {"a": 1})

    type_into(editor.field, '{"a": 1,\n"b" 2}', replace=True)
    editor.commit()
    assert "Line 2" in table.wrong[-1]
    assert not table.told
    type_into(editor.field, '{"a": 1,\n"b": 2}', replace=True)
    editor.commit()

    assert table.last == {"a": 1, "b": 2}


def test_a_schema_is_edited_as_a_table_and_keeps_what_the_table_cannot_say(table: Table) -> None:
    editor = SchemaEditor(default=None)
    schema = {
        "type": "object",
        "title": "An order",
        "properties": {"product": {"type": "string", "pattern": "x"}, "deep": {"anyOf": [{"type": "string"}]}},
        "required": ["product"],
    }
    table.put(editor, schema)
    row = editor.table.rows.contents()[0]
    QTest.mouseClick(row.more, Qt.MouseButton.LeftButton)

    type_into(row.about, "what is bought")
    QTest.keyClick(row.null, Qt.Key.Key_Space)
    QTest.keyClick(row.required, Qt.Key.Key_Space)
    type_into(row.choices.new, "pots")
    QTest.keyClick(row.choices.new, Qt.Key.Key_Return)

    product = {"type": ["string", "null"], "pattern": "x", "description": "what is bought", "enum": ["pots", None]}
    assert table.last == {
        "type": "object", "title": "An order", "properties": {"product": product, "deep": schema["properties"]["deep"]},  # type: ignore[index]
    }  # fmt: skip
    QTest.mouseClick(editor.buttons[1], Qt.MouseButton.LeftButton)
    assert '"what is bought"' in editor.raw.field.text()


def test_an_expression_is_tried_while_it_is_typed(table: Table) -> None:
    editor = ExpressionEditor(Context())
    table.put(editor, "len(text)")
    assert editor.result.text() == "= 4"

    type_into(editor.field, " +")
    editor._later_try.now()
    assert "cannot be read" in editor.result.text()
    assert editor.field.property("wrong")
    type_into(editor.field, " nothing")
    editor._later_try.now()
    assert "nothing" in editor.result.text()
    assert not editor.field.property("wrong")
    type_into(editor.field, "len(te", replace=True)
    assert editor.completion.popup.isVisible()
    QTest.keyClick(editor.field, Qt.Key.Key_Tab)
    assert editor.field.text() == "len(text"


def test_checks_are_expressions_or_judges_with_a_message(table: Table) -> None:
    editor = ChecksEditor(Context(labels=["good"]), default=())
    table.put(editor, [])

    type_into(editor.new, "label == 'good'")
    QTest.keyClick(editor.new, Qt.Key.Key_Return)
    assert table.last == [{"name": "check_1", "expression": "label == 'good'"}]
    row = editor.rows.contents()[0]
    row.expression._later_try.now()
    assert row.expression.result.text() == "= true"
    type_into(row.message.field, "Be good.")
    row.kind.setFocus()
    QTest.keyClick(row.kind, Qt.Key.Key_Down)

    (check,) = table.last
    assert check["judge"] == "Is this right? {label}"
    assert (check["name"], check["message"], check["pass"]) == ("check_1", "Be good.", "yes")


def test_examples_give_every_input_and_an_output_among_the_labels(table: Table) -> None:
    editor = ExamplesEditor(Context(labels=["good", "bad"]), default=())
    table.put(editor, [])

    type_into(editor.new, "how kind")
    QTest.keyClick(editor.new, Qt.Key.Key_Return)
    assert table.last == [{"text": "how kind", "output": "good"}]
    row = editor.rows.contents()[0]
    assert row.section.is_open
    output = row._editors["output"]
    assert isinstance(output, ChoiceEditor)
    output.box.setFocus()
    QTest.keyClick(output.box, Qt.Key.Key_Down)

    assert table.last == [{"text": "how kind", "output": "bad"}]


def test_nothing_is_told_by_showing_values(table: Table) -> None:
    for field, values in (
        (Field(name="a", type="text", default=""), ["x", "", MISSING, MIXED]),
        (Field(name="a", type="number", default=1.0), [2.5, MISSING, MIXED, 3]),
        (Field(name="a", type="boolean", default=False), [True, MISSING, MIXED, False]),
        (Field(name="a", type="any", default=None), [1, "x", None, [1], True, MISSING, MIXED]),
        (Field(name="a", type="list", default=()), [["a"], [], MISSING, MIXED]),
        (Field(name="a", type="text", choices=("a", "b"), default="a"), ["b", MISSING, MIXED]),
        (Field(name="a", editor={"kind": "checks"}, default=()), [["x > 1"], MISSING]),
        (Field(name="a", editor={"kind": "schema"}, default=None), [{"type": "object", "properties": {}}, MISSING]),
    ):
        editor = make_editor(field, Context())
        table.put(editor)
        for value in values:
            assert editor.fits(value)
            editor.show_value(value)
        editor.commit()
        editor.close()

    assert not table.told


def test_text_from_anywhere_is_never_markup() -> None:
    assert tip("<img src='x'>").startswith("<p")
    assert "<img" not in tip("a <img src='x'> b")
    assert tip("plain") == "plain"


def test_spaces_that_do_not_break_and_letters_beyond_two_bytes_stay_as_they_are(qtbot: Any) -> None:
    area = Area()
    qtbot.addWidget(area)
    text = "a\u00a0b 😀 {x}\nnext 😀 line"
    area.show_text(text)
    assert area.text() == text

    changed = "a\u00a0b 😀 {y}\nnext 😀 line and more"
    area.show_text(changed)

    assert area.text() == changed


@pytest.mark.parametrize("text", ["{a} {{b}} {c", "{{{x}}}", "}{y}{", "{1} {é} {a b}", "{{a} {b}}", ""])
def test_variables_are_coloured_exactly_where_a_template_has_them(text: str) -> None:
    assert tuple(dict.fromkeys(spot.name for spot in spots(text) if spot.name)) == placeholders(text)
