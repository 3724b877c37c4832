"""Which firings inside a region gave its outputs: the last value, one per tick, one per item (rules 2.5 and 2.6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from studio.replay.causes.places import Place, Places, Region
from studio.replay.causes.records import OUTSIDE
from studio.replay.firsts import FirstValues
from studio.support.ticks import region_prefix
from studio.support.values import Json

if TYPE_CHECKING:
    from studio.replay.causes.rows import Rows
    from studio.trace.found import Firing


class Given(NamedTuple):
    """What gave an output of a region firing: inner firings in order; `untold` are items of a map that never began."""

    firings: list[Firing]
    untold: bool


class Bodies:
    """Looks into region firings of one run."""

    def __init__(self, rows: Rows, places: Places) -> None:
        self.rows = rows
        self.places = places
        self.firsts = FirstValues(rows.trace, rows.run.id)
        self._items: tuple[int, list[Json] | None] = (0, None)

    def body(self, firing: Firing, place: Place) -> Region:
        """Return the body of a region node (of a map: of any item)."""
        return self.places.body(firing.node, place, None if place.role == "subgraph" else "")

    def given_out(self, firing: Firing, place: Place, output: str) -> Given:
        """Return what gave an output of a region firing that went well."""
        body = self.body(firing, place)
        index = body.order.get(output)
        if index is None:
            return Given([], False)
        paths = self.rows.inner_paths(self.rows.path_of(firing), index)
        if place.role == "subgraph":
            return Given([one for path in paths.values() for one in self._of_one(path, firing, body, output)], False)
        return self._of_items(firing, place, body, output, {_segment(path, firing): id for path, id in paths.items()})

    # -- maps ---------------------------------------------------------------------------------

    def _of_items(self, firing: Firing, place: Place, body: Region, output: str, paths: Mapping[str, int]) -> Given:
        segments = self.segments(firing, place)
        entries = self.rows.trace.decoded(firing.outputs).get(output)
        entries = entries if isinstance(entries, list) else []
        dropped = len(segments) - len(entries)
        index = body.order[output]
        found: list[Firing] = []
        untold = False
        for position, segment in enumerate(segments):
            path = paths.get(segment)
            if path is None or not (body.shared or self._began(path, firing)):
                untold = True
                continue
            if dropped == 0 and entries[position] is None and not self._gave_null(path, firing):
                continue  # absent, stopped or failed: its entry is the null of no value
            if dropped and self._failed(path - index, body, firing):
                continue
            found += self._of_one(path, firing, body, output)
        return Given(found, untold)

    def segments(self, firing: Firing, place: Place) -> list[str]:
        """Return what the items of a map firing are called in node paths, in order."""
        items = self.items(firing)
        if items is None:  # they cannot be found: what is inside tells
            inside = self.rows.inner_paths(self.rows.path_of(firing), 0)
            return [_segment(path, firing) for path in inside]
        field = place.param("key", None)
        if field is None or (field == "" and place.param("clock", "own") != "shared"):
            return [str(position) for position in range(len(items))]
        keys = [item.get(field) if isinstance(item, dict) and field else item for item in items]
        return [str(key).replace("%", "%25").replace("/", "%2F") or "%" for key in keys]

    def items(self, firing: Firing) -> list[Json] | None:
        """Return the items a map firing got, None if they cannot be told."""
        if self._items[0] != firing.id:
            self._items = (firing.id, self._read_items(firing))
        return self._items[1]

    def _read_items(self, firing: Firing) -> list[Json] | None:
        stored = firing.inputs.get("items")
        if not stored or isinstance(stored[0], list):
            return None
        value: Json
        if stored[0] == OUTSIDE:
            first = self.firsts.find(firing.node, "items")
            value = None if first is None else first.value
        else:
            value = self.value(self.rows.get(stored[0]), stored[1])
        return value if isinstance(value, list) else None

    def value(self, firing: Firing, output: str) -> Json:
        """Return the value of one output of a firing, None if it holds nothing."""
        return self.rows.trace.decoded({output: firing.outputs.get(output)})[output]

    def _began(self, path: int, firing: Firing) -> bool:
        return any(one.parent == firing.id for one in self.rows.within(path, firing.tick_key + "."))

    def _gave_null(self, path: int, firing: Firing) -> bool:
        """True if what the item last put out is the value null, and no absence."""
        made = self.rows.last_up_to(path, firing.tick_key + "\x7f", region_prefix(firing.tick_key))
        if made is None or made.status != "ok":
            return False
        stored = made.inputs.get("value")
        if not stored or isinstance(stored[0], list):
            return False
        if stored[0] == OUTSIDE:
            return True
        giver = self.rows.get(stored[0])
        return stored[1] in giver.outputs and self.value(giver, stored[1]) is None

    def _failed(self, first: int, body: Region, firing: Firing) -> bool:
        """True if a node of this item failed it."""
        graph = body.scope.graph
        for name, nth in body.order.items():
            if graph.nodes[name].on_error != "fail":
                continue
            where = firing.tick_key if body.shared else firing.tick_key + "."
            inside = self.rows.between(first + nth, where, where if body.shared else where + "\x7f")
            if any(one.status == "error" and one.parent == firing.id for one in inside):
                return True
        return False

    # -- one body -----------------------------------------------------------------------------

    def _of_one(self, path: int, firing: Firing, body: Region, output: str) -> list[Firing]:
        if body.shared:
            # At this tick, or (steady) once and for all.
            made = self.rows.last_up_to(path, firing.tick_key, region_prefix(firing.tick_key))
            return [made] if made is not None and made.status == "ok" else []
        inside = self.rows.within(path, firing.tick_key + ".")
        inside = last_attempt([one for one in inside if one.parent == firing.id])
        given = [one for one in inside if one.status == "ok"]
        if not body.scope.graph.nodes[output].params.get("collect", False):
            return given[-1:]
        return [one for one in given if self._is_fresh(one, body, output)]

    def _is_fresh(self, firing: Firing, body: Region, output: str) -> bool:
        """True if what an output took was fired or delivered in this tick, and not repeated (rule 2.3)."""
        wires = [edge for edge in body.incoming.get(output, ()) if edge.target_port == "value"]
        gated = any(edge.target_port == "when" for edge in body.incoming.get(output, ()))
        if firing.tick_key.endswith(".a0") or (len(wires) == 1 and not wires[0].feedback and not gated):
            return True
        stored = firing.inputs.get("value")
        if not stored or stored[0] == OUTSIDE:
            return False  # a first value that is still there is one that `hold` repeats
        giver = self.rows.get(stored[0])
        name = giver.node.rpartition("/")[2]
        if any((edge.source, edge.source_port) == (name, stored[1]) and not edge.feedback for edge in wires):
            return giver.tick_key == firing.tick_key
        # A feedback wire delivers at the next tick what its source said, and repeats it only if the source then says
        # nothing. A steady source says the same at every tick, afresh.
        again = self.rows.next_after(self.rows.path_of(giver), giver.tick_key, region_prefix(giver.tick_key))
        return again is None or again.tick_key >= firing.tick_key


def last_attempt(inside: list[Firing]) -> list[Firing]:
    """Return the firings of one node in the last execution of a region that was tried several times (rule 2.11)."""
    starts = [nth for nth, one in enumerate(inside) if one.tick_key.endswith(".a0")]
    return inside[starts[-1] :] if starts else inside


def _segment(path: str, firing: Firing) -> str:
    """The item's part of a path inside a map."""
    return path[len(firing.node) + 1 :].partition("/")[0]
