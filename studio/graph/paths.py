"""From the node path of a firing to the node in the document: `town/isabella/plan` stands in the body of `town`."""

from __future__ import annotations

from studio.graph.model import NodeInstance
from studio.graph.scope import BODY_PARAM, Scope
from studio.spec.registry import Registry
from studio.support.errors import GraphError


def node_at(scope: Scope, path: str, registry: Registry) -> tuple[Scope, NodeInstance] | None:
    """Return the node a path leads to and the scope it stands in, None if it leads nowhere.

    A path of a run has the item after the name of a map (`mails/3/label`); one that leaves items out (`mails/label`)
    is understood too.
    """
    names = path.split("/")
    while names:
        node = scope.graph.nodes.get(names.pop(0))
        if node is None:
            return None
        if not names:
            return scope, node
        cls = registry.find(node.type)
        if cls is None or cls.spec.role not in ("subgraph", "map"):
            return None
        try:
            scope = scope.find_graph(str(node.params.get(BODY_PARAM, "")))
        except GraphError:
            return None
        if cls.spec.role == "map" and len(names) > 1 and names[0] not in scope.graph.nodes:
            names.pop(0)
    return None
