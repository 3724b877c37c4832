"""What a run says of wires, and where it stands, on a canvas: texts on wires, pale and dotted ones, a ring."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QImage

from studio.gui.canvas import Canvas
from studio.gui.canvas.look import look
from studio.gui.canvas.wire_item import WireItem, WireKey
from studio.gui.canvas.wire_painting import wire_pen
from studio.gui.canvas.wire_values import WireValue
from studio.gui.workbench import Workbench
from tests.gui.pixels import points_of
from tests.gui.support import assert_view_equals_document, open_canvas

TEXT = """\
studio: 1
name: two
nodes:
  a: {type: flow.input}
  b: {type: text.template, template: "{value}"}
  c: {type: flow.output}
edges:
  - a.value -> b.value
  - b.text -> c.value
  - b.text ~> a.when: {initial: 1}
layout:
  a: [0, 0]
  b: [400, 0]
  c: [800, 0]
"""


def wires(canvas: Canvas) -> dict[str, WireItem]:
    return {f"{key.source}-{key.target}": wire for key, wire in canvas.projection.wires.items()}


def key(canvas: Canvas, name: str) -> WireKey:
    return wires(canvas)[name].key


def open_two(qtbot: Any, workbench: Workbench) -> Canvas:
    return open_canvas(qtbot, workbench, TEXT, size=(1000, 300))


def picture(canvas: Canvas) -> QImage:
    image: QImage = canvas.view.viewport().grab().toImage()
    return image


def changed(before: QImage, after: QImage) -> QRect:
    """The rectangle around all that looks different."""
    assert before.size() == after.size()
    ys, xs = (points_of(before) != points_of(after)).any(axis=2).nonzero()
    if not len(xs):
        return QRect()
    left, top = int(xs.min()), int(ys.min())
    return QRect(left, top, int(xs.max()) - left + 1, int(ys.max()) - top + 1)


def test_a_value_stands_on_its_wire_before_its_end(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_two(qtbot, workbench)
    before = picture(canvas)
    canvas.set_wire_values({key(canvas, "a-b"): WireValue("value", "hello")})
    where = changed(before, picture(canvas))

    b = canvas.view.mapFromScene(canvas.projection.cards["b"].body_rect()).boundingRect()
    assert where.isValid()
    assert where.right() <= b.left() + 2
    assert where.left() > canvas.view.mapFromScene(canvas.projection.cards["a"].body_rect()).boundingRect().right()
    assert_no_stray(canvas)


def assert_no_stray(canvas: Canvas) -> None:
    canvas.set_wire_values({})
    assert_view_equals_document(canvas)


def test_from_afar_no_text_is_painted(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_two(qtbot, workbench)
    canvas.view.zoom_to(0.5)
    before = picture(canvas)
    canvas.set_wire_values({key(canvas, "a-b"): WireValue("value", "hello")})

    assert not changed(before, picture(canvas)).isValid()


def test_only_what_is_different_is_painted_anew(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_two(qtbot, workbench)
    one, other = key(canvas, "a-b"), key(canvas, "b-c")
    canvas.set_wire_values({one: WireValue("value", "same"), other: WireValue("value", "old")})
    before = picture(canvas)
    canvas.set_wire_values({one: WireValue("value", "same"), other: WireValue("value", "new")})
    where = changed(before, picture(canvas))

    assert where.isValid()
    assert where.left() > canvas.view.mapFromScene(canvas.projection.cards["b"].body_rect()).boundingRect().right() - 2


def test_wires_that_bring_nothing_are_pale_and_open_ones_dotted(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_two(qtbot, workbench)
    wire = wires(canvas)["a-b"]
    usual = wire_pen(wire, look())
    canvas.set_wire_values({wire.key: WireValue("absent")})
    absent = wire_pen(wire, look())
    canvas.set_wire_values({wire.key: WireValue("open")})
    opened = wire_pen(wire, look())

    assert contrast(absent.color()) < contrast(opened.color()) < contrast(usual.color())
    assert usual.style() == absent.style() == Qt.PenStyle.SolidLine
    assert opened.style() == Qt.PenStyle.CustomDashLine
    canvas.set_wire_values({})
    assert wire_pen(wire, look()) is usual


def contrast(colour: QColor) -> int:
    paper = look().paper
    return sum(abs(a - b) for a, b in zip(colour.getRgb()[:3], paper.getRgb()[:3], strict=True))


def test_feedback_says_what_lies_and_what_comes() -> None:
    assert WireValue("value", "old", "new").shown == "old → new"
    assert WireValue("absent", "", "new").shown == "– → new"
    assert WireValue("again", "old").shown == "old"
    assert WireValue("absent", "why").shown == ""


def test_texts_follow_a_card_that_is_moved(qtbot: Any, workbench: Workbench) -> None:
    from studio.editing import Place

    canvas = open_two(qtbot, workbench)
    canvas.set_wire_values({key(canvas, "a-b"): WireValue("value", "hello")})
    before = canvas.wire_values.place_of(key(canvas, "a-b"))
    canvas.document.do("Move", [Place((), "b", [400, 200])])
    after = canvas.wire_values.place_of(key(canvas, "a-b"))

    assert before is not None
    assert after is not None
    assert after.center().y() - before.center().y() == 200


def test_the_node_that_a_run_stands_at_has_a_ring_also_from_afar(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_two(qtbot, workbench)
    for scale in (1.0, 0.4, 0.15):
        canvas.set_current("")
        canvas.view.zoom_to(scale)
        before = picture(canvas)
        canvas.set_current("b")
        where = changed(before, picture(canvas))
        card = canvas.view.mapFromScene(canvas.projection.cards["b"].body_rect()).boundingRect()
        assert where.contains(card.adjusted(2, 2, -2, -2)), scale
        assert not where.intersects(
            canvas.view.mapFromScene(canvas.projection.cards["a"].body_rect()).boundingRect()
        ), scale


def test_a_tint_is_on_the_paper_and_goes_again(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_two(qtbot, workbench)
    before = picture(canvas).pixelColor(3, 3)
    canvas.set_tint("replay")
    assert picture(canvas).pixelColor(3, 3) != before
    canvas.set_tint("")
    assert picture(canvas).pixelColor(3, 3) == before
