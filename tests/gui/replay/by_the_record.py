"""What canvas and inspector must show at a step, read from the firings of the trace alone, the plain way.

Written without a look at how the cursor finds a state: all firings are read once, and each step is a fold over those
decided by then.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from studio.graph import Graph
from studio.graph.model import Edge
from studio.spec.registry import default_registry
from studio.support.values import Json
from studio.trace import Trace
from studio.trace.found import Firing, Ref
from tests.reference.plan import Scope, live_nodes

CLOCK_S = 2e-6
"""Seconds since 1970 as floats tell moments no closer apart than this."""


@dataclass(frozen=True)
class Expected:
    """A node at a step: what its card says, and the firing it is about (None: none yet)."""

    status: str
    firing: Firing | None


@dataclass(frozen=True)
class OnWire:
    """What lies on a wire. `kind`: value, again, absent or open; `value` is empty where none lies there, and `coming`
    where it is not decided what a feedback wire brings next, or that it brings nothing."""

    kind: str
    value: tuple[Json, ...] = ()
    coming: tuple[Json, ...] = ()
    is_next_decided: bool = False


class Record:
    """All firings of a run whose regions each run on one clock, by step."""

    def __init__(self, db: Path, run: str = "last") -> None:
        with Trace(db) as trace:
            self.firings = sorted(trace.firings(run), key=lambda one: one.seq or 0)
            self.values = {one.id: trace.outputs(one) for one in self.firings}
            self.effects = {one.id: list(trace.effects(run, firing=one.id)) for one in self.firings}
            self.prompts = {(one.firing, one.n): one for one in trace.prompts(run)}
            self.graph = Graph.from_text(trace.graph_text(run))
        self.top = Scope(self.graph, default_registry())

    def __len__(self) -> int:
        return len(self.firings)

    def at(self, seq: int) -> Firing:
        """The firing that was decided at a step."""
        found = self.firings[seq - 1]
        assert found.seq == seq
        return found

    def nodes(self, seq: int, *, top: bool = False) -> dict[str, Expected]:
        """Every node of the region that a step is in, or of the run's graph itself, as it was when the step was
        decided."""
        here = self.at(seq)
        prefix, scope = ("", self.top) if top else (here.node.rpartition("/")[0], self._scope(here.node))
        live = live_nodes(scope, frozenset())
        now = here.started_at + (here.duration_ms or 0) / 1e3
        decided = {one.node: one for one in self.firings[:seq]}
        later = [one for one in self.firings[seq:] if one.status != "skipped"]
        begun = {one.node for one in later if one.started_at <= now - CLOCK_S}
        perhaps = {one.node for one in later if abs(one.started_at - now) < CLOCK_S}
        tick = max(
            (one for path, one in decided.items() if path.rpartition("/")[0] == prefix), key=lambda one: one.seq or 0
        ).tick
        found = {}
        for name in scope.graph.nodes:
            path = f"{prefix}/{name}" if prefix else name
            last = decided.get(path)
            if path in begun:
                status = "running"
            elif path in perhaps:
                status = "running or waiting"
            elif last is not None and (last.tick == tick or name not in live):
                status = last.status if last.tick == tick else "steady"
            else:
                status = "waiting"
            found[name] = Expected(status, last)
        return found

    def wires(self, seq: int, *, top: bool = False) -> list[tuple[Edge, OnWire]]:
        """Every wire of the region that a step is in, or of the run's graph itself, as the firings up to it left it."""
        here = self.at(seq)
        prefix, ticks = ("", "") if top else (here.node.rpartition("/")[0], here.tick.rpartition(".")[0])
        scope = self.top if top else self._scope(here.node)
        live = live_nodes(scope, frozenset())
        mine = [
            one
            for one in self.firings[:seq]
            if one.node.rpartition("/")[0] == prefix and one.tick.rpartition(".")[0] == ticks
        ]
        by_tick: dict[str, dict[str, Firing]] = {}
        for one in mine:
            by_tick.setdefault(one.tick, {})[one.node.rpartition("/")[2]] = one
        found = []
        for edge in scope.graph.edges:
            found.append((edge, self._back(edge, by_tick) if edge.feedback else self._along(edge, by_tick, live)))
        return found

    def _along(self, edge: Edge, by_tick: dict[str, dict[str, Firing]], live: set[str]) -> OnWire:
        """A wire within the tick: what its source gave in this one, or, if it fires only once, in the first."""
        *before, now = by_tick.values()
        if edge.source in now:
            is_first = not before or edge.source in live
            given = self._given(now[edge.source], edge.source_port)
            return OnWire("absent" if not given else "value" if is_first else "again", given)
        if before and edge.source not in live:
            given = self._given(before[0][edge.source], edge.source_port)
            return OnWire("again" if given else "absent", given)
        return OnWire("open")

    def _back(self, edge: Edge, by_tick: dict[str, dict[str, Firing]]) -> OnWire:
        """A wire to the next tick: its first value, then what its source gave in the tick before."""
        assert not edge.initial_from, "no run that is read here begins so"
        lies: tuple[Json, ...] = (edge.initial,) if edge.has_initial else ()
        kind = "value" if lies else "absent"
        *before, now = by_tick.values()
        for tick in before:
            given = self._given(tick[edge.source], edge.source_port)
            again = edge.hold and not given
            kind = ("again" if lies else "absent") if again else "value" if given else "absent"
            lies = lies if again else given
        if edge.source not in now:
            return OnWire(kind, lies)
        given = self._given(now[edge.source], edge.source_port)
        return OnWire(kind, lies, lies if edge.hold and not given else given, is_next_decided=True)

    def _given(self, firing: Firing, port: str) -> tuple[Json, ...]:
        values = self.values[firing.id]
        return (values[port],) if port in values else (True,) if port == "done" and firing.status == "ok" else ()

    def where(self, node: str) -> tuple[str, ...]:
        """The place of the graph that a node path stands in."""
        at: tuple[str, ...] = ()
        scope, parts = self.top, node.split("/")
        while len(parts) > 1:
            inner = _body(scope, parts[0])
            at = next(
                (*at[:depth], name)
                for depth in range(len(at), -1, -1)
                for name, graph in self._graph(at[:depth]).graphs.items()
                if graph is inner.graph
            )
            parts = parts[2:] if scope.role(scope.graph.nodes[parts[0]]) == "map" else parts[1:]
            scope = inner
        return at

    def _graph(self, at: tuple[str, ...]) -> Graph:
        graph = self.graph
        for name in at:
            graph = graph.graphs[name]
        return graph

    def _scope(self, node: str) -> Scope:
        scope, parts = self.top, node.split("/")
        while len(parts) > 1:
            is_map = scope.role(scope.graph.nodes[parts[0]]) == "map"
            scope, parts = _body(scope, parts[0]), parts[2:] if is_map else parts[1:]
        return scope


def _body(scope: Scope, node: str) -> Scope:
    return scope.body(str(scope.graph.nodes[node].params["graph"]))


def says(shown: str, value: Json) -> bool:
    """True if a short text on a wire says a value, be it cut or its numbers shortened."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    whole, start = (_FINE.sub(r"\1", " ".join(one.split())) for one in (text, shown.removesuffix("…")))
    return whole.startswith(start) and len(shown) >= SAID if shown.endswith("…") else whole == start


_FINE = re.compile(r"(\.\d{2})\d+")

SAID = 20
"""Signs of a value that is cut that stand on its wire at least."""


def text_of(value: object) -> object:
    """A value as it can be compared with what is shown; what stands elsewhere by its hash."""
    return value.hash if isinstance(value, Ref) else value
