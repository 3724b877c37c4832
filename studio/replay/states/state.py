"""`State`: a region of a recorded run as it was just after a step: its nodes, its wires, what waits for what.

Only what was decided up to that step counts, and what had started by then (by now, at the last step of a run that goes
on). Nothing is kept of the rest of the run: a state is read from a few rows per node, whatever the length of the run.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from time import time_ns
from typing import TYPE_CHECKING

from studio.replay.states import last_rows
from studio.replay.states.last_rows import LastRows
from studio.replay.states.regions import Region, Regions
from studio.replay.states.standing import (
    FAILED,
    FIRED,
    HELD,
    NOT_YET,
    RUNNING,
    SKIPPED,
    WAITING,
    Standing,
)
from studio.replay.states.stores import StoreAt, StoresAt
from studio.replay.states.waiting import Wait, Waiting
from studio.replay.states.wires import Wire, Wires
from studio.support.ticks import tick_path
from studio.support.values import Json
from studio.trace.decided import Counts, Decided, PathRow

if TYPE_CHECKING:
    from studio.graph.model import Edge
    from studio.trace.found import Effect, Run
    from studio.trace.moments import Moments

__all__ = [
    "FAILED", "FIRED", "HELD", "NOT_YET", "RUNNING", "SKIPPED", "WAITING", "NodeState", "Nodes", "State",
]  # fmt: skip

MANY = 200
"""Nodes of a region from which on its running ones are found otherwise."""


@dataclass(frozen=True, slots=True)
class NodeState:
    """A node at a step. `state`: fired, failed or skipped in this tick; held (it is steady: its outcome of the first
    tick holds); running; waiting (undecided in this tick); not yet (nothing in this region has begun).

    `last` is its last firing in this execution up to the step, `now` the one that is under way.
    """

    path: PathRow
    name: str
    state: str
    live: bool
    last: Decided | None
    now: Decided | None
    waiting: Waiting | None = None

    @property
    def waits(self) -> tuple[Wait, ...]:
        """What it waits for, if it is undecided: looked up when it is asked for."""
        return () if self.waiting is None or self.state not in (WAITING, RUNNING) else self.waiting.of(self)

    @property
    def outputs(self) -> Mapping[str, Json]:
        """What it last said, by port; large values as `Ref`."""
        return {} if self.last is None else self.last.outputs

    @property
    def reason(self) -> str:
        """Why it was skipped or how it failed, if it did last."""
        return "" if self.last is None else self.last.reason

    @property
    def origin(self) -> str:
        """Where its last outcome came from: executed, cached, frozen, replayed; "" without one."""
        return "" if self.last is None else self.last.origin

    @property
    def since(self) -> float | None:
        """When the firing under way started, in seconds since 1970."""
        return None if self.now is None else self.now.started_at / 1e9


class State:
    """A region at a step; parts that take more reading are read when they are asked for.

    `tick` is the region's tick ("" if it has not begun), `nodes` come in plan order.
    """

    def __init__(
        self, run: Run, steps: Moments, regions: Regions, stores: StoresAt, region: Region, seq: int, last: int
    ) -> None:
        self.run = run
        self._stores = stores
        self.region = region
        self.seq = seq
        self._steps = steps
        self._regions = regions
        moment = steps.step(seq)
        self._time = 0 if moment is None else moment.ended_at
        self._is_last = seq >= last
        if self._is_last and run.status == "running":  # nothing is decided after it: what started since is under way
            self._time = max(self._time, time_ns())
        rows, newest = self._last_rows(moment)
        self._rows, self._newest = rows, newest
        self._running = self._under_way(newest)
        # A tick has begun with its first firing, decided or not.
        self.tick_key = max((row.tick_key for row in (newest, *self._running.values()) if row is not None), default="")
        self.firing = 0
        """The region node's firing around it at this step, 0 at the top or if it has not begun."""
        self.item = 0
        inside = newest or next(iter(self._running.values()), None)
        if inside is not None:
            self.firing, self.item = inside.parent, inside.item
        self._first = self._is_first_tick()
        self._standing = Standing(region.plan, rows, self._running, self.tick_key, partial(_had_failed, steps, seq))
        self.nodes: Mapping[str, NodeState] = Nodes(region, self._standing, self._waiting())

    @property
    def time(self) -> float:
        """When the step was decided, in seconds since 1970; now at the last step of a run that goes on."""
        return self._time / 1e9

    @property
    def tick(self) -> str:
        """The tick the region is in."""
        return tick_path(self.tick_key) if self.tick_key else ""

    @property
    def has_begun(self) -> bool:
        """True if something in this execution of the region was decided or had started."""
        return bool(self.tick_key)

    # -- what is read when it is asked for ---------------------------------------------------------

    @property
    def wires(self) -> list[Wire]:
        """What lies on each edge, in the order of the file; none if the run's graph is not known any more."""
        return [self.wire(number) for number in range(len(self.edges))]

    @property
    def edges(self) -> Sequence[Edge]:
        """The edges of its graph, in the order of the file; none if the run's graph is not known any more."""
        return () if self.region.plan is None else self.region.plan.graph.edges

    def wire(self, number: int) -> Wire:
        """Return what lies on one of the edges: a large graph has many, of which few are in view."""
        assert self._wires is not None, "no edges, no wires"
        return self._wires.of(number)

    def wires_into(self, node: str) -> list[Wire]:
        """Return what lies on the edges into a node."""
        return [self.wire(number) for number, edge in enumerate(self.edges) if edge.target == node]

    def wire_of(self, edge: Edge) -> Wire | None:
        """Return what lies on an edge; None if its graph has none like it."""
        return next((self.wire(number) for number, one in enumerate(self.edges) if one == edge), None)

    @cached_property
    def _wires(self) -> Wires | None:
        plan = self.region.plan
        if plan is None:
            return None
        return Wires(self._steps, self.region.span, plan, self.seq, self._rows, self.tick_key, self._first)

    @cached_property
    def counts(self) -> Counts:
        """What was decided in the whole run so far, and used."""
        return self._steps.counts(self.seq)

    @cached_property
    def under_way(self) -> list[tuple[Decided, list[Effect]]]:
        """What was under way in the whole run, in the order it started, with the effects that were not answered."""
        found = self._steps.under_way(self.seq, time=self._time)
        return [(firing, self._steps.open_effects(firing.id, self._time)) for firing in found]

    @cached_property
    def stores(self) -> list[StoreAt]:
        """The stores that can be used in this region, as its nodes see them."""
        return self._stores.seen_in(self)

    @cached_property
    def around(self) -> list[State]:
        """The regions around this one at this step, from the top."""
        region = self._regions.around(self.region)
        if region is None:
            return []
        last = self.seq if self._is_last else self.seq + 1
        state = State(self.run, self._steps, self._regions, self._stores, region, self.seq, last)
        return [*state.around, state]

    @property
    def ticks(self) -> list[tuple[str, str]]:
        """Path and tick of each region from the top to this one ("" is the top)."""
        return [(state.region.name, state.tick) for state in (*self.around, self)]

    # -- within -----------------------------------------------------------------------------------

    def _last_rows(self, here: Decided | None) -> tuple[Mapping[int, Decided], Decided | None]:
        """The last firings of this execution by plan index, and the last one of all; `here` is that of the step."""
        region = self.region
        is_here = here is not None and region.span.first <= here.path <= region.span.last
        # The top is tried once only: whatever a node did last belongs to this execution.
        if here is not None and is_here and region.node is None and len(region.nodes) > last_rows.LARGE:
            return LastRows(self._steps, region, self.seq, here), here
        rows = _of_this_execution(region, self._steps.last_of(region.span, self.seq))
        return rows, max(rows.values(), key=lambda row: row.seq or 0, default=None)

    def _under_way(self, newest: Decided | None) -> dict[int, Decided]:
        """What had started in this execution and was not decided, by plan index."""
        span, time = self.region.span, self._time
        if len(self.region.nodes) > MANY:  # few of them run at once: look for these, and not at each node
            found = self._steps.under_way(self.seq, most=len(self.region.nodes), time=time)
            found = [row for row in found if span.first <= row.path <= span.last]
        else:
            found = self._steps.running_of(span, self.seq, time)
            found += self._steps.undecided_of(span, self.seq, time)
        return {
            row.plan_index: row
            for row in found
            if row.tick_key.startswith(span.ticks) and (newest is None or row.tick_key >= newest.tick_key)
        }

    def _is_first_tick(self) -> bool:
        if not self.region.is_shared:
            return self.tick_key in ("", self.region.span.ticks + "a0")
        if any(row.tick_key < self.tick_key for row in self._rows.values()):
            return False
        return self._steps.first_tick(self.region.span, self.seq) in (None, self.tick_key)

    def _waiting(self) -> Waiting | None:
        plan, nodes = self.region.plan, self.region.nodes
        if plan is None:
            return None
        return Waiting(self._steps, self.run, plan, self._standing, nodes, self._first, self._time, self._is_last)

    def node_among(self, firings: Collection[int]) -> str:
        """Return the node whose last firing, or the one under way, is one of these; "" if there is none."""
        newest = self._newest
        index = newest.plan_index if newest is not None and newest.id in firings else self._standing.among(firings)
        names = (path.node for path in self.region.nodes if path.plan_index == index)
        return next(names, "")[len(self.region.prefix) :]


