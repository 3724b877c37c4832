"""Which ports the nodes of a document have, asked once and forgotten when they may have changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.editing.document.ops import TOP, At, Op, PutGraph, PutNode, RenameGraph, RenameNode
from studio.graph.ports import NodePorts, node_ports
from studio.graph.scope import BODY_PARAM, Scope
from studio.spec.registry import Registry

if TYPE_CHECKING:
    from studio.editing.document.document import Document


class PortCache:
    """Ports by place and node name. Nodes that run a body depend on that body's inputs and outputs."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._ports: dict[tuple[At, str], NodePorts] = {}
        self._scopes: dict[At, Scope] = {}
        self._touched: dict[At, set[str]] = {}
        self._bodies_touched = False

    def scope(self, at: At) -> Scope:
        """Return the scope of a graph."""
        found = self._scopes.get(at)
        if found is None:
            found = Scope(self._document.graph) if at == TOP else self.scope(at[:-1]).find_graph(at[-1])
            self._scopes[at] = found
        return found

    def get(self, at: At, name: str) -> NodePorts:
        """Return the ports of a node."""
        found = self._ports.get((at, name))
        if found is None:
            node = self._document.node(at, name)
            found = self._ports[at, name] = node_ports(self.scope(at), node, self._document.registry)
        return found

    def note(self, op: Op, inverse: Op) -> None:
        """An op was applied: forget what it may have changed."""
        match op:
            case PutNode(at, name, node):
                self._ports.pop((at, name), None)
                self._touched.setdefault(at, set()).add(name)
                old = inverse.node if isinstance(inverse, PutNode) else None
                if not any(one is not None and self._shapes_bodies(one.type) for one in (node, old)):
                    return
            case RenameNode(at, old_name, new_name):
                self._ports.pop((at, old_name), None)
                self._touched.setdefault(at, set()).add(new_name)
            case PutGraph(at, name):
                self._forget_inside((*at, name))
            case RenameGraph(at, old_name, new_name):
                self._forget_inside((*at, old_name))
                self._forget_inside((*at, new_name))
            case _:
                return
        self._bodies_touched = True
        self._forget_regions()

    def tell(self) -> None:
        """Tell the document's listeners which nodes may have other ports now."""
        if self._bodies_touched:
            self._bodies_touched = False
            for at, graph in self._document.walk():
                names = {name for name, node in graph.nodes.items() if BODY_PARAM in node.params}
                if names:
                    self._touched.setdefault(at, set()).update(names)
        touched, self._touched = self._touched, {}
        for at, names in touched.items():
            if self._document.has(at):
                here = frozenset(names & self._document.at(at).nodes.keys())
                if here:
                    self._document.ports_changed.emit(at, here)

    def forget(self) -> None:
        """Forget everything (another graph)."""
        self._ports.clear()
        self._scopes.clear()

    def forget_files(self) -> None:
        """Bodies in other files may say something else than when they were read; who runs them is told of by `tell`."""
        self._scopes.clear()
        self._bodies_touched = True
        self._forget_regions()

    def forget_types(self, old: Registry) -> None:
        """The document had other node types before: forget what nodes of those were asked that are others by now.

        What no type of that name is known for is forgotten, too: its hint names types that are near.
        """
        new = self._document.registry
        for at, graph in self._document.walk():
            for name, node in graph.nodes.items():
                found = new.find(node.type)
                if found is None or found is not old.find(node.type):
                    self._ports.pop((at, name), None)
                    self._touched.setdefault(at, set()).add(name)
        self._bodies_touched = True
        self._forget_regions()

    def _shapes_bodies(self, type_name: str) -> bool:
        cls = self._document.registry.find(type_name)
        return cls is not None and cls.spec.role in ("input", "output")

    def _forget_inside(self, at: At) -> None:
        """Another graph stands here now, or none: its nodes are not those that were asked about."""
        self._scopes.clear()
        for key in [key for key in self._ports if key[0][: len(at)] == at]:
            del self._ports[key]

    def _forget_regions(self) -> None:
        for key, ports in list(self._ports.items()):
            if ports.cls is not None and ports.cls.spec.role in ("subgraph", "map"):
                del self._ports[key]
