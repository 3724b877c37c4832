"""What nodes are to the engine before and after an edit: live or steady, who contends in a race, who uses stores when.

Edits that move nodes between graphs promise to keep the meaning. They ask the plan, which decides these things, rather
than guess; a graph that is not finished has no plan, and then nothing is known (None).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from studio.editing.carrying.packing import copied
from studio.editing.document.document import Document
from studio.editing.document.ops import At, Op, apply
from studio.editing.edits.bodies import users
from studio.engine.plan import Compiler, NodePlan, RegionPlan
from studio.graph.scope import Scope
from studio.spec.registry import Registry
from studio.support.errors import StudioError


@dataclass(slots=True)
class Nature:
    """A graph as it would be run."""

    live: dict[str, bool] = field(default_factory=dict)
    """Who is decided anew at every tick, and who once (rule 2.4)."""
    inner: dict[str, bool] = field(default_factory=dict)
    """Who is live in the body that was asked for."""
    uses: dict[str, list[str]] = field(default_factory=dict)
    """The nodes that use each store, in the order in which they come; in place of the node those of the body, as
    `node/name`."""
    races: list[frozenset[str]] = field(default_factory=list)
    """For each race its node, those it takes from and the contenders."""
    inner_races: list[frozenset[str]] = field(default_factory=list)


def natures_before(doc: Document, at: At, body: str = "") -> list[Nature] | None:
    """Return what the nodes of a graph are: with steady inputs and, if something runs it on a shared clock, with live
    ones as well.

    `body` names a region node whose body is looked into. None if the graph cannot be run as it stands.
    """
    return _natures(doc.scope(at), doc.registry, body, _may_be_live(doc, at))


def natures_after(doc: Document, at: At, ops: Iterable[Op], body: str = "") -> list[Nature] | None:
    """Return what the nodes of a graph would be after ops. Raises GraphError if the ops do not fit."""
    top = copied(doc.graph)
    for op in ops:
        apply(top, op)
    scope = Scope(top)
    for name in at:
        scope = scope.find_graph(name)
    return _natures(scope, doc.registry, body, _may_be_live(doc, at))


def _may_be_live(doc: Document, at: At) -> bool:
    return any(doc.node(place, name).params.get("clock") == "shared" for place, name in users(doc, at))


def _natures(scope: Scope, registry: Registry, body: str, may_be_live: bool) -> list[Nature] | None:
    found = []
    for live_inputs in (frozenset[str](), frozenset(scope.graph.nodes))[: 1 + may_be_live]:
        try:
            plan = Compiler(registry, ordered_races=True).region(scope, live_inputs=live_inputs)
            found.append(_nature(plan, body))
        except StudioError:
            return None
    return found


def _nature(plan: RegionPlan, body: str) -> Nature:
    made = Nature()
    for node in plan.nodes:
        made.live[node.name] = node.live
        inner = node.body.plan if node.name == body and node.body is not None else None
        if inner is not None:
            made.inner = {one.name: one.live for one in inner.nodes}
            made.inner_races = _races(inner)
        for one in inner.nodes if inner is not None else (node,):
            for store in one.stores:
                made.uses.setdefault(store, []).append(one.name if inner is None else f"{body}/{one.name}")
    made.races = _races(plan)
    return made


def _races(plan: RegionPlan) -> list[frozenset[str]]:
    return [frozenset(_racing(plan, node)) for node in plan.nodes if any(e.join == "first" for e in node.inputs)]


def _racing(plan: RegionPlan, node: NodePlan) -> Iterable[str]:
    yield node.name
    for entry in node.inputs:
        if entry.join == "first":
            yield from (plan.nodes[wire.source].name for wire in entry.wires)
            race = node.race_inputs.get(entry.name)
            yield from (plan.nodes[index].name for index in (race.contenders if race is not None else ()))
