"""`Tabs`: which execution of its graph each tab of a recorded run shows, and which items of maps there are to choose.

A graph may have been run many times until a step: in another node, at another tick, for another item. Its tab shows the
execution that the step is in; where it is in none, the last one that was shown or picked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.editing import TOP, At, Document
from studio.gui.live.watching.places import Places, Spot, way
from studio.support.errors import StudioError

if TYPE_CHECKING:
    from studio.replay.cursor import Cursor
    from studio.replay.states.regions import Region
    from studio.replay.states.state import State
    from studio.trace.decided import PathRow

SPOTS = 20_000
"""Node paths whose places are kept."""


@dataclass(frozen=True, slots=True)
class Items:
    """Items of a map in a run, in the order they began. `keys` are the first ones, `count` is how many there were,
    `place` (from 0) that of the item `key`; not `is_known`: no such item began."""

    key: str
    keys: list[str]
    count: int
    place: int
    is_known: bool


class Tabs:
    """The tabs of one run. `troubled` hears why a state could not be read; nothing is known of it then."""

    def __init__(
        self, document: Document, places: Places, cursor: Cursor, troubled: Callable[[StudioError], object]
    ) -> None:
        self._document = document
        self._places = places
        self._cursor = cursor
        self._troubled = troubled
        self._spots: dict[str, Spot | None] = {}
        self._routes: dict[At, tuple[Spot, str]] = {}
        """By graph, the region node through which its tab shows it, and the item."""
        self._picked: dict[At, str] = {}
        """Items that were picked since the last move, by graph."""
        self._known: dict[At, State | None] = {}
        self._known_at: tuple[int, int, str] = (0, 0, "")

    def spot(self, node: str) -> Spot | None:
        """Return where the graph has the node of a node path, items of maps left out; None if it is not known."""
        if node not in self._spots:
            found = way(self._places, node, self._document.registry)
            if len(self._spots) >= SPOTS:
                self._spots.clear()
            self._spots[node] = found[-1] if found else None
        return self._spots[node]

    def note_way(self) -> None:
        """The run stands at another step: tabs go on showing the executions that it led through, when the next one
        leads elsewhere. What was picked gives way."""
        self._picked.clear()
        for body, spot, region in self._way():
            self._routes[body] = spot, region.item

    def state(self, at: At) -> State | None:
        """Return the state, at the current step, of the region that the tab of a graph shows; None if no execution had
        begun there."""
        place = (self._cursor.seq, len(self._cursor), self._cursor.run.status)
        if self._known_at != place:
            self._known.clear()
            self._known_at = place
        if at not in self._known:
            try:
                region = self._region_at(at, set())
                self._known[at] = None if region is None else self._cursor.state(region)
            except StudioError as error:
                self._known[at] = None
                self._troubled(error)
        return self._known[at]

    def read_anew(self) -> None:
        """The next state is read from the trace, though the run stands where it stood."""
        self._known.clear()

    # -- items ----------------------------------------------------------------------------------

    def items_in(self, at: At, most: int, key: str = "") -> Items | None:
        """Return the items of the map whose body a graph is, `most` of them at most, and where among them the shown one
        (or the one of this key) stands; None for other graphs, and where the map had no item yet."""
        parent, shown = self._map_of(at)
        if parent is None:
            return None
        steps = self._cursor.steps
        bodies = steps.paths_below(parent.path, most)
        if not bodies:
            return None
        start, name = len(parent.node) + 1, bodies[0].node.rpartition("/")[2]
        key = key or shown
        mine = steps.path_named(f"{parent.node}/{key}/{name}")
        place = 0 if mine is None else steps.count_bodies(parent.path, mine.path)
        keys = [body.node[start : body.node.rfind("/")] for body in bodies]
        return Items(key, keys, steps.count_bodies(parent.path), place, mine is not None)

    def item_at(self, at: At, place: int) -> str | None:
        """Return the key of the item that began at a place, from 0, of the map whose body a graph is."""
        parent, _ = self._map_of(at)
        body = None if parent is None else self._cursor.steps.body_at(parent.path, place)
        return None if parent is None or body is None else body.node[len(parent.node) + 1 : body.node.rfind("/")]

    def pick(self, at: At, item: str) -> bool:
        """Have the tab of a map's body show another item; return whether it is another one."""
        route = self._route(at)
        if route is None or route[1] == item:
            return False
        self._routes[at] = route[0], item
        self._picked[at] = item
        self._known.clear()
        return True

    # -- within ---------------------------------------------------------------------------------

    def _map_of(self, at: At) -> tuple[PathRow | None, str]:
        """The node path of the map whose body a graph is, and the key of the item that its tab shows."""
        route = self._route(at)
        if route is None or not route[1]:
            return None, ""
        around = self._region_at(route[0].at, {at})
        return (None if around is None else around.path_of(route[0].name)), route[1]

    def _way(self) -> Iterator[tuple[At, Spot, Region]]:
        """The regions that the step is in, from the inside: the graph of each, its region node, and the region. Those
        whose graphs stand in files of their own are left out."""
        region: Region | None = self._cursor.region()
        while region is not None and region.node is not None:
            spot = self.spot(region.node.node)
            if spot is not None and (body := self._places.body(*spot)) is not None:
                yield body, spot, region
            region = self._cursor.regions.around(region)

    def _region_at(self, at: At, seen: set[At]) -> Region | None:
        if at == TOP:
            return self._cursor.regions.top()
        for body, region in self._shown_way():
            if body == at:
                return region
        route = self._route(at)
        if route is None or at in seen:
            return None
        around = self._region_at(route[0].at, {*seen, at})
        if around is None:
            return None
        found = self._cursor.regions.body(around, route[0].name, self._cursor.seq, route[1])
        if found is None and route[1]:  # no item of this key ever began: the first one that did
            keys = self._cursor.regions.items(around, route[0].name, 1)
            if keys and keys[0] != route[1]:
                self._routes[at] = route[0], keys[0]
                found = self._cursor.regions.body(around, route[0].name, self._cursor.seq, keys[0])
        return found

    def _shown_way(self) -> list[tuple[At, Region]]:
        """The regions that the step is in, from the inside, without those in an item that is not the one picked."""
        way = [(body, region) for body, _, region in self._way()]
        hidden = [n for n, (body, region) in enumerate(way) if self._picked.get(body, region.item) != region.item]
        return way[hidden[-1] + 1 :] if hidden else way

    def _route(self, at: At) -> tuple[Spot, str] | None:
        """The region node through which a tab's graph is seen, and the item."""
        if at in self._routes or at == TOP:
            return self._routes.get(at)
        for place, graph in self._document.walk():
            for name, node in graph.nodes.items():
                cls = self._document.registry.find(node.type)
                if cls is None or cls.spec.role not in ("subgraph", "map") or self._places.body(place, name) != at:
                    continue
                item = "0" if cls.spec.role == "map" else ""
                self._routes[at] = Spot(place, name), item
                return self._routes[at]
        return None