class Nodes(Mapping[str, NodeState]):
    """The nodes of a region at a step, in plan order; each is made when it is asked for."""

    def __init__(self, region: Region, standing: Standing, waiting: Waiting | None) -> None:
        start = len(region.prefix)
        self._paths = {path.node[start:]: path for path in region.nodes}
        self._standing = standing
        self._waiting = waiting
        self._made: dict[str, NodeState] = {}

    def __getitem__(self, name: str) -> NodeState:
        made = self._made.get(name)
        if made is None:
            path = self._paths[name]
            index, standing = path.plan_index, self._standing
            made = self._made[name] = NodeState(
                path,
                name,
                standing.of(index),
                standing.is_live(index),
                standing.last.get(index),
                standing.now.get(index),
                self._waiting,
            )
        return made

    def __contains__(self, name: object) -> bool:
        return name in self._paths

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


def _had_failed(steps: Moments, seq: int) -> bool:
    """True if anything in the run had failed up to a step."""
    return steps.next_error(seq + 1, back=True) is not None


def _of_this_execution(region: Region, rows: list[Decided]) -> dict[int, Decided]:
    """The rows of this execution by plan index; where the region is retried, those of the attempt at hand."""
    mine = [row for row in rows if row.tick_key.startswith(region.span.ticks)]
    if region.plan is not None and any(row.attempt > 1 for row in mine):
        nodes = region.plan.nodes
        attempts = {row.id: (row.attempt - 1) // (nodes[row.plan_index].retries + 1) for row in mine}
        latest = max(attempts.values())
        mine = [row for row in mine if attempts[row.id] == latest]
    return {row.plan_index: row for row in mine}
