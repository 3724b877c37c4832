"""Drawing, moving, refusing and cutting wires with a real mouse."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from studio.editing.edits import connecting, nodes
from studio.graph.model import Edge
from studio.gui.canvas.node_item import PortId
from studio.gui.workbench import Workbench
from tests.gui.canvas.graphs import CHAIN, LOOP
from tests.gui.support import (
    Mod,
    assert_view_equals_document,
    connect,
    double_click,
    drag,
    edges_of,
    empty_place,
    head_of,
    key,
    move,
    on_view,
    on_wire,
    open_canvas,
    port_of,
    press,
    release,
    wire_of,
)


def test_a_wire_is_drawn_from_output_to_input(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)

    connect(canvas, "writer.text", "result.value")

    assert edges_of(canvas)[-1] == "writer.text -> result.value"
    assert canvas.document.history.labels == ["Connect writer to result"]
    assert_view_equals_document(canvas)
    canvas.document.undo()
    assert len(edges_of(canvas)) == 2
    assert_view_equals_document(canvas)
    canvas.document.redo()
    assert_view_equals_document(canvas)


def test_a_wire_is_drawn_from_input_to_output_too(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)

    drag(canvas, port_of(canvas, "result.value", "in"), port_of(canvas, "writer.text", "out"))

    assert edges_of(canvas)[-1] == "writer.text -> result.value"
    assert_view_equals_document(canvas)


def test_dropped_on_a_card_a_wire_takes_the_nearest_port_that_fits(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)

    drag(canvas, port_of(canvas, "writer.text", "out"), head_of(canvas, "result") + QPoint(0, 20))

    assert edges_of(canvas)[-1] == "writer.text -> result.value"
    assert_view_equals_document(canvas)


def test_ports_that_every_node_has_are_wired_at_the_head(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)
    height = canvas.projection.cards["result"].card.height

    connect(canvas, "writer.done", "result.when")

    assert edges_of(canvas)[-1] == "writer.done -> result.when"
    assert canvas.projection.cards["result"].card.height > height, "a wired one has a row"
    assert_view_equals_document(canvas)


def test_while_a_wire_is_dragged_fitting_ports_are_offered_and_others_say_why_not(
    qtbot: Any, workbench: Workbench
) -> None:
    canvas = open_canvas(qtbot, workbench, LOOP)
    told: list[str] = []
    canvas.refused.connect(told.append)
    end = port_of(canvas, "critic.draft", "in")

    press(canvas, port_of(canvas, "topic.value", "out"))
    move(canvas, end - QPoint(40, 0))
    offer = canvas.projection.cards["result"].offer
    assert offer is not None
    assert offer(PortId("result", "in", "value"))
    assert not offer(PortId("writer", "out", "text"))
    move(canvas, port_of(canvas, "writer.text", "out"))
    assert canvas.note.isVisible()
    assert canvas.note.text() == "An output goes to an input."
    release(canvas, port_of(canvas, "writer.text", "out"))

    assert told == ["An output goes to an input."]
    assert not canvas.note.isVisible()
    assert canvas.projection.cards["result"].offer is None
    assert canvas.document.history.labels == []
    assert_view_equals_document(canvas)


def test_types_that_do_not_meet_are_refused_with_the_reason(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(
        qtbot, workbench,
        "nodes:\n  a: {type: llm.function, instructions: x, labels: [p, q]}\n"
        "  b: {type: llm.function, instructions: 'see {topic}', output: text}\n  c: {type: json.get, path: x}\n"
        "  m: {type: flow.map, graph: m}\n"
        "graphs: {m: {nodes: {item: {type: flow.input}}}}\n"
        "layout: {a: [0, 0], b: [300, 0], c: [300, 200], m: [300, 320]}",
    )  # fmt: skip
    told: list[str] = []
    canvas.refused.connect(told.append)

    connect(canvas, "a.confidence", "m.items")

    assert told == ["`a.confidence` gives number, but `m.items` takes list."]
    assert edges_of(canvas) == []
    assert_view_equals_document(canvas)


def test_a_wire_that_would_close_a_cycle_is_offered_as_feedback(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)

    connect(canvas, "critic.label", "writer.fault")
    assert edges_of(canvas)[-1] != "critic.label -> writer.fault"
    assert canvas.offer_box.isVisible()
    QTest.mouseClick(canvas.offer_box.yes, Qt.MouseButton.LeftButton)

    assert edges_of(canvas)[-1] == "critic.label ~> writer.fault"
    assert not canvas.offer_box.isVisible()
    assert_view_equals_document(canvas)
    canvas.document.undo()
    assert_view_equals_document(canvas)


@pytest.mark.parametrize(("pressed", "made"), [(Qt.Key.Key_Return, 1), (Qt.Key.Key_Escape, 0)])
def test_the_offer_is_answered_by_keyboard(qtbot: Any, workbench: Workbench, pressed: Qt.Key, made: int) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)

    connect(canvas, "critic.label", "writer.fault")
    QTest.keyClick(canvas.offer_box.focusWidget() or canvas.offer_box.yes, pressed)

    assert edges_of(canvas).count("critic.label ~> writer.fault") == made
    assert not canvas.offer_box.isVisible()
    assert_view_equals_document(canvas)


def test_an_edit_while_the_offer_waits_does_no_harm(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)
    told: list[str] = []
    canvas.refused.connect(told.append)
    connect(canvas, "critic.label", "writer.fault")

    canvas.document.do("Delete", nodes.delete(canvas.document, (), ["critic"]))
    QTest.mouseClick(canvas.offer_box.yes, Qt.MouseButton.LeftButton)

    assert told == ["There is no node `critic`."]
    assert_view_equals_document(canvas)


@pytest.mark.parametrize("mod", [Mod.ShiftModifier, Mod.AltModifier])
def test_with_shift_or_alt_a_wire_is_feedback_at_once(qtbot: Any, workbench: Workbench, mod: Mod) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)

    connect(canvas, "critic.label", "writer.fault", drop_mods=mod)
    connect(canvas, "writer.text", "result.value", drop_mods=mod)

    assert edges_of(canvas)[-2:] == ["critic.label ~> writer.fault", "writer.text ~> result.value"]
    assert not canvas.offer_box.isVisible()
    assert_view_equals_document(canvas)


def test_a_wire_let_go_over_nothing_asks_what_to_put_there(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)
    told: list[tuple[str, str, bool]] = []
    canvas.wireDropped.connect(lambda node, port, is_output, scene, screen: told.append((node, port, is_output)))

    drag(canvas, port_of(canvas, "writer.text", "out"), empty_place(canvas))
    drag(canvas, port_of(canvas, "result.value", "in"), empty_place(canvas))

    assert told == [("writer", "text", True), ("result", "value", False)]
    assert canvas.document.history.labels == []
    assert_view_equals_document(canvas)


def test_a_click_on_a_port_begins_no_wire(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)
    told: list[str] = []
    canvas.wireDropped.connect(lambda *all: told.append(all[0]))

    press(canvas, port_of(canvas, "critic.draft", "in"))
    release(canvas, port_of(canvas, "critic.draft", "in"))
    move(canvas, empty_place(canvas), Qt.MouseButton.NoButton)

    assert told == []
    assert len(edges_of(canvas)) == 2
    assert_view_equals_document(canvas)


def test_a_wire_is_picked_up_at_its_input_and_set_down_elsewhere(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)

    drag(canvas, port_of(canvas, "critic.draft", "in"), port_of(canvas, "result.value", "in"))

    assert edges_of(canvas) == ["topic.value -> writer.topic", "writer.text -> result.value"]
    assert canvas.document.history.labels == ["Move wire to result"]
    assert_view_equals_document(canvas)
    canvas.document.undo()
    assert edges_of(canvas)[-1] == "writer.text -> critic.draft"
    assert_view_equals_document(canvas)


def test_a_picked_up_wire_keeps_its_options_and_is_cut_over_nothing(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, LOOP)

    drag(canvas, port_of(canvas, "writer.fault", "in"), port_of(canvas, "writer.topic", "in"))
    edge = canvas.document.graph.edges[2]
    assert (str(edge), edge.has_initial, edge.initial) == ("critic.label ~> writer.topic", True, "")
    assert_view_equals_document(canvas)
    drag(canvas, port_of(canvas, "writer.topic", "in"), empty_place(canvas))

    assert "critic.label ~> writer.topic" not in edges_of(canvas)
    assert canvas.document.history.labels == ["Move wire to writer", "Cut wire"]
    assert_view_equals_document(canvas)


def test_a_wire_set_down_where_it_was_stays(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)
    end = port_of(canvas, "critic.draft", "in")

    press(canvas, end)
    move(canvas, end + QPoint(60, 90))
    assert not wire_of(canvas, "writer.text -> critic.draft").isVisible()
    move(canvas, end)
    release(canvas, end)

    assert canvas.document.history.labels == []
    assert_view_equals_document(canvas)


def test_with_ctrl_a_second_wire_is_drawn_from_a_wired_input(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)

    drag(canvas, port_of(canvas, "critic.draft", "in"), port_of(canvas, "topic.value", "out"), mods=Mod.ControlModifier)

    assert edges_of(canvas)[1:] == ["writer.text -> critic.draft", "topic.value -> critic.draft"]
    assert_view_equals_document(canvas)


def test_a_node_set_down_on_a_wire_is_set_into_it(qtbot: Any, workbench: Workbench) -> None:
    text = CHAIN.replace("  result: {", "  upper: {type: text.join}\n  result: {")
    text = text.replace("  result: [560, 220]", "  result: [560, 220]\n  upper: [380, 300]")
    canvas = open_canvas(qtbot, workbench, text)
    middle = on_wire(canvas, "writer.text -> critic.draft")
    card = canvas.projection.cards["upper"]
    grip = head_of(canvas, "upper")
    centre = on_view(canvas, card.body_rect().center())

    press(canvas, grip)
    for part in (0.3, 0.7, 1.0):
        move(canvas, grip + (middle - centre) * part)
    assert wire_of(canvas, "writer.text -> critic.draft").marked
    release(canvas, grip + (middle - centre))

    assert edges_of(canvas)[1:] == ["writer.text -> upper.texts", "upper.text -> critic.draft"]
    assert canvas.document.history.labels == ["Insert upper into wire"]
    assert_view_equals_document(canvas)
    canvas.document.undo()
    assert canvas.document.graph.layout["upper"] == [380, 300]
    assert_view_equals_document(canvas)


def test_undo_in_the_middle_of_drawing_a_wire(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)
    connect(canvas, "writer.text", "result.value")

    press(canvas, port_of(canvas, "result.value", "in"))
    move(canvas, empty_place(canvas))
    canvas.document.undo()
    move(canvas, empty_place(canvas) + QPoint(3, 3))
    release(canvas, empty_place(canvas))

    assert edges_of(canvas) == ["topic.value -> writer.topic", "writer.text -> critic.draft"]
    assert canvas.document.history.redo_label == "Connect writer to result"
    assert_view_equals_document(canvas)


# -- points -------------------------------------------------------------------------------------


def test_a_double_click_leads_a_wire_through_a_point_which_can_be_dragged_and_removed(
    qtbot: Any, workbench: Workbench
) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)
    name = "writer.text -> critic.draft"

    double_click(canvas, on_wire(canvas, name))
    assert len(wire_of(canvas, name).handles) == 1
    assert_view_equals_document(canvas)
    handle = on_view(canvas, wire_of(canvas, name).handles[0])
    drag(canvas, handle, handle + QPoint(0, 120))
    assert wire_of(canvas, name).handles[0].y() > 100
    assert_view_equals_document(canvas)
    canvas.document.undo()
    assert_view_equals_document(canvas)
    canvas.document.redo()
    handle = on_view(canvas, wire_of(canvas, name).handles[0])
    double_click(canvas, handle)

    assert "/wires" not in canvas.document.graph.layout
    assert canvas.document.history.labels == ["Add point to wire", "Lead wire", "Remove point of wire"]
    assert_view_equals_document(canvas)


def test_delete_over_a_point_removes_the_point_and_not_the_wire(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)
    name = "writer.text -> critic.draft"
    double_click(canvas, on_wire(canvas, name))
    handle = on_view(canvas, wire_of(canvas, name).handles[0])
    QTest.mouseMove(canvas.view.viewport(), handle + QPoint(1, 1))
    QTest.mouseMove(canvas.view.viewport(), handle)

    key(canvas, Qt.Key.Key_Delete)

    assert wire_of(canvas, name).handles == []
    assert len(edges_of(canvas)) == 2
    assert_view_equals_document(canvas)


def test_points_between_two_nodes_move_with_them(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)
    name = "writer.text -> critic.draft"
    double_click(canvas, on_wire(canvas, name))
    before = wire_of(canvas, name).handles[0]
    canvas.select(["writer", "critic"])
    start = head_of(canvas, "writer")

    press(canvas, start)
    move(canvas, start + QPoint(0, 60))
    assert wire_of(canvas, name).handles[0].y() == before.y() + 60, "already while it is dragged"
    release(canvas, start + QPoint(0, 60))

    assert wire_of(canvas, name).handles[0].y() == before.y() + 60
    assert_view_equals_document(canvas)
    canvas.document.undo()
    assert wire_of(canvas, name).handles[0] == before
    assert_view_equals_document(canvas)


def test_an_edit_elsewhere_cuts_what_is_being_led(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)
    name = "writer.text -> critic.draft"
    double_click(canvas, on_wire(canvas, name))
    handle = on_view(canvas, wire_of(canvas, name).handles[0])

    press(canvas, handle)
    move(canvas, handle + QPoint(0, 50))
    cut = Edge("writer", "text", "critic", "draft")
    canvas.document.do("Cut", connecting.unwire(canvas.document, (), [cut]))
    release(canvas, handle + QPoint(0, 50))

    assert edges_of(canvas) == ["topic.value -> writer.topic"]
    assert_view_equals_document(canvas)
