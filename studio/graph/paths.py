"""From the node path of a firing to the node in the document: `town/isabella/plan` stands in the body of `town`."""

from __future__ import annotations

from collections.abc import Sequence

from studio.graph.model import NodeInstance
from studio.graph.scope import BODY_PARAM, Scope
from studio.spec.registry import Registry
from studio.support.errors import GraphError


def node_at(scope: Scope, path: str, registry: Registry, *, whole: bool = False) -> tuple[Scope, NodeInstance] | None:
    """Return the node a path leads to and the scope it stands in, None if it leads nowhere.

    A path of a run has the item after the name of a map (`mails/3/label`); one that leaves items out (`mails/label`)
    is understood too, unless it is said to be `whole`: then what comes after a map is an item, whatever it is called.
    """
    return _walk(scope, path.split("/"), registry, whole)


def split_port(text: str) -> tuple[str, str]:
    """Split `work/3/refine.text` into node path and port (or param), "" if none is named. Keys of items may hold dots,
    names of nodes may not."""
    around, slash, last = text.rpartition("/")
    name, _, port = last.partition(".")
    return around + slash + name, port


def _walk(scope: Scope, names: Sequence[str], registry: Registry, whole: bool) -> tuple[Scope, NodeInstance] | None:
    node = scope.graph.nodes.get(names[0])
    if node is None or len(names) == 1:
        return None if node is None else (scope, node)
    cls = registry.find(node.type)
    if cls is None or cls.spec.role not in ("subgraph", "map"):
        return None
    try:
        body = scope.find_graph(str(node.params.get(BODY_PARAM, "")))
    except GraphError:
        return None
    inside, is_map = names[1:], cls.spec.role == "map"
    found = None if is_map and whole else _walk(body, inside, registry, whole)
    if found is None and is_map and len(inside) > 1:
        found = _walk(body, inside[1:], registry, whole)
    return found
