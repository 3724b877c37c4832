"""Fixes of bodies, stores, of how a graph ends and of what it does about alarms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from studio.dynamics.policy import KINDS, ON_ALARM, SETTINGS
from studio.editing.document.ops import TOP, PutStore, SetKey
from studio.editing.edits.bodies import add_graph
from studio.editing.edits.connecting import connect
from studio.editing.edits.naming import graph_names
from studio.editing.edits.nodes import set_params
from studio.editing.edits.rules import can_connect
from studio.editing.edits.stores import add_store, change_store, delete_store, store_users, stores_for, stores_of
from studio.editing.mending.base import Fix, Fixer, Spot
from studio.editing.offering.catalogue import empty_body
from studio.graph.alarms import check_dynamics
from studio.graph.check_regions import store_kinds_of
from studio.graph.model import Edge, StoreDecl
from studio.graph.names import name_problem
from studio.graph.ports import body_of
from studio.graph.scope import BODY_PARAM
from studio.spec.fields import MISSING
from studio.stores import store_kinds, store_problems
from studio.support.errors import GraphError, StudioError
from studio.support.nearest import nearest
from studio.support.values import Json

# -- bodies --------------------------------------------------------------------------------------


def body_missing(spot: Spot) -> Iterator[Fix]:
    """Name the subgraph that was meant, or make one of this name."""
    node = spot.node
    wrong = node.params.get(BODY_PARAM)
    if not isinstance(wrong, str):
        return
    meant = nearest(wrong, graph_names(spot.doc.scope(spot.at)))
    if meant and meant != wrong:
        yield Fix(f"Run `{meant}`", tuple(set_params(spot.doc, spot.at, node.name, {BODY_PARAM: meant})))
    if wrong and not name_problem(wrong) and wrong not in spot.graph.graphs:
        body = empty_body(wrong, "item" if node.type == "flow.map" else "input")
        yield Fix(f"Make a subgraph `{wrong}`", tuple(add_graph(spot.doc, spot.at, wrong, body)))
    yield spot.open("Choose the body", BODY_PARAM)


def unknown_each(spot: Spot) -> Iterator[Fix]:
    """Name inputs that the body has, or leave out the others."""
    node = spot.node
    each = node.params.get("each")
    if not isinstance(each, list):
        return
    known = set(spot.doc.ports(spot.at, node.name).inputs) - {"items"}
    meant = [one if one in known else nearest(str(one), known - set(map(str, each))) for one in each]
    if all(meant) and len(set(meant)) == len(meant):
        ops = set_params(spot.doc, spot.at, node.name, {"each": list(meant)})
        yield Fix(f"Split {', '.join(f'`{one}`' for one in meant)}", tuple(ops))
    kept = [one for one in each if one in known]
    value = kept if kept else MISSING
    yield Fix("Leave out what the body does not have", tuple(set_params(spot.doc, spot.at, node.name, {"each": value})))


def collect_in_shared(spot: Spot) -> Iterator[Fix]:
    """Let the body's output give the value of each tick."""
    try:
        body = body_of(spot.doc.scope(spot.at), spot.node).graph
    except StudioError:
        return
    for at, graph in spot.doc.walk():
        if graph is body and spot.found.port in graph.nodes:
            ops = set_params(spot.doc, at, spot.found.port, {"collect": MISSING})
            yield Fix(f"Delete `collect` at `{spot.found.port}`", tuple(ops))


def shared_recursion(spot: Spot) -> Iterator[Fix]:
    """Give the body a clock of its own."""
    yield Fix("Use `clock: own`", tuple(set_params(spot.doc, spot.at, spot.node.name, {"clock": MISSING})))


def take_in_map(spot: Spot) -> Iterator[Fix]:
    """Take one item after the other."""
    yield Fix(
        "Take one item after the other (`sequential: true`)",
        tuple(set_params(spot.doc, spot.at, spot.node.name, {"sequential": True})),
    )


# -- stores --------------------------------------------------------------------------------------


def unknown_store(spot: Spot) -> Iterator[Fix]:
    """Name the store that was meant, or declare it."""
    node, param, wrong = spot.node, spot.found.param, spot.found.store
    cls = spot.doc.registry.find(node.type)
    if cls is None or param not in cls.spec.stores:
        return
    kinds = store_kinds_of(cls, param)
    fitting = stores_for(spot.doc, spot.at, kinds)
    meant = nearest(wrong, fitting) or (fitting[0] if len(fitting) == 1 else "")
    if meant:
        yield Fix(f"Use `{meant}`", tuple(set_params(spot.doc, spot.at, node.name, {param: meant})))
    if not name_problem(wrong) and wrong not in spot.graph.stores:
        kind = kinds[0] if kinds else "kv"
        yield Fix(f"Declare `{wrong}` as {kind}", tuple(add_store(spot.doc, spot.at, StoreDecl(wrong, kind))))


def store_type(spot: Spot) -> Iterator[Fix]:
    """Declare the kind that was meant, without params that do not fit."""
    store = spot.graph.stores.get(spot.found.store)
    if store is None:
        return
    kind = store.type if store.type in store_kinds() else nearest(store.type, store_kinds())
    if kind and kind != store.type:
        new = replace(store, type=kind, params=store.params if not store_problems(kind, store.params) else {})
        yield Fix(f"Declare `{store.name}` as {kind}", tuple(change_store(spot.doc, spot.at, new)))
    elif kind:
        kept = {key: one for key, one in store.params.items() if not store_problems(kind, {key: one})}
        new = replace(store, params=kept)
        yield Fix("Delete the params that do not fit", tuple(change_store(spot.doc, spot.at, new)))
    if not store_users(spot.doc, spot.at, store.name):
        yield Fix(f"Delete `{store.name}`", tuple(delete_store(spot.doc, spot.at, store.name)))


