"""What lies on the wires of a region at a step: values, absence with its reason, or nothing yet (rules 2.1 to 2.4)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from studio.engine.plan import NodePlan, RegionPlan
from studio.support.values import Json
from studio.trace.decided import Decided, Span

if TYPE_CHECKING:
    from studio.graph.model import Edge
    from studio.trace.moments import Moments

PRESENT, ABSENT, OPEN = "present", "absent", "open"

NOTHING_YET = "nothing fed back yet"

_ROOT = re.compile(r"input `[^`]*` absent: ")
"""How a skip's reason begins where the root of it came over a wire."""


@dataclass(frozen=True, slots=True)
class Lying:
    """What lies on a wire. `state`: present, absent (`reason` says why) or open (its source is not decided yet).

    `value` is the value, a large one as `Ref`; None if there is none. `fresh` is false of what is repeated: a steady
    source's value, or what `hold` repeats. `firing` is the firing it came from on `port`; a first value written in the
    graph has none (`origin` is then `initial`).
    """

    state: str
    fresh: bool = True
    reason: str = ""
    firing: Decided | None = None
    port: str = ""
    origin: str = "firing"
    value: Json = None


@dataclass(frozen=True, slots=True)
class Wire:
    """An edge of the region's graph with what lies on it at this tick, and what it brings at the next (feedback whose
    source is decided already)."""

    edge: Edge
    lying: Lying
    coming: Lying | None = None


class Outs:
    """What nodes gave, as their wires see it."""

    def __init__(self, plan: RegionPlan) -> None:
        self.plan = plan
        self._read: dict[int, dict[str, Json]] = {}

    def of(self, index: int, firing: Decided, port: str, *, fresh: bool = True) -> Lying:
        """What a decided firing left on one of its outputs."""
        node = self.plan.nodes[index]
        there = self._read.get(firing.id)
        if there is None:
            there = self._read[firing.id] = firing.outputs
        if port in there:
            return Lying(PRESENT, fresh, firing=firing, port=port, value=there[port])
        if port == "done" and is_done(node, firing):
            return Lying(PRESENT, fresh, firing=firing, port=port, value=True)
        return Lying(ABSENT, fresh, self._why(node, firing, port), firing, port)

    def _why(self, node: NodePlan, firing: Decided, port: str) -> str:
        if firing.status == "skipped":
            return _ROOT.sub("", firing.reason, count=1) if _ROOT.match(firing.reason) else firing.reason
        if firing.status == "error" and port != "error":
            return f"`{node.name}` failed: {firing.reason}"
        why = firing.absent.get(port, "").rstrip(".")
        return f"{why or f'nothing on `{port}`'} at `{node.name}`"


def is_done(node: NodePlan, firing: Decided) -> bool:
    """True if the output `done` holds something."""
    return firing.status == "ok" or (firing.status == "error" and node.on_error == "default")


