"""What a firing's output led to directly: the firings one step on, found by the wires of the graph."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from studio.graph.model import Edge
from studio.replay.causes.giving import DONE, SHARES, Giving, passed_on
from studio.replay.causes.memory import answered_from
from studio.replay.causes.places import Place
from studio.replay.causes.records import SAME_QUESTION, STORE, Cause
from studio.support.ticks import region_prefix, tick_part

if TYPE_CHECKING:
    from studio.trace.found import Firing

_LAST = "\x7f"

Reach = tuple[Cause, str | None]
"""An edge to a firing, and which of its outputs it touches (None: all)."""


class Leading:
    """Finds direct effects in one run: the inverse of `Giving`, which has the last word on every edge."""

    def __init__(self, giving: Giving) -> None:
        self.giving = giving
        self.rows = giving.rows
        self.places = giving.places

    def of(self, firing: Firing, port: str | None = None) -> Iterator[Reach]:
        """Yield what an output of a firing led to directly; what all its outputs led to if no port is given."""
        place = self.places.find(firing.node)
        if place is None or firing.status == "skipped" or firing.seq is None:
            return
        seen: set[tuple[int, str | None]] = set()
        for consumer, touched in self._reached(firing, place, port):
            if (consumer.id, touched) in seen:
                continue
            seen.add((consumer.id, touched))
            for cause in self.giving.of(consumer, touched):
                if cause.source == firing.id and _is_of(cause, port):
                    yield cause, touched

    def _reached(self, firing: Firing, place: Place, port: str | None) -> Iterator[tuple[Firing, str | None]]:
        """Yield firings that may have taken something of this one, and the output that it touches."""
        base = self.rows.path_of(firing) - firing.plan_index
        for edge in place.region.outgoing.get(place.name, ()):
            if port in (None, edge.source_port):
                yield from self._along(firing, place, edge, base)
        for edge in place.region.starts.get(place.name, ()):
            if port in (None, edge.initial_from.partition(".")[2]):
                yield from self._started(firing, place, edge, base)
        if place.region.node is not None and firing.parent:
            yield from self._around(firing, place)
        if port is None:
            if place.uses_stores:
                for op in self.giving.stores.led_on(firing, place):
                    yield self.rows.get(op.firing), None
            for asker in answered_from(self.rows, firing):
                yield self.rows.get(asker), None

    # -- wires --------------------------------------------------------------------------------

    def _along(self, firing: Firing, place: Place, edge: Edge, base: int) -> Iterator[tuple[Firing, str | None]]:
        """What the target did while the wire carried this firing's word: from its tick (a feedback wire: from the next)
        until the source spoke again."""
        path = self.rows.path_of(firing)
        prefix = region_prefix(firing.tick_key)
        again = self.rows.next_after(path, firing.tick_key, prefix)
        while edge.hold and again is not None and edge.source_port not in _outputs(again):
            again = self.rows.next_after(path, again.tick_key, prefix)
        last = prefix + _LAST if again is None else again.tick_key
        for taker in self._takers(place, edge, base, firing.tick_key, last):
            late = taker.tick_key > firing.tick_key
            ended = again is not None and taker.tick_key == again.tick_key
            if late if edge.feedback else not ended:
                yield from self._taken(firing, place, edge, taker)

    def _started(self, firing: Firing, place: Place, edge: Edge, base: int) -> Iterator[tuple[Firing, str | None]]:
        """What a feedback wire brought whose first value this firing gave: until something was fed back."""
        prefix = region_prefix(firing.tick_key)
        source = base + place.region.order[edge.source]
        spoke = self.rows.last_up_to(source, prefix + tick_part(0), prefix)
        while spoke is not None and (edge.source_port not in _outputs(spoke)) and edge.hold:
            spoke = self.rows.next_after(source, spoke.tick_key, prefix)
        last = prefix + _LAST if spoke is None else spoke.tick_key
        for taker in self._takers(place, edge, base, firing.tick_key, last):
            yield from self._taken(firing, place, edge, taker)

    def _takers(self, place: Place, edge: Edge, base: int, first: str, last: str) -> Iterator[Firing]:
        index = place.region.order.get(edge.target)
        if index is not None:
            yield from self.rows.streamed(base + index, first, last)

    def _taken(self, firing: Firing, place: Place, edge: Edge, taker: Firing) -> Iterator[tuple[Firing, str | None]]:
        prefix = firing.node.rpartition("/")[0]
        target = self.places.find(f"{prefix}/{edge.target}" if prefix else edge.target)
        if target is None:
            return
        if not target.is_region or passed_on(target, taker):
            yield taker, None
            return
        if edge.target_port in ("when", "items") or taker.status == "error":
            yield taker, None
        elif any(out.source_port == DONE for out in place.region.outgoing.get(edge.target, ())):
            yield taker, DONE
        if target.role == "map" and edge.target_port in target.param("each", ()):
            yield taker, None
        if edge.target_port != "when":  # also of one that was cut off, or never decided: its body began
            yield from self._entered(taker, target, edge.target_port)

    def _entered(self, taker: Firing, target: Place, port: str) -> Iterator[tuple[Firing, str | None]]:
        """The `flow.input`s inside a region firing that took a value in."""
        names = (port, *SHARES) if target.role == "map" and port == "items" else (port,)
        body = self.giving.bodies.body(taker, target)
        for name in names:
            index = body.order.get(name)
            if index is None:
                continue
            for path in self.rows.inner_paths(self.rows.path_of(taker), index).values():
                where = taker.tick_key if body.shared else taker.tick_key + "."
                for inner in self.rows.between(path, where, where if body.shared else where + _LAST):
                    if inner.parent == taker.id:
                        yield inner, None

    # -- regions ------------------------------------------------------------------------------

    def _around(self, firing: Firing, place: Place) -> Iterator[tuple[Firing, str | None]]:
        """The region firings that this one gave an output of, or failed."""
        around = self.rows.get(firing.parent)
        if firing.status == "error":
            yield around, None
        if place.role == "output":
            yield around, place.name
            if place.region.shared:  # steady in a shared body: it gives the same at every tick
                path = self.rows.path_of(around)
                for later in self.rows.between(path, around.tick_key, region_prefix(around.tick_key) + _LAST):
                    yield later, place.name


def _outputs(firing: Firing) -> tuple[str, ...]:
    done = ("done",) if firing.status == "ok" else ()
    return (*firing.outputs, *done)


def _is_of(cause: Cause, port: str | None) -> bool:
    return port is None or cause.output == port or cause.why in (STORE, SAME_QUESTION)
