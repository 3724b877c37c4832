"""Where a firing of a run that goes on stands in the outline (rule 2.7): keys that sort as the outline does."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from studio.engine.plan import NodePlan

if TYPE_CHECKING:
    from studio.engine.region import Region

Order = tuple[Any, ...]

LAST = 1 << 62
"""Comes after every node of a tick."""


def outline_order(region: Region, node: NodePlan) -> Order:
    """What orders firings by the outline: tick, plan order, attempt, item, inner tick, inner plan order …"""
    return (*region_order(region), node.index)


def end_of_tick(region: Region) -> Order:
    """What comes after everything in the present tick of this region."""
    return (*region_order(region), LAST)


def end_of_region(region: Region) -> Order:
    """What comes after the last tick of this region."""
    return (*region_order(region), LAST + 1)


def region_order(region: Region) -> Order:
    """Where the present tick of a region stands; of one that has not ticked yet, what comes before its first."""
    parts: list[Any] = [region.tick_key]
    while region.parent is not None:
        parts += (region.item, region.attempt, region.path_id - region.parent.path_base, region.parent.tick_key)
        region = region.parent
    return tuple(reversed(parts))


def is_alone(region: Region) -> bool:
    """True if nothing else of the run is under way beside this region: all that stands before it is decided."""
    around = region.parent
    while around is not None:
        chains = around.running + (around.idle is None)
        if chains > 1 or sum(1 for _ in islice(around.live(), 2)) > 1:  # a large map has thousands
            return False
        around = around.parent
    return True
