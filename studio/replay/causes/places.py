"""Where a firing stands in the graph of its run: its node, its wires, and the regions around it with their clocks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from studio.graph.model import Edge, Graph, NodeInstance, StoreDecl
from studio.graph.order import same_tick_order
from studio.graph.ports import node_ports
from studio.graph.scope import BODY_PARAM, Scope
from studio.spec.registry import Registry, default_registry

if TYPE_CHECKING:
    from studio.trace import Trace


class Region:
    """A graph as it was executed somewhere: its wires by node, and the region node around it (None: the top)."""

    def __init__(self, scope: Scope, node: Place | None, key: str | None) -> None:
        self.scope = scope
        self.node = node
        self.key = key
        """The map item's segment of the path, None outside maps."""
        graph = scope.graph
        self.order = {name: nth for nth, name in enumerate(same_tick_order(graph))}
        self.incoming: dict[str, list[Edge]] = {}
        self.outgoing: dict[str, list[Edge]] = {}
        self.starts: dict[str, list[Edge]] = {}
        """Feedback edges by the node that gives their first value (`initial_from`)."""
        for edge in graph.edges:
            self.incoming.setdefault(edge.target, []).append(edge)
            self.outgoing.setdefault(edge.source, []).append(edge)
            if edge.initial_from:
                self.starts.setdefault(edge.initial_from.partition(".")[0], []).append(edge)

    @property
    def shared(self) -> bool:
        """True if it shares the clock of the region around it."""
        return self.node is not None and self.node.param("clock", "own") == "shared"

    @property
    def overlays(self) -> bool:
        """True if it is an item of a map whose items do not see each other's writes (rule 2.9)."""
        return self.key is not None and self.node is not None and not self.node.param("sequential", False)

    def outputs(self) -> list[str]:
        """Return the names of the `flow.output`s."""
        return [name for name, node in self.scope.graph.nodes.items() if node.type == "flow.output"]


class Place:
    """A node of a graph as it was executed somewhere."""

    def __init__(self, region: Region, instance: NodeInstance, registry: Registry) -> None:
        self.region = region
        self.instance = instance
        self.name = instance.name
        cls = registry.find(instance.type)
        self.role: str = "" if cls is None else cls.spec.role
        self._registry = registry
        self._stores = None if cls is None else cls.spec.stores

    def param(self, name: str, default: Any) -> Any:
        """Return a param as the graph gives it."""
        return self.instance.params.get(name, default)

    @property
    def is_region(self) -> bool:
        """True for a region node."""
        return self.role in ("subgraph", "map")

    @property
    def uses_stores(self) -> bool:
        """True if its own firings may use stores."""
        return self._stores is None or bool(self._stores)

    def stores(self) -> list[str] | None:
        """Return the names of the stores its own firings use, None if its type does not tell."""
        if self._stores is None:
            return None
        return [str(name) for name in (self.param(param, "") for param in self._stores) if name]

    def wires(self, port: str) -> list[Edge]:
        """Return the wires into an input, in edge order."""
        return [edge for edge in self.region.incoming.get(self.name, ()) if edge.target_port == port]

    def outputs(self) -> list[str]:
        """Return the names of its outputs, `error` among them where it routes its failures."""
        found = list(node_ports(self.region.scope, self.instance, self._registry).outputs)
        return [*found, "error"] if self.instance.on_error == "route" else found

    def passing(self) -> list[str]:
        """Return the inputs whose absence the node takes as a value and may pass on, as `data` of a switch."""
        found = node_ports(self.region.scope, self.instance, self._registry).inputs
        return [name for name, field in found.items() if field.passes_absence]

    def store(self, name: str) -> tuple[Scope, StoreDecl] | None:
        """Return the store this node means by a name, and where it is declared."""
        return self.region.scope.find_store(name)

    def regions(self) -> Iterator[Region]:
        """Yield the region it stands in and those around, inner ones first."""
        region: Region | None = self.region
        while region is not None:
            yield region
            region = None if region.node is None else region.node.region


class Places:
    """Finds places by node path in the graph version of the run. Raises StudioError if the graph cannot be read."""

    def __init__(self, trace: Trace, run: str, registry: Registry | None = None) -> None:
        self._trace = trace
        self._run = run
        self._registry = registry or default_registry()
        self._top: Region | None = None
        self._places: dict[str, Place | None] = {}
        self._regions: dict[str, Region] = {}

    @property
    def top(self) -> Region:
        """The top graph."""
        if self._top is None:
            self._top = Region(Scope(Graph.from_text(self._trace.graph_text(self._run))), None, None)
        return self._top

    def find(self, path: str) -> Place | None:
        """Return the place of a node path, None if the graph has none such."""
        if path not in self._places:
            self._places[path] = self._look(path)
        return self._places[path]

    def body(self, path: str, place: Place, key: str | None) -> Region:
        """Return the body of the region node at a path, of one item if it is a map."""
        name = path if key is None else f"{path}/{key}"
        known = self._regions.get(name)
        if known is None:
            scope = place.region.scope.find_graph(str(place.param(BODY_PARAM, "")))
            known = self._regions[name] = Region(scope, place, key)
        return known

    def _look(self, path: str) -> Place | None:
        around, _, name = path.rpartition("/")
        region: Region | None = self.top if not around else self._region(around)
        if region is None or name not in region.scope.graph.nodes:
            return None
        return Place(region, region.scope.graph.nodes[name], self._registry)

    def _region(self, path: str) -> Region | None:
        place = self.find(path)
        if place is not None:
            return self.body(path, place, None) if place.role == "subgraph" else None
        around, _, key = path.rpartition("/")
        place = self.find(around) if around else None
        return self.body(around, place, key) if place is not None and place.role == "map" else None


def outer_tick(region: Region, tick_key: str) -> str:
    """Return the tick of the region around, as it was at a tick of this one."""
    return tick_key if region.shared else tick_key.rpartition(".")[0]
