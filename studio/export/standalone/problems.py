"""What of a graph cannot leave the studio, told for each node before anything is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from studio.engine.plan import NodePlan, RegionPlan
from studio.engine.prepared import prepare
from studio.export.standalone.gathering.problems import standalone_problem
from studio.export.standalone.names import is_module
from studio.export.standalone.outline import Wiring
from studio.export.standalone.planning import outline
from studio.graph.model import Graph
from studio.spec.registry import Registry
from studio.support.errors import UsageError

Problem = tuple[str, str]
"""The path of a node from the top graph, dots between names, and why it cannot leave the studio, as a phrase."""

NO_RACE: Final = "it does not race: the first wire with a value wins, in their order"

NO_WEIGHING: Final = "no model of a script completes texts: it is asked by chat, for labels in words"

MOST_TOLD: Final = 20
"""Problems that an error lists."""


def told_before(graph: Graph, registry: Registry) -> tuple[list[Problem], list[Problem]]:
    """Return each node that cannot go into a standalone script, with the reason, and what goes into it and is yet
    different from a run in the studio.

    Raises `GraphError` for a graph that cannot run at all.
    """
    wirings = outline(prepare(graph, registry).plan(True))
    return found_problems(wirings), list(_differences(wirings))


def _differences(wirings: Sequence[Wiring]) -> Iterator[Problem]:
    for path, plan in _named(wirings):
        for node in plan.nodes:
            if any(len(race.wires) > 1 for race in node.race_inputs.values()):
                yield f"{path}{node.name}", NO_RACE
            asked = [getattr(node.params, name, "") for name in ("model", "fallback")]
            if any(isinstance(name, str) and name.startswith("text-completion-") for name in asked):
                yield f"{path}{node.name}", NO_WEIGHING


def require_standalone(wirings: Sequence[Wiring]) -> None:
    """Raise `UsageError` that names every node which cannot go into a script."""
    found = found_problems(wirings)
    if not found:
        return
    told = [f"`{node}`: {reason}" for node, reason in found[:MOST_TOLD]]
    if len(found) > MOST_TOLD:
        told.append(f"and {len(found) - MOST_TOLD} more")
    who = "A node of this graph" if len(found) == 1 else f"{len(found)} nodes of this graph"
    raise UsageError(
        f"{who} cannot stand outside of the studio: {'; '.join(told)}.",
        hint="Take other nodes, or export a script that calls the studio (--to script).",
    )


def found_problems(wirings: Sequence[Wiring]) -> list[Problem]:
    """Return the problems of graphs whose statements are planned."""
    found: dict[Problem, None] = {}
    for path, plan in _named(wirings):
        for node in plan.nodes:
            for reason in _reasons(node, plan):
                found[f"{path}{node.name}", reason] = None
    return list(found)


def _reasons(node: NodePlan, plan: RegionPlan) -> Iterator[str]:
    if not is_module(node):
        return
    if reason := standalone_problem(node.cls, node.params):
        yield reason
    for name in node.stores:
        declared = plan.scope.find_store(name)
        if declared is not None and declared[1].scope == "project":
            yield f"its store `{name}` is the project's, which other runs share"


def _named(wirings: Sequence[Wiring]) -> Iterator[tuple[str, RegionPlan]]:
    """Yield each graph with the path of a node that runs it: "" for the top, `answer.` for the body of `answer`."""
    paths: dict[int, str] = {id(wirings[-1].plan): ""}
    waiting = [wirings[-1]]
    while waiting:
        wiring = waiting.pop(0)
        yield paths[id(wiring.plan)], wiring.plan
        for index, body in wiring.bodies.items():
            if id(body.plan) not in paths:
                paths[id(body.plan)] = f"{paths[id(wiring.plan)]}{wiring.plan.nodes[index].name}."
                waiting.append(body)
