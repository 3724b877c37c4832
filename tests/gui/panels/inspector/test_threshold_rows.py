"""The thresholds of a graph's alarms, set in the inspector: typed, stepped, bounded, undone and set back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget

from studio.dynamics.policy import read_policy
from studio.dynamics.settings import Settings
from studio.editing import Document
from studio.graph.model import Graph
from studio.gui.panels.inspector.param_row import LABEL_WIDTH
from studio.gui.panels.inspector.threshold_rows import GROUPS, ThresholdRow, changed_thresholds, threshold_fields
from studio.gui.widgets.labels import Link, Note
from studio.gui.widgets.section import Section
from studio.spec.fields import MISSING
from studio.support.values import Json
from tests.gui.panels.inspector.conftest import Desk
from tests.gui.panels.inspector.test_alarm_rows import GRAPH, unfolded

pytestmark = pytest.mark.gui


def opened(desk: Desk, group: str = "Stalling") -> Desk:
    """The section of alarms and one group of thresholds in it, unfolded by the mouse."""
    unfolded(desk)
    section = desk.find(Section, f"inspector.graph.thresholds.{group}")
    if not section.is_open:
        QTest.mouseClick(section.header, Qt.MouseButton.LeftButton)
    desk.settle()
    return desk


def row(desk: Desk, name: str) -> ThresholdRow:
    return desk.find(ThresholdRow, f"inspector.graph.threshold.{name}")


def line(desk: Desk, name: str) -> QLineEdit:
    found = row(desk, name).editor.focusProxy()
    assert isinstance(found, QLineEdit)
    return found


def typed(desk: Desk, name: str, text: str) -> None:
    box = line(desk, name)
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, text)
    desk.settle()


def settings(desk: Desk) -> Json:
    return desk.document.graph.dynamics.get("settings")


def test_every_threshold_has_its_row_in_one_group_with_a_name_that_fits(desk_of: Callable[..., Desk]) -> None:
    names = [name for group in GROUPS.values() for name in group]
    assert sorted(names) == sorted(one.name for one in fields(Settings))

    desk = desk_of(GRAPH)
    for group, members in GROUPS.items():
        opened(desk, group)
        for name, title in members.items():
            shown = row(desk, name)
            assert shown.label.accessibleName() == title
            strong = QFont(shown.label.font())
            strong.setBold(True)  # as one that is set is written
            assert QFontMetrics(strong).horizontalAdvance(title) <= LABEL_WIDTH, title
            assert line(desk, name).placeholderText() == f"{getattr(Settings(), name):g}"


def test_a_typed_threshold_is_written_counts_in_a_run_and_is_undone(desk_of: Callable[..., Desk]) -> None:
    desk = opened(desk_of(GRAPH))
    before = desk.document.graph.to_text()

    typed(desk, "stall_ticks", "25")
    QTest.keyClick(line(desk, "stall_ticks"), Qt.Key.Key_Return)

    assert settings(desk) == {"stall_ticks": 25}
    assert "\ndynamics:" in desk.document.graph.to_text()
    assert read_policy(desk.document.graph.dynamics).thresholds.stall_ticks == 25
    assert desk.labels == ["Set stall_ticks"], "two keys are one edit"
    desk.document.undo()
    desk.settle()
    assert desk.document.graph.to_text() == before
    assert line(desk, "stall_ticks").text() == ""
    desk.document.redo()
    desk.settle()
    assert line(desk, "stall_ticks").text() == "25"


def test_the_default_is_not_written_and_can_be_typed_through(desk_of: Callable[..., Desk]) -> None:
    desk = opened(desk_of(GRAPH + "dynamics: {on_alarm: pause, settings: {stall_ticks: 3}}\n"))
    box = line(desk, "stall_ticks")
    box.setFocus()
    box.selectAll()
    for text, written in (("1", {"stall_ticks": 1}), ("0", None), ("0", {"stall_ticks": 100})):
        QTest.keyClicks(box, text)
        desk.settle()
        assert settings(desk) == written
    assert box.text() == "100"

    QTest.keyClick(box, Qt.Key.Key_Backspace)
    desk.settle()
    assert (box.text(), settings(desk)) == ("10", None)
    assert row(desk, "stall_ticks").reset.isHidden()
    line(desk, "stall_busy_ticks").setFocus()
    desk.settle()
    assert (box.text(), box.placeholderText()) == ("", "10"), "left, a default is shown as one"
    assert desk.document.graph.dynamics == {"on_alarm": "pause"}


@pytest.mark.parametrize(
    ("group", "name", "text", "bound"),
    [
        ("Circling", "longest_period", "501", "at most 500"), ("Stalling", "stall_stop", "2.5", "a whole number"),
        pytest.param("Stalling", "stall_ticks", "0", "at least 1", marks=pytest.mark.thorough),
        pytest.param("Wandering", "wander_new", "1.5", "at most 1", marks=pytest.mark.thorough),
    ],
)  # fmt: skip
def test_what_lies_outside_of_the_range_is_refused_beside_the_field(
    desk_of: Callable[..., Desk], group: str, name: str, text: str, bound: str
) -> None:
    desk = opened(desk_of(GRAPH), group)
    box = line(desk, name)
    box.setFocus()
    box.selectAll()
    box.insert("")
    for sign in text:
        QTest.keyClicks(box, sign)
    desk.settle()

    assert bound in row(desk, name).told.text()
    written = settings(desk)
    assert not isinstance(written, dict) or written.get(name) != float(text)
    typed(desk, name, "7" if threshold_fields()[name].type == "integer" else "0.7")
    assert row(desk, name).told.isHidden()
    assert settings(desk) == {name: 7 if threshold_fields()[name].type == "integer" else 0.7}


def test_the_bounds_themselves_belong_to_the_range(desk_of: Callable[..., Desk]) -> None:
    desk = opened(desk_of(GRAPH), "Circling")
    typed(desk, "longest_period", "500")
    assert settings(desk) == {"longest_period": 500}
    QTest.mouseClick(desk.find(QWidget, "more", row(desk, "longest_period")), Qt.MouseButton.LeftButton)
    desk.settle()
    assert settings(desk) == {"longest_period": 500}, "a step goes no further"
    QTest.keyClick(line(desk, "longest_period"), Qt.Key.Key_Down)
    assert settings(desk) == {"longest_period": 499}


def test_one_threshold_and_all_are_set_back(desk_of: Callable[..., Desk]) -> None:
    said = "dynamics: {wander: 'off', settings: {stall_ticks: 20, mass: 2, stall_stop: 5}}\n"
    desk = opened(desk_of(GRAPH + said))
    desk.click("inspector.graph.threshold.stall_stop.reset")
    assert settings(desk) == {"stall_ticks": 20, "mass": 2}

    desk.click("inspector.graph.thresholds.reset")
    assert desk.document.graph.dynamics == {"wander": "off"}
    assert desk.inspector.findChild(Link, "inspector.graph.thresholds.reset").isHidden()
    desk.document.undo()
    desk.settle()
    assert settings(desk) == {"stall_ticks": 20, "mass": 2}
    assert line(desk, "stall_ticks").text() == "20"


def test_a_folded_group_says_what_is_set_in_it(desk_of: Callable[..., Desk]) -> None:
    desk = unfolded(desk_of(GRAPH + "dynamics: {settings: {known_stop: 0.9, mass: 2}}\n"))
    told = {group: desk.find(Section, f"inspector.graph.thresholds.{group}").header.summary for group in GROUPS}

    assert {group: text for group, text in told.items() if text} == {
        "Saying the same": "mass 2", "Circling": "known_stop 0.9"
    }  # fmt: skip
    opened(desk, "Circling")
    assert desk.find(Section, "inspector.graph.thresholds.Circling").header.summary == ""


def test_what_is_set_wrongly_in_a_graph_is_told_and_neither_hidden_nor_lost(desk_of: Callable[..., Desk]) -> None:
    graph = Graph.from_text(GRAPH)
    graph.dynamics = {"settings": {"stal_ticks": 5, "stall_ticks": "many"}}  # a script can make one like this
    desk = opened(desk_of(Document(graph)))

    assert "stal_ticks 5" in desk.find(Note, "inspector.graph.thresholds.unknown").text()
    typed(desk, "stall_stop", "5")
    assert "stal_ticks" in row(desk, "stall_stop").told.text(), "nothing is changed while a part of it is refused"
    assert settings(desk) == {"stal_ticks": 5, "stall_ticks": "many"}
    desk.click("inspector.graph.thresholds.reset")
    assert desk.document.graph.dynamics == {}


@pytest.mark.parametrize(
    ("said", "value", "after"),
    [
        ({}, 20, {"mass": 20}),
        ({}, 4, MISSING),
        ({"settings": {"mass": 9}}, 4, MISSING),
        ({"settings": {"mass": 9, "kept": 500}}, MISSING, {"kept": 500}),
        ({"settings": {"kept": 500, "mass": 9, "odd": 1}}, 5, {"kept": 500, "mass": 5, "odd": 1}),
        ({"settings": "nonsense"}, 5, {"mass": 5}),
    ],
)
def test_one_threshold_changes_and_only_what_differs_is_written(
    said: dict[str, Json], value: Json, after: Json
) -> None:
    assert changed_thresholds(said, "mass", value) == after
