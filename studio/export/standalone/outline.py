"""What a script says of a graph's wiring, before it is worded: which statements, in which order, in a loop or not.

A plan of the engine (`RegionPlan`) lets nodes start as soon as they can; a script is read from top to bottom. So its
nodes become statements in plan order, those that may wait side by side become one statement, and what fires once
stands before the loop.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from studio.engine.plan import NodePlan, RegionPlan


@dataclass(slots=True)
class Start:
    """A feedback wire takes its first value from an output of the same tick (`initial_from`)."""

    register: int


@dataclass(slots=True)
class Step:
    """Nodes that are decided by one statement: one, or several that may wait at the same time."""

    nodes: list[NodePlan]
    starts: list[Start] = field(default_factory=list)
    """What must be assigned before, in the first tick."""
    once: bool = False
    """True for nodes that fire in the first tick only and yet stand inside of the loop."""


@dataclass(slots=True)
class Wiring:
    """One graph as statements. `plan.is_shared`: it ticks with the graph around it."""

    plan: RegionPlan
    loops: bool
    """False if there is exactly one tick: no loop, and nothing is fed back."""
    opening: list[Step] = field(default_factory=list)
    """What fires once, before the loop; all there is where there is no loop."""
    ticks: list[Step] = field(default_factory=list)
    bodies: dict[int, Wiring] = field(default_factory=dict)
    """What the region nodes run, by node index."""
    item: bool = False
    """True if a map runs it, per item."""
    inner: bool = False
    """True if a node runs it: what it is given was not looked at before."""

    @property
    def steps(self) -> Iterator[Step]:
        """All statements, in order."""
        yield from self.opening
        yield from self.ticks
