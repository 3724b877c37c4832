"""Tools of an agent, edited in rows: by mouse and keyboard, with what is no tool kept as it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QToolButton, QWidget

from studio.gui.widgets.json_text import JsonEditor
from studio.gui.widgets.tool_row import ToolRow, has_fields
from studio.gui.widgets.tools import ToolsEditor
from tests.gui.panels.inspector.conftest import Desk
from tests.gui.support import type_into

AGENT = """
studio: 1
name: helper
nodes:
  agent:
    type: llm.agent
    instructions: Look around.
    tools:
      - {use: files.read, as: read_file, set: {folder: docs}, most: 5}
      - {use: files.search, colour: red}
      - just words
      - {use: text.template, about: null, give: {name: you}, ask: true}
"""
ODD = [{"use": "files.search", "colour": "red"}, "just words"]
"""The entries of the wrong shape."""


@pytest.fixture
def agent(desk_of: Callable[..., Desk]) -> Desk:
    """An agent with four tools, two of which are none, selected."""
    desk = desk_of(AGENT)
    desk.inspector.resize(360, 1400)
    desk.select("agent")
    return desk


def editor_of(desk: Desk) -> ToolsEditor:
    """Return the editor, shown."""
    editor = desk.row("tools").editor
    assert isinstance(editor, ToolsEditor)
    return editor


def unfold(desk: Desk, place: int) -> ToolRow:
    """Click on the heading of a row and return the row."""
    row = editor_of(desk).rows.contents()[place]
    assert isinstance(row, ToolRow)
    click(desk, row.section.header)
    assert row.section.is_open
    return row


def click(desk: Desk, button: QWidget) -> None:
    """Press something with the mouse, at its left."""
    at = button.rect().center()
    at.setX(min(at.x(), 10))
    QTest.mouseClick(button, Qt.MouseButton.LeftButton, pos=at)
    desk.settle()


def tools(desk: Desk) -> Any:
    """Return what the document holds."""
    return desk.param("agent", "tools")


def test_every_tool_is_a_folded_row_that_says_its_name_and_what_it_does(agent: Desk) -> None:
    headers = [row.section.header for row in editor_of(agent).rows.contents()]

    assert [header.text() for header in headers] == ["read_file", "Not a tool", "Not a tool", "text_template"]
    assert headers[2].summary == "just words"
    assert headers[0].summary
    assert not agent.labels, "showing is no edit"


def test_an_edit_of_one_tool_leaves_entries_of_the_wrong_shape_as_they_are(agent: Desk) -> None:
    row = unfold(agent, 0)
    type_into(row.name.field, "open_file", replace=True)
    agent.settle()

    assert tools(agent)[0] == {"use": "files.read", "as": "open_file", "set": {"folder": "docs"}, "most": 5}
    assert tools(agent)[1:3] == ODD
    assert tools(agent)[3] == {"use": "text.template", "about": None, "give": {"name": "you"}, "ask": True}


def test_control_an_editor_that_reads_only_tools_would_lose_the_others(
    agent: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ToolsEditor, "gather", lambda self, rows: [row for row in rows if has_fields(row)])
    row = unfold(agent, 0)
    type_into(row.name.field, "open_file", replace=True)
    agent.settle()

    assert not any(odd in tools(agent) for odd in ODD)


def test_what_is_typed_into_a_field_is_one_edit_that_undo_takes_back(agent: Desk) -> None:
    before = tools(agent)
    row = unfold(agent, 0)
    type_into(row.about.field, "Reads a page of the handbook.")
    row.name.field.setFocus()
    type_into(row.name.field, "page", replace=True)
    agent.settle()
    assert tools(agent)[0]["about"] == "Reads a page of the handbook."
    assert len(agent.labels) == 2

    agent.document.undo()
    agent.document.undo()
    agent.settle()
    assert tools(agent) == before
    assert row.name.field.text() == "read_file"
    assert row.about.field.text() == ""


def test_a_tool_is_added_by_typing_and_all_types_offered_can_be_tools(agent: Desk) -> None:
    editor = editor_of(agent)
    type_into(editor.new, "files.li")
    agent.settle()
    popup = editor.completer.popup()
    assert popup is not None
    assert popup.isVisible()
    QTest.keyClick(popup, Qt.Key.Key_Down)
    QTest.keyClick(popup, Qt.Key.Key_Return)
    agent.settle()
    assert tools(agent)[4] == {"use": "files.list"}
    assert len(tools(agent)) == 5
    assert editor.new.text() == ""

    offered = editor._types.stringList()
    assert {"files.read", "code.python", "mcp.tool"} <= set(offered)
    assert not {"llm.agent", "flow.input", "flow.output"} & set(offered)


@pytest.mark.thorough
def test_the_list_of_types_opens_by_the_mouse_and_a_click_adds(agent: Desk) -> None:
    editor = editor_of(agent)
    click(agent, editor.all)
    popup = editor.completer.popup()
    assert popup is not None
    assert popup.isVisible()
    index = popup.model().index(2, 0)
    popup.scrollTo(index)
    QTest.mouseClick(popup.viewport(), Qt.MouseButton.LeftButton, pos=popup.visualRect(index).center())
    agent.settle()

    assert tools(agent)[4:] == [{"use": str(index.data())}]
    assert agent.labels[1:] == []


def test_tools_are_removed_and_moved_as_they_stand(agent: Desk) -> None:
    editor = editor_of(agent)
    first = tools(agent)[0]
    editor.rows.contents()[0].section.header.setFocus()
    QTest.keyClick(editor.rows.contents()[0].section.header, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    agent.settle()
    assert tools(agent)[:3] == [ODD[0], first, ODD[1]]

    holder = editor.rows.contents()[2].parentWidget()
    remove = holder.findChildren(QToolButton, "remove")[-1]
    click(agent, remove)
    assert tools(agent)[:2] == [ODD[0], first]
    assert len(tools(agent)) == 3
    assert len(agent.labels) == 2


def test_a_tool_is_dragged_to_another_place_as_one_edit(agent: Desk) -> None:
    rows, before = editor_of(agent).rows, tools(agent)
    grip = rows.findChildren(QWidget, "grip")[0]
    third = rows.contents()[2].parentWidget()
    to = grip.mapFrom(rows, QPoint(5, third.geometry().center().y() + 4))
    QTest.mousePress(grip, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    QTest.mouseMove(grip, to)
    QTest.mouseRelease(grip, Qt.MouseButton.LeftButton, pos=to)
    agent.settle()

    assert tools(agent) == [before[1], before[2], before[0], before[3]]
    assert len(agent.labels) == 1


def test_limits_and_the_word_of_a_person_are_set_and_taken_back(agent: Desk) -> None:
    row = unfold(agent, 0)
    most = row._editors["most"]
    type_into(most.box, "12", replace=True)  # type: ignore[attr-defined]
    agent.settle()
    assert tools(agent)[0]["most"] == 12
    type_into(most.box, "", replace=True)  # type: ignore[attr-defined]
    agent.settle()
    assert "most" not in tools(agent)[0]
    click(agent, agent.find(QCheckBox, "tool.ask", row))
    assert tools(agent)[0]["ask"] is True
    click(agent, agent.find(QCheckBox, "tool.ask", row))
    assert "ask" not in tools(agent)[0]


@pytest.mark.thorough
def test_two_of_one_name_are_named_at_once_and_only_while_they_are(agent: Desk) -> None:
    row = unfold(agent, 3)
    type_into(row.name.field, "read_file", replace=True)
    agent.settle()
    assert row.told.text() == "Another tool above is called `read_file`. Give this one another name."
    type_into(row.name.field, "s")
    agent.settle()
    assert row.told.text() == ""


def test_the_name_of_the_answer_is_taken_where_the_agent_has_a_schema(desk_of: Callable[..., Desk]) -> None:
    desk = desk_of(AGENT.replace("instructions:", "schema: {type: object}\n    instructions:"))
    desk.select("agent")
    row = unfold(desk, 0)
    type_into(row.name.field, "finish", replace=True)
    desk.settle()

    assert row.told.text() == "The agent gives its answer by a tool `finish`. Give this one another name."


def test_fixed_params_are_a_map_and_nothing_else_reaches_the_document(agent: Desk) -> None:
    row = unfold(agent, 0)
    fixed = row._editors["set"]
    assert isinstance(fixed, JsonEditor)
    assert "folder" in row.params.text()
    type_into(fixed.field, "[1]", replace=True)
    fixed.commit()
    agent.settle()
    assert row.told.text().startswith("`set` maps names to values")
    assert tools(agent)[0]["set"] == {"folder": "docs"}

    type_into(fixed.field, '{"folder": "notes"}', replace=True)
    fixed.commit()
    agent.settle()
    assert row.told.text() == ""
    assert tools(agent)[0]["set"] == {"folder": "notes"}


@pytest.mark.thorough
def test_an_entry_of_the_wrong_shape_is_json_until_it_is_mended(agent: Desk) -> None:
    row = unfold(agent, 2)
    text = row._editors[""]
    assert isinstance(text, JsonEditor)
    assert text.field.text() == '"just words"'
    type_into(text.field, "", replace=True)
    text.commit()
    assert row.told.text() == "An entry cannot be empty. Remove the row with ×."
    assert tools(agent)[2] == "just words"

    type_into(text.field, '{"use": "files.list"}', replace=True)
    editor_of(agent).new.setFocus()
    agent.settle()
    assert tools(agent)[1:3] == [ODD[0], {"use": "files.list"}]
    assert list(row._editors) == ["use", "as", "about", "set", "give", "most"]
    assert row.name.field.placeholderText() == "files_list"
