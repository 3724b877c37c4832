"""Declared stores: the ops that add, change, rename and delete them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from studio.editing.document.document import Document
from studio.editing.document.ops import At, Op, PutNode, PutStore, node_with
from studio.editing.document.storable import storable
from studio.editing.edits.bodies import names_inside
from studio.editing.edits.naming import require_name
from studio.editing.edits.remarks import follow
from studio.graph.model import NodeInstance, StoreDecl
from studio.support.errors import GraphError
from studio.support.values import Json, same_value


def add_store(doc: Document, at: At, store: StoreDecl) -> list[Op]:
    """Return the ops that declare a store. Raises GraphError if its name is impossible or taken in this graph."""
    require_name(store.name, "store", doc.at(at).stores)
    return [PutStore(at, store.name, _storable(store))]


def change_store(doc: Document, at: At, store: StoreDecl) -> list[Op]:
    """Return the ops that declare a store otherwise (type, scope, params)."""
    before = _store(doc, at, store.name)
    return (
        []
        if before == store and same_value(before.params, store.params)
        else [PutStore(at, store.name, _storable(store))]
    )


def _storable(store: StoreDecl) -> StoreDecl:
    storable("type", store.type)
    return replace(store, params={key: storable(key, value) for key, value in store.params.items()})


def delete_store(doc: Document, at: At, name: str) -> list[Op]:
    """Return the ops that delete the declaration of a store; nodes that use it say so until they name another."""
    _store(doc, at, name)
    return [PutStore(at, name, None), *follow(at, doc.at(at), {f"stores.{name}": None})]


def rename_store(doc: Document, at: At, old: str, new: str) -> list[Op]:
    """Return the ops that rename a store; all nodes that use it follow, in subgraphs too.

    Raises GraphError for a name that is impossible, or that another store has which those nodes can see.
    """
    store = _store(doc, at, old)
    if old == new:
        return []
    require_name(new, "store", {*doc.scope(at).store_names(), *names_inside(doc, at, "stores")})
    where = list(doc.at(at).stores).index(old)
    ops: list[Op] = [
        PutStore(at, old, None),
        PutStore(at, new, StoreDecl(new, store.type, store.scope, dict(store.params), store.place), where),
    ]
    for place, name in store_users(doc, at, old):
        node = doc.node(place, name)
        params = {**node.params, **dict.fromkeys(uses(doc, node, old), new)}
        ops.append(PutNode(place, name, node_with(node, params)))
    return [*ops, *follow(at, doc.at(at), {f"stores.{old}": f"stores.{new}"})]


def store_users(doc: Document, at: At, store: str) -> list[tuple[At, str]]:
    """Return the nodes that use the store of this name that the graph at `at` declares."""
    found = []
    for place, graph in doc.walk():
        if place[: len(at)] != at or any(
            store in doc.at(place[:depth]).stores for depth in range(len(at) + 1, len(place) + 1)
        ):
            continue  # another graph, or one where the name means a store further in
        found += [(place, name) for name, node in graph.nodes.items() if uses(doc, node, store)]
    return found


def stores_for(doc: Document, at: At, kinds: Collection[str]) -> list[str]:
    """Return the stores that can be used in a graph and are of one of these kinds; none given: of any."""
    scope = doc.scope(at)
    found = {name: scope.find_store(name) for name in scope.store_names()}
    return [name for name, one in found.items() if one is not None and (not kinds or one[1].type in kinds)]


def uses(doc: Document, node: NodeInstance, store: str) -> list[str]:
    """Return the params by which a node uses a store of this name."""
    cls = doc.registry.find(node.type)
    if cls is None:
        return []
    declared = cls.Params.fields()
    return [param for param in cls.spec.stores if node.params.get(param, declared[param].default) == store]


def stores_of(doc: Document, node: NodeInstance) -> Mapping[str, str]:
    """Return the stores that a node uses: param → name."""
    cls = doc.registry.find(node.type)
    if cls is None:
        return {}
    declared = cls.Params.fields()
    named: dict[str, Json] = {param: node.params.get(param, declared[param].default) for param in cls.spec.stores}
    return {param: name for param, name in named.items() if isinstance(name, str) and name}


def _store(doc: Document, at: At, name: str) -> StoreDecl:
    found = doc.at(at).stores.get(name)
    if found is None:
        raise GraphError(f"There is no store `{name}` here.")
    return found
