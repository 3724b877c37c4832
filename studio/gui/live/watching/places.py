"""From the node paths of a run to what the window shows, and back: `town/0/plan` is `plan` in the body of `town`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from studio.editing.document.ops import TOP, At
from studio.graph.model import Graph
from studio.graph.scope import BODY_PARAM
from studio.spec.registry import Registry

DEEPEST = 16
"""How deep graphs inside graphs are followed, as the engine does (`max_depth`)."""


class Spot(NamedTuple):
    """A node of the document: the graph it stands in and its name."""

    at: At
    name: str


class Places:
    """Finds bodies in one graph. A body that stands in a file of its own has no place here: None."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._graphs: dict[At, Graph] = {TOP: graph}
        self._bodies: dict[Spot, At | None] = {}

    def graph_at(self, at: At) -> Graph | None:
        """Return the graph at a place, None if there is none."""
        found = self._graphs.get(at)
        if found is None and at:
            outer = self.graph_at(at[:-1])
            found = None if outer is None else outer.graphs.get(at[-1])
            if found is not None:
                self._graphs[at] = found
        return found

    def body(self, at: At | None, name: str) -> At | None:
        """Return where the body of a region node stands: its own graph's, or one of a graph around it."""
        if at is None:
            return None
        spot = Spot(at, name)
        if spot not in self._bodies:
            self._bodies[spot] = self._find(at, name)
        return self._bodies[spot]

    def file(self, at: At, name: str) -> Path | None:
        """Return the file in which the body of a region node stands, None if it stands in no file of its own."""
        graph = self.graph_at(at)
        node = None if graph is None else graph.nodes.get(name)
        reference = None if node is None else node.params.get(BODY_PARAM)
        if not isinstance(reference, str) or self.graph.base is None or self.body(at, name) is not None:
            return None
        return self.graph.base / reference

    def _find(self, at: At, name: str) -> At | None:
        graph = self.graph_at(at)
        node = None if graph is None else graph.nodes.get(name)
        reference = None if node is None else node.params.get(BODY_PARAM)
        if not isinstance(reference, str):
            return None
        for depth in range(len(at), -1, -1):
            around = self.graph_at(at[:depth])
            if around is not None and reference in around.graphs:
                return (*at[:depth], reference)
        return None


def way(places: Places, path: str, registry: Registry) -> list[Spot]:
    """Return where the graph has the nodes of a node path, outermost first: region nodes, then the node itself. Items
    of maps are left out. Empty if one of them has no place in the graph."""
    at: At | None = TOP
    found: list[Spot] = []
    parts = iter(path.split("/"))
    for name in parts:
        graph = None if at is None else places.graph_at(at)
        if at is None or graph is None or name not in graph.nodes:
            return []
        found.append(Spot(at, name))
        at = places.body(at, name)
        cls = registry.find(graph.nodes[name].type)
        if cls is not None and cls.spec.role == "map":
            next(parts, None)
    return found


def paths_of(graph: Graph, at: At, name: str, registry: Registry) -> list[str]:
    """Return the paths by which a run knows a node, items of maps left out: one for each way to its graph.

    A graph inside itself is entered once.
    """
    return [f"{way}{name}" for way in _ways(Places(graph), TOP, at, registry, "", (TOP,))]


def _ways(places: Places, here: At, wanted: At, registry: Registry, prefix: str, seen: tuple[At, ...]) -> Iterator[str]:
    if here == wanted:
        yield prefix
    graph = places.graph_at(here)
    if graph is None or len(seen) > DEEPEST:
        return
    for name, node in graph.nodes.items():
        cls = registry.find(node.type)
        if cls is None or cls.spec.role not in ("subgraph", "map"):
            continue
        body = places.body(here, name)
        if body is not None and body not in seen:
            yield from _ways(places, body, wanted, registry, f"{prefix}{name}/", (*seen, body))
