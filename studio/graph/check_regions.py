"""Faults of stores and bodies: names that are not declared, what a shared clock forbids, taking in a map."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from studio.graph.checking import View
from studio.graph.model import NodeInstance
from studio.graph.ports import body_of, node_ports, split_hint
from studio.graph.scope import Scope
from studio.spec.node import Node
from studio.spec.registry import Registry
from studio.support.errors import StudioError
from studio.support.nearest import near


def check_regions(view: View) -> None:
    """Check the stores that one graph declares and uses, and the bodies that it runs."""
    from studio.stores import store_problems

    for store in view.graph.stores.values():
        for problem in store_problems(store.type, store.params):
            message, hint = split_hint(f"Store `{store.name}`: {problem}")
            view.report.add("store_type", "error", message, store.place, "", hint, view.path, store=store.name)
    for name, ports in view.ports.items():
        node = view.graph.nodes[name]
        if ports.cls is None:
            continue
        for param in ports.cls.spec.stores:
            _store(view, node, ports.cls, param)
        if ports.params is not None and not ports.cls.spec.stores:
            _inner_stores(view, node, ports.cls.uses_stores(ports.params))
        if ports.params is not None and ports.cls.spec.role in ("subgraph", "map"):
            _body(view, node, ports.cls.spec.role == "map")


def _inner_stores(view: View, node: NodeInstance, names: Iterable[str]) -> None:
    """Stores that no param names by itself: those of an agent's tools."""
    for name in names:
        found = view.scope.find_store(name)
        if found is None:
            hint = near(name, view.scope.store_names()) or f"Declare it: `stores: {{{name}: {{type: …}}}}`."
            view.node_finding("unknown_store", "error", f"There is no store `{name}`.", node, hint, store=name)
        else:
            view.report.used_stores.add(id(found[1]))


def _store(view: View, node: NodeInstance, cls: type[Node], param: str) -> None:
    name = node.params.get(param, cls.Params.fields()[param].default)
    if not isinstance(name, str) or not name:
        return
    found = view.scope.find_store(name)
    if found is None:
        message = f"There is no store `{name}`."
        hint = near(name, view.scope.store_names()) or f"Declare it: `stores: {{{name}: {{type: …}}}}`."
        view.node_finding("unknown_store", "error", message, node, hint, param=param, store=name)
        return
    view.report.used_stores.add(id(found[1]))
    wanted = store_kinds_of(cls, param)
    if wanted and found[1].type not in wanted:
        kinds = " or ".join(wanted)
        message = f"`{node.type}` works on a {kinds}, but the store `{name}` is declared as {found[1].type}."
        hint = f"Declare `{name}` as {kinds}, or use a node made for {found[1].type}."
        view.node_finding("store_kind", "error", message, node, hint, param=param, store=name)


def store_kinds_of(cls: type[Node], param: str) -> tuple[str, ...]:
    """Return the kinds of store that a param may name (none: any).

    The editor option `stores` lists them, as in `editor={"kind": "store", "stores": ["list"]}`.
    """
    said = cls.Params.fields()[param].editor.get("stores")
    return tuple(map(str, said)) if isinstance(said, list | tuple) else ()


def _body(view: View, node: NodeInstance, is_map: bool) -> None:
    try:
        body = body_of(view.scope, node)
    except StudioError:
        return  # said already, as a finding about the node's ports
    params = view.ports[node.name].params
    if getattr(params, "clock", "own") == "shared":
        for name, inner in body.graph.nodes.items():
            cls = view.registry.find(inner.type)
            if cls is not None and cls.spec.role == "output" and inner.params.get("collect") is True:
                message = f"The body of `{node.name}` shares its clock, so its output `{name}` cannot `collect`."
                hint = f"Delete `collect` at `{name}` in `{body.graph.name}`."
                view.node_finding("collect_in_shared", "error", message, node, hint, port=name)
        if _shares_itself(view.scope, body, view.registry):
            message = f"`{body.graph.name}` ticks together with its parent and contains itself without end."
            view.node_finding(
                "shared_recursion", "error", message, node, "Use `clock: own` in one of the nodes.", param="clock"
            )
    if is_map and getattr(params, "sequential", False) is not True:
        for inner_node, store in outside_takes(body, view.registry):
            message = f"`{inner_node.name}` in the body of `{node.name}` takes from `{store}`, which all items share."
            hint = f"Add `sequential: true` to `{node.name}`, or take before the map."
            view.node_finding("take_in_map", "error", message, node, hint, param="sequential", store=store)


def _shares_itself(outer: Scope, body: Scope, registry: Registry) -> bool:
    """True if bodies on the shared clock lead back to a graph they are in."""
    stack, seen = [body], {id(outer.graph)}
    while stack:
        scope = stack.pop()
        if id(scope.graph) == id(outer.graph):
            return True
        if id(scope.graph) in seen:
            continue
        seen.add(id(scope.graph))
        for _, _, inner in _inner_bodies(scope, registry, shared_only=True):
            stack.append(inner)
    return False


def _inner_bodies(
    scope: Scope, registry: Registry, *, shared_only: bool = False
) -> Iterator[tuple[NodeInstance, type[Node], Scope]]:
    for node in scope.graph.nodes.values():
        cls = registry.find(node.type)
        if cls is None or cls.spec.role not in ("subgraph", "map"):
            continue
        if shared_only and node.params.get("clock") != "shared":
            continue
        try:
            yield node, cls, body_of(scope, node)
        except StudioError:
            continue  # said where that graph itself is checked


def outside_takes(body: Scope, registry: Registry) -> Iterator[tuple[NodeInstance, str]]:
    """Yield the nodes inside a body that take from a store which does not belong to one execution of it."""
    inside: dict[int, Scope] = {}
    waiting = [body]
    while waiting:
        scope = waiting.pop()
        if id(scope.graph) not in inside:
            inside[id(scope.graph)] = scope
            waiting.extend(inner for _, _, inner in _inner_bodies(scope, registry))
    for scope in inside.values():
        for node in scope.graph.nodes.values():
            cls = registry.find(node.type)
            takes = [] if cls is None else [param for param, use in cls.spec.stores.items() if use == "take"]
            if not takes:
                continue
            params = node_ports(scope, node, registry).params
            for param in takes:
                name = str(getattr(params, param, "") or "")
                found = scope.find_store(name) if name else None
                if found and (id(found[0].graph) not in inside or found[1].scope != "region"):
                    yield node, name
