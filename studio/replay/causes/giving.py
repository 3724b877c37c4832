"""What a firing's output came from directly: the firings one step back (design rules 2.1, 2.3, 2.6)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from studio.replay.causes.bodies import Bodies
from studio.replay.causes.memory import asker_of
from studio.replay.causes.places import Place, Places
from studio.replay.causes.records import (
    ENTERS,
    FAILURE,
    FEEDBACK,
    FIRST,
    FIRST_FROM,
    INPUT,
    ITEM,
    LEAVES,
    OUTSIDE,
    SAME_QUESTION,
    STORE,
    WHEN,
    Cause,
)
from studio.replay.causes.stores import Stores
from studio.support.ticks import region_prefix, tick_key
from studio.trace.found import producers_of

if TYPE_CHECKING:
    from studio.replay.causes.rows import Rows
    from studio.trace.found import Firing

SHARES = ("item", "index", "key")
"""Inputs of a map's body that come from `items`."""

DONE = "done"

KEPT = 5000
"""Answers kept in memory at most: a search forwards asks the same firings again and again."""

_FAILED_INSIDE = re.compile(r"`(?P<node>[^`]+)` failed at tick (?P<tick>[\d.]+): ")
_REFUSED = re.compile(r"its input `(?P<port>[^`]+)` takes ")


class Giving:
    """Finds direct causes in one run."""

    def __init__(self, rows: Rows, places: Places) -> None:
        self.rows = rows
        self.places = places
        self.stores = Stores(rows, places)
        self.bodies = Bodies(rows, places)
        self._known: dict[tuple[int, str | None], list[Cause]] = {}

    def of(self, firing: Firing, port: str | None = None) -> list[Cause]:
        """Return what an output of a firing came from directly; of all its outputs if no port is given.

        Only what gave: for what kept values away see `absence`.
        """
        key = (firing.id, port)
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= KEPT:
                self._known.clear()
            known = self._known[key] = self._look(firing, port)
        return known

    def _look(self, firing: Firing, port: str | None) -> list[Cause]:
        if firing.status == "skipped" or firing.seq is None or firing.origin == "frozen":
            return []  # what is frozen was given by a person
        place = self.places.find(firing.node)
        if place is not None and place.is_region and not passed_on(place, firing):
            return list(self._of_region(firing, place, port))
        found = list(self._inputs(firing, place))
        if place is None or place.uses_stores:
            found += (
                Cause(firing.id, made.store, made.firing, made.op, STORE) for made in self.stores.met_by(firing, place)
            )
        found += (Cause(firing.id, "", asker, "", SAME_QUESTION) for asker in asker_of(self.rows, firing))
        return list(dict.fromkeys(found))

    # -- inputs -------------------------------------------------------------------------------

    def _inputs(self, firing: Firing, place: Place | None, only: tuple[str, ...] | None = None) -> Iterator[Cause]:
        for port, stored in firing.inputs.items():
            if only is None or port in only:
                for source, output in producers_of(stored):
                    yield Cause(firing.id, port, source, output, self._why(place, port, source, output))
        if place is not None and only is None and firing.status == "error" and firing.reason:
            refused = _REFUSED.match(firing.reason)
            if refused and refused["port"] not in firing.inputs:
                yield from self._refused(firing, place, refused["port"])

    def _why(self, place: Place | None, port: str, source: int, output: str) -> str:
        if source == OUTSIDE:
            return FIRST
        if place is None:
            return WHEN if port == "when" else INPUT
        if place.role == "input":
            node = place.region.node
            is_share = node is not None and node.role == "map" and place.name in SHARES
            return ITEM if is_share else ENTERS
        if port == "when":
            return WHEN
        producer = self.rows.get(source).node.rpartition("/")[2]
        wires = place.wires(port)
        from_it = [edge for edge in wires if (edge.source, edge.source_port) == (producer, output)]
        if any(not edge.feedback for edge in from_it):
            return INPUT
        if from_it:
            return FEEDBACK
        return FIRST_FROM if any(edge.initial_from == f"{producer}.{output}" for edge in wires) else INPUT

    def _refused(self, firing: Firing, place: Place, port: str) -> Iterator[Cause]:
        """The wire whose value was of the wrong type: the trace has no origin of an input that was never taken in."""
        base = self.rows.path_of(firing) - firing.plan_index
        prefix = region_prefix(firing.tick_key)
        for edge in place.wires(port):
            path = base + place.region.order[edge.source]
            look = self.rows.last_before if edge.feedback else self.rows.last_up_to
            giver = look(path, firing.tick_key, prefix)
            if giver is not None and edge.source_port in giver.outputs:
                yield Cause(firing.id, port, giver.id, edge.source_port, FEEDBACK if edge.feedback else INPUT)
                return

    # -- regions ------------------------------------------------------------------------------

    def _of_region(self, firing: Firing, place: Place, port: str | None) -> Iterator[Cause]:
        if port == DONE:
            yield from self._inputs(firing, place)
            return
        yield from self._inputs(firing, place, ("when", "items") if place.role == "map" else ("when",))
        if firing.status == "error":
            failed = self.failure(firing)
            if failed is not None:
                yield Cause(firing.id, "error", failed.id, "error", FAILURE)
            else:  # its own: too slow, too deep, a key missing, no end in sight
                yield from self._inputs(firing, place)
            return
        untold = False
        for output in self.bodies.body(firing, place).outputs() if port is None else [port]:
            given = self.bodies.given_out(firing, place, output)
            untold = untold or given.untold
            for inner in given.firings:
                yield Cause(firing.id, output, inner.id, "value", LEAVES)
        if untold:  # an item never began: its part of what is split was not there
            yield from self._inputs(firing, place, tuple(place.param("each", ())))

    def failure(self, firing: Firing) -> Firing | None:
        """Return the firing whose failure failed a region, as the region's error names it; None if it was its own."""
        named = _FAILED_INSIDE.match(firing.reason)
        if named is None or not named["node"].startswith(firing.node + "/"):
            return None
        path = self.rows.path_id(named["node"])
        found = [] if path is None else self.rows.at(path, tick_key(named["tick"]))
        return next((one for one in reversed(found) if one.status == "error"), None)


def passed_on(place: Place, firing: Firing) -> bool:
    """True if the node is knocked out and passed an input on: its body never ran (rule 2.13)."""
    return place.instance.knockout == "pass" and firing.status == "ok"
