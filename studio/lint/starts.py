"""Nodes that can never fire, because what they need comes only from themselves, a tick too late."""

from __future__ import annotations

from studio.graph.model import Edge
from studio.lint.region import RegionView, listed


def never_starts(region: RegionView) -> None:
    """Name feedback without a first value that a node waits for in vain, and the nodes that wait for it."""
    can_fire = _can_fire(region)
    blocked = [name for name in region.graph.nodes if name not in can_fire]
    roots: dict[str, list[Edge]] = {}
    for name in blocked:
        for edges in _needed(region, name):
            if edges and all(edge.feedback and not _first_value(edge, can_fire) for edge in edges):
                if not any(edge.source in can_fire for edge in edges):
                    roots.setdefault(name, edges)
    for name, edges in roots.items():
        edge = edges[0]
        region.view.edge_finding(
            "never_starts",
            "warning",
            f"`{name}` never starts: `{edge.target}.{edge.target_port}` is only fed back to and has no first value.",
            edge,
            f"Give it one, as in `{edge}: {{initial: …}}` or `{{initial_from: node.port}}`.",
        )
    _dependents(region, [name for name in blocked if name not in roots], blocked)


def _dependents(region: RegionView, waiting: list[str], blocked: list[str]) -> None:
    """Name the nodes that never fire since others never do."""
    for name in waiting:
        needed = _needed(region, name)
        if any(not edges for edges in needed):
            continue  # an input without a wire; check has named it
        sources = [e.source for edges in needed for e in edges if all(x.source in blocked for x in edges)]
        node = region.graph.nodes[name]
        region.view.node_finding(
            "unreachable",
            "warning",
            f"`{name}` never fires, because {listed(dict.fromkeys(sources))} never "
            f"{'does' if len(set(sources)) == 1 else 'do'}.",
            node,
            "Give it another source, or delete it.",
        )


def _can_fire(region: RegionView) -> set[str]:
    """Return the nodes that may fire at some tick: least fixed point over what they need."""
    # A node switched off for the moment counts as firing: what waits for it is no mistake of the design.
    can = {name for name, node in region.graph.nodes.items() if node.knockout}
    grown = True
    while grown:
        grown = False
        for name in region.rank:  # plan order: one round settles all that needs no feedback
            if name in can:
                continue
            if all(
                any(edge.source in can or _first_value(edge, can) for edge in edges) for edges in _needed(region, name)
            ):
                can.add(name)
                grown = True
    return can


def _first_value(edge: Edge, can_fire: set[str]) -> bool:
    return edge.feedback and (edge.has_initial or edge.initial_from.partition(".")[0] in can_fire)


def _needed(region: RegionView, name: str) -> list[list[Edge]]:
    """Return, for each input a node cannot do without, the edges that may bring it."""
    node = region.by_name[name]
    into = region.view.into[name]
    if node.role == "input":
        return []
    shared = node.body is not None and node.body.shared
    ports = [] if shared else [entry.name for entry in node.inputs if entry.required]
    if shared and node.role == "map":
        ports = ["items"]
    needed = [into.get(port, []) for port in ports]
    return needed + ([into["when"]] if "when" in into else [])
