"""What is brought into view is not left under the map in the corner."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPointF, QRect
from PySide6.QtWidgets import QApplication

from studio.gui.canvas import Canvas
from studio.gui.workbench import Workbench
from tests.gui.canvas.graphs import CHAIN
from tests.gui.support import open_canvas


def place_of(canvas: Canvas, name: str) -> QRect:
    """Where a card stands on the viewport."""
    place: QRect = canvas.view.mapFromScene(canvas.projection.cards[name].body_rect()).boundingRect()
    return place


def put(canvas: Canvas, name: str, point: QPointF) -> None:
    canvas.view.put(canvas.projection.cards[name].body_rect().center(), point)
    QApplication.processEvents()


@pytest.mark.parametrize("shown", [True, False])
def test_a_node_under_the_map_is_brought_out_of_it(qtbot: Any, workbench: Workbench, shown: bool) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)
    canvas.set_minimap(shown)
    area = canvas.minimap.geometry()
    put(canvas, "writer", QPointF(area.topLeft()))
    before = place_of(canvas, "writer")
    assert area.intersects(before)

    canvas.reveal("writer")

    assert (place_of(canvas, "writer") != before) == shown
    if shown:
        after = place_of(canvas, "writer")
        assert not area.intersects(after)
        canvas.reveal("writer")
        assert place_of(canvas, "writer") == after, "once is enough"


def test_what_a_node_gave_is_not_left_under_the_map_either(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)
    area = canvas.minimap.geometry()
    high = place_of(canvas, "writer").height()
    put(canvas, "writer", QPointF(area.left(), area.top() - high / 2 - 10))
    before = place_of(canvas, "writer")
    assert not area.intersects(before)

    canvas.reveal("writer")
    assert place_of(canvas, "writer") != before
    put(canvas, "writer", QPointF(area.left(), area.top() - high / 2 - 60))
    before = place_of(canvas, "writer")
    canvas.reveal("writer")
    assert place_of(canvas, "writer") == before, "nothing moves that need not"
