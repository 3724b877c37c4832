"""Variables of prompts: named by braces, wired, renamed and picked."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.gui.panels.inspector.conftest import Desk
from tests.gui.panels.inspector.editors import edge, prompt
from tests.gui.support import type_into


def test_a_variable_without_a_wire_is_named_and_gets_an_input_on_request(loop: Desk) -> None:
    loop.select("critic")
    editor = prompt(loop)
    type_into(editor.field, " for {reader}")
    editor._look.now()
    loop.settle()
    assert [one for one in editor.names() if one not in editor._known] == ["reader"]

    loop.click("add_input.reader", editor)

    assert loop.document.graph.nodes["reader"].type == "flow.input"
    assert edge(loop, "reader.value -> critic.reader")
    assert loop.labels[-1] == "Add input reader"
    assert not editor._missing.isVisible()
    loop.document.undo()
    assert "reader" not in loop.document.graph.nodes
    assert loop.document.graph.edges[-1].target_port != "reader"


def test_a_variable_typed_anew_keeps_its_wires_if_the_person_says_so(loop: Desk) -> None:
    loop.select("writer")
    editor = prompt(loop)
    text = editor.field.text().replace("{topic}", "{subject}")
    cursor = editor.field.textCursor()
    place = editor.field.text().index("topic")
    cursor.setPosition(place)
    cursor.setPosition(place + 5, cursor.MoveMode.KeepAnchor)
    editor.field.setTextCursor(cursor)
    QTest.keyClicks(editor.field, "subject")
    editor._look.now()
    loop.settle()
    assert editor._rename_bar.isVisible()

    loop.click("keep_wires", editor)

    assert loop.param("writer", "instructions") == text
    assert edge(loop, "topic.value -> writer.subject")
    assert loop.param("writer", "examples")[0]["subject"] == "sand"
    assert not editor._rename_bar.isVisible()


def test_a_variable_is_renamed_from_the_menu_everywhere(loop: Desk) -> None:
    loop.select("writer")
    editor = prompt(loop)

    editor._renamed_to("fault", "flaw")
    loop.settle()

    assert "{flaw}" in loop.param("writer", "instructions")
    assert "{flaw}" in editor.field.text()
    assert edge(loop, "critic.label ~> writer.flaw").has_initial
    assert loop.labels == ["Rename fault of writer to flaw"]


def test_names_are_offered_behind_a_brace(loop: Desk) -> None:
    loop.select("writer")
    editor = prompt(loop)

    type_into(editor.field, "and {to")
    assert editor.completion.popup.isVisible()
    QTest.keyClick(editor.field, Qt.Key.Key_Return)

    assert loop.param("writer", "instructions").endswith("and {topic}")


def test_the_list_follows_what_is_typed_while_it_has_the_keyboard(loop: Desk) -> None:
    loop.select("writer")
    editor = prompt(loop)
    type_into(editor.field, "and {t")
    popup = editor.completion.popup
    assert popup.isVisible()
    offered = popup.model().rowCount()

    QTest.keyClicks(popup, "opi")
    assert popup.isVisible()
    assert 0 < popup.model().rowCount() < offered
    QTest.keyClicks(popup, "xy} z")

    assert not popup.isVisible()
    assert editor.field.text().endswith("and {topixy} z")


def test_an_output_of_another_node_is_picked_as_a_variable_and_wired(loop: Desk) -> None:
    loop.select("critic")
    editor = prompt(loop)

    type_into(editor.field, " of {topic.v")
    assert not editor.completion.popup.isVisible(), "a variable has no dot"
    type_into(editor.field, "\nand {topi")
    assert editor.completion.popup.isVisible()
    QTest.keyClick(editor.field, Qt.Key.Key_Return)

    assert loop.param("critic", "instructions").endswith("and {topic}")
    assert edge(loop, "topic.value -> critic.topic")
