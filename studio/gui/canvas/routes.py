"""The routes of a graph's wires: from port to port, around cards or through points, or to nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

from studio.graph.layout import Point
from studio.gui.canvas.library import IN, OUT
from studio.gui.canvas.routing import Lanes, around, smooth, through
from studio.gui.canvas.wire_item import WireItem, WireKey

if TYPE_CHECKING:
    from studio.gui.canvas.projection import Projection

STUB, SLOPE = 70.0, 26.0
"""How far a wire goes one end of which is nowhere: across, and up or down so that it lies on no other."""


class Routes:
    """Routes the wires of a projection. `points` are those that wires are led through, by edge as written."""

    def __init__(self, shown: Projection) -> None:
        self._shown = shown
        self._lanes = Lanes()
        self.points: dict[str, list[Point]] = {}

    def place(self, name: str) -> None:
        """A card stands where its item is now."""
        self._lanes.place(name, self._shown.cards[name].body_rect())

    def remove(self, name: str) -> None:
        """A card is gone."""
        self._lanes.remove(name)

    def free(self, key: WireKey) -> None:
        """A wire is gone."""
        self._lanes.free(key)

    def route(self, wire: WireItem, waypoints: list[QPointF] | None = None) -> None:
        """Route a wire between its ports, through its points or those given."""
        key = wire.key
        source, target = self._shown.cards.get(key.source), self._shown.cards.get(key.target)
        wire.missing = ""
        if source is not None and target is not None:
            start, end = source.port_place(OUT, key.source_port), target.port_place(IN, key.target_port)
        elif source is not None:
            start = source.port_place(OUT, key.source_port)
            end = start + QPointF(STUB, -SLOPE)
            wire.missing = f"no node {key.target}"
        elif target is not None:
            end = target.port_place(IN, key.target_port)
            start = end - QPointF(STUB, SLOPE)
            wire.missing = f"no node {key.source}"
        else:
            return
        wire.port_type = source.type_of(OUT, key.source_port) if source is not None else "any"
        wire.broken = source is None or target is None or self._is_ghost(key)
        if waypoints is None:
            waypoints = [QPointF(x, y) for x, y in self.points.get(str(wire.edge), ())] if self.points else []
        if waypoints:
            self._lanes.free(key)
            path = through([start, *waypoints, end])
            label = path.pointAtPercent(0.5)
        elif key.feedback and end.x() <= start.x() + 40:
            lane = self._lanes.lane(key, start, end, (key.source, key.target))
            path = around(start, end, lane)
            label = QPointF(self._lanes.open_place(end.x(), start.x(), lane), lane)
        else:
            self._lanes.free(key)
            path = smooth(start, end)
            label = path.pointAtPercent(0.5) if wire.edge.feedback or wire.count > 1 else QPointF()
        if wire.missing:
            label = start + QPointF(18, -30) if source is not None else end - QPointF(wire.label_width() + 12, 30)
        wire.set_route(path, label, waypoints)

    def _is_ghost(self, key: WireKey) -> bool:
        cards = self._shown.cards
        source, target = cards[key.source].ghosts, cards[key.target].ghosts
        return (OUT, key.source_port) in source or (IN, key.target_port) in target
