"""Looking at a graph: zoom, pan, fit, map, words under the mouse, menus, theme, and what keys and double clicks ask."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QContextMenuEvent, QDropEvent, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.gui.canvas import NODE_MIME, Canvas
from studio.gui.canvas.paper import LEAST, MOST
from studio.gui.canvas.state import NodeState
from studio.gui.canvas.tips import tip_of
from studio.gui.theme import apply_theme
from studio.gui.workbench import Workbench
from tests.gui.canvas.graphs import BODIES, CHAIN, LOOP, NOTED
from tests.gui.support import (
    Button,
    Mod,
    assert_view_equals_document,
    double_click,
    drag,
    empty_place,
    head_of,
    key,
    on_view,
    on_wire,
    open_canvas,
    port_of,
    wheel,
    wire_of,
)


def test_the_wheel_zooms_to_the_mouse_within_limits(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)
    at = head_of(canvas, "critic")
    point = canvas.view.scene_at(QPointF(at))

    wheel(canvas, at, 3)
    assert canvas.view.zoom > 1.3
    off = canvas.view.scene_at(QPointF(at)) - point
    assert max(abs(off.x()), abs(off.y())) < 2
    wheel(canvas, at, 100)
    assert canvas.view.zoom == MOST
    wheel(canvas, at, -200)

    assert canvas.view.zoom == LEAST


def test_shift_and_wheel_moves_sideways(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)
    before = canvas.scene_center()

    wheel(canvas, QPoint(50, 50), -1, Mod.ShiftModifier)

    after = canvas.scene_center()
    assert after[0] > before[0]
    assert after[1] == before[1]
    assert canvas.view.zoom == 1.0


def test_the_middle_button_and_space_pan(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)
    before = canvas.scene_center()
    at = head_of(canvas, "writer")

    drag(canvas, at, at + QPoint(100, 40), button=Button.MiddleButton)
    assert canvas.scene_center() == (before[0] - 100, before[1] - 40)
    QTest.keyPress(canvas.view, Qt.Key.Key_Space)
    drag(canvas, at, at + QPoint(-100, -40))
    QTest.keyRelease(canvas.view, Qt.Key.Key_Space)

    assert canvas.scene_center() == before
    assert canvas.document.history.labels == []
    assert canvas.selected() == []


def test_fitting_shows_everything_and_the_selection(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN, size=(500, 400))
    assert len(canvas.visible_nodes()) < 4

    key(canvas, Qt.Key.Key_Home)
    assert canvas.visible_nodes() == ["topic", "writer", "critic", "result"]
    canvas.select(["result"])
    key(canvas, Qt.Key.Key_F)

    assert canvas.view.zoom == pytest.approx(1.4)
    assert "topic" not in canvas.visible_nodes()
    middle = canvas.projection.cards["result"].body_rect().center()
    assert canvas.scene_center() == pytest.approx((middle.x(), middle.y()), abs=2)


def test_resizing_keeps_the_scale_and_the_middle(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)
    canvas.view.zoom_to(0.7)
    before = canvas.scene_center()

    canvas.resize(800, 500)
    QApplication.processEvents()

    assert canvas.view.zoom == pytest.approx(0.7)
    assert canvas.scene_center() == pytest.approx(before, abs=3)


def test_revealing_moves_only_if_it_must(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)
    before = canvas.scene_center()

    canvas.reveal("writer")
    assert canvas.scene_center() == before
    canvas.view.pan(QPointF(3000, 0))
    canvas.reveal("writer")

    assert "writer" in canvas.visible_nodes()


def test_the_map_is_clicked_and_dragged(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)
    canvas.grab()
    area = canvas.minimap.geometry()

    drag(canvas, area.center(), area.bottomRight() - QPoint(6, 6))
    there = canvas.scene_center()
    drag(canvas, area.center(), area.topLeft() + QPoint(6, 6))

    assert there[0] > canvas.scene_center()[0] + 200
    assert canvas.selected() == []
    canvas.set_minimap(False)
    assert not canvas.minimap.isVisible()
    drag(canvas, area.center(), area.topLeft() + QPoint(6, 6))
    assert not canvas.view.gesture


# -- asking --------------------------------------------------------------------------------------


def test_tab_and_a_double_click_on_nothing_ask_for_a_module(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)
    told: list[QPointF] = []
    canvas.placeRequested.connect(lambda scene, screen: told.append(scene))

    double_click(canvas, empty_place(canvas))
    key(canvas, Qt.Key.Key_Tab)

    assert told[0] == canvas.view.scene_at(QPointF(empty_place(canvas)))
    assert len(told) == 2
    assert canvas.focusWidget() is canvas.view, "Tab stays in the canvas"


def test_regions_open_and_other_nodes_are_activated(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, BODIES)
    told: list[tuple[str, str]] = []
    canvas.bodyOpened.connect(lambda name: told.append(("body", name)))
    canvas.nodeActivated.connect(lambda name: told.append(("node", name)))

    double_click(canvas, head_of(canvas, "each"))
    double_click(canvas, head_of(canvas, "start"))
    canvas.select(["each"])
    key(canvas, Qt.Key.Key_Return)

    assert told == [("body", "each"), ("node", "start"), ("body", "each")]


def test_a_menu_is_asked_for_what_is_there_which_gets_selected(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)
    told: list[Any] = []
    canvas.contextRequested.connect(lambda screen, target: told.append(target))
    port = canvas.view.viewport()

    for at in (head_of(canvas, "writer"), on_wire(canvas, "writer.text -> critic.draft"), empty_place(canvas)):
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, port.mapToGlobal(at))
        QApplication.sendEvent(port, event)

    assert [target and target.kind for target in told] == ["node", "wire", None]
    assert told[0].node == "writer"
    assert [str(edge) for edge in canvas.selected_edges()] == ["writer.text -> critic.draft"]


def test_titles_and_comments_are_written_in_place(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, NOTED)

    double_click(canvas, on_view(canvas, canvas.notes.frames[0].title_rect().center()))
    assert canvas.inline.isVisible()
    QTest.keyClicks(canvas.inline, "Second <b>draft</b>")
    QTest.keyClick(canvas.inline, Qt.Key.Key_Return)
    assert canvas.document.graph.layout["/frames"][0]["title"] == "Second <b>draft</b>"
    double_click(canvas, on_view(canvas, canvas.notes.comments[0].area().center()))
    QTest.keyClicks(canvas.inline, "Because.")
    QTest.keyClick(canvas.inline, Qt.Key.Key_Return, Mod.ControlModifier)
    assert canvas.document.graph.layout["/comments"][0]["text"] == "Because."
    double_click(canvas, on_view(canvas, canvas.notes.comments[0].area().center()))
    QTest.keyClicks(canvas.inline, "Never mind")
    QTest.keyClick(canvas.inline, Qt.Key.Key_Escape)

    assert canvas.document.graph.layout["/comments"][0]["text"] == "Because."
    assert canvas.document.history.labels == ["Rename frame", "Edit comment"]
    assert_view_equals_document(canvas)


def test_writing_ends_with_a_press_elsewhere_and_is_kept(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, NOTED)
    double_click(canvas, on_view(canvas, canvas.notes.comments[0].area().center()))
    QTest.keyClicks(canvas.inline, "Kept")

    drag(canvas, empty_place(canvas), empty_place(canvas))

    assert canvas.document.graph.layout["/comments"][0]["text"] == "Kept"
    assert not canvas.inline.isVisible()


# -- drops ---------------------------------------------------------------------------------------


def _drop(canvas: Canvas, mime: QMimeData, at: QPoint) -> bool:
    event = QDropEvent(
        QPointF(at), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    canvas.view.dropEvent(event)
    return event.isAccepted()


def test_a_type_from_the_palette_becomes_a_node_where_it_is_dropped(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)
    at = empty_place(canvas)
    mime = QMimeData()
    mime.setData(NODE_MIME, b"text.join")

    assert _drop(canvas, mime, at)

    assert canvas.selected() == ["join"]
    x, y = canvas.document.graph.layout["join"]
    place = canvas.view.scene_at(QPointF(at))
    assert abs(x - place.x()) <= 20
    assert abs(y - place.y()) <= 20
    assert canvas.document.history.labels == ["Add text.join"]
    assert_view_equals_document(canvas)
    canvas.document.undo()
    assert_view_equals_document(canvas)


def test_files_and_texts_are_handed_on(qtbot: Any, workbench: Workbench, tmp_path: Path) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)
    told: list[object] = []
    canvas.fileDropped.connect(lambda what, place: told.append(what))
    files, text, nothing = QMimeData(), QMimeData(), QMimeData()
    files.setUrls([QUrl.fromLocalFile(str(tmp_path / "a.yaml")), QUrl("https://example.org/x.yaml")])
    text.setText("nodes: {}")

    assert _drop(canvas, files, QPoint(50, 50))
    assert _drop(canvas, text, QPoint(50, 50))
    assert not _drop(canvas, nothing, QPoint(50, 50))

    assert told == [tmp_path / "a.yaml", "nodes: {}"]


# -- words ---------------------------------------------------------------------------------------


def test_a_wire_tells_its_ends_type_and_value(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, LOOP)
    canvas.wire_value = lambda edge: "<img src=x> last value"

    QTest.mouseMove(canvas.view.viewport(), QPoint(1, 1))
    QTest.mouseMove(canvas.view.viewport(), on_wire(canvas, "writer.text -> critic.draft"))
    wire = wire_of(canvas, "writer.text -> critic.draft")
    qtbot.waitUntil(lambda: wire.hovered)
    tip = tip_of(canvas, canvas.view.target)

    assert "writer.text → critic.draft" in tip
    assert "text" in tip
    assert "&lt;img src=x&gt; last value" in tip
    assert "<img" not in tip


def test_what_stands_on_a_wire_is_within_what_is_repainted_with_it(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, LOOP)
    wire = wire_of(canvas, "critic.label ~> writer.fault")
    assert wire.pill
    place = wire.label_place

    for corner in (QPointF(-77, -9), QPointF(77, 9)):
        assert wire.boundingRect().contains(place + corner)
    straight = wire_of(canvas, "topic.value -> writer.topic")
    assert straight.boundingRect().height() > 4, "the line itself is as wide as its pen"


def test_what_stands_on_a_wire_is_not_where_a_card_shows_what_it_gave(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, LOOP)
    place = wire_of(canvas, "critic.label ~> writer.fault").label_place
    cards = [canvas.projection.cards[name].body_rect() for name in ("writer", "critic")]

    assert cards[0].left() < place.x() < cards[1].right()
    assert cards[0].right() + 20 < place.x() < cards[1].left() - 20, "it stands between the two"


def test_a_port_tells_what_it_takes(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)

    target = canvas.view.find(canvas.view.scene_at(QPointF(port_of(canvas, "critic.draft", "in"))), 1.0)

    assert target is not None
    assert target.kind == "port"
    assert "critic.draft" in tip_of(canvas, target)


def test_what_is_selected_is_said_to_those_who_do_not_see_it(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)

    canvas.select(["writer"])
    assert canvas.view.accessibleDescription() == "writer, llm.function, from topic, to critic"
    canvas.select_all()

    assert canvas.view.accessibleDescription() == "4 nodes selected"
    assert "chain" in canvas.view.accessibleName()


def test_how_the_selected_node_goes_is_said_to_those_who_do_not_see_it(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)
    canvas.select(["writer"])
    told = []
    for state in (NodeState("running", "and on and"), NodeState("ok", "Crabs hide.", "3"), NodeState("skipped", "")):
        canvas.set_state("writer", state)
        canvas.set_state("critic", NodeState("error", "no"))
        canvas.states.show()
        told.append(canvas.view.accessibleDescription().partition("to critic")[2])
    canvas.select(["critic"])
    told.append(canvas.view.accessibleDescription().partition("to ")[2].partition(". ")[2])
    canvas.states.clear()
    told.append(canvas.view.accessibleDescription().partition("to ")[2].partition(". ")[2])

    assert told == [". running", ". ok at tick 3: Crabs hide.", ". skipped", "error: no", ""]


# -- themes, emptiness -----------------------------------------------------------------------------


def test_another_theme_is_shown_at_once(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)
    corner = QPoint(3, 3)
    card = head_of(canvas, "writer") + QPoint(0, 34)
    light = canvas.grab().toImage()

    apply_theme("dark")
    QApplication.processEvents()
    dark = canvas.grab().toImage()

    for place in (corner, card):
        assert light.pixelColor(place).lightness() > 200
        assert dark.pixelColor(place).lightness() < 90


def test_an_empty_graph_says_what_to_do(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, "nodes: {}")
    assert canvas._hint.isVisible()

    canvas.editing.add("text.join", (0, 0))
    assert not canvas._hint.isVisible()
    canvas.document.undo()

    assert canvas._hint.isVisible()
    assert_view_equals_document(canvas)


def test_keys_that_mean_nothing_here_are_left_to_the_window(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)
    event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_K, Mod.ControlModifier)

    canvas.view.keyPressEvent(event)

    assert not event.isAccepted()
