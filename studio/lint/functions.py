"""Model functions: how tightly each is held, and whether free text decides where the graph goes."""

from __future__ import annotations

from typing import Final, NamedTuple

from studio.graph.model import Edge
from studio.graph.ports import NodePorts
from studio.lint.region import RegionView

LOOSE: Final = 0.5
"""Score below which a function is named."""

_STEERING = {"flow.switch": ("value",), "flow.gate": None}
"""Inputs that decide the way (None: all but `value`)."""


class Constraint(NamedTuple):
    """How tightly a model function is held: 0 not at all … 1 fully, and what is missing, weightiest first."""

    score: float
    missing: tuple[str, ...]


def constraint_of(ports: NodePorts) -> Constraint | None:
    """Return the score of a node if it is a model function with usable params."""
    if ports.cls is None or ports.params is None or ports.cls.spec.type != "llm.function":
        return None
    from studio.nodes.llm._constraint import constraint_score

    score, missing = constraint_score(ports.params)  # type: ignore[arg-type]
    return Constraint(score, tuple(missing))


def loose_functions(region: RegionView) -> None:
    """Name functions that are told too little to be dependable."""
    for node, _ in region.nodes():
        held = constraint_of(region.view.ports[node.name])
        if held is not None and held.score < LOOSE:
            region.view.node_finding(
                "loose_function",
                "warning",
                f"`{node.name}` is loosely held ({held.score:.2f} of 1): {'; '.join(held.missing[:3])}.",
                node,
                "Mend what weighs most, the first of these.",
            )


def free_text_steers(region: RegionView) -> None:
    """Name free text of a model, unchecked, that decides which way the graph goes."""
    for node, plan in region.nodes():
        if plan.spec.type not in ("llm.function", "llm.chat", "llm.complete"):
            continue
        free = _free_ports(region, node.name)
        for edge in region.after[node.name]:
            if edge.source_port in free and (steered := _steers(region, edge)):
                region.view.edge_finding(
                    "free_text_steers",
                    "warning",
                    f"Free text of `{node.name}` decides at `{steered}` which way the graph goes.",
                    edge,
                    f"Let `{node.name}` choose from `labels`, or check its answer first.",
                    other=node.name,
                )


def _free_ports(region: RegionView, name: str) -> frozenset[str]:
    """Return the outputs that may hold any text at all: no labels, routes, spans, enums or checks."""
    params = region.by_name[name].params
    if any(getattr(params, closed, None) for closed in ("labels", "routes", "spans", "checks")):
        return frozenset()
    outputs = region.view.ports[name].outputs
    return frozenset(
        port for port, spec in outputs.items() if spec.type == "text" and "enum" not in (spec.schema or {})
    )


def _steers(region: RegionView, edge: Edge, depth: int = 0) -> str:
    """Return the input at which a value decides the way, directly or behind nodes that only reshape it; else ""."""
    target = region.by_name[edge.target]
    kind = target.spec.type
    if edge.target_port == "when":
        return f"{edge.target}.when"
    if kind in _STEERING:
        deciding = _STEERING[kind]
        decides = edge.target_port != "value" if deciding is None else edge.target_port in deciding
        return f"{edge.target}.{edge.target_port}" if decides else ""
    if target.effects == "pure" and not target.role and not target.stores and depth < 8:
        for onward in region.after[edge.target]:
            if onward.source_port != "done" and (found := _steers(region, onward, depth + 1)):
                return found
    return ""
