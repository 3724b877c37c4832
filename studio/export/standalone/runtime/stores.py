"""The stores of a graph: who sees which, and what is taken down of what is done with them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Literal

from studio.engine.memories import OPERATIONS, Memory
from studio.export.standalone.runtime.store_records import record_content, record_memory, record_store_op
from studio.support.values import Json, encode

if TYPE_CHECKING:
    from studio.export.standalone.runtime.firing import Firing
    from studio.export.standalone.runtime.graph import Graph
    from studio.export.standalone.runtime.region import Region
    from studio.stores.base import Store


class StoreDecl:
    """A store as a graph declares it: its kind, what it begins with, and how long it lives.

    `scope` is `region` (one for each execution of its graph) or `run` (one for the whole run).
    """

    def __init__(self, kind: type[Store], scope: Literal["region", "run"] = "region", **params: Json) -> None:
        self.kind = kind
        self.scope = scope
        self.params = params

    def open(self, firing: Firing, name: str, graph: Graph) -> Handle:
        """Return the store as a firing sees it; `graph` is where it is declared."""
        owner: Region | None = None
        stores, key = firing.region.run.stores, f"{id(graph.stores)} {name}"
        if self.scope == "region":
            owner = firing.region
            while owner.graph.stores is not graph.stores:  # a graph may be there twice, with both kinds of clock
                assert owner.around is not None, "a graph runs inside the graphs that enclose it"
                owner = owner.around.region
            stores, key = owner.stores, name
        if key not in stores:
            stores[key] = self.kind(SimpleNamespace(**self.params), name)
        return Handle(firing, _seen(firing.region, stores[key], owner), name, graph)


class Handle:
    """A store in the hands of a firing: what is done with it is taken down."""

    def __init__(self, firing: Firing, store: Store, name: str, graph: Graph) -> None:
        self._firing = firing
        self._store = store
        self._name = name
        self._graph = graph

    @property
    def kind(self) -> str:
        """The kind of store: list, queue, kv."""
        return self._store.kind

    def do(self, op: str, **args: Json) -> Json:
        """Do an operation and return its result. Raises `NodeError` where the store refuses."""
        firing, store, run = self._firing, self._store, self._firing.region.run
        n = firing.next_number()
        result = store.do(op, args)
        memory = _memory(firing.region, store, self._name, self._graph)
        record_store_op(run.log, firing.id, n, self._name, op, dict(args), encode(result), memory.number, run.seq)
        memory.since += 1
        if memory.since >= OPERATIONS and memory.since >= _due(store):
            _write_down(firing.region, store, memory)
        while memory.base is not None:
            memory = memory.base.known
            memory.since += 1
        return result


def _seen(region: Region, base: Store, owner: Region | None) -> Store:
    """Return what a region sees of a store: between it and where the store lives, every item of a map has its own."""
    if region is owner:
        return base
    if region.around is not None:
        base = _seen(region.around.region, base, owner)
    if region.forks is None:
        return base
    if base not in region.forks:
        region.forks[base] = base.fork()
    fork: Store = region.forks[base]
    return fork


# -- what is taken down --------------------------------------------------------------------------------


def _memory(region: Region, store: Store, name: str, graph: Graph) -> Memory:
    """Return what the record knows of a store; it is told of it if it is new."""
    if store.known is None:
        store.known = _first_use(region, store, name, graph)
    memory: Memory = store.known
    return memory


def _first_use(inner: Region, store: Store, name: str, graph: Graph) -> Memory:
    log, seq = inner.run.log, inner.run.seq
    region, base = _place(inner, store)
    if region is None:
        number = record_memory(log, name, store.kind, f"run:{_path(graph)}", "", 0, 0, 1, 0, seq)
    elif base is None:
        clock = region
        while not clock.tick_prefix and clock.around is not None:  # it ticks with the graph around it
            clock = clock.around.region
        place = (region.prefix, clock.tick_prefix, region.parent, region.item, clock.attempt)
        number = record_memory(log, name, store.kind, *place, 0, seq)
    else:
        around = _memory(inner, base, name, graph)
        if around.map_firing != region.parent:
            # Before the items of a map begin to write, and not in between: then all of them come after it.
            around.map_firing = region.parent
            if around.since >= OPERATIONS and around.since >= _due(base):
                _write_down(inner, base, around)
        place = (region.prefix, region.tick_key, region.parent, region.item, region.attempt)
        number = record_memory(log, name, store.kind, *place, around.number, seq)
    return Memory(number, base)


def _place(inner: Region, store: Store) -> tuple[Region | None, Store | None]:
    """Return the region that a store belongs to (none: to the run), and for an item's view what it is a view of."""
    region: Region | None = inner
    while region is not None:
        for base, fork in (region.forks or {}).items():
            if fork is store:
                return region, base
        if any(own is store for own in region.stores.values()):
            return region, None
        region = region.around.region if region.around is not None else None
    return None, None


def _path(graph: Graph) -> str:
    names: list[str] = []
    while graph.inside is not None:
        names.append(graph.name)
        graph = graph.inside()
    return "/".join(reversed(names))


def _write_down(region: Region, store: Any, memory: Memory) -> None:
    """Take down what a store holds, so that it is known at a later step without all that was done before."""
    log = region.run.log

    def keep(data: bytes) -> Json:
        return {"$blob": log.blob(data, "application/json"), "type": "application/json", "size": len(data)}

    content = store.dump_in_parts(keep) if hasattr(store, "dump_in_parts") else store.dump()
    record_content(log, memory.number, region.run.seq, encode(content))
    memory.since = 0


def _due(store: Store) -> int:
    """After how many operations that is due: in proportion to what it costs."""
    return store.size // (4 if hasattr(store, "dump_in_parts") else 2)
