"""Store operations as causes need them: who did what to which memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from studio.graph.model import StoreDecl
from studio.stores import store_kinds

KEYED = ("set", "delete")
"""Operations of a kv store that touch one key."""
LENGTHS = ("append", "extend", "push", "length")
"""Operations that tell how much a list or queue holds."""
ROWS = ("list", "queue")
"""Kinds whose values are followed one by one."""
READS = frozenset(op for kind in store_kinds().values() for op, use in kind.ops.items() if use == "read")
"""Operations that change nothing; no kind has a write of one of these names."""


class Item(NamedTuple):
    """One item of a map: the map's firing, the item's position, and which attempt of the map it was."""

    map: int
    position: int
    attempt: int


class Memory(NamedTuple):
    """One memory. `instance` is where it is declared and, of scope `region`, the execution it belongs to; `items` are
    the map items between it and who uses it that keep writes to themselves until the map has ended."""

    instance: tuple[object, ...]
    declared: StoreDecl
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Op:
    """One operation on a store, known by its id. `key` is the one it touches, `count` how many values it puts in (at
    the `front`?), `last` how many it asks for. `memory` is None if the graph does not tell which it worked on."""

    id: int
    firing: int = field(compare=False)
    store: str = field(compare=False)
    op: str = field(compare=False)
    key: str = field(compare=False)
    count: int = field(compare=False)
    front: bool = field(compare=False)
    last: int | None = field(compare=False)
    memory: Memory | None = field(compare=False)
