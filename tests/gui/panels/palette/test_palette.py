"""The palette: found by words, read about, added by key, double click and drag."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTreeWidgetItem

from studio.editing.carrying import subgraphs
from studio.editing.offering.catalogue import TypeEntry, catalogue
from studio.gui.edits.adding import MIME, STORE_KINDS, mime
from studio.gui.panels.palette.panel import DECLARE, LOCAL, Palette, StoreEntry
from studio.gui.panels.palette.type_help import help_html
from studio.gui.workbench import Workbench
from tests.gui.canvas.graphs import BODIES, CHAIN
from tests.gui.desk import Desk
from tests.gui.support import NONE, assert_view_equals_document, empty_place


@pytest.fixture
def palette(desk: Desk, qtbot: Any) -> Palette:
    found = desk.window.panel("palette")
    assert isinstance(found, Palette)
    qtbot.waitUntil(lambda: found.tree.topLevelItemCount() > 0)
    return found


def titles(palette: Palette) -> list[str]:
    """Return the titles of what can be added, as they stand."""
    return [item.text(0) for item in palette.tree.entries()]


def headings(palette: Palette) -> list[str]:
    items = (palette.tree.topLevelItem(n) for n in range(palette.tree.topLevelItemCount()))
    return [item.text(0) for item in items if item is not None and item.childCount()]


def item_of(palette: Palette, title: str) -> QTreeWidgetItem:
    return next(item for item in palette.tree.entries() if item.text(0) == title)


def middle(palette: Palette, item: QTreeWidgetItem) -> QPoint:
    palette.tree.scrollToItem(item)
    return palette.tree.visualItemRect(item).center()


def drop(desk: Desk, data: QMimeData, at: QPoint) -> bool:
    """Drop something on the canvas; return whether it was taken."""
    port = desk.canvas.view.viewport()
    action, button = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    enter = QDragEnterEvent(at, action, data, button, NONE)
    QApplication.sendEvent(port, enter)
    event = QDropEvent(QPointF(at), action, data, button, NONE)
    QApplication.sendEvent(port, event)
    QApplication.processEvents()
    return enter.isAccepted() and event.isAccepted()


def test_the_palette_is_filled_when_it_is_seen_not_before(qtbot: Any, workbench: Workbench) -> None:
    palette = Palette(workbench)
    qtbot.addWidget(palette)
    assert palette.tree.topLevelItemCount() == 0

    palette.show()

    assert palette.tree.topLevelItemCount() == 0, "the window is painted first"
    qtbot.waitUntil(lambda: palette.tree.topLevelItemCount() > 0)
    assert headings(palette)[:2] == ["Flow", "Models"]
    assert headings(palette)[-1] == DECLARE
    assert len(titles(palette)) == len(catalogue(workbench.registry)) + len(STORE_KINDS)


def test_typing_filters_and_enter_adds_in_the_middle(desk: Desk, palette: Palette) -> None:
    canvas = desk.open(CHAIN)
    palette.field.setFocus()
    desk.type("classify")

    assert titles(palette)[:2] == ["Model function", "Decide"] or titles(palette)[0] == "Decide"
    assert "Delay" not in titles(palette)
    palette.tree.setCurrentItem(item_of(palette, "Decide"))
    desk.press(Qt.Key.Key_Return)

    assert desk.labels == ["Add Decide"]
    assert canvas.selected() == ["decide"]
    assert desk.graph.nodes["decide"].params["labels"] == ["yes", "no"]
    assert canvas.view.hasFocus(), "one goes on on the canvas"
    assert "decide" in canvas.visible_nodes()
    desk.check()


def test_arrows_walk_and_escape_clears_then_leaves(desk: Desk, palette: Palette) -> None:
    canvas = desk.open(CHAIN)
    palette.field.setFocus()
    desk.type("store")
    first = palette.tree.currentItem()
    desk.press(Qt.Key.Key_Down)
    second = palette.tree.currentItem()
    assert second is not first
    desk.press(Qt.Key.Key_Up)
    assert palette.tree.currentItem() is first

    desk.press(Qt.Key.Key_Escape)

    assert palette.field.text() == ""
    assert "Flow" in headings(palette)
    assert palette.field.hasFocus()
    desk.press(Qt.Key.Key_Escape)
    assert canvas.view.hasFocus()
    assert not desk.labels


def test_a_double_click_adds_and_does_not_cover_others(desk: Desk, palette: Palette) -> None:
    desk.open(CHAIN)
    item = item_of(palette, "Switch")

    for _ in range(2):
        at = middle(palette, item)
        QTest.mouseClick(palette.tree.viewport(), Qt.MouseButton.LeftButton, NONE, at)
        QTest.mouseDClick(palette.tree.viewport(), Qt.MouseButton.LeftButton, NONE, at)

    assert desk.labels == ["Add Switch", "Add Switch"]
    cards = desk.canvas.projection.cards
    assert not cards["switch"].body_rect().intersects(cards["switch_2"].body_rect())
    assert_view_equals_document(desk.canvas)


def test_a_click_on_a_category_folds_it_and_that_stays(desk: Desk, palette: Palette) -> None:
    flow = palette.tree.topLevelItem(0)
    assert flow is not None
    assert flow.isExpanded()
    QTest.mouseClick(palette.tree.viewport(), Qt.MouseButton.LeftButton, NONE, middle(palette, flow))
    assert not flow.isExpanded()

    palette.field.setFocus()
    desk.type("switch")
    desk.press(Qt.Key.Key_Escape)

    flow = palette.tree.topLevelItem(0)
    assert flow is not None
    assert not flow.isExpanded()


def test_the_help_tells_ports_and_params_of_what_is_pointed_at(desk: Desk, palette: Palette) -> None:
    palette.tree.setCurrentItem(item_of(palette, "Switch"))

    text = palette.help.toPlainText()

    assert "flow.switch" in text
    assert "cases" in text
    assert "pure" in text
    palette.tree.itemEntered.emit(item_of(palette, "Decide"), 0)
    assert "llm.function · decide" in palette.help.toPlainText()


def test_markup_in_a_declaration_stays_text(workbench: Workbench) -> None:
    entry = catalogue(workbench.registry)[0]
    hostile = replace(entry, title="<img src=x>", summary="<b>bold</b>", help="<script>1</script>\n\n`a<b`", preset="p")

    html = help_html(hostile, workbench.registry)

    assert "<img" not in html
    assert "<script" not in html
    assert "&lt;b&gt;bold" in html
    assert "<code>a&lt;b</code>" in html, "only what Markdown means is markup"


def test_what_is_dragged_out_is_added_where_it_falls(desk: Desk, palette: Palette) -> None:
    canvas = desk.open(CHAIN)
    entry = item_of(palette, "Decide").data(0, 256).value
    assert isinstance(entry, TypeEntry)
    data = mime(entry.key)
    assert bytes(data.data(MIME).data()) == b"llm.function:decide"
    at = empty_place(canvas)

    assert drop(desk, data, at)

    place = canvas.view.scene_at(QPointF(at))
    x, y = desk.graph.layout["decide"]
    assert abs(x - place.x()) <= 10
    assert abs(y - place.y()) <= 10
    assert desk.graph.nodes["decide"].params["labels"] == ["yes", "no"]
    assert canvas.selected() == ["decide"]
    desk.check()


def test_a_subgraph_is_offered_and_dropped_as_a_node_that_runs_it(desk: Desk, palette: Palette) -> None:
    canvas = desk.open(BODIES)
    palette.refresh()
    assert headings(palette)[0] == LOCAL
    entry = item_of(palette, "double").data(0, 256).value

    assert drop(desk, mime(entry.key), empty_place(canvas))

    added = desk.graph.nodes[canvas.selected()[0]]
    assert (added.type, added.params) == ("flow.subgraph", {"graph": "double"})
    desk.check()


def test_the_offer_follows_the_document(desk: Desk, palette: Palette, qtbot: Any) -> None:
    desk.open(CHAIN)
    palette.refresh()
    assert LOCAL not in headings(palette)

    desk.document.do("Make subgraph", subgraphs.make_subgraph(desk.document, (), ["critic"], "judge"))

    qtbot.waitUntil(lambda: LOCAL in headings(palette))
    assert "judge" in titles(palette)
    desk.document.undo()
    qtbot.waitUntil(lambda: LOCAL not in headings(palette))


def test_a_store_is_declared(desk: Desk, palette: Palette) -> None:
    desk.open(CHAIN)
    palette.tree.setCurrentItem(item_of(palette, "Queue store"))
    palette.tree.setFocus()
    desk.press(Qt.Key.Key_Return)

    assert isinstance(item_of(palette, "Queue store").data(0, 256).value, StoreEntry)
    assert desk.graph.stores["tasks"].type == "queue"
    assert desk.labels == ["Declare store tasks"]
    assert "tasks" in desk.said[-1][0]
    desk.document.undo()
    assert not desk.graph.stores


def test_without_a_graph_nothing_is_added_and_that_is_said(desk: Desk, palette: Palette) -> None:
    palette.tree.setCurrentItem(item_of(palette, "Switch"))
    palette.tree.setFocus()
    desk.press(Qt.Key.Key_Return)

    assert "Open or make a graph" in desk.said[-1][0]


def test_a_drop_of_something_unknown_is_refused_in_words(desk: Desk) -> None:
    canvas = desk.open(CHAIN)
    for key in ("", "no.such.type", "store:nonsense", "\x00\ufffd", "llm.function:nothing"):
        desk.said.clear()

        drop(desk, mime(key), empty_place(canvas))

        assert desk.said[-1][1] == "error", key
        assert not desk.labels, key
        assert_view_equals_document(canvas)


def test_words_that_name_no_node_get_advice(desk: Desk, palette: Palette) -> None:
    palette.field.setFocus()
    desk.type("qqqqzz")

    assert not titles(palette)
    assert "qqqqzz" in palette.help.toPlainText()
