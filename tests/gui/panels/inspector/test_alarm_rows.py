"""What a graph does when its run goes in circles or stalls, chosen in the inspector."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox

from studio.editing import Document
from studio.graph.model import Graph
from studio.gui.panels.inspector.alarm_rows import TITLE, changed_dynamics, summary
from studio.gui.panels.inspector.graph_page import GraphPage
from studio.gui.panels.inspector.param_row import ParamRow
from studio.gui.widgets.labels import Note
from studio.spec.fields import MISSING
from studio.support.values import Json
from tests.gui.panels.inspector.conftest import Desk

pytestmark = pytest.mark.gui

GRAPH = "studio: 1\nname: g\nnodes:\n  a: {type: flow.input}\n"
BODY = "graphs:\n  part:\n    nodes: {x: {type: flow.input}}\n"


def unfolded(desk: Desk) -> Desk:
    desk.canvas.clear_selection()
    desk.settle()
    page = desk.inspector.page
    assert isinstance(page, GraphPage)
    if not page.sections[TITLE].is_open:
        QTest.mouseClick(page.sections[TITLE].header, Qt.MouseButton.LeftButton)
    desk.settle()
    return desk


def box(desk: Desk, key: str) -> QComboBox:
    return desk.find(ParamRow, f"inspector.graph.dynamics.{key}").editor.box  # type: ignore[attr-defined,no-any-return]


def pick(desk: Desk, key: str, words: str) -> None:
    """Open a list with the mouse, go to what reads so, and take it (a click soon after that which opens a list is
    swallowed by Qt)."""
    combo = box(desk, key)
    QTest.mouseClick(combo, Qt.MouseButton.LeftButton)
    desk.settle()
    view = combo.view()
    assert view.isVisible()
    for _ in range(combo.findText(words) - combo.currentIndex()):
        QTest.keyClick(view, Qt.Key.Key_Down)
    QTest.keyClick(view, Qt.Key.Key_Return)
    desk.settle()


def test_the_answer_to_alarms_is_picked_with_the_mouse_and_undone(desk_of: Callable[..., Desk]) -> None:
    desk = unfolded(desk_of(GRAPH))
    text = desk.document.graph.to_text()
    assert box(desk, "on_alarm").currentText() == "say so and go on"
    assert box(desk, "circle").currentText() == "as above"

    pick(desk, "on_alarm", "pause the run")
    pick(desk, "circle", "stop the run")

    assert desk.document.graph.dynamics == {"on_alarm": "pause", "circle": "stop"}
    assert "\ndynamics: {on_alarm: pause, circle: stop}\n" in desk.document.graph.to_text()
    desk.document.undo()
    desk.settle()
    assert (box(desk, "on_alarm").currentText(), box(desk, "circle").currentText()) == ("pause the run", "as above")
    desk.document.undo()
    desk.settle()
    assert desk.document.graph.to_text() == text
    assert box(desk, "on_alarm").currentText() == "say so and go on"


def test_it_is_chosen_with_the_keyboard_and_set_back(desk_of: Callable[..., Desk]) -> None:
    desk = unfolded(desk_of(GRAPH + "dynamics: {settings: {stall_ticks: 20}}\n"))
    QTest.keyClick(box(desk, "on_alarm"), Qt.Key.Key_Down)
    QTest.keyClick(box(desk, "wander"), Qt.Key.Key_End)

    assert desk.document.graph.dynamics == {"on_alarm": "pause", "wander": "off", "settings": {"stall_ticks": 20}}
    QTest.keyClick(box(desk, "on_alarm"), Qt.Key.Key_Up)
    desk.settle()
    desk.click("inspector.graph.dynamics.wander.reset")
    assert desk.document.graph.dynamics == {"settings": {"stall_ticks": 20}}, "what is not shown is not lost"


def test_what_is_written_as_the_default_is_shown_as_it(desk_of: Callable[..., Desk]) -> None:
    desk = unfolded(desk_of(GRAPH + "dynamics: {on_alarm: warn, stall: warn}\n"))
    assert box(desk, "on_alarm").currentText() == "say so and go on"
    assert box(desk, "stall").currentText() == "say so and go on"
    assert box(desk, "wander").findText("pause the run") < 0, "it is never more than said"
    assert box(desk, "stall").findText("pause the run") > 0


def test_in_a_subgraph_it_is_told_that_it_has_no_effect(desk_of: Callable[..., Desk]) -> None:
    desk = unfolded(desk_of(GRAPH))
    assert "no effect" not in desk.find(Note, "inspector.graph.dynamics.told").text()
    body = unfolded(desk_of(Document(Graph.from_text(GRAPH + BODY)), ("part",)))
    assert "no effect" in body.find(Note, "inspector.graph.dynamics.told").text()


@pytest.mark.parametrize(
    ("said", "name", "value", "after"),
    [
        ({}, "on_alarm", "stop", {"on_alarm": "stop"}),
        ({"settings": {}, "wander": "off"}, "on_alarm", "stop", {"on_alarm": "stop", "wander": "off", "settings": {}}),
        ({"on_alarm": "stop", "odd": 1}, "on_alarm", MISSING, {"odd": 1}),
        ({}, "stall", MISSING, {}),
    ],
)
def test_one_key_changes_and_the_others_stay(
    said: dict[str, Json], name: str, value: Json, after: dict[str, Json]
) -> None:
    changed = changed_dynamics(said, name, value)
    assert list(changed.items()) == list(after.items())


def test_a_folded_section_sums_up_what_is_said() -> None:
    assert summary({}) == ""
    assert summary({"on_alarm": "pause", "wander": "off", "settings": {}}) == "pause the run · wanders: do not look"
    assert summary({"stall": "off", "settings": {"mass": 2}}) == "stalls: do not look · 1 threshold of its own"
