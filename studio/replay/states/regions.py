"""The regions of a recorded run: which graph a firing stands in, and which executions stand around it.

The graph is the run's own version. Where it cannot be compiled any more (a node type is gone), a region still has its
nodes, but nothing is known of its wires.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.engine.plan import RegionPlan, compile_plan
from studio.graph.ports import PortsOf
from studio.replay.as_run import graph_as_run
from studio.spec.registry import Registry, default_registry
from studio.support.errors import EnvironmentProblem, StudioError
from studio.support.ticks import region_prefix, tick_path
from studio.trace.decided import Decided, PathRow, Span
from studio.trace.reader import CHECK_HINT

if TYPE_CHECKING:
    from studio.trace import Trace
    from studio.trace.moments import Moments

KEPT = 64
"""Regions whose nodes are remembered."""

UNKNOWN_SIZE = 4096
"""Nodes of a region looked for where its graph does not tell how many there are."""


@dataclass(frozen=True, slots=True)
class Region:
    """One execution of a graph in a run. `node` is the region node's path around it (None: the top), `item` the key
    of the map's item ("" outside of maps), `prefix` what its node paths begin with."""

    span: Span
    prefix: str
    item: str
    node: PathRow | None
    nodes: tuple[PathRow, ...]
    plan: RegionPlan | None

    @property
    def name(self) -> str:
        """Its path, "" at the top."""
        return self.prefix.rstrip("/")

    @property
    def ticks(self) -> str:
        """What its ticks begin with, as people write it: "" at the top, `3.` in a body that ran at tick 3."""
        return tick_path(self.span.ticks[:-1]) + "." if self.span.ticks else ""

    def path_of(self, node: str) -> PathRow | None:
        """Return the path of a node by its name in the region."""
        wanted = self.prefix + node
        return next((row for row in self.nodes if row.node == wanted), None)

    @property
    def is_shared(self) -> bool:
        """True if it shares the clock of the region around it."""
        return self.plan is not None and self.plan.is_shared


