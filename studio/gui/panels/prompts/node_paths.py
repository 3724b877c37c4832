"""By which path runs know a node of the canvas, with `*` for the items of maps around it."""

from __future__ import annotations

from studio.editing import Document
from studio.gui.live.watching.places import Places, Spot, paths_of
from studio.spec.registry import Registry


def pattern_of(document: Document, spot: Spot, registry: Registry) -> str:
    """Return what `Wanted.node` takes: the whole path, or the name alone where several ways lead to its graph."""
    paths = paths_of(document.graph, spot.at, spot.name, registry)
    if len(paths) != 1:
        return spot.name
    places = Places(document.graph)
    at: tuple[str, ...] | None = ()
    parts: list[str] = []
    for name in paths[0].split("/"):
        parts.append(name)
        graph = None if at is None else places.graph_at(at)
        node = None if graph is None else graph.nodes.get(name)
        cls = None if node is None else registry.find(node.type)
        if cls is not None and cls.spec.role == "map" and name != spot.name:
            parts.append("*")
        at = places.body(at, name)
    return "/" + "/".join(parts)