def store_kind(spot: Spot) -> Iterator[Fix]:
    """Use a store of the right kind, or declare this one so, if all nodes that use it work on that kind."""
    node, param, name = spot.node, spot.found.param, spot.found.store
    cls = spot.doc.registry.find(node.type)
    scope = spot.doc.scope(spot.at)
    found = scope.find_store(name)
    if cls is None or found is None:
        return
    kinds = store_kinds_of(cls, param)
    for other in stores_for(spot.doc, spot.at, kinds) if kinds else ():
        yield Fix(f"Use `{other}`", tuple(set_params(spot.doc, spot.at, node.name, {param: other})))
    declares = next((at for at, graph in spot.doc.walk() if graph.stores.get(name) is found[1]), None)
    if kinds and declares is not None and _all_work_on(spot, declares, name, kinds[0]):
        params = found[1].params if not store_problems(kinds[0], found[1].params) else {}
        changed = replace(found[1], type=kinds[0], params=params)
        yield Fix(f"Declare `{name}` as {kinds[0]}", (PutStore(declares, name, changed),))


def _all_work_on(spot: Spot, at: tuple[str, ...], name: str, kind: str) -> bool:
    for place, user in store_users(spot.doc, at, name):
        node = spot.doc.node(place, user)
        cls = spot.doc.registry.find(node.type)
        for param, used in stores_of(spot.doc, node).items():
            kinds = store_kinds_of(cls, param) if cls is not None else ()
            if used == name and kinds and kind not in kinds:
                return False
    return True


def store_unused(spot: Spot) -> Iterator[Fix]:
    """Delete it."""
    if spot.found.store in spot.graph.stores:
        yield Fix(f"Delete `{spot.found.store}`", tuple(delete_store(spot.doc, spot.at, spot.found.store)))


def store_order(spot: Spot) -> Iterator[Fix]:
    """Draw the order as a wire."""
    edge = Edge(spot.found.other, "done", spot.node.name, "when")
    if can_connect(spot.doc, spot.at, edge) is None:
        label = f"Let `{edge.target}` wait for `{edge.source}`"
        yield Fix(label, tuple(connect(spot.doc, spot.at, edge)))


# -- endings -------------------------------------------------------------------------------------


def one_tick(spot: Spot) -> Iterator[Fix]:
    """Go on until a stop, or draw the arrow that goes on."""
    if any(node.type == "flow.stop" for node in spot.graph.nodes.values()):
        yield Fix("Go on until a stop (`until: stop`)", (SetKey(spot.at, "until", "stop"),))
    edge = Edge(spot.found.other, "done", spot.node.name, "when", feedback=True, has_initial=True, initial=True)
    if can_connect(spot.doc, spot.at, edge) is None:
        yield Fix(f"Go on when `{edge.source}` is done", tuple(connect(spot.doc, spot.at, edge)))


def no_stop(spot: Spot) -> Iterator[Fix]:
    """Bound the ticks, or end when nothing goes on."""
    yield Fix("Bound it: `max_ticks: 10`", (SetKey(spot.at, "max_ticks", 10),))
    yield Fix("End when nothing goes on (`until: quiet`)", (SetKey(spot.at, "until", "quiet"),))


# -- alarms --------------------------------------------------------------------------------------


def dynamics_key(spot: Spot) -> Iterator[Fix]:
    """Name the key that was meant, or delete what cannot stand there."""
    said = spot.graph.dynamics
    wrong = next((key for key in said if not _stands(key, said[key])), None)
    if wrong is None:
        return
    meant = nearest(wrong, (ON_ALARM, *KINDS, SETTINGS))
    if meant and meant not in said and _stands(meant, said[wrong]):
        new = {meant if key == wrong else key: value for key, value in said.items()}
        yield Fix(f"Rename `{wrong}` to `{meant}`", (SetKey(spot.at, "dynamics", new),))
    left = {key: value for key, value in said.items() if key != wrong}
    yield Fix(f"Delete `{wrong}`", (SetKey(spot.at, "dynamics", left),))


def _stands(key: str, value: Json) -> bool:
    try:
        check_dynamics({key: value})
    except GraphError:
        return False
    return True


def dynamics_inside(spot: Spot) -> Iterator[Fix]:
    """Let the graph of the file say it, or delete it."""
    gone = SetKey(spot.at, "dynamics", {})
    if not spot.doc.graph.dynamics:
        yield Fix("Say it for the graph of the file", (SetKey(TOP, "dynamics", spot.graph.dynamics), gone))
    yield Fix("Delete `dynamics` here", (gone,))


FIXERS: Mapping[str, Fixer] = {
    one.__name__: one
    for one in (
        body_missing, unknown_each, collect_in_shared, shared_recursion, take_in_map, unknown_store, store_type,
        store_kind, store_unused, store_order, one_tick, no_stop,
        dynamics_key, dynamics_inside,
    )
}  # fmt: skip