class Regions:
    """The regions of one run; reads and compiles its graph when first asked."""

    def __init__(self, trace: Trace, run: str, steps: Moments, registry: Registry | None = None) -> None:
        self._trace = trace
        self._run = run
        self._steps = steps
        self._registry = registry
        self._top: RegionPlan | None = None
        self._looked = False
        self._kept: dict[tuple[str, int], tuple[PathRow, ...]] = {}
        self.problem = ""
        """Why the run's graph is not known, if it is not."""
        self.ports: PortsOf | None = None
        """Who shows the graph knows the ports of its nodes, and need not find them out twice."""

    def use_registry(self, registry: Registry) -> None:
        """Take other node types: the graph is compiled again when it is asked about next."""
        self._registry = registry
        self._top, self._looked, self.problem = None, False, ""
        self._kept.clear()

    # -- regions ----------------------------------------------------------------------------------

    def top(self) -> Region:
        """The region of the whole run."""
        plan = self._plan_of(None)
        first = self._steps.paths_below(0, 1)
        rows = self._nodes("", first[0].path if first else 1, 0, plan)
        return Region(_span(rows, ""), "", "", None, rows, plan)

    def of(self, firing: Decided) -> Region:
        """The region a firing stands in."""
        row = self._steps.path(firing.path)
        around = None if row is None else self._above(row)
        prefix = _prefix(firing.node)
        item = "" if around is None else prefix[len(around.node) + 1 : -1]
        plan = self._plan_of(around)
        rows = self._nodes(prefix, firing.path - firing.plan_index, 0 if around is None else around.path, plan)
        ticks = region_prefix(firing.tick_key)
        return Region(_span(rows, ticks), prefix, item, around, rows, plan)

    def body(self, region: Region, node: str, seq: int, item: str = "") -> Region | None:
        """Return the body of a region node as it was last executed up to a step: of the item with this key, in a map.

        None if the node has no body, or the item none that ever began.
        """
        row = region.path_of(node)
        if row is None:
            return None
        prefix = f"{row.node}/{item}/" if item else f"{row.node}/"
        plan = self._plan_of(row)
        if plan is not None and plan.nodes:
            first = self._steps.path_named(prefix + plan.nodes[0].name)
        else:
            first = next((path for path in self._steps.paths_below(row.path) if _prefix(path.node) == prefix), None)
        if first is None:
            return None
        rows = self._nodes(prefix, first.path - first.plan_index, row.path, plan)
        ticks = self._ticks_of_body(region, row, rows, plan, seq)
        return Region(_span(rows, ticks), prefix, item, row, rows, plan)

    def items(self, region: Region, node: str, limit: int = 1000) -> list[str]:
        """Return the keys of the items that a map has had so far, in the order they first began."""
        row = region.path_of(node)
        if row is None:
            return []
        start = len(row.node) + 1
        return [_prefix(path.node)[start:-1] for path in self._steps.paths_below(row.path, limit)]

    def around(self, region: Region) -> Region | None:
        """The region that holds the region node, None at the top."""
        node = region.node
        if node is None:
            return None
        above = self._above(node)
        prefix = _prefix(node.node)
        ticks = region.span.ticks
        if not region.is_shared:  # one number less: that of this region's own clock
            ticks = region_prefix(ticks[:-1])
        plan = self._plan_of(above)
        rows = self._nodes(prefix, node.path - node.plan_index, 0 if above is None else above.path, plan)
        item = "" if above is None else prefix[len(above.node) + 1 : -1]
        return Region(_span(rows, ticks), prefix, item, above, rows, plan)

    # -- within -----------------------------------------------------------------------------------

    def _ticks_of_body(
        self, region: Region, row: PathRow, rows: tuple[PathRow, ...], plan: RegionPlan | None, seq: int
    ) -> str:
        last = max(self._steps.last_of(_span(rows, ""), seq), key=lambda one: one.seq or 0, default=None)
        if last is not None and last.tick_key.startswith(region.span.ticks):
            return region_prefix(last.tick_key)
        if plan is not None and plan.is_shared:
            return region.span.ticks
        mine = self._steps.last_of(Span(row.path, row.path, region.span.ticks), seq)
        return (mine[0].tick_key if mine else region.span.ticks + "a0") + "."

    def _nodes(self, prefix: str, first: int, parent: int, plan: RegionPlan | None) -> tuple[PathRow, ...]:
        known = self._kept.get((prefix, first))
        if known is None:
            count = len(plan.nodes) if plan is not None else UNKNOWN_SIZE
            rows = self._steps.paths_between(first, first + count - 1)
            known = tuple(row for row in rows if row.parent == parent and _prefix(row.node) == prefix)
            if plan is not None and any(not 0 <= row.plan_index < count for row in known):
                raise EnvironmentProblem("The nodes of the run are not those of its graph.", hint=CHECK_HINT)
            if len(self._kept) >= KEPT:
                self._kept.clear()
            self._kept[prefix, first] = known
        return known

    def _above(self, row: PathRow) -> PathRow | None:
        """The region node's path around a path. It was known before those in it: whoever goes outwards comes to an
        end, whatever the file says."""
        return self._steps.path(row.parent) if 0 < row.parent < row.path else None

    def _plan_of(self, around: PathRow | None) -> RegionPlan | None:
        """The plan of the body of a region node's path (None: the top), None where it is not known."""
        if not self._looked:
            self._looked = True
            try:
                self._top = self._compiled()
            except StudioError as error:
                self.problem = str(error)
        names = []
        while around is not None:
            names.append(around.node.rpartition("/")[2])
            around = self._above(around)
        plan = self._top
        for name in reversed(names):
            node = next((one for one in plan.nodes if one.name == name), None) if plan is not None else None
            if node is None or node.body is None:
                return None
            plan = node.body.plan
        return plan

    def _compiled(self) -> RegionPlan:
        ordered = self._trace.run(self._run).ordered_races
        graph = graph_as_run(self._trace, self._run)
        registry = self._registry or default_registry()
        return compile_plan(graph, registry, ordered_races=ordered, ports=self.ports)


def _prefix(node: str) -> str:
    return node[: node.rfind("/") + 1]


def _span(rows: tuple[PathRow, ...], ticks: str) -> Span:
    return Span(rows[0].path, rows[-1].path, ticks) if rows else Span(0, 0, ticks)
