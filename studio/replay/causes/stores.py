"""What a firing met in the stores it used: the operations that made it, in the order the rules give (rule 2.9)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from studio.graph.model import StoreDecl
from studio.replay.causes.places import Place, Places, outer_tick, region_prefix
from studio.support.values import Json
from studio.trace.views import ID_MASK

if TYPE_CHECKING:
    from studio.replay.causes.rows import Rows
    from studio.trace.found import Firing


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


class Op(NamedTuple):
    """One operation on a store."""

    id: int
    firing: int
    store: str
    op: str
    args: str | int | None
    result: str | int | None


_COLUMNS = "id, firing, store, op, args, result"

KEYED = ("set", "delete")
LENGTHS = ("append", "extend", "push", "length")
"""Operations that tell how much a row holds."""
READS = ("get", "keys", "all", "items", "length", "peek")


class Stores:
    """Looks into the store operations of one run. Those of a store's name are read when one of them is asked for."""

    def __init__(self, rows: Rows, places: Places) -> None:
        self.rows = rows
        self.places = places
        self._ops: dict[str, list[Op]] = {}
        self._keys: dict[int, str] = {}
        self._memories: dict[int, dict[str, Memory | None]] = {}

    def used_by(self, firing: Firing) -> list[Op]:
        """Return the operations of a firing, in order."""
        found = self.rows.rows(
            f"SELECT {_COLUMNS} FROM _store_op WHERE id BETWEEN ? AND ? AND firing = ? ORDER BY id",
            self.rows.base, self.rows.base + ID_MASK, self.rows.base + firing.id,
        )  # fmt: skip
        return [self._op(row) for row in found]

    def met_by(self, firing: Firing, place: Place | None) -> list[Op]:
        """Return the operations of other firings that made what this firing's operations met or returned."""
        found: dict[int, Op] = {}
        if place is not None:
            for op in self.used_by(firing):
                for made in self.made(op):
                    if made.firing != firing.id:
                        found[made.id] = made
        return list(found.values())

    def led_on(self, firing: Firing) -> Iterator[Op]:
        """Yield the operations of other firings that met what this firing's operations made."""
        own = {op.id: op for op in self.used_by(firing)}
        seen: set[int] = set()
        for name in dict.fromkeys(op.store for op in own.values()):
            first = min(op.id for op in own.values() if op.store == name)
            for later in self._of(name):
                if later.id <= first or later.firing == firing.id or later.firing in seen:
                    continue
                if any(made.id in own for made in self.made(later)):
                    seen.add(later.firing)
                    yield later

    def made(self, op: Op) -> list[Op]:
        """Return the operations that made what one met: last writes of its key, what filled or emptied a row.

        Of a project's list or queue, which came filled from elsewhere, all writes of the run since it was last emptied.
        """
        memory = self.memory(op)
        if memory is None or op.op in ("set", "clear"):
            return []
        if memory.declared.type == "kv":
            return self._made_keyed(op)
        if memory.declared.scope == "project":
            return self._seen(op, None)
        return self._made_row(op, memory.declared)

    # -- kv -----------------------------------------------------------------------------------

    def _made_keyed(self, op: Op) -> list[Op]:
        if op.op in ("get", "delete"):
            return self._seen(op, self._key(op))[-1:]
        if op.op not in ("keys", "all"):
            return []
        last: dict[str, Op] = {}
        cleared: Op | None = None
        for one in self._seen(op, None):
            if one.op == "clear":
                last.clear()
                cleared = one
            else:
                last[self._key(one)] = one
        return ([cleared] if cleared else []) + list(last.values())

    def _key(self, op: Op) -> str:
        known = self._keys.get(op.id)
        if known is None:
            known = self._keys[op.id] = str(self.rows.column(op.args)["key"])
        return known

    # -- what an operation could see ----------------------------------------------------------

    def _seen(self, op: Op, key: str | None) -> list[Op]:
        """The writes that an operation could see (with `key`, those that touch it), in the order they were done.

        What an item of a map writes is seen by itself at once, and by others when the map has ended well, item by
        item. What came before a write that overwrites all is left out.
        """
        memory = self.memory(op)
        assert memory is not None
        found: list[tuple[Op, tuple[Item, ...]]] = []
        settled_in = 0
        for one in self._before(op):
            if one.op in READS or (key is not None and one.op in KEYED and self._key(one) != key):
                continue
            other = self.memory(one)
            if other is None or other.instance != memory.instance or not self._visible(other.items, memory.items):
                continue
            foreign = other.items[len(_common(other.items, memory.items)) :]
            around = foreign[0].map if foreign else 0
            if settled_in and around != settled_in:
                break
            found.append((one, foreign))
            if one.op == "clear" or (key is not None and one.op in KEYED) or _replaces(one, memory):
                if not around:
                    break
                settled_in = around  # an item that came later may have written before: the whole map counts
        found.reverse()
        return _in_item_order(found)

    def _visible(self, other: tuple[Item, ...], own: tuple[Item, ...]) -> bool:
        shared = len(_common(other, own))
        if shared < len(own) and shared < len(other) and own[shared].map == other[shared].map:
            return False  # another item of the same map
        for item in other[shared:]:
            around = self.rows.get(item.map)
            if around.status != "ok" or around.attempt != item.attempt:
                return False  # the map failed: nothing its items wrote was taken over
        return True

    def _before(self, op: Op) -> Iterable[Op]:
        """Operations on stores of this name before one, newest first."""
        listed = self._of(op.store)
        low, high = 0, len(listed)
        while low < high:
            middle = (low + high) // 2
            if listed[middle].id < op.id:
                low = middle + 1
            else:
                high = middle
        return (listed[nth] for nth in range(low - 1, -1, -1))

    def _of(self, store: str) -> Sequence[Op]:
        """All operations on stores of a name, oldest first."""
        known = self._ops.get(store)
        if known is None:
            found = self.rows.rows(
                f"SELECT {_COLUMNS} FROM _store_op WHERE id BETWEEN ? AND ? AND store = ? ORDER BY id",
                self.rows.base, self.rows.base + ID_MASK, store,
            )  # fmt: skip
            known = self._ops[store] = [self._op(row) for row in found]
        return known

    def _op(self, row: Sequence[object]) -> Op:
        id, firing, *rest = row
        return Op(int(str(id)) & ID_MASK, int(str(firing)) & ID_MASK, *rest)  # type: ignore[arg-type]

    # -- which memory -------------------------------------------------------------------------

    def memory(self, op: Op) -> Memory | None:
        """Return which memory an operation worked on, None if the graph of the run does not tell."""
        known = self._memories.setdefault(op.firing, {})
        if op.store not in known:
            known[op.store] = self._memory(self.rows.get(op.firing), op.store)
        return known[op.store]

    def _memory(self, firing: Firing, name: str) -> Memory | None:
        place = self.places.find(firing.node)
        found = None if place is None else place.store(name)
        if place is None or found is None:
            return None
        scope, declared = found
        items: list[Item] = []
        owner: tuple[object, ...] = ()
        prefix = firing.node
        tick, around, attempt = firing.tick_key, firing, _outer_attempt(firing.attempt, place.instance.retries)
        for region in place.regions():
            prefix = prefix.rpartition("/")[0]
            if declared.scope == "region" and region.scope.graph is scope.graph:
                owner = (prefix, region_prefix(tick), attempt)
                break
            if region.node is None:
                break
            if region.key is not None:
                prefix = prefix.rpartition("/")[0]
            if region.overlays:
                items.append(Item(around.parent, around.item, attempt))
            tick = outer_tick(region, tick)
            around = self.rows.get(around.parent)
            attempt = _outer_attempt(attempt, region.node.instance.retries)
        declared_in = 0 if declared.scope == "project" else id(scope.graph)
        instance = (declared.scope, declared_in, name, *owner)
        return Memory(instance, declared, tuple(reversed(items)))

    # -- rows ---------------------------------------------------------------------------------

    def _made_row(self, op: Op, declared: StoreDecl) -> list[Op]:
        """What made what an operation met in a list or a queue: who put it in, who took away what lay before it."""
        row = _Row(declared)
        for one in self._seen(op, None):
            row.play(one, self.rows.column(one.args))
        if op.op in ("pop", "peek"):
            return row.head()
        if op.op == "items":
            last = self.rows.column(op.args).get("last")
            return row.content(last)
        return row.length() if op.op in LENGTHS else []


