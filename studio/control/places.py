"""Where a person points: a node by its path, found in the plan of the graph, and whether a firing is there.

A path may name items of maps (`work/3/refine`: that item only) or leave them out (`work/refine`: in every item). A
name alone will do where only one node of the graph, however deep, has it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.engine.plan import NodePlan, RegionPlan
from studio.support.errors import UsageError
from studio.support.nearest import did_you_mean

if TYPE_CHECKING:
    from studio.engine.region import Region

PLACES = 20_000
"""Nodes looked at for a name that is no path."""

Trail = tuple[tuple[str, str], ...]
"""The region nodes around a region, from the top: name and item (empty in a subgraph)."""


@dataclass(frozen=True, slots=True)
class Level:
    """One step of a path: the node in its region's plan, and the item it goes on in (None: any)."""

    plan: RegionPlan
    node: NodePlan
    item: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A node that a person named: `path` as it is shown, `levels` from the top down to the node."""

    path: str
    levels: tuple[Level, ...]

    @property
    def node(self) -> NodePlan:
        """The node itself."""
        return self.levels[-1].node

    @property
    def plain(self) -> str:
        """The path without items, by which places are looked up."""
        return "/".join(level.node.name for level in self.levels)

    def holds(self, trail: Trail, node: NodePlan) -> bool:
        """True if a node of a region with this trail is meant."""
        return len(trail) == len(self.levels) - 1 and node.name == self.node.name and self._follows(trail)

    def is_body(self, trail: Trail) -> bool:
        """True if a region with this trail is the body of the region node that is meant."""
        return len(trail) == len(self.levels) and self._follows(trail)

    def _follows(self, trail: Trail) -> bool:
        return all(
            level.node.name == name and level.item in (None, item)
            for level, (name, item) in zip(self.levels, trail, strict=False)
        )


def trail_of(region: Region) -> Trail:
    """The region nodes around a region."""
    around: list[tuple[str, str]] = []
    while region.parent is not None:
        parent = region.parent
        name = parent.plan.nodes[region.path_id - parent.path_base].name
        around.append((name, region.prefix[len(parent.prefix) + len(name) + 1 : -1]))
        region = parent
    return tuple(reversed(around))


def find_place(plan: RegionPlan, path: str) -> Place:
    """Return the node of a path or name. Raises UsageError, with the names that come near."""
    levels = _walk(plan, path.split("/"))
    if levels is None:
        found = [place for place in every_place(plan) if place.path.endswith("/" + path) or place.path == path]
        if len(found) == 1:
            return found[0]
        if found:
            names = ", ".join(f"`{place.path}`" for place in found[:4])
            raise UsageError(f"`{path}` stands for several nodes: {names}.", hint="Give the whole path.")
        known = [place.path for place in every_place(plan)]
        raise UsageError(
            f"The graph has no node `{path}`.", hint=did_you_mean(path, known) or f"Its nodes: {', '.join(known[:12])}."
        )
    return Place(path, levels)


def every_place(plan: RegionPlan) -> Iterator[Place]:
    """Every node of a graph and of the graphs inside, but not of a graph inside itself; at most `PLACES`."""
    queue: deque[tuple[RegionPlan, tuple[Level, ...]]] = deque([(plan, ())])
    left = PLACES
    while queue and left > 0:
        here, above = queue.popleft()
        left -= len(here.nodes)
        for node in here.nodes:
            levels = (*above, Level(here, node))
            yield Place("/".join(level.node.name for level in levels), levels)
            if node.body is not None and all(level.plan is not node.body.plan for level in levels):
                queue.append((node.body.plan, levels))


def _walk(plan: RegionPlan, segments: list[str]) -> tuple[Level, ...] | None:
    node = next((made for made in plan.nodes if made.name == segments[0]), None)
    if node is None:
        return None
    rest = segments[1:]
    if not rest:
        return (Level(plan, node),)
    if node.body is None:
        return None
    deeper = _walk(node.body.plan, rest)
    if deeper is not None:
        return (Level(plan, node), *deeper)
    if node.role == "map" and len(rest) > 1:
        deeper = _walk(node.body.plan, rest[1:])
        if deeper is not None:
            return (Level(plan, node, rest[0]), *deeper)
    return None


def needed_now(plan: RegionPlan, index: int) -> frozenset[int]:
    """The nodes that must be decided before this one in the same tick: by wires, `when`, first values and stores."""
    return _closure(plan, index, feedback=False)


def needed_ever(plan: RegionPlan, index: int) -> frozenset[int]:
    """Those and the nodes whose feedback it needs in a later tick."""
    return _closure(plan, index, feedback=True)


def _closure(plan: RegionPlan, index: int, *, feedback: bool) -> frozenset[int]:
    found: set[int] = set()
    todo = [index]
    while todo:
        at = todo.pop()
        if at not in found:
            found.add(at)
            todo.extend(_before(plan, at, feedback))
    return frozenset(found)


def _before(plan: RegionPlan, index: int, feedback: bool) -> Iterator[int]:
    node = plan.nodes[index]
    for wires in (node.when, *(entry.wires for entry in node.inputs)):
        for wire in wires:
            if wire.feedback < 0 or feedback:
                yield wire.source
    for register in plan.registers:
        if register.target == index and register.initial_from is not None:
            yield register.initial_from[0]
    if node.stores:
        for other in plan.nodes[:index]:
            if not node.stores.keys().isdisjoint(other.stores):
                yield other.index
