"""Painting little of much: from afar all at once, of long wires what is seen, and only where something has changed."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QImage, QRegion
from PySide6.QtWidgets import QApplication

from studio.gui.canvas import Canvas, NodeState, wire_painting
from studio.gui.canvas import far as far_module
from studio.gui.canvas.far import Far
from studio.gui.workbench import Workbench
from tests.gui.canvas.graphs import LOOP, NOTED
from tests.gui.pixels import points_of
from tests.gui.support import drag, head_of, move, open_canvas, port_of, press, release, wheel, wire_of
from tests.support.thorough import thorough_but

LONG = """\
studio: 1
name: far
nodes:
  a: {type: flow.input, value: x}
  b: {type: llm.function, instructions: "{a} {back}", output: text}
edges:
  - a.value -> b.a
  - b.text ~> b.back: {initial: ""}
layout:
  a: [0, 0]
  b: [9000, 700]
"""


def _seen(canvas: Canvas, part: QRect | None = None) -> QImage:
    """What the view paints, the whole of it or only a part; nothing else is painted."""
    port = canvas.view.viewport()
    image = QImage(port.size(), QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.magenta)
    part = part if part is not None else port.rect()
    port.render(image, part.topLeft(), QRegion(part))
    return image


def _differ(one: QImage, other: QImage, part: QRect) -> float:
    """Return the share of the points of a part that are clearly of other colours."""
    rows, columns = slice(part.top(), part.bottom() + 1), slice(part.left(), part.right() + 1)
    a, b = (points_of(image)[rows, columns, :3].astype(int) for image in (one, other))
    return float((abs(a - b).max(axis=2) > 40).mean())


# -- from afar -------------------------------------------------------------------------------------


def _afar(qtbot: Any, workbench: Workbench, text: str) -> Canvas:
    canvas = open_canvas(qtbot, workbench, text, size=(420, 300))
    canvas.view.zoom_to(0.2)
    canvas.view.put(canvas.projection.bounds().center(), QPointF(210, 150))
    return canvas


def test_from_afar_all_at_once_looks_as_one_by_one(qtbot: Any, workbench: Workbench) -> None:
    canvas = _afar(qtbot, workbench, NOTED)
    names = list(canvas.projection.cards)
    canvas.select(names[:1])
    canvas.set_problems({names[-1]: ("error", "bad")})
    for number, status in enumerate(("running", "ok", "error")):
        canvas.projection.cards[names[number % len(names)]].set_state(NodeState(status))
    wire = next(iter(canvas.projection.wires.values()))
    wire.set_flag("hovered", True)
    whole = QRect(0, 0, 420, 300)

    at_once = _seen(canvas)
    far, canvas.view.far = canvas.view.far, None
    one_by_one = _seen(canvas)
    canvas.view.far = far

    assert _differ(at_once, one_by_one, whole) < 0.0004
    canvas.clear_selection()
    assert _differ(at_once, _seen(canvas), whole) > 0.0004, "the measure tells a selection"


def test_from_afar_what_changes_is_painted_anew_each_time(
    qtbot: Any, workbench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    canvas = _afar(qtbot, workbench, LOOP)
    painted: list[QRectF] = []
    paint = Far.paint

    def watched(self: Far, painter: Any, exposed: Any, drawn: Any) -> None:
        painted.extend(exposed)
        paint(self, painter, exposed, drawn)

    monkeypatch.setattr(Far, "paint", watched)
    QApplication.processEvents()
    card = canvas.projection.cards["critic"]

    for status in ("running", "ok", "running"):
        painted.clear()
        card.set_state(NodeState(status))
        QApplication.processEvents()
        assert any(one.intersects(card.body_rect()) for one in painted), status
    canvas.view.viewport().update()
    QApplication.processEvents()
    painted.clear()
    canvas.select(["writer"])
    QApplication.processEvents()
    assert any(one.intersects(canvas.projection.cards["writer"].body_rect()) for one in painted)
    painted.clear()
    drag(canvas, head_of(canvas, "result"), head_of(canvas, "result") + QPoint(0, 60))
    QApplication.processEvents()
    assert any(one.contains(canvas.projection.cards["result"].body_rect()) for one in painted)
    canvas.delete_selection()
    painted.clear()
    QApplication.processEvents()
    assert painted, "what goes is taken from the view"
    painted.clear()
    QApplication.processEvents()

    assert painted == [], "nothing is painted while nothing changes"


def test_from_afar_wires_follow_cards_that_move_and_wires_that_go(qtbot: Any, workbench: Workbench) -> None:
    canvas = _afar(qtbot, workbench, LOOP)
    whole = QRect(0, 0, 420, 300)
    before = _seen(canvas)

    drag(canvas, head_of(canvas, "result"), head_of(canvas, "result") + QPoint(0, 60))
    moved = _seen(canvas)
    assert _differ(before, moved, whole) > 0.002
    canvas.document.undo()
    canvas.clear_selection()
    assert _differ(before, _seen(canvas), whole) == 0.0
    canvas.select_edges([wire_of(canvas, "writer.text -> result.value").edge])
    canvas.delete_selection()
    cut = _seen(canvas)

    assert _differ(before, cut, whole) > 0.0002
    canvas.document.undo()
    canvas.clear_selection()
    assert _differ(before, _seen(canvas), whole) == 0.0


def test_a_wire_that_is_being_drawn_is_seen_from_afar(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, LOOP, size=(420, 300))
    start = port_of(canvas, "topic.value", "out")
    press(canvas, start)
    move(canvas, start + QPoint(30, 60))
    wheel(canvas, start + QPoint(30, 60), -10)
    assert canvas.view.zoom < 0.3
    gesture = canvas.view.gesture
    assert gesture is not None
    assert gesture.drawn is not None
    with_line = _seen(canvas)

    gesture.drawn.setVisible(False)
    line, gesture.drawn = gesture.drawn, None
    without = _seen(canvas)
    gesture.drawn = line

    assert with_line != without
    canvas.cancel_interaction()
    release(canvas, start)


# -- long wires ------------------------------------------------------------------------------------


@pytest.mark.parametrize("zoom", thorough_but(lambda zoom: zoom == 1.0, [0.4, 1.0, 3.0]))
def test_the_part_of_a_long_wire_looks_as_the_whole(
    qtbot: Any, workbench: Workbench, monkeypatch: pytest.MonkeyPatch, zoom: float
) -> None:
    canvas = open_canvas(qtbot, workbench, LONG, size=(420, 300))
    wire = wire_of(canvas, "a.value -> b.a")
    canvas.view.zoom_to(zoom)
    canvas.view.put(wire.path().pointAtPercent(0.5), QPointF(210, 150))
    whole = QRect(0, 0, 420, 300)
    assert wire.is_long
    in_parts = _seen(canvas)
    runs = wire.as_long().runs([canvas.view.seen()])
    assert 0 < sum(run.boundingRect().width() for run in runs) < 3 * canvas.view.seen().width() + 400

    monkeypatch.setattr(type(wire), "is_long", False)
    at_once = _seen(canvas)

    assert _differ(in_parts, at_once, whole) < 0.0005
    wire.setVisible(False)
    assert _differ(in_parts, _seen(canvas), whole) > 0.002, "the wire is in the picture"


@pytest.mark.parametrize("text", [LOOP, LONG])
@pytest.mark.parametrize("zoom", thorough_but(lambda zoom: zoom == 0.5, [0.2, 0.5, 1.0]))
def test_a_part_of_the_view_is_painted_as_in_the_whole(
    qtbot: Any, workbench: Workbench, text: str, zoom: float
) -> None:
    canvas = open_canvas(qtbot, workbench, text, size=(420, 300))
    canvas.view.zoom_to(zoom)
    canvas.view.put(next(iter(canvas.projection.wires.values())).path().pointAtPercent(0.3), QPointF(205, 150))
    whole = _seen(canvas)

    for part in (QRect(200, 0, 9, 300), QRect(0, 146, 420, 7), QRect(180, 120, 60, 60)):
        assert _differ(whole, _seen(canvas, part), part) < 0.01, part

    beyond = QRect(0, 0, 60, 60)
    assert _differ(whole, _seen(canvas, QRect(200, 0, 9, 300)), beyond) == 1.0, "the rest is not painted"


def test_runs_of_a_long_wire_are_those_in_view(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, LONG)
    path = wire_of(canvas, "a.value -> b.a").path()
    long = wire_painting.Long(path)

    everything = long.runs([path.controlPointRect().adjusted(-50, -50, 50, 50)])
    middle = path.pointAtPercent(0.5)
    near = long.runs([QRectF(middle.x() - 50, middle.y() - 50, 100, 100)])

    assert len(everything) == 1
    assert everything[0].first() == path.pointAtPercent(0)
    assert everything[0].last() == path.currentPosition()
    assert len(near) == 1
    assert near[0].boundingRect().width() < 600
    assert long.runs([QRectF(0, 5000, 10, 10)]) == []


def test_from_afar_few_cards_have_their_titles_and_many_have_not(
    qtbot: Any, workbench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    canvas = _afar(qtbot, workbench, NOTED)
    canvas.view.zoom_to(0.25)
    named = _seen(canvas)
    monkeypatch.setattr(far_module, "NAMES", len(canvas.projection.cards) - 1)
    plain = _seen(canvas)

    for card in canvas.projection.cards.values():
        place = canvas.view.viewportTransform().mapRect(card.body_rect()).toRect()
        assert _differ(named, plain, place) > 0.02, f"the title of {card.name}"
        assert _differ(plain, plain, place) == 0
    canvas.view.zoom_to(0.15)
    assert _seen(canvas) == _painted_with(canvas, monkeypatch, 10_000), "too small for any letter"


def _painted_with(canvas: Canvas, monkeypatch: pytest.MonkeyPatch, names: int) -> QImage:
    monkeypatch.setattr(far_module, "NAMES", names)
    return _seen(canvas)
