"""How far a held run may go: one firing, a tick, over or out of a region, to a node.

A goal is asked twice: when a node is ready, whether it may fire at once; and when the run is at rest, who of those
that wait goes next (in outline order, so that stepping is the same every time). At rest with nobody to let go, it is
reached.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from studio.control.places import Place, needed_ever, needed_now, trail_of
from studio.control.waiting import Waiting, is_inside, is_within
from studio.support.errors import UsageError
from studio.support.ticks import tick_path

if TYPE_CHECKING:
    from studio.engine.plan import NodePlan, RegionPlan
    from studio.engine.region import Region


class Goal(Protocol):
    """See the module. `why` says what was reached, for people."""

    why: str

    def lets(self, region: Region, node: NodePlan) -> bool:
        """True if a node that is ready may fire at once."""

    def next(self, waiting: Sequence[Waiting]) -> Sequence[Waiting]:
        """The run is at rest: who goes next. Nobody: the goal is reached."""

    def fired(self, region: Region, node: NodePlan) -> bool:
        """A node has fired: True if that reaches the goal."""


class Steps:
    """So many firings, one after the other. A region node opens, its inner firings are steps of their own."""

    def __init__(self, count: int = 1) -> None:
        if count < 1:
            raise UsageError(f"{count} is no number of steps.", hint="Give a number from 1.")
        self.why = "one step done" if count == 1 else f"{count} steps done"
        self._left = count

    def lets(self, region: Region, node: NodePlan) -> bool:
        return False

    def next(self, waiting: Sequence[Waiting]) -> Sequence[Waiting]:
        if not self._left:
            return ()
        self._left -= 1
        return waiting[:1]

    def fired(self, region: Region, node: NodePlan) -> bool:
        return False


class Over:
    """The next firing and everything inside it."""

    def __init__(self) -> None:
        self.why = "stepped over"
        self._first: Waiting | None = None

    def lets(self, region: Region, node: NodePlan) -> bool:
        first = self._first
        return (
            first is not None
            and is_within(region, first.region, first.node.index)
            and first.region.tick_key == first.tick_key
        )

    def next(self, waiting: Sequence[Waiting]) -> Sequence[Waiting]:
        if self._first is None:
            self._first = waiting[0] if waiting else None
            if self._first is not None:
                self.why = f"{self._first.place} is done"
            return waiting[:1]
        return [one for one in waiting if self.lets(one.region, one.node)]

    def fired(self, region: Region, node: NodePlan) -> bool:
        return False


class Tick:
    """The rest of the present tick of a region: the one the next firing is in, the body of a region node around it, or
    the graph."""

    def __init__(self, place: Place | None = None, *, top: bool = False) -> None:
        self.why = "the tick is done"
        self._place = place
        self._top = top
        self._region: Region | None = None
        self._tick_key = ""

    def lets(self, region: Region, node: NodePlan) -> bool:
        mine = self._region
        return mine is not None and is_inside(region, mine) and mine.tick_key == self._tick_key

    def next(self, waiting: Sequence[Waiting]) -> Sequence[Waiting]:
        if self._region is None and waiting:
            self._begin(waiting)
        return [one for one in waiting if self.lets(one.region, one.node)]

    def _begin(self, waiting: Sequence[Waiting]) -> None:
        region: Region | None = waiting[0].region
        while region is not None and not self._is_meant(region):
            region = region.parent
        if region is None:
            return
        self._region, self._tick_key = region, region.tick_key
        name = region.prefix.rstrip("/") or "the graph"
        self.why = f"tick {tick_path(region.tick_key)} of {name} is done"

    def _is_meant(self, region: Region) -> bool:
        if self._place is not None:
            return self._place.is_body(trail_of(region))
        return not self._top or region.parent is None

    def fired(self, region: Region, node: NodePlan) -> bool:
        return False


class Out:
    """The rest of the region node around the next firing (of a map: all its items)."""

    def __init__(self) -> None:
        self.why = "out of the region"
        self._outer: Region | None = None
        self._index = 0
        self._tick_key = ""

    def lets(self, region: Region, node: NodePlan) -> bool:
        outer = self._outer
        return outer is not None and outer.tick_key == self._tick_key and is_within(region, outer, self._index)

    def next(self, waiting: Sequence[Waiting]) -> Sequence[Waiting]:
        if self._outer is None and waiting:
            inner = waiting[0].region
            outer = inner.parent
            if outer is None:
                return ()
            self._outer, self._index, self._tick_key = outer, inner.path_id - outer.path_base, outer.tick_key
            self.why = f"`{outer.prefix}{outer.plan.nodes[self._index].name}` is done"
        return [one for one in waiting if self.lets(one.region, one.node)]

    def fired(self, region: Region, node: NodePlan) -> bool:
        return False


class To:
    """Until a node has fired. What it needs in this tick goes first; then, where the tick must end before it can fire,
    whose feedback it needs; then the rest of the tick, one at a time."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.why = f"`{place.path}` has fired"
        self._now = [needed_now(level.plan, level.node.index) for level in place.levels]
        self._ever = [needed_ever(level.plan, level.node.index) for level in place.levels]

    def lets(self, region: Region, node: NodePlan) -> bool:
        return self._needs(region, node, self._now)

    def next(self, waiting: Sequence[Waiting]) -> Sequence[Waiting]:
        for needed in (self._now, self._ever):
            found = [one for one in waiting if self._needs(one.region, one.node, needed)]
            if found:
                return found
        return waiting[:1]

    def fired(self, region: Region, node: NodePlan) -> bool:
        return node.index == self.place.node.index and self.place.holds(trail_of(region), node)

    def _needs(self, region: Region, node: NodePlan, needed: Sequence[frozenset[int]]) -> bool:
        """Follow the way to the firing from the top: inside what is needed everything is, beside it nothing."""
        trail = (*trail_of(region), (node.name, ""))
        for depth, ((name, item), level) in enumerate(zip(trail, self.place.levels, strict=False)):
            index = _index(level.plan, name)
            if index not in needed[depth]:
                return False
            if index != level.node.index:
                return True
            if depth + 1 < len(trail) and level.item not in (None, item):
                return False
        return True


def _index(plan: RegionPlan, name: str) -> int:
    return next(node.index for node in plan.nodes if node.name == name)
