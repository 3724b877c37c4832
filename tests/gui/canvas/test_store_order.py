"""The order in which nodes use stores, drawn: what lines there are, where they run, when they stand out and vanish."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.editing import InsertEdge, Place, PutNode
from studio.graph.model import Edge
from studio.gui.canvas import Canvas
from studio.gui.canvas.picture import Shot
from studio.gui.canvas.store_lines import StoreMark, hues_of
from studio.gui.problems import checks
from studio.gui.workbench import Workbench
from studio.lint.live import examine
from tests.gui.canvas.graphs import CHAIN
from tests.gui.desk import Desk
from tests.gui.replay.runs import opened, settle
from tests.gui.support import assert_view_equals_document, head_of, move, open_canvas, press, release
from tests.support.runs import made

STORES = """\
studio: 1
stores: {notes: {type: list}, marks: {type: list}}
nodes:
  topic: {type: flow.input, value: tide pools}
  note: {type: store.append, store: notes}
  mark: {type: store.append, store: marks}
  again: {type: flow.subgraph, graph: body}
  read: {type: store.items, store: notes}
edges:
  - topic.value -> note.value
  - topic.value -> mark.value
  - topic.value -> again.topic
graphs:
  body:
    nodes:
      topic: {type: flow.input}
      one: {type: store.append, store: notes}
      two: {type: store.append, store: notes}
      mark: {type: store.append, store: marks}
    edges:
      - topic.value -> one.value
      - topic.value -> two.value
      - topic.value -> mark.value
    layout: {topic: [0, 0], one: [260, 0], two: [260, 200], mark: [520, 0]}