class _Row:
    """A list or queue played again, each value known by the operation that put it in (None: the declaration)."""

    def __init__(self, declared: StoreDecl) -> None:
        first = declared.params.get("items")
        most = declared.params.get("max_items")
        self.values: deque[Op | None] = deque([None] * len(first if isinstance(first, list) else ()), maxlen=most)
        self.taken: Op | None = None
        """Who took a value last."""
        self.reset: Op | None = None
        self.changes: list[Op] = []

    def play(self, op: Op, args: Mapping[str, Json]) -> None:
        """Do a write again."""
        if op.op in ("clear", "set"):
            self.values.clear()
            self.changes.clear()
            self.taken, self.reset = None, op
        if op.op == "pop":
            if self.values:
                self.values.popleft()
                self.taken = op
                self.changes.append(op)
            return
        count = 1 if op.op in ("append", "push") else len(args.get("values", ()))
        if args.get("front", False):
            self.values.extendleft([op] * count)
        else:
            self.values.extend([op] * count)
        if op is not self.reset and count:
            self.changes.append(op)

    def head(self) -> list[Op]:
        """What made the first value what it is; if there is none, what emptied the row."""
        return _there([self.values[0] if self.values else None, self.taken, self.reset])

    def content(self, last: int | None) -> list[Op]:
        """What made the content, or the last few values of it."""
        shown = list(self.values) if last is None else list(self.values)[max(0, len(self.values) - last) :]
        return _there([*shown, self.taken, self.reset])

    def length(self) -> list[Op]:
        """What made the length: the changes back to one that was told the length itself, which leads on to the rest."""
        made: list[Op | None] = []
        for op in reversed(self.changes):
            made.append(op)
            if op.op in LENGTHS:
                return _there(made)
        return _there([*made, self.reset])


