"""Asking a tool server from the inspector: nothing starts by itself, and what it says is pinned as one edit."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from studio.gui.panels.inspector.server_section import ServerSection
from studio.support.values import Json, encode
from tests.gui.panels.inspector.conftest import Desk

TOOLS = Path(__file__).parents[3] / "tools"


def graph(*command: str) -> str:
    listed: Json = list(command)
    return f"nodes:\n  ask: {{type: mcp.tool, tool: forecast, command: {encode(listed).decode()}}}\n"


@pytest.fixture
def weather(desk_of: Callable[..., Desk], tmp_path: Path) -> Desk:
    return desk_of(graph(sys.executable, str(TOOLS / "weather_server.py"), "--log", str(tmp_path / "starts")))


def section(desk: Desk) -> ServerSection:
    page = desk.select("ask")
    assert page.server is not None
    body = page.server.body
    assert isinstance(body, ServerSection)
    return body


def sheet() -> QMessageBox:
    return next(one for one in QApplication.topLevelWidgets() if isinstance(one, QMessageBox) and one.isVisible())


def press(box: QMessageBox, name: str) -> None:
    button = box.findChild(QPushButton, name)
    assert button is not None
    button.click()


def test_there_is_one_section_to_ask_in_and_it_stands_above_the_params(weather: Desk) -> None:
    page = weather.select("ask")

    assert len(page.findChildren(ServerSection)) == 1
    assert page.server is not None
    assert page.server.y() < page.form.y()


def test_nothing_starts_until_a_person_agreed(weather: Desk, tmp_path: Path, qtbot: QtBot) -> None:
    body = section(weather)
    body.ask_button.click()
    box = sheet()

    assert "weather_server.py" in box.informativeText()
    press(box, "server.cancel")
    qtbot.waitUntil(lambda: not body.errands.is_busy)

    assert not (tmp_path / "starts").exists()
    assert not body.choice.isVisible()


def test_a_tool_is_pinned_as_one_edit_that_can_be_undone(weather: Desk, tmp_path: Path, qtbot: QtBot) -> None:
    body = section(weather)
    body.ask_button.click()
    press(sheet(), "server.ask_the_server")
    qtbot.waitUntil(lambda: not body.errands.is_busy)

    assert [body.choice.itemData(index) for index in range(body.choice.count())][:2] == ["forecast", "echo"]
    assert body.choice.currentData() == "forecast"
    assert "weather will be" in body.description.text()
    before = len(weather.labels)
    body.use_button.click()
    weather.settle()

    assert weather.labels[before:] == ["Use tool forecast in ask"]
    assert len(weather.param("ask", "hash")) == 40
    assert list(weather.document.ports((), "ask").inputs)[:2] == ["city", "days"]
    assert len((tmp_path / "starts").read_text().split()) == 1
    weather.document.undo()
    assert weather.param("ask", "hash") is None


def test_a_server_that_does_not_start_is_told_below_the_button(desk_of: Callable[..., Desk], qtbot: QtBot) -> None:
    body = section(desk_of(graph("no_such_program_at_all")))
    body.ask_button.click()
    press(sheet(), "server.ask_the_server")
    qtbot.waitUntil(lambda: not body.errands.is_busy)

    assert "no program" in body.told.text()
    assert body.ask_button.isEnabled()


def test_without_a_server_it_says_what_is_missing(desk_of: Callable[..., Desk]) -> None:
    body = section(desk_of("nodes:\n  ask: {type: mcp.tool, tool: x}\n"))
    body.ask_button.click()

    assert "`command` or its `url`" in body.told.text()


def test_what_is_pinned_is_folded_and_named(desk_of: Callable[..., Desk]) -> None:
    pinned = "description: Tell it., schema: {type: object, properties: {city: {type: string}}}, hash: abc"
    desk = desk_of(f"nodes:\n  ask: {{type: mcp.tool, tool: forecast, command: [x], {pinned}}}\n")

    page = desk.select("ask")
    group = page.form.group_of("schema")

    assert group is not None
    assert not group.section.is_open
    assert {field.name for field in group.fields} == {"description", "schema", "output_schema", "hash"}
    assert "schema: city" in group.section.header.summary
