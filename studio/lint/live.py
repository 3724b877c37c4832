"""Everything that is known of a graph without running it, found out in one go, for a window that shows it live.

Meant for a thread beside the window, on a copy of the graph: it asks now and then whether an edit has overtaken it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from studio.engine.store_order import StoreStep, consecutive_uses
from studio.graph.check import check
from studio.graph.checking import Report
from studio.graph.diagnostics import Diagnostic
from studio.graph.model import Graph
from studio.graph.ports import ports_once
from studio.lint import RULES, Constraint, regions, scores_of
from studio.lint.calls import Resolve
from studio.lint.leaks import may_leak
from studio.lint.region import RegionView
from studio.lint.worst_case import Bound, worst_case
from studio.spec.registry import Registry, default_registry
from studio.support.errors import StudioError

Badge = Literal["steady", "live"]


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found out about a graph. Nodes go by `graph path/node`, or `node` in the graph of the file.

    `constraints` says how tightly each model function is held; `badges` whether a node fires once (steady) or at every
    tick (live), where the plan could be made; `bound` what a run can cost at worst, None for a graph with errors.
    `store_order` has, by graph path, the uses of stores that follow each other, of graphs in which some do.
    """

    findings: tuple[Diagnostic, ...] = ()
    constraints: Mapping[str, Constraint] = field(default_factory=dict)
    badges: Mapping[str, Badge] = field(default_factory=dict)
    bound: Bound | None = None
    store_order: Mapping[str, tuple[StoreStep, ...]] = field(default_factory=dict)


def examine(
    graph: Graph,
    registry: Registry | None = None,
    wanted: Callable[[], bool] = lambda: True,
    resolve: Resolve | None = None,
) -> Examined | None:
    """Return all findings of `lint`, with scores, badges and bound; None as soon as it is wanted no more.

    `resolve` gives the full name of a model role; by default what the settings say. The graph must not change.
    """
    registry = registry or default_registry()
    ports = ports_once()
    found = check(graph, registry, ports=ports)
    report = Report()
    badges: dict[str, Badge] = {}
    order: dict[str, tuple[StoreStep, ...]] = {}
    top: RegionView | None = None
    for region in regions(graph, registry, found, report, ports):
        if region.graph is graph:
            top = region
        for rule in RULES:
            if not wanted():
                return None
            rule(region)
        for node in region.plan.nodes:
            badges[region.view.path_of(node.name)] = "live" if node.live else "steady"
        steps = consecutive_uses(region.plan.nodes)
        if made := tuple(StoreStep(store, earlier.name, later.name) for store, earlier, later in steps):
            order[region.view.path] = made
    if not wanted():
        return None
    may_leak(report)
    return Examined((*found, *report.found), scores_of(report), badges, _bound(top, resolve), order)


def _bound(top: RegionView | None, resolve: Resolve | None) -> Bound | None:
    try:
        return worst_case(top.plan if top is not None else None, resolve)
    except StudioError:
        return None  # a body with errors, or settings that cannot be read: both are told elsewhere
