"""What a script says of each graph beside its wiring: nodes with their types, inputs, how it ends, limits, stores."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from studio.engine.plan import NodePlan
from studio.export.literals import literal, text_literal
from studio.export.standalone.names import Names
from studio.export.standalone.outline import Wiring
from studio.export.standalone.stores import store_source
from studio.export.standalone.wording import Words
from studio.graph.scope import Scope
from studio.spec.types import value_check


def graph_source(wiring: Wiring, names: Names, words: Words, around: str = "", same: str = "") -> str:
    """Return the statement that makes a graph of its coroutine.

    `around` names the graph in whose stores it may look, "" if none has any; `same` the one made of the same document
    before, with another clock, whose stores it shares.
    """
    plan, graph = wiring.plan, wiring.plan.graph
    nodes = ", ".join(f"{text_literal(node.name)}: {_node(node)}" for node in plan.nodes)
    facts = [
        names.coroutines[id(plan)],
        f"name={text_literal(graph.name)}",
        f"nodes={{{nodes}}}",
    ]
    if plan.input_nodes:
        inputs = ", ".join(
            f"{text_literal(name)}: {_input(plan.nodes[index], words)}" for name, index in plan.input_nodes.items()
        )
        facts.append(f"inputs={{{inputs}}}")
    if not plan.is_shared:
        if plan.until != "quiet":
            facts.append(f"until={text_literal(plan.until)}")
        if plan.max_ticks_written:
            facts.append(f"max_ticks={literal(plan.max_ticks)}")
        if plan.on_limit != "stop":
            facts.append(f"on_limit={text_literal(plan.on_limit)}")
    if graph.limits:
        facts.append(f"limits={literal(dict(graph.limits))}")
    if graph.stores and same:
        facts.append(f"stores={same}.stores")
    elif graph.stores:
        stores = ", ".join(f"{text_literal(name)}: {store_source(one, words)}" for name, one in graph.stores.items())
        facts.append(f"stores={{{stores}}}")
    if around:
        facts.append(f"inside=lambda: {around}")
    # What a body looks into by a `lambda` above it is of a type that no checker could tell there, unless it is written.
    kind = f": {words('Graph')}" if graph.stores else ""
    return f"{names.graphs[id(plan)]}{kind} = {words('Graph')}({', '.join(facts)},)"


def _node(node: NodePlan) -> str:
    facts = [text_literal(node.spec.type), literal(node.spec.version)]
    # Ports are listed where one needs a look: all of them, as the others are found by this list, too.
    listed = any(value_check(kind) is not None for kind in node.out_types.values())
    listed = listed or node.on_error in ("default", "route") or node.knockout == "pass"
    if listed:
        ports = ", ".join(f"{text_literal(port)}: {text_literal(kind)}" for port, kind in node.out_types.items())
        facts.append(f"{{{ports}}}")
    return f"({', '.join(facts)})"


def _input(node: NodePlan, words: Words) -> str:
    params: Any = node.params
    facts = [] if params.kind == "any" else [text_literal(params.kind)]
    if "value" in node.instance.params:
        facts.append("required=False")
    if node.choices:
        facts.append(f"choices={literal(list(node.choices))}")
    return f"{words('Input')}({', '.join(facts)})"


def stands_inside(scope: Scope) -> Scope | None:
    """Return the nearest graph around this one that declares a store, or None."""
    outer = scope.outer
    while outer is not None and not outer.graph.stores:
        outer = outer.outer
    return outer


def graph_sources(wirings: Sequence[Wiring], names: Names, words: Words) -> list[str]:
    """Return the statements that make all graphs of a script."""
    made: dict[int, str] = {}
    sources = []
    by_graph = {id(one.plan.graph): names.graphs[id(one.plan)] for one in reversed(wirings)}
    for wiring in wirings:
        outer = stands_inside(wiring.plan.scope)
        around = "" if outer is None else by_graph[id(outer.graph)]
        sources.append(graph_source(wiring, names, words, around, made.get(id(wiring.plan.graph), "")))
        made.setdefault(id(wiring.plan.graph), names.graphs[id(wiring.plan)])
    return sources
