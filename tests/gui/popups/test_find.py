"""The find bar: hits in all subgraphs, marked and walked through."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from studio.gui.popups.find import FindBar
from tests.gui.canvas.graphs import BODIES, CHAIN
from tests.gui.desk import Desk
from tests.gui.support import Mod, assert_view_equals_document

CTRL, SHIFT = Mod.ControlModifier, Mod.ShiftModifier


def search(desk: Desk, text: str) -> FindBar:
    """Open the bar by key and type."""
    desk.press(Qt.Key.Key_F, CTRL)
    bar = desk.popups.finding
    assert bar.isVisible()
    assert bar.field.hasFocus()
    desk.type(text)
    bar.search()
    return bar


def test_hits_are_counted_listed_and_marked(desk: Desk) -> None:
    canvas = desk.open(CHAIN)

    bar = search(desk, "draft")

    assert bar.count.text() == "2"
    assert [row.title for row in bar.model.rows] == ["Judge: {draft}", "writer.text -> critic.draft"]
    assert canvas.highlighted[0] == frozenset({"critic"})
    assert len(canvas.highlighted[1]) == 1


def test_the_search_follows_typing_without_a_key(desk: Desk, qtbot: Any) -> None:
    desk.open(CHAIN)
    desk.press(Qt.Key.Key_F, CTRL)
    desk.type("critic")

    qtbot.waitUntil(lambda: bool(desk.popups.finding.found.hits))


def test_enter_walks_and_the_bar_keeps_the_keyboard(desk: Desk) -> None:
    canvas = desk.open(CHAIN)
    bar = search(desk, "critic")
    count = len(bar.found.hits)
    assert count >= 2

    desk.press(Qt.Key.Key_Return)
    assert bar.count.text() == f"1 of {count}"
    assert canvas.selected() == ["critic"]
    assert bar.field.hasFocus()
    desk.press(Qt.Key.Key_Return, SHIFT)
    assert bar.count.text() == f"{count} of {count}", "back from the first is the last"
    desk.press(Qt.Key.Key_Down)
    assert bar.count.text() == f"1 of {count}"


def test_f3_goes_on_after_the_bar_was_closed(desk: Desk) -> None:
    canvas = desk.open(CHAIN)
    search(desk, "Write about")
    desk.press(Qt.Key.Key_Escape)
    assert not desk.popups.finding.isVisible()
    assert canvas.view.hasFocus()
    assert canvas.highlighted == (frozenset(), frozenset()), "marks go with the bar"

    desk.press(Qt.Key.Key_F3)

    assert canvas.selected() == ["writer"]
    assert canvas.view.hasFocus()


def test_a_hit_in_a_subgraph_is_shown_there(desk: Desk) -> None:
    desk.open(BODIES)
    bar = search(desk, "n * 2")

    desk.press(Qt.Key.Key_Return)

    assert desk.canvas.at == ("double",)
    assert desk.canvas.selected() == ["sum"]
    assert bar.isVisible()
    assert bar.field.hasFocus()
    assert "sum" in desk.canvas.highlighted[0], "marks are on the canvas that is shown now"


def test_an_edit_makes_the_bar_search_again(desk: Desk, qtbot: Any) -> None:
    desk.open(CHAIN)
    bar = search(desk, "result")
    before = len(bar.found.hits)
    assert before > 0

    desk.canvas.select(["result"])
    desk.canvas.delete_selection()

    qtbot.waitUntil(lambda: len(bar.found.hits) < before)
    assert_view_equals_document(desk.canvas)


def test_nothing_found_and_a_wrong_pattern_are_told(desk: Desk) -> None:
    desk.open(CHAIN)
    bar = search(desk, "qqq")
    assert bar.count.text() == "None"
    assert bar.property("wrong") == "true"
    desk.press(Qt.Key.Key_Return)
    assert "nowhere" in desk.said[-1][0]

    bar.field.setText("(")
    QTest.mouseClick(bar.regex, Qt.MouseButton.LeftButton)

    assert bar.count.text() == "Not usable"
    assert bar.count.toolTip()
    bar.field.setText("wr.t")
    bar.search()
    assert bar.found.hits


def test_a_click_on_a_hit_goes_there(desk: Desk) -> None:
    canvas = desk.open(CHAIN)
    bar = search(desk, "result")
    index = bar.model.index(0, 0)

    QTest.mouseClick(bar.list.viewport(), Qt.MouseButton.LeftButton, pos=bar.list.visualRect(index).center())

    assert canvas.selected() == ["result"]


def test_the_bar_lies_over_the_canvas_and_inside_the_window(desk: Desk, qtbot: Any) -> None:
    desk.open(CHAIN)
    bar = search(desk, "a")
    assert desk.window.rect().contains(bar.geometry())

    desk.window.resize(720, 500)

    qtbot.waitUntil(lambda: desk.window.rect().contains(bar.geometry()))


def test_hostile_and_endless_texts_are_shown_as_they_are(desk: Desk) -> None:
    long = "needle <img src=x> " * 20_000
    desk.open(CHAIN.replace("tide pools", f'"{long}"'))

    bar = search(desk, "needle")

    assert bar.found.more
    assert all(len(row.title) < 400 for row in bar.model.rows)
    bar.grab()


def test_f3_before_anything_was_searched_asks_what_for(desk: Desk) -> None:
    desk.open(CHAIN)

    desk.press(Qt.Key.Key_F3)

    assert desk.popups.finding.isVisible()
    assert desk.popups.finding.field.hasFocus()
