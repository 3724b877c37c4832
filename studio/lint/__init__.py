"""Lint: what is allowed but probably not meant. Adds design findings to those of `graph.check`.

Each rule is a function over a `RegionView`, a graph that compiled, with its plan; none of them runs anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from studio.engine.plan import Compiler, RegionPlan
from studio.graph.check import check, views
from studio.graph.checking import Report
from studio.graph.diagnostics import Diagnostic
from studio.graph.model import Graph
from studio.graph.ports import PortsOf, ports_once
from studio.graph.scope import Scope
from studio.lint.alarms import alarms_inside
from studio.lint.endings import never_quiet, no_stop, one_tick
from studio.lint.functions import Constraint, constraint_of, free_text_steers, loose_functions
from studio.lint.leaks import may_leak
from studio.lint.region import RegionView
from studio.lint.starts import never_starts
from studio.lint.wiring import steady_joins, store_order, unused_outputs
from studio.spec.registry import Registry, default_registry
from studio.support.errors import GraphError

__all__ = ["RULES", "Constraint", "constraints", "lint", "regions", "scores_of"]

RULES: tuple[Callable[[RegionView], None], ...] = (
    never_starts,
    steady_joins,
    store_order,
    one_tick,
    never_quiet,
    no_stop,
    unused_outputs,
    loose_functions,
    free_text_steers,
    alarms_inside,
)
"""The rules in the order in which their findings stand."""


def lint(graph: Graph, registry: Registry | None = None) -> list[Diagnostic]:
    """Return the findings of `check` and, for every graph in which it finds no error, those about its design."""
    registry = registry or default_registry()
    ports = ports_once()
    found = check(graph, registry, ports=ports)
    report = Report()
    for region in regions(graph, registry, found, report, ports):
        for rule in RULES:
            rule(region)
    may_leak(report)
    return [*found, *report.found]


def regions(
    graph: Graph, registry: Registry, found: Sequence[Diagnostic], report: Report, ports: PortsOf
) -> Iterator[RegionView]:
    """Yield every graph of a document, or run by it, in which `check` found no error, with its plan.

    `report` gets what rules find, and the views of all graphs, those with errors too; `ports` is asked for the ports
    of nodes, several times.
    """
    wrong = {item.graph for item in found if item.severity == "error"}
    plans = {id(plan.graph): plan for plan in _plans(graph, registry, ports)}
    compiler = Compiler(registry, ordered_races=True, ports=ports)
    for view in views(graph, registry, report, ports=ports):
        if view.path in wrong:
            continue
        try:
            # A body that something runs is looked at as it is run (which of its inputs are live, whose clock it has).
            plan = plans.get(id(view.graph)) or compiler.region(view.scope)
        except GraphError:
            continue  # an error in a body of this graph; check has named it there
        yield RegionView(view, plan)


def _plans(graph: Graph, registry: Registry, ports: PortsOf) -> Iterator[RegionPlan]:
    """Yield the plans of the graph and of the bodies it runs, one for each graph, as far as they compile."""
    waiting: list[Callable[[], RegionPlan]] = [
        lambda: Compiler(registry, ordered_races=True, ports=ports).region(Scope(graph))
    ]
    seen: set[int] = set()
    while waiting:
        try:
            plan = waiting.pop()()
        except GraphError:
            continue  # said by check, at the graph that is wrong
        if id(plan.graph) in seen:
            continue
        seen.add(id(plan.graph))
        yield plan
        for node in plan.nodes:
            if node.body is not None:
                waiting.append(lambda body=node.body: body.plan)  # type: ignore[misc]


def constraints(graph: Graph, registry: Registry | None = None) -> dict[str, Constraint]:
    """Return how tightly each model function is held: `graph path/node` (or `node`) → score and what is missing."""
    report = Report()
    for _ in views(graph, registry or default_registry(), report):
        pass
    return scores_of(report)


def scores_of(report: Report) -> dict[str, Constraint]:
    """Return what `constraints` does, for the graphs that a report has seen."""
    scores: dict[str, Constraint] = {}
    for view in report.views:
        for name, ports in view.ports.items():
            held = constraint_of(ports)
            if held is not None:
                scores[view.path_of(name)] = held
    return scores
