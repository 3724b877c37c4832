"""What is typed in the inspector is done to the document, in entries that a person would name, and undone as one."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from studio.editing.edits.nodes import set_param
from studio.gui.panels.inspector.header import NodeHeader
from studio.gui.panels.inspector.node_page import NodePage
from studio.gui.widgets.choices import ChoiceEditor, PickEditor
from studio.gui.widgets.labels import Note
from tests.gui.panels.inspector.conftest import Desk
from tests.gui.panels.inspector.editors import CTRL, edge, prompt
from tests.gui.support import type_into

# -- typing and undo ----------------------------------------------------------------------------


def test_typing_is_one_entry_until_the_field_is_left(loop: Desk) -> None:
    loop.select("critic")
    field = prompt(loop).field

    type_into(field, " Be")
    type_into(field, " kind.")
    assert loop.labels == ["Set instructions of critic"]
    loop.row("output").editor.setFocus()
    type_into(field, " Now.")

    assert loop.labels == ["Set instructions of critic"] * 2
    assert loop.param("critic", "instructions") == "Judge: {draft} Be kind. Now."


def test_a_pause_in_typing_ends_the_entry(loop: Desk) -> None:
    page = loop.select("critic")
    field = prompt(loop).field

    type_into(field, "a")
    page.subject._pause.timeout.emit()
    type_into(field, "b")

    assert len(loop.labels) == 2


def test_undo_in_a_field_takes_back_the_documents_last_edit_not_the_fields(loop: Desk) -> None:
    loop.select("critic")
    field = prompt(loop).field
    type_into(field, " x")
    loop.document.do("Elsewhere", set_param(loop.document, (), "topic", "value", "dunes"))
    field.setFocus()

    QTest.keyClick(field, Qt.Key.Key_Z, CTRL)
    assert loop.param("topic", "value") == "tide pools"
    assert field.text() == "Judge: {draft} x"
    QTest.keyClick(field, Qt.Key.Key_Z, CTRL)
    assert loop.param("critic", "instructions") == "Judge: {draft}" == field.text()
    QTest.keyClick(field, Qt.Key.Key_Z, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert field.text() == "Judge: {draft} x"

    assert loop.document.history.undo_label == "Set instructions of critic"


def test_undo_keys_work_in_lines_numbers_and_pickers_too(loop: Desk) -> None:
    loop.select("critic")
    for param in ("output", "max_tokens", "model"):
        row = loop.row(param)
        inner = row.editor.line if isinstance(row.editor, PickEditor) else row.editor.focusProxy()
        assert isinstance(inner, QLineEdit)
        type_into(inner, "7")
        assert loop.param("critic", param) is not None

        QTest.keyClick(inner, Qt.Key.Key_Z, CTRL)

        assert loop.param("critic", param) is None
        assert inner.text() == ""


def test_an_edit_from_elsewhere_leaves_cursor_focus_and_scrolling(loop: Desk) -> None:
    loop.select("critic")
    field = prompt(loop).field
    type_into(field, "\nmore {draft} and a longer end of the text")
    cursor = field.textCursor()
    cursor.setPosition(5)
    field.setTextCursor(cursor)
    field.setFocus()

    text = field.text().replace("longer", "much longer")
    loop.document.do("Elsewhere", set_param(loop.document, (), "critic", "instructions", text))

    assert field.text() == text
    assert field.textCursor().position() == 5
    assert QApplication.focusWidget() is field


def test_what_a_field_shows_comes_back_from_the_document_without_a_second_edit(loop: Desk) -> None:
    loop.select("critic")
    seen: list[str] = []
    loop.document.settled.connect(lambda: seen.append("settled"))

    type_into(prompt(loop).field, "abc")

    assert len(seen) == 3


def test_a_value_that_is_none_is_told_and_not_set(loop: Desk) -> None:
    loop.select("critic")
    row = loop.row("temperature")
    box = row.editor.focusProxy()
    assert isinstance(box, QLineEdit)

    type_into(box, "hot", replace=True)
    assert "number" in row.told.text()
    assert loop.param("critic", "temperature") is None
    type_into(box, "5", replace=True)
    assert "at most 2" in row.told.text()
    assert loop.param("critic", "temperature") is None
    type_into(box, "1e-1", replace=True)

    assert row.told.text() == ""
    assert loop.param("critic", "temperature") == 0.1
    QTest.keyClick(box, Qt.Key.Key_Up)
    assert loop.param("critic", "temperature") == pytest.approx(0.2)
    loop.click("inspector.param.temperature.reset")
    assert loop.param("critic", "temperature") is None
    assert box.text() == ""
    assert box.placeholderText() == "0.0"


def test_a_refused_value_stays_in_the_field_to_be_mended(loop: Desk) -> None:
    loop.select("critic")
    row = loop.row("instructions")
    field = prompt(loop).field

    type_into(field, " {done")
    type_into(field, "}")
    assert "reserved" in row.told.text()
    assert loop.param("critic", "instructions") == "Judge: {draft} {done"
    loop.document.do("Elsewhere", set_param(loop.document, (), "topic", "value", "dunes"))
    assert field.text() == "Judge: {draft} {done}", "what was typed is still there"
    QTest.keyClick(field, Qt.Key.Key_Backspace)
    QTest.keyClicks(field, "_now}")

    assert loop.param("critic", "instructions") == "Judge: {draft} {done_now}"
    assert not row.told.text()


# -- the head -----------------------------------------------------------------------------------


def test_a_node_is_renamed_with_its_wires_and_stays_selected(loop: Desk) -> None:
    loop.select("critic")
    field = loop.find(QLineEdit, "inspector.name")

    type_into(field, "route", replace=True)
    told = [one.text() for one in loop.inspector.findChildren(Note) if one.isVisible()]
    assert any("already" in one for one in told)
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert "critic" in loop.document.graph.nodes
    assert field.text() == "critic"
    type_into(field, "judge", replace=True)
    QTest.keyClick(field, Qt.Key.Key_Return)
    loop.settle()

    assert "judge" in loop.document.graph.nodes
    assert str(edge(loop, "judge.label -> route.value"))
    assert loop.labels == ["Rename critic to judge"]
    page = loop.inspector.page
    assert isinstance(page, NodePage)
    assert page.subject.names == ("judge",)
    loop.document.undo()
    loop.settle()
    assert page.subject.names == ("critic",)
    assert field.text() == "critic"


def test_title_time_errors_and_limits_are_set_on_the_node(loop: Desk) -> None:
    page = loop.select("critic")
    type_into(loop.find(QLineEdit, "inspector.title"), "the judge")
    for section in page.engine.sections.values():
        QTest.mouseClick(section.header, Qt.MouseButton.LeftButton)
    loop.settle()

    for name, word in (
        ("fires", "every tick"),
        ("knockout", "off (gives nothing)"),
        ("on_error", "give default values"),
    ):
        row = loop.find(QWidget, f"inspector.key.{name}")
        editor = row.editor  # type: ignore[attr-defined]
        assert isinstance(editor, ChoiceEditor)
        while editor.box.currentText() != word:
            QTest.keyClick(editor.box, Qt.Key.Key_Down)
    type_into(loop.find(QWidget, "inspector.key.retries").editor.box, "2")  # type: ignore[attr-defined]
    type_into(loop.find(QWidget, "inspector.key.cost_usd").editor.box, "0.5")  # type: ignore[attr-defined]

    node = loop.document.node((), "critic")
    assert (node.title, node.fires, node.knockout, node.on_error) == ("the judge", "every_tick", True, "default")
    assert node.retries == 2
    assert node.limits == {"cost_usd": 0.5}
    assert not loop.find(QWidget, "inspector.key.default").isHidden()
    while loop.document.undo():
        pass
    assert loop.document.node((), "critic").limits == {}
    assert loop.document.node((), "critic").title == ""


def test_the_score_names_what_would_raise_it_weightiest_first(loop: Desk) -> None:
    page = loop.select("writer")
    header = page.header
    assert isinstance(header, NodeHeader)
    assert header.score.isVisible()
    assert header.score.reasons.text().startswith("• The answer is free text")
    before = header.score.bar.score

    loop.document.do("Labels", set_param(loop.document, (), "writer", "labels", ["a", "b"]))

    assert header.score.bar.score > before
    assert "free text" not in header.score.reasons.text()
