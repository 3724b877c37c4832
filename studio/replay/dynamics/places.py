"""Where the modules of a run stand in its graph: their order in the plan, and what they are."""

from __future__ import annotations

from studio.dynamics.modules import ModuleFacts, cell_facts, facts_of
from studio.engine.modules import Modules
from studio.graph.model import Graph, NodeInstance
from studio.graph.order import same_tick_order
from studio.graph.scope import BODY_PARAM, Scope
from studio.spec.params import parse_params
from studio.spec.registry import Registry

Key = tuple[int, ...]


class Places:
    """The nodes of a graph and of the graphs in it, by node path as a run has it (with the items of maps)."""

    def __init__(self, graph: Graph, registry: Registry, modules: Modules) -> None:
        self._modules = modules
        self._top = Scope(graph)
        self._registry = registry
        self._ranks: dict[int, dict[str, int]] = {}
        self._items: dict[str, dict[str, int]] = {}
        self._found: dict[str, tuple[Key, NodeInstance | None]] = {}

    def key(self, path: str) -> Key:
        """Return what sorts node paths as the outline does within a tick: plan order, items as they first came."""
        return self._at(path)[0]

    def facts(self, path: str, *, cells: bool = False) -> ModuleFacts | None:
        """Return what the node is as a module; with `cells`, pure nodes count too."""
        node = self._at(path)[1]
        cls = None if node is None else self._registry.find(node.type)
        if node is None or cls is None:
            return None
        if cells:
            return cell_facts(cls)
        found = facts_of(cls, parse_params(cls.Params, node.params)[0])
        return found if self._modules.counts(found) else None

    def knows(self, path: str) -> bool:
        """Return whether the type of the node can be found here."""
        node = self._at(path)[1]
        return node is not None and self._registry.find(node.type) is not None

    def _at(self, path: str) -> tuple[Key, NodeInstance | None]:
        known = self._found.get(path)
        if known is None:
            known = self._found[path] = self._walk(path)
        return known

    def _walk(self, path: str) -> tuple[Key, NodeInstance | None]:
        names = path.split("/")
        scope, key, at = self._top, [], 0
        while True:
            key.append(self._rank(scope.graph, names[at]))
            node = scope.graph.nodes.get(names[at])
            cls = None if node is None else self._registry.find(node.type)
            at += 1
            if node is None or at >= len(names):
                return tuple(key), node
            if cls is None or cls.spec.role not in ("subgraph", "map"):
                return tuple(key), None
            scope = scope.find_graph(str(node.params.get(BODY_PARAM, "")))
            if cls.spec.role == "map" and at < len(names) - 1:
                items = self._items.setdefault("/".join(names[:at]), {})
                key.append(items.setdefault(names[at], len(items)))
                at += 1

    def _rank(self, graph: Graph, name: str) -> int:
        ranks = self._ranks.get(id(graph))
        if ranks is None:
            ranks = self._ranks[id(graph)] = {one: nth for nth, one in enumerate(same_tick_order(graph))}
        return ranks.get(name, len(ranks))
