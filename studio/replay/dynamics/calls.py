"""The calls that the graphs of a recorded run make of themselves, as its guard saw them begin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from studio.dynamics.exchange.run import Goal
from studio.engine.aims import call_of
from studio.engine.calling import call_id
from studio.engine.modules import Modules
from studio.graph.model import Graph
from studio.graph.scope import BODY_PARAM, Scope
from studio.replay.dynamics.outline import THE_RUN, Execution, Outline

if TYPE_CHECKING:
    from studio.spec.registry import Registry
    from studio.trace import Trace
    from studio.trace.found import Firing


class Calls:
    """Where each call begins, and what it is given: the values of its inputs, which are recorded as they fire."""

    def __init__(self, trace: Trace, outline: Outline, graph: Graph, registry: Registry, modules: Modules) -> None:
        self._trace = trace
        self._outline = outline
        self._registry = registry
        self._modules = modules
        self._scopes: dict[Execution, Scope | None] = {THE_RUN: Scope(graph)}
        self._inputs: dict[Execution, dict[str, Firing]] = {}
        self._ids: dict[Execution, str] = {}
        self._made: dict[int, list[Execution]] = {}
        for firing in outline.firings:
            if firing.type == "flow.input" and firing.status == "ok":
                inputs = self._inputs.setdefault(outline.lies_in(firing), {})
                inputs.setdefault(_name(firing), firing)

    def made_by(self, firing: Firing) -> Sequence[Execution]:
        """Return the calls that a firing has made."""
        return self._made.get(firing.id, ())

    def begun_by(self, firing: Firing) -> list[tuple[Execution, Goal]]:
        """Return the calls that begin with this firing, before which nothing of them was recorded, outermost first."""
        around = self._outline.around(firing)
        found: list[tuple[Execution, Goal]] = []
        if around[-1] in self._ids:
            return found
        for at, execution in enumerate(around):
            if execution not in self._ids:
                goal = self._begin(execution, around[:at], self._outline.within(execution, firing))
                found += [] if goal is None else [(execution, goal)]
        return found

    def _begin(self, execution: Execution, around: Sequence[Execution], first: Firing) -> Goal | None:
        """Return the call that an execution is, of which `first` is a firing; None if it is none."""
        self._ids[execution] = ""
        scope = self._scope(execution)
        if scope is None or not self._outline.has_clock(first) or not self._modules.calls_itself(scope.graph):
            return None
        above = (one for one in reversed(around) if self._ids[one] and self._runs(one, scope.graph))
        parent = next(map(self._ids.__getitem__, above), None)
        maker = self._outline.by_id.get(execution.firing)
        path = first.node.rpartition("/")[0]
        id_ = self._ids[execution] = call_id(path, "" if maker is None else maker.tick, execution.attempt)
        self._made.setdefault(execution.firing, []).append(execution)
        inputs = self._inputs.get(execution, {})
        given = {name: self._trace.outputs(one).get("value") for name, one in inputs.items()}
        return Goal(id_, call_of(scope.graph, given, is_item=self._is_map(maker)), parent, call=True)

    def _runs(self, execution: Execution, graph: Graph) -> bool:
        scope = self._scope(execution)
        return scope is not None and scope.graph is graph

    def _scope(self, execution: Execution) -> Scope | None:
        """Return the graph that is executed, with the graphs around it; None where the record names none."""
        if execution not in self._scopes:
            maker = self._outline.by_id[execution.firing]
            outer = self._scope(self._outline.lies_in(maker))
            node = None if outer is None else outer.graph.nodes.get(_name(maker))
            reference = None if node is None else node.params.get(BODY_PARAM)
            found = None if outer is None or reference is None else outer.find_graph(str(reference))
            self._scopes[execution] = found
        return self._scopes[execution]

    def _is_map(self, maker: Firing | None) -> bool:
        cls = None if maker is None else self._registry.find(maker.type)
        return cls is not None and cls.spec.role == "map"


def with_stopped(trace: Trace, run: str, calls: Sequence[Goal]) -> tuple[Goal, ...]:
    """Return the calls in order with those among them at whose very beginning the run was stopped: nothing in them has
    fired, but their alarms tell of them."""
    found = list(calls)
    known = {call.id for call in calls}
    for alarm in trace.alarms(run):
        told = alarm.evidence if isinstance(alarm.evidence, dict) else {}
        call, t = told.get("call"), told.get("t")
        if not isinstance(call, dict) or not isinstance(t, int):
            continue
        id_, parent, text, nth = (call.get(key) for key in ("id", "parent", "text", "nth"))
        if not isinstance(id_, str) or id_ in known or not isinstance(text, str) or not isinstance(nth, int):
            continue
        known.add(id_)
        found.insert(max(nth - 1, 0), Goal(id_, text, parent if parent in known else None, t, call=True))
    return tuple(found)


def _name(firing: Firing) -> str:
    return firing.node.rpartition("/")[2]
