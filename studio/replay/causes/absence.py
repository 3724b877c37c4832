"""Why a node was skipped: the way back from an absence to what decided it (design rules 2.1 to 2.6, 2.11)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from studio.graph.model import Edge
from studio.replay.causes.giving import Giving
from studio.replay.causes.places import Place, outer_tick
from studio.replay.causes.records import Absence, Link
from studio.support.ticks import region_prefix, tick_key
from studio.support.values import Json, preview
from studio.trace.found import producers_of

if TYPE_CHECKING:
    from studio.trace.found import Firing

_LACKS = re.compile(r"input `(?P<port>[^`]+)` absent: ")
_LOST = re.compile(r"lost the race at `(?P<node>[^`]+)`")
_OVER = re.compile(r"`[^`]+` (?P<how>failed|was stopped) at tick (?P<tick>[\d.]+)$")
_CUT_OFF = re.compile(r"cut off: `(?P<node>[^`]+)` failed")

MOST_LINKS = 1000
"""Steps followed at most: a chain of skips over many ticks is as long as the run."""


class Absences:
    """Follows absences in one run."""

    def __init__(self, giving: Giving) -> None:
        self.giving = giving
        self.rows = giving.rows
        self.places = giving.places

    def of(self, firing: Firing) -> Absence:
        """Return why a skipped firing was skipped, down to the root."""
        return _Chain(self).follow(firing, None)

    def of_output(self, firing: Firing, port: str) -> Absence:
        """Return why an output of a firing holds nothing, down to the root."""
        return _Chain(self).follow(firing, port)


class _Chain:
    """One way back."""

    def __init__(self, among: Absences) -> None:
        self.rows = among.rows
        self.places = among.places
        self.giving = among.giving
        self.links: list[Link] = []

    def follow(self, firing: Firing, port: str | None) -> Absence:
        """Follow from a firing (skipped) or from an output of one that holds nothing."""
        step: tuple[Firing, str | None] | Absence = (firing, port)
        while not isinstance(step, Absence):
            firing, port = step
            if len(self.links) >= MOST_LINKS:
                return self._end("longer", firing, port or "", f"… and on: more than {MOST_LINKS} steps", None)
            step = self._skipped(firing) if firing.status == "skipped" else self._empty(firing, port or "")
        return step

    # -- one step -----------------------------------------------------------------------------

    def _skipped(self, firing: Firing) -> tuple[Firing, str | None] | Absence:
        place = self.places.find(firing.node)
        reason = firing.reason
        if place is None:
            return self._end("unknown", firing, "", reason, None)
        if lacks := _LACKS.match(reason):
            return self._lacks(firing, place, lacks["port"])
        if reason == "`when` is false" and place.wires("when"):
            return self._closed(firing, place)
        if reason == f"`{place.name}` is knocked out":  # in the graph, or by hand while it ran
            return self._end("knockout", firing, "", reason, None)
        if place.role == "input":
            return self._not_given(firing, place)
        if lost := _LOST.match(reason):
            return self._lost(firing, lost["node"])
        if over := _OVER.match(reason):
            return self._over(firing, place, over["how"], over["tick"])
        if cut := _CUT_OFF.match(reason):
            failed = self._beside(firing, cut["node"])
            return self._end("cut off", firing, "", reason, failed)
        return self._end("unknown", firing, "", reason, None)

    def _lacks(self, firing: Firing, place: Place, port: str) -> tuple[Firing, str | None] | Absence:
        """An input (or `when`) has nothing: go on to the wire whose reason the engine passed on, the first."""
        wires = place.wires(port)
        if not wires:
            return self._end("not wired", firing, port, f"`{port}` is not wired", None)
        edge = wires[0]
        source, output, earlier = self._source(firing, place, edge)
        if source is None:
            return self._end("not fed", firing, port, "nothing fed back yet", None)
        name = source.node.rpartition("/")[2]
        self._link(firing, port, f"`{port}` had nothing from `{name}.{output}`{earlier}")
        return source, output

    def _source(self, firing: Firing, place: Place, edge: Edge) -> tuple[Firing | None, str, str]:
        """The decision that left a wire empty, its output, and when it was; None if nothing had been fed back."""
        base = self.rows.path_of(firing) - firing.plan_index
        prefix = region_prefix(firing.tick_key)
        order = place.region.order
        path = base + order[edge.source]
        if not edge.feedback:
            return self.rows.last_up_to(path, firing.tick_key, prefix, below=firing.id), edge.source_port, ""
        before = self.rows.last_before(path, firing.tick_key, prefix, below=firing.id)
        if before is not None and not edge.hold:
            return before, edge.source_port, f" at tick {before.tick}"
        if edge.initial_from:
            name, _, port = edge.initial_from.partition(".")
            return self.rows.next_after(base + order[name], "", prefix), port, ""
        return None, "", ""  # a wire that holds is empty only as long as nothing ever came

    def _empty(self, firing: Firing, port: str) -> tuple[Firing, str | None] | Absence:
        """A firing that was decided and holds nothing on an output."""
        place = self.places.find(firing.node)
        if firing.status == "error":
            inner = self.giving.failure(firing)
            if inner is not None and port != "error":
                self._link(firing, port, firing.reason)
                return self._end("failed", inner, "", inner.reason, inner)
            return self._end("failed", firing, port, firing.reason, firing)
        if place is not None and place.is_region and firing.status == "ok" and port not in ("error", "done"):
            inside = self._inside(firing, place, port)
            if inside is not None:
                self._link(firing, port, f"nothing came out on `{port}`")
                return inside, None
        if firing.seq is None:
            return self._end(firing.status, firing, port, f"it was never decided ({firing.status})", firing)
        if place is not None and (place.instance.knockout or "knocked out" in firing.absent.get(port, "")):
            return self._end("knockout", firing, port, f"`{place.name}` is knocked out", None)
        told = firing.absent.get(port, "")
        if place is not None and told not in ("", "route not taken"):
            for passing in place.passing():
                if passing not in firing.inputs and place.wires(passing):
                    self._link(firing, port, f"`{port}` passes `{passing}` on, which held nothing")
                    return self._lacks(firing, place, passing)
        return self._end("route", firing, port, self._chose(firing, port), firing)

    def _chose(self, firing: Firing, port: str) -> str:
        """What a firing did instead, in words."""
        told = firing.absent.get(port, "")
        others = [f"`{name}`" for name in firing.outputs]
        if port == "error":
            return "it did not fail"
        taken = self._taken(firing, "value")
        got = f" for {preview(taken, 40)}" if others and taken is not None else ""
        gave = f"it gave {', '.join(others)}{got}" if others else "it gave nothing"
        return f"{gave}, not `{port}`" + (f": {told}" if told and told != "route not taken" else "")

    def _taken(self, firing: Firing, port: str) -> Json:
        for source, output in producers_of(firing.inputs.get(port)):
            if source:
                return self.giving.bodies.value(self.rows.get(source), output)
        return None

    def _inside(self, firing: Firing, place: Place, port: str) -> Firing | None:
        """The last decision of the inner `flow.output` that gave nothing."""
        body = self.giving.bodies.body(firing, place)
        index = body.order.get(port)
        if index is None:
            return None
        for path in self.rows.inner_paths(self.rows.path_of(firing), index).values():
            if body.shared:
                return self.rows.last_up_to(path, firing.tick_key, region_prefix(firing.tick_key))
            inside = [one for one in self.rows.within(path, firing.tick_key + ".") if one.parent == firing.id]
            return inside[-1] if inside else None
        return None

    # -- roots --------------------------------------------------------------------------------

    def _closed(self, firing: Firing, place: Place) -> Absence:
        """`when` was false: who said so."""
        for edge in place.wires("when"):
            source, _, _ = self._source(firing, place, edge)
            if source is None:
                continue
            if source.outputs.get(edge.source_port) is False:
                self._link(firing, "when", f"`{edge.source}.{edge.source_port}` was false")
                return self._end("when", source, edge.source_port, f"`{edge.source_port}` is false", source)
        return self._end("when", firing, "when", firing.reason, None)

    def _lost(self, firing: Firing, racer: str) -> Absence:
        """Another wire had won the race that this node ran in."""
        at = self._beside(firing, racer)
        race = None if at is None else self._racer_place(firing, racer)
        if at is None or race is None:
            return self._end("race", firing, "", firing.reason, at)
        self._link(firing, "", firing.reason)
        for stored in (at.inputs.get(port) for port in dict.fromkeys(edge.target_port for edge in _all(race))):
            for source, output in producers_of(stored):
                if source:
                    winner = self.rows.get(source)
                    return self._end("race", winner, output, f"it won the race at `{racer}`", winner)
        return self._end("race", at, "", firing.reason, at)

    def _racer_place(self, firing: Firing, name: str) -> Place | None:
        prefix = firing.node.rpartition("/")[0]
        return self.places.find(f"{prefix}/{name}" if prefix else name)

    def _over(self, firing: Firing, place: Place, how: str, tick: str) -> Absence:
        """An organ that ticks no more: what stopped it, or failed in it."""
        self._link(firing, "", firing.reason)
        last = self.rows.at(self.rows.path_of(firing), tick_key(tick))
        region = last[-1] if last else None
        if region is None:
            return self._end("stopped", firing, "", firing.reason, None)
        if how == "failed":
            inner = self.giving.failure(region)
            return self._end("failed", inner or region, "", (inner or region).reason, inner or region)
        body = self.giving.bodies.body(region, place)
        for name, index in body.order.items():
            if body.scope.graph.nodes[name].type != "flow.stop":
                continue
            for path in self.rows.inner_paths(self.rows.path_of(region), index).values():
                for stop in self.rows.at(path, region.tick_key):
                    if stop.status == "ok":
                        return self._end("stopped", stop, "", "it stopped the body around it", stop)
        return self._end("stopped", region, "", firing.reason, region)

    def _not_given(self, firing: Firing, place: Place) -> tuple[Firing, str | None] | Absence:
        """A `flow.input` with nothing from around: an input of the run, or a port of the region node."""
        region = place.region
        if region.node is None or not firing.parent:
            return self._end("not given", firing, "", firing.reason, None)
        around = self.rows.get(firing.parent)
        node = region.node
        if not node.wires(place.name):
            return self._end("not wired", firing, "", f"nothing is wired to `{node.name}.{place.name}`", None)
        taken = [source for source, _ in producers_of(around.inputs.get(place.name)) if source]
        if taken:  # it was there, but without an entry for this item
            giver = self.rows.get(taken[0])
            self._link(firing, "", firing.reason)
            return self._end("no entry", giver, "", firing.reason, giver)
        self._link(firing, "", f"nothing came in on `{node.name}.{place.name}`")
        assert outer_tick(region, firing.tick_key) == around.tick_key
        return self._lacks(around, node, place.name)

    def _beside(self, firing: Firing, name: str) -> Firing | None:
        """The decision at this tick of a node in this region, or in one around it."""
        place = self.places.find(firing.node)
        here: Firing = firing
        while place is not None:
            if name in place.region.order:
                base = self.rows.path_of(here) - here.plan_index
                return self.rows.last_up_to(
                    base + place.region.order[name], here.tick_key, region_prefix(here.tick_key)
                )
            if place.region.node is None or not here.parent:
                return None
            here = self.rows.get(here.parent)
            place = place.region.node
        return None

    def _link(self, firing: Firing, port: str, why: str) -> None:
        self.links.append(Link(firing, firing.node, firing.tick, port, why))

    def _end(self, kind: str, firing: Firing, port: str, why: str, by: Firing | None) -> Absence:
        self._link(firing, port, why)
        return Absence(kind, tuple(self.links), by)


def _all(place: Place) -> list[Edge]:
    return place.region.incoming.get(place.name, [])