class Wires:
    """The wires of one region at one step. `last` are the last firings of this execution by node, `tick` its tick."""

    def __init__(
        self,
        steps: Moments,
        span: Span,
        plan: RegionPlan,
        seq: int,
        last: Mapping[int, Decided],
        tick: str,
        first: bool,
    ) -> None:
        self._steps = steps
        self._span = span
        self._plan = plan
        self._seq = seq
        self._last = last
        self._tick = tick
        self._first = first
        self._outs = Outs(plan)
        self._earlier: dict[int, Decided] | None = None
        self._made: dict[int, Wire] = {}

    def all(self) -> list[Wire]:
        """Every edge of the graph, in the order of the file."""
        return [self.of(number) for number in range(len(self._plan.graph.edges))]

    def of(self, number: int) -> Wire:
        """One edge of the graph, by its place in the file."""
        known = self._made.get(number)
        if known is not None:
            return known
        edge = self._plan.graph.edges[number]
        source = self._index[edge.source]
        if edge.feedback:
            lying = self.register(self._registers[number])
            coming = self._coming(source, edge.source_port, lying if edge.hold else None)
        else:
            lying, coming = self.same_tick(source, edge.source_port), None
        if lying.state == ABSENT and lying.firing is not None and lying.firing.status == "ok":
            lying = self._told(edge, lying, self._index[edge.target])
        made = self._made[number] = Wire(edge, lying, coming)
        return made

    @cached_property
    def _index(self) -> dict[str, int]:
        """The plan index of each node."""
        return {node.name: node.index for node in self._plan.nodes}

    @cached_property
    def _registers(self) -> dict[int, int]:
        """The register of each feedback edge: they go in the order of the file."""
        feedback = [number for number, edge in enumerate(self._plan.graph.edges) if edge.feedback]
        return {number: register for register, number in enumerate(feedback)}

    def _told(self, edge: Edge, lying: Lying, target: int) -> Lying:
        """Why a node gave nothing on a port, as whoever it kept from firing says it: older runs tell it only there."""
        firing = self._last.get(target)
        begins = f"input `{edge.target_port}` absent: "
        if firing is None or firing.tick_key != self._tick or firing.status != "skipped":
            return lying
        if not firing.reason.startswith(begins) or not firing.reason.endswith(f" at `{edge.source}`"):
            return lying
        return replace(lying, reason=firing.reason[len(begins) :])

    def same_tick(self, source: int, port: str) -> Lying:
        """What lies on a wire that delivers in the same tick."""
        firing = self._last.get(source)
        live = self._plan.nodes[source].live
        if firing is None or (firing.tick_key != self._tick and (live or self._first)):
            return Lying(OPEN)
        return self._outs.of(source, firing, port, fresh=self._first or live)

    def register(self, number: int) -> Lying:
        """What a feedback edge brought into this tick."""
        register = self._plan.registers[number]
        before = None if self._first else self._before(register.source)
        if before is None:
            return self._beginning(number)
        given = self._outs.of(register.source, before, register.port)
        if given.state == PRESENT or not register.hold:
            return given
        node = self._plan.nodes[register.source]
        failed_too = node.on_error == "default"
        held = self._steps.last_giving(
            before.path, register.port, self._span, before.tick_key, self._seq, failed_too=failed_too
        )
        if held is not None:
            return self._outs.of(register.source, held, register.port, fresh=False)
        start = self._beginning(number)
        return replace(start, fresh=False)

    def _beginning(self, number: int) -> Lying:
        """What a feedback edge begins with at the region's first tick."""
        register = self._plan.registers[number]
        if register.initial_from is not None:
            node, port = register.initial_from
            first = self._last.get(node)
            if first is None:
                return Lying(OPEN)
            if not self._first:
                first = self._steps.first_of(first.path, self._span, self._seq) or first
            given = self._outs.of(node, first, port)
            return replace(given, origin="initial_from")
        if register.has_initial:
            return Lying(PRESENT, origin="initial", value=register.initial)
        return Lying(ABSENT, reason=NOTHING_YET, origin="initial")

    def _before(self, source: int) -> Decided | None:
        """The firing whose outputs stood at the end of the tick before."""
        last = self._last.get(source)
        if last is None or last.tick_key != self._tick:
            return last
        if self._earlier is None:
            # One question for all nodes, unless there are few feedback edges in a large region.
            span = self._span
            sources = {register.source for register in self._plan.registers}
            if len(sources) * 8 < len(self._plan.nodes):
                spans = [
                    Span(row.path, row.path, span.ticks) for n in sources if (row := self._last.get(n)) is not None
                ]
            else:
                spans = [span]
            rows = [row for one in spans for row in self._steps.before(one, self._tick, self._seq)]
            self._earlier = {row.plan_index: row for row in rows if row.tick_key.startswith(span.ticks)}
        return self._earlier.get(source)

    def _coming(self, source: int, port: str, held: Lying | None) -> Lying | None:
        """What a feedback edge will bring at the next tick, None while its source is not decided. `held` is what it
        brings again if nothing new comes."""
        last = self._last.get(source)
        if last is None or last.tick_key != self._tick:
            return None
        given = self._outs.of(source, last, port)
        if held is None or given.state == PRESENT or held.state == ABSENT:
            return given
        return replace(held, fresh=False)
