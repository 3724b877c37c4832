"""Menus at a point: of nodes, wires, ports, frames and of the empty canvas."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from shiboken6 import isValid

from studio.editing.placing import annotations as notes
from studio.graph.frames import frames
from studio.gui.base.action import all_actions
from tests.gui.canvas.graphs import CHAIN, LOOP, NOTED
from tests.gui.desk import Desk
from tests.gui.support import (
    Mod,
    assert_view_equals_document,
    edges_of,
    empty_place,
    head_of,
    on_view,
    on_wire,
    port_of,
    wire_of,
)

TWICE = LOOP.replace(
    "  - critic.label ~>", "  - critic.label -> result.value\n  - writer.text -> result.value\n  - critic.label ~>"
).replace("  - writer.text -> result.value\nlayout", "layout")


def menu_at(desk: Desk, at: QPoint) -> QMenu:
    """Ask for the menu with the right button, as the window system reports it."""
    port = desk.canvas.view.viewport()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, port.mapToGlobal(at))
    QApplication.sendEvent(port, event)
    menu = desk.popups.menu
    assert menu is not None
    assert menu.isVisible()
    return menu


def entries(menu: QMenu) -> list[str]:
    return [action.text().partition("\t")[0] for action in menu.actions() if not action.isSeparator()]


def entry(menu: QMenu, title: str) -> QAction:
    return next(action for action in menu.actions() if action.text().partition("\t")[0] == title)


def choose(desk: Desk, menu: QMenu, title: str) -> None:
    """Choose an entry by keyboard, as people do: walk to it and press Enter."""
    action = entry(menu, title)
    assert action.isEnabled(), title
    menu.setActiveAction(action)
    desk.press(Qt.Key.Key_Return, widget=menu)
    assert desk.popups.menu is None, "a menu goes when it has been used"


def test_the_menu_of_a_node_selects_it_and_acts_on_it(desk: Desk) -> None:
    canvas = desk.open(CHAIN)
    desk.choose("topic")

    menu = menu_at(desk, head_of(canvas, "writer"))

    assert canvas.selected() == ["writer"]
    assert {"Rename…", "Copy", "Delete", "Knock Out", "Make Subgraph…", "Frame Selection", "Fires"} <= set(
        entries(menu)
    )
    choose(desk, menu, "Delete")
    assert "writer" not in desk.graph.nodes
    assert desk.labels == ["Delete node writer"]
    desk.check()


def test_the_right_button_and_the_menu_key_open_it(desk: Desk) -> None:
    canvas = desk.open(CHAIN)
    handle = desk.window.windowHandle()
    at = canvas.view.viewport().mapTo(desk.window, head_of(canvas, "writer"))

    QTest.mouseClick(handle, Qt.MouseButton.RightButton, Mod.NoModifier, at)
    QApplication.processEvents()
    assert canvas.selected() == ["writer"]
    menu = desk.popups.menu
    assert menu is not None
    assert "Rename…" in entries(menu)
    QTest.keyClick(menu, Qt.Key.Key_Escape)
    QApplication.processEvents()
    assert desk.popups.menu is None
    canvas.setFocus()
    middle = canvas.view.rect().center()
    # Qt makes this of the menu key on a desktop; without one it has to be sent.
    asked = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, middle, canvas.view.mapToGlobal(middle))
    QApplication.sendEvent(desk.window.focusWidget() or desk.window, asked)

    menu = desk.popups.menu
    assert menu is not None
    assert "Rename…" in entries(menu), "it is about what is selected"
    choose(desk, menu, "Delete")
    assert "writer" not in desk.graph.nodes


def test_a_second_menu_stays_open_when_the_first_is_gone(desk: Desk) -> None:
    canvas = desk.open(CHAIN)
    first = menu_at(desk, head_of(canvas, "writer"))
    first.close()

    menu = menu_at(desk, head_of(canvas, "writer"))
    QApplication.processEvents()

    assert menu.isVisible()
    menu.close()
    QApplication.processEvents()
    assert [isValid(one) for one in (first, menu)] == [False, False], "none is kept"  # type: ignore[no-untyped-call]


def test_several_selected_stay_selected(desk: Desk) -> None:
    canvas = desk.open(CHAIN)
    desk.choose("writer", "topic")

    menu = menu_at(desk, head_of(canvas, "writer"))

    assert canvas.selected() == ["topic", "writer"]
    assert not entry(menu, "Rename…").isEnabled()
    choose(desk, menu, "Knock Out")
    assert desk.graph.nodes["topic"].knockout is True


def test_entries_are_the_actions_with_their_keys(desk: Desk) -> None:
    canvas = desk.open(CHAIN)
    menu = menu_at(desk, head_of(canvas, "writer"))

    for action in menu.actions():
        if action.objectName() in all_actions():
            keys = all_actions()[action.objectName()].keys
            assert action.text().partition("\t")[2] == (keys[0] if keys else "")
    menu.close()


def test_a_submenu_shows_what_is_set(desk: Desk) -> None:
    canvas = desk.open(CHAIN)
    menu = menu_at(desk, head_of(canvas, "writer"))
    fires = entry(menu, "Fires").menu()
    assert isinstance(fires, QMenu)

    assert entry(fires, "As Its Type Says").isChecked()
    entry(fires, "Every Tick").trigger()

    assert desk.graph.nodes["writer"].fires == "every_tick"
    menu.close()


def test_the_menu_of_the_empty_canvas_adds_there(desk: Desk) -> None:
    canvas = desk.open(CHAIN)
    desk.choose()
    at = empty_place(canvas)

    menu = menu_at(desk, at)
    choose(desk, menu, "Add Node…")
    assert desk.popups.adding.picker.isVisible()
    desk.type("stop")
    desk.press(Qt.Key.Key_Return)
    assert "stop" in desk.graph.nodes

    desk.choose()
    menu = menu_at(desk, empty_place(canvas))
    choose(desk, menu, "Add Comment")
    assert len(notes.comments(desk.graph)) == 1
    assert_view_equals_document(canvas)


def test_the_menu_of_a_wire_leads_and_cuts_it(desk: Desk) -> None:
    canvas = desk.open(CHAIN)
    edge = "writer.text -> critic.draft"
    menu = menu_at(desk, on_wire(canvas, edge))

    choose(desk, menu, "Add Reroute Point")
    assert len(notes.points(desk.graph)[edge]) == 1
    desk.check()
    handle = wire_of(canvas, edge).handles[0]
    menu = menu_at(desk, on_view(canvas, handle))
    assert "Remove Reroute Point" in entries(menu)
    choose(desk, menu, "Cut Wires")

    assert edge not in edges_of(canvas)
    assert not notes.points(desk.graph)
    desk.check()


def test_a_node_is_put_into_a_wire_by_name(desk: Desk) -> None:
    canvas = desk.open(CHAIN)
    menu = menu_at(desk, on_wire(canvas, "writer.text -> critic.draft"))

    choose(desk, menu, "Insert Node on Wire…")
    picker = desk.popups.adding.picker
    assert picker.head.text().startswith("writer.text → ")
    assert picker.head.text().endswith(" → critic.draft")
    assert "Stop" not in [row.title for row in picker.model.rows], "what gives nothing cannot stand in a wire"
    desk.type("template")
    desk.press(Qt.Key.Key_Return)

    assert "writer.text -> critic.draft" not in edges_of(canvas)
    assert any(one.startswith("writer.text -> template.") for one in edges_of(canvas))
    assert "template.text -> critic.draft" in edges_of(canvas)
    assert len(desk.labels) == 1
    desk.check()


def test_a_wire_becomes_feedback_from_its_menu(desk: Desk) -> None:
    canvas = desk.open(CHAIN)
    menu = menu_at(desk, on_wire(canvas, "writer.text -> critic.draft"))

    choose(desk, menu, "Deliver at the Next Tick")

    assert "writer.text ~> critic.draft" in edges_of(canvas)
    desk.check()
    menu = menu_at(desk, on_wire(canvas, "writer.text ~> critic.draft", 0.4))
    assert entry(menu, "Deliver at the Next Tick").isChecked()
    choose(desk, menu, "Keep the Last Value")
    assert desk.graph.edges[1].hold
    desk.check()


def test_the_first_of_several_wires_is_chosen(desk: Desk) -> None:
    canvas = desk.open(TWICE)
    before = [edge for edge in edges_of(canvas) if edge.endswith("result.value")]
    assert before == ["critic.label -> result.value", "writer.text -> result.value"]
    menu = menu_at(desk, port_of(canvas, "result.value", "in"))
    first = entry(menu, "Take First").menu()
    assert isinstance(first, QMenu)
    assert not entry(first, "1. critic.label").isEnabled()

    entry(first, "2. writer.text").trigger()

    assert [edge for edge in edges_of(canvas) if edge.endswith("result.value")] == before[::-1]
    assert desk.labels == ["Take writer first at result"]
    menu.close()
    desk.check()


def test_the_menu_of_a_port_cuts_and_renames(desk: Desk) -> None:
    canvas = desk.open(CHAIN)
    menu = menu_at(desk, port_of(canvas, "writer.topic", "in"))

    choose(desk, menu, "Rename Port…")
    desk.type("theme")
    desk.press(Qt.Key.Key_Return)
    assert edges_of(canvas)[0] == "topic.value -> writer.theme"
    assert "{theme}" in str(desk.graph.nodes["writer"].params["instructions"])
    desk.check()

    menu = menu_at(desk, port_of(canvas, "writer.theme", "in"))
    choose(desk, menu, "Cut Wire")
    assert edges_of(canvas) == ["writer.text -> critic.draft"]
    desk.check()


def test_a_port_offers_what_fits_it(desk: Desk) -> None:
    canvas = desk.open(CHAIN)
    menu = menu_at(desk, port_of(canvas, "critic.label", "out"))

    choose(desk, menu, "Add Node to This Port…")
    desk.press(Qt.Key.Key_Return)

    assert edges_of(canvas)[-1] == "critic.label -> switch.value"
    desk.check()


def test_a_frame_gets_a_colour_and_selects_what_is_in_it(desk: Desk) -> None:
    canvas = desk.open(NOTED)
    area = canvas.notes.frames[0].area()
    at = on_view(canvas, area.topLeft())
    menu = menu_at(desk, at + QPoint(60, 10))
    colours = entry(menu, "Colour").menu()
    assert isinstance(colours, QMenu)
    assert entry(colours, "Blue").isChecked()

    entry(colours, "Green").trigger()
    assert frames(desk.graph)[0].colour == "green"
    desk.check()
    menu.close()
    choose(desk, menu_at(desk, at + QPoint(60, 10)), "Select Contents")

    assert canvas.selected() == ["a", "b"]


@pytest.mark.parametrize("name", ["<b>x</b> & co", pytest.param("\u202eevil", marks=pytest.mark.thorough), "x" * 5000])
def test_names_from_the_graph_are_plain_in_menus(desk: Desk, name: str) -> None:
    from dataclasses import replace

    canvas = desk.open(CHAIN)
    edge = replace(desk.graph.edges[1], source_port=name.replace(" ", "_").replace(".", "_"))
    from studio.editing import ReplaceEdge

    desk.document.do("Break", [ReplaceEdge((), 1, edge)])
    QApplication.processEvents()
    menu = menu_at(desk, port_of(canvas, "critic.draft", "in"))

    assert all(len(text) < 200 for text in entries(menu))
    menu.grab()
    menu.close()
