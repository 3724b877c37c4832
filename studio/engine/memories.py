"""Which memory a firing used: recorded beside each store operation, so that a store is known at any step.

One name stands for many memories: a store of scope `region` is made anew for each execution, and the items of a map
each have their own view of a store outside (design rule 2.9).  Contents are written down now and then, so that to know
a store late in a long run takes few operations; what that costs is in proportion to the operations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from studio.stores.tabled import TabledStore
from studio.support.values import Json, encode

if TYPE_CHECKING:
    from studio.engine.context import Context
    from studio.engine.region import Region
    from studio.graph.model import StoreDecl
    from studio.graph.scope import Scope
    from studio.stores.base import Store

PROJECT = "project:"
"""Prefix of the memory of a project's store, which outlives runs."""

OPERATIONS = 256
"""A content is written down after so many operations, or after half as many as the store holds values if these are more
(a fourth of them where contents are written in parts)."""


class Memory:
    """What the record knows of a store: its number, the one that an item's view stands before, operations since its
    content was last written down, and the map whose items last began to write to it."""

    __slots__ = ("base", "map_firing", "number", "since")

    def __init__(self, number: int, base: Store | None) -> None:
        self.number = number
        self.base = base
        self.since = 0
        self.map_firing = 0


def memory_of(context: Context, store: Store, name: str) -> Memory:
    """Return what the record knows of the store that a firing is using; it is told of it if it is new."""
    known: Memory | None = store.known
    if known is None:
        known = store.known = _first_use(context, store, name)
    return known


def note_use(context: Context, store: Store, memory: Memory, *, at_first: bool) -> None:
    """Count an operation that was just recorded, and write the content down if it is time.

    `at_first`: also after the first operation, because nothing else tells what was there before (project stores).
    """
    if at_first and not memory.since:
        _write_down(context, store, memory)
    memory.since += 1
    if memory.since >= OPERATIONS and memory.since >= _due(store):
        _write_down(context, store, memory)
    base = memory.base
    while base is not None:
        base.known.since += 1
        base = base.known.base


def _first_use(context: Context, store: Store, name: str) -> Memory:
    engine = context.engine
    region, base = _place(context.region, store)
    outer = 0
    if region is None:
        found = context.region.plan.scope.find_store(name)
        assert found is not None, "a store that is used was found"
        prefix, tick, firing, item, attempt = declared_prefix(*found), "", 0, 0, 1
    elif base is None:
        prefix, firing, item = region.prefix, region.parent_firing, region.item
        clock: Region = region
        while clock.plan.is_shared and clock.parent is not None:
            clock = clock.parent
        tick, attempt = clock.tick_prefix, clock.attempt
    else:
        prefix, tick, firing, item = region.prefix, region.tick_key, region.parent_firing, region.item
        attempt = region.attempt
        around = memory_of(context, base, name)
        if around.map_firing != firing:
            # Before the items of a map begin to write, and not in between: then all of them come after it.
            around.map_firing = firing
            if around.since >= OPERATIONS and around.since >= _due(base):
                _write_down(context, base, around)
        outer = around.number
    number = engine.log.memory(name, store.kind, prefix, tick, firing, item, attempt, outer, engine.seq)
    return Memory(number, base)


def _place(inner: Region, store: Store) -> tuple[Region | None, Store | None]:
    """Return the region that a store belongs to (none: to the run or the project), and for an item's view what it is
    a view of."""
    region: Region | None = inner
    while region is not None:
        for base, mine in (region.overlay or {}).items():
            if mine is store:
                return region, base
        if any(own is store for own in region.stores.values()):
            return region, None
        region = region.parent
    return None, None


def declared_prefix(scope: Scope, declared: StoreDecl) -> str:
    """Return what stands as the prefix of a memory of scope `run` or `project`: where it is declared, in a form that no
    prefix of a region has."""
    if declared.scope == "project":
        return PROJECT
    names = []
    while scope.outer is not None:
        names.append(scope.name)
        scope = scope.outer
    return "run:" + "/".join(reversed(names))


def _write_down(context: Context, store: Store, memory: Memory) -> None:
    log, held = context.engine.log, _held(store)

    def keep(data: bytes) -> Json:
        return {"$blob": log.blob(data, "application/json"), "type": "application/json", "size": len(data)}

    content = held.dump_in_parts(keep) if isinstance(held, TabledStore) else held.dump()
    log.memory_content(memory.number, context.engine.seq, encode(content))
    memory.since = 0


def _due(store: Store) -> int:
    """After how many operations the content is due: in proportion to what it costs to write it, which in parts is what
    changed. A share below the whole, since a store that only grows is never that many operations behind."""
    held = _held(store)
    return held.size // (4 if isinstance(held, TabledStore) else 2)


def _held(store: Any) -> Store:
    """The store that holds the content in memory: a project store wraps one."""
    inner: Store = getattr(store, "inner", store)
    return inner