layout: {topic: [0, 0], note: [260, 0], mark: [260, 220], again: [560, 60], read: [820, 0]}
"""

NOTES = [("notes", "note", "again"), ("notes", "again", "read")]

MARKS = [("marks", "mark", "again")]


def shown(canvas: Canvas) -> list[tuple[str, str, str]]:
    """Return the steps that are drawn."""
    return [] if canvas.store_lines is None else list(canvas.store_lines.routes)


def marks_of(canvas: Canvas) -> list[StoreMark]:
    """Return what the order of stores has put into the scene."""
    return [item for item in canvas.view.shown_scene().items() if isinstance(item, StoreMark)]


def with_order(qtbot: Any, workbench: Workbench, at: tuple[str, ...] = ()) -> Canvas:
    """Show a canvas that was told the order, as the checks of the window tell it."""
    canvas = open_canvas(qtbot, workbench, STORES, at)
    tell(canvas)
    return canvas


def tell(canvas: Canvas) -> None:
    found = examine(canvas.document.graph, canvas.document.registry)
    assert found is not None
    canvas.set_store_order(found.store_order.get(".".join(canvas.at), ()))
    QApplication.processEvents()


def test_lines_lead_from_use_to_use_from_card_to_card(qtbot: Any, workbench: Workbench) -> None:
    canvas = with_order(qtbot, workbench)
    assert sorted(shown(canvas)) == sorted(NOTES + MARKS)
    assert canvas.store_lines is not None

    for step, line in canvas.store_lines.routes.items():
        start, end = line.path.pointAtPercent(0), line.path.currentPosition()
        for point, name in ((start, step.earlier), (end, step.later)):
            card = canvas.projection.cards[name].body_rect()
            assert card.adjusted(-4, -4, 4, 4).contains(point), f"{name} is where the line of {step} is"
            assert not card.contains(point), "it is seen: cards lie over it"

    wires = min(wire.zValue() for wire in canvas.projection.wires.values())
    assert min(item.zValue() for item in marks_of(canvas)) < wires, "they run under the wires"
    assert_view_equals_document(canvas)


def test_the_page_of_a_body_shows_its_own_order(qtbot: Any, workbench: Workbench) -> None:
    assert shown(with_order(qtbot, workbench, ("body",))) == [("notes", "one", "two")]


def test_a_graph_without_stores_has_nothing_of_it(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)

    tell(canvas)

    assert canvas.store_lines is None
    assert marks_of(canvas) == []


def test_lines_follow_cards_that_are_dragged_moved_and_put_back(qtbot: Any, workbench: Workbench) -> None:
    canvas = with_order(qtbot, workbench)
    assert canvas.store_lines is not None
    begin = {step: line.path.currentPosition() for step, line in canvas.store_lines.routes.items()}

    def ends() -> dict[str, QPointF]:
        assert canvas.store_lines is not None
        now = {step: line.path.currentPosition() for step, line in canvas.store_lines.routes.items()}
        return {step.later: end for step, end in now.items() if end != begin[step]}

    at = head_of(canvas, "read")
    press(canvas, at)
    for far in (20, 60, 120):
        move(canvas, at + QPoint(0, far))
    assert list(ends()) == ["read"], "while the mouse drags"
    release(canvas, at + QPoint(0, 120))
    assert list(ends()) == ["read"]
    canvas.document.undo()
    assert ends() == {}
    canvas.document.do("Move", [Place((), "mark", [260, 400])])
    assert list(ends()) == ["again"], "the line from `mark` leaves and arrives elsewhere"


def test_lines_go_with_a_node_and_come_back_with_undo(qtbot: Any, workbench: Workbench) -> None:
    canvas = with_order(qtbot, workbench)

    canvas.document.do("Delete", [PutNode((), "read", None)])
    assert sorted(shown(canvas)) == sorted([NOTES[0], *MARKS])
    assert_view_equals_document(canvas)
    canvas.document.undo()

    assert sorted(shown(canvas)) == sorted(NOTES + MARKS)


def test_a_node_that_is_selected_or_under_the_mouse_makes_its_stores_stand_out(
    qtbot: Any, workbench: Workbench
) -> None:
    canvas = with_order(qtbot, workbench)
    lines = canvas.store_lines
    assert lines is not None
    assert (lines.strong, lines.names) == (frozenset(), {})

    canvas.select(["mark"])
    assert lines.strong == {"marks"} == set(lines.names)
    canvas.clear_selection()
    QTest.mouseMove(canvas.view.viewport(), head_of(canvas, "again"))
    assert lines.strong == {"notes", "marks"} == set(lines.names)
    one, other = lines.names.values()
    assert not one.intersects(other), "each can be read"
    QTest.mouseMove(canvas.view.viewport(), head_of(canvas, "topic"))

    assert (lines.strong, lines.names) == (frozenset(), {})


def test_nothing_of_it_is_under_the_mouse(qtbot: Any, workbench: Workbench) -> None:
    canvas = with_order(qtbot, workbench)
    canvas.select(["note"])
    assert canvas.store_lines is not None
    lines = [line.path for line in canvas.store_lines.routes.values()]
    places = [path.pointAtPercent(part / 20) for path in lines for part in range(21)]
    places += [rect.center() for rect in canvas.store_lines.names.values()]

    found = [canvas.view.find(point, 1.0) for point in places]
    assert all(item.shape().isEmpty() and not item.acceptedMouseButtons() for item in marks_of(canvas))
    canvas.set_store_order(())

    assert found == [canvas.view.find(point, 1.0) for point in places]
    assert None in found, "some of it lies over nothing"


@pytest.mark.parametrize("zoom", [1.0, 0.2])
def test_lines_are_seen_and_stand_out_in_the_picture(qtbot: Any, workbench: Workbench, zoom: float) -> None:
    canvas = with_order(qtbot, workbench)
    canvas.view.zoom_to(zoom)

    def view() -> QImage:
        QApplication.processEvents()
        picture = canvas.view.grab().toImage()
        assert isinstance(picture, QImage)
        return picture

    quiet = view()
    assert canvas.store_lines is not None
    canvas.store_lines.point_at("read")
    strong = view()
    canvas.store_lines.point_at("")
    workbench.settings.set("canvas.store_order", False)
    workbench.settings_changed.emit("canvas.store_order")
    none = view()

    assert quiet != none
    assert strong != quiet


def test_an_exported_picture_has_the_lines_but_nothing_of_what_is_selected(qtbot: Any, workbench: Workbench) -> None:
    canvas = with_order(qtbot, workbench)
    before = canvas.to_image(0.5)

    canvas.select(["note"])

    assert canvas.to_image(0.5) == before
    canvas.set_store_order(())
    assert canvas.to_image(0.5) != before
    canvas.clear_selection()
    part = Shot(frozenset({"topic", "read"}))
    without = canvas.to_image(0.5, part)
    tell(canvas)
    assert canvas.to_image(0.5, part) == without, "the order is not of this part"


def test_stores_have_hues_that_differ_and_a_single_one_none() -> None:
    names = [f"store_{number}" for number in range(9)]
    hues = hues_of(names)

    assert len(set(hues.values())) == 9
    assert hues_of(["a"]) == {}
    assert hues_of(["a", "b"]) == hues_of(["b", "a", "b"])


def test_the_window_draws_what_the_checks_found_and_its_action_hides_it_for_good(desk: Desk, qtbot: Any) -> None:
    canvas = desk.open(STORES)
    qtbot.waitUntil(lambda: bool(shown(canvas)))
    assert sorted(shown(canvas)) == sorted(NOTES + MARKS)

    desk.press(Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
    assert shown(canvas) == []
    assert marks_of(canvas) == []
    assert desk.workbench.settings["canvas.store_order"] is False
    body = desk.show(("body",))
    assert shown(body) == []
    desk.trigger("view.store_order")

    assert sorted(shown(canvas)) == sorted(NOTES + MARKS)
    qtbot.waitUntil(lambda: shown(body) == [("notes", "one", "two")])


def test_an_edit_that_turns_the_order_turns_the_lines(desk: Desk, qtbot: Any) -> None:
    canvas = desk.open(STORES)
    qtbot.waitUntil(lambda: bool(shown(canvas)))

    desk.document.do("Wire", [InsertEdge((), 0, Edge("read", "done", "note", "when"))])
    qtbot.waitUntil(lambda: ("notes", "read", "note") in shown(canvas))
    desk.document.undo()

    qtbot.waitUntil(lambda: sorted(shown(canvas)) == sorted(NOTES + MARKS))


def test_the_page_of_a_recorded_run_has_the_lines_too_and_keeps_them_at_every_step(
    desk: Desk, qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "LATER_MS", 0)
    session = opened(desk.window, made(STORES, tmp_path / "runs.db"))
    canvas = settle(desk.window)
    qtbot.waitUntil(lambda: bool(shown(canvas)))
    assert sorted(shown(canvas)) == sorted(NOTES + MARKS)

    session.seek(3)
    settle(desk.window)

    assert sorted(shown(canvas)) == sorted(NOTES + MARKS)
    assert len(marks_of(canvas)) == 2
