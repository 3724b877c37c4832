"""A graph from afar: cards as boxes and wires as thin lines, all of them painted in a few calls.

Where a thousand cards are in view, most of the time went into asking each item for its paint. So below the scale
`TINY` the view paints them itself, those that look alike at once. Items paint the same in pictures, one by one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem

from studio.gui.canvas.compared import paint_compared
from studio.gui.canvas.here import paint_here
from studio.gui.canvas.look import NAMED, Look, look
from studio.gui.canvas.node_item import NodeItem
from studio.gui.canvas.small_cards import Box, BoxKey, box_key, box_of, opacity_of, paint_big_title, paint_boxes
from studio.gui.canvas.targets import BY_BOX
from studio.gui.canvas.tints import paint_tint
from studio.gui.canvas.wire_item import WireItem
from studio.gui.canvas.wire_painting import FADED, tiny_pen

if TYPE_CHECKING:
    from studio.gui.canvas.notes import Notes
    from studio.gui.canvas.projection import Projection

Lines = list[tuple[QPen, bool, QPainterPath]]

FEW = 0.3
"""If less than this part of the view is painted, its cards are looked up; else all are gone through."""

NAMES = 120
"""Cards of a graph with up to so many have their titles, too; more would take longer than a frame may."""


class Far:
    """Paints a projection and its notes from afar."""

    under: Callable[[QPainter, float], object] | None = None
    over: Callable[[QPainter, float], object] | None = None
    """Paint what is under the wires, and over the cards, at a scale."""

    def __init__(self, projection: Projection, notes: Notes) -> None:
        self._projection = projection
        self._notes = notes
        self._lines: Lines = []
        self._lit: list[WireItem] = []
        self._lines_are: tuple[int, Look] | None = None
        """For which state of the wires, and in which colours, the lines were made."""

    def paint(self, painter: QPainter, exposed: Sequence[QRectF], drawn: QGraphicsItem | None = None) -> None:
        """Paint what is within rectangles of the scene; `drawn` is what the mouse is drawing over it."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for frame in sorted(self._notes.frames.values(), key=lambda item: item.zValue()):
            _paint_item(frame, painter)
        if self.under is not None:
            self.under(painter, painter.worldTransform().m11())
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        self._paint_wires(painter)
        for comment in self._notes.comments.values():
            _paint_item(comment, painter)
        self._paint_cards(painter, self._cards(exposed))
        if self.over is not None:
            self.over(painter, painter.worldTransform().m11())
        if drawn is not None:
            _paint_item(drawn, painter)

    def _cards(self, exposed: Sequence[QRectF]) -> Iterable[NodeItem]:
        """Return the cards that may be within the rectangles."""
        around = reduce(QRectF.united, exposed, QRectF())
        if sum(one.width() * one.height() for one in exposed) > FEW * around.width() * around.height():
            return (card for card in self._projection.cards.values() if card.body_rect().intersects(around))
        scene = self._projection.graph.scene()
        found = {item for one in exposed for item in scene.items(one, BY_BOX) if isinstance(item, NodeItem)}
        return (card for card in self._projection.cards.values() if card in found) if found else ()

    def _paint_cards(self, painter: QPainter, cards: Iterable[NodeItem]) -> None:
        style = look()
        alike: dict[BoxKey, list[QRectF]] = defaultdict(list)
        boxes: dict[BoxKey, Box] = {}
        shown = list(cards)
        for item in shown:
            key = box_key(item)
            if key not in boxes:
                boxes[key] = box_of(item, key, style)
            alike[key].append(item.body_rect())
        for key, box in sorted(boxes.items(), key=lambda one: one[1].is_strong):
            painter.setOpacity(box.opacity)
            paint_boxes(painter, box, alike[key])
        painter.setOpacity(1.0)
        for item in shown:
            if item.tint is not None:
                paint_tint(painter, item.tint, item.body_rect())
        scale = painter.worldTransform().m11()
        if scale >= NAMED and len(self._projection.cards) <= NAMES:
            for item in shown:
                painter.setOpacity(opacity_of(item))
                painter.save()
                painter.translate(item.pos())
                paint_big_title(item, painter, style, scale)
                painter.restore()
        painter.setOpacity(1.0)
        for item in shown:
            if item.compared is not None:
                paint_compared(painter, item.compared, item.body_rect(), scale, style)
            if item.current:
                paint_here(painter, item.body_rect(), scale, style)

    def _paint_wires(self, painter: QPainter) -> None:
        style = look()
        if self._lines_are != (WireItem.changes, style):
            self._lines = self._joined(style)
            self._lit = [wire for wire in self._projection.wires.values() if wire.hovered or wire.marked]
            self._lines_are = (WireItem.changes, style)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for line, dimmed, path in self._lines:
            painter.setOpacity(FADED if dimmed else 1.0)
            painter.setPen(line)
            painter.drawPath(path)
        painter.setOpacity(1.0)
        chosen = [item for item in self._projection.graph.scene().selectedItems() if isinstance(item, WireItem)]
        for wire in (*self._lit, *chosen):
            if wire.isVisible():
                painter.setPen(tiny_pen(wire, style, strong=True))
                painter.drawPath(wire.path())

    def _joined(self, style: Look) -> Lines:
        """Return the wires as few paths, one for each pen."""
        made: dict[tuple[int, bool], tuple[QPen, bool, QPainterPath]] = {}
        for wire in self._projection.wires.values():
            if wire.isVisible():
                line = tiny_pen(wire, style, strong=False)
                key = (id(line), wire.dimmed)
                if key not in made:
                    made[key] = (line, wire.dimmed, QPainterPath())
                made[key][2].addPath(wire.path())
        return list(made.values())


def _paint_item(item: QGraphicsItem, painter: QPainter) -> None:
    painter.save()
    painter.translate(item.pos())
    item.paint(painter, QStyleOptionGraphicsItem(), None)
    painter.restore()