def _there(ops: Iterable[Op | None]) -> list[Op]:
    return list(dict.fromkeys(op for op in ops if op is not None))


def _outer_attempt(attempt: int, retries: int) -> int:
    """Which execution of the region around: attempts inside a region that is tried again go on counting."""
    return (attempt - 1) // (retries + 1) + 1


def _replaces(op: Op, memory: Memory) -> bool:
    return op.op == "set" and memory.declared.type == "queue"


def _common(one: tuple[Item, ...], other: tuple[Item, ...]) -> tuple[Item, ...]:
    """The items around both, outermost first."""
    count = 0
    for mine, yours in zip(one, other, strict=False):
        if mine != yours:
            break
        count += 1
    return one[:count]


def _in_item_order(found: Sequence[tuple[Op, tuple[Item, ...]]]) -> list[Op]:
    """Order writes as they were taken over: what the items of a map wrote concurrently, item by item."""
    ordered: list[Op] = []
    for around, group in groupby(found, lambda one: one[1][0].map if one[1] else 0):
        if not around:
            ordered += [op for op, _ in group]
            continue
        by_item: dict[int, list[tuple[Op, tuple[Item, ...]]]] = {}
        for op, items in group:
            by_item.setdefault(items[0].position, []).append((op, items[1:]))
        for position in sorted(by_item):
            ordered += _in_item_order(by_item[position])
    return ordered
