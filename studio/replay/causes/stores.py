"""What a firing met in the stores it used: the operations that made it, in the order the rules give (rule 2.9)."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from studio.replay.causes.lists import Course, Row
from studio.replay.causes.ops import KEYED, READS, ROWS, Item, Memory, Op
from studio.replay.causes.places import Place, Places, outer_tick
from studio.support.ticks import region_prefix
from studio.trace.views import ID_MASK

if TYPE_CHECKING:
    from studio.replay.causes.rows import Rows
    from studio.trace.found import Firing

PAGE = 200
"""Operations read at a time, going back."""

LONG_PAGE = 500
"""Operations read at a time where all of them are: so many take a millisecond or two."""

KEPT = 10_000
"""Memories that are kept by what tells which is meant."""

_OPS = """SELECT s.id, s.firing, s.store, s.op, s.args, p.path, coalesce(f.tick, o.tick), coalesce(f.parent, o.parent),
 coalesce(f.item, o.item), coalesce(f.attempt, 1) FROM _store_op s LEFT JOIN _firing f ON f.id = s.firing
 LEFT JOIN _open o ON o.id = s.firing JOIN _path p ON p.id = coalesce(f.path, o.path)
 WHERE s.id BETWEEN ? AND ?"""


class Stores:
    """Looks into the store operations of one run.

    Of a kv store only as much is read as an answer takes; of a list or queue, all operations on stores of its name,
    because who put in the first value is known only from all that came before.
    """

    def __init__(self, rows: Rows, places: Places) -> None:
        self.rows = rows
        self.places = places
        self._by_name: dict[str, list[Op]] = {}
        self._courses: dict[tuple[object, ...], Course | None] = {}
        self._by_firing: dict[str, tuple[list[int], list[int]]] = {}
        """By name, the operations sorted by firing: their firings, and their places among all of the name. Numbers, as
        there may be a hundred thousand: Python looks for garbage in every list that there is."""
        self._memories: dict[tuple[str, str, str, int, int, int], Memory | None] = {}
        """By what tells which memory is meant: most operations mean one of a few."""

    def used_by(self, firing: Firing, place: Place | None) -> list[Op]:
        """Return the operations of a firing, in order."""
        names = None if place is None else place.stores()
        if names is not None and all(self._is_row(place, name) for name in names):
            return [op for name in names for op in self._of_firing(name, firing.id)]
        first, last = self.rows.base, self.rows.base + ID_MASK
        return self._ops(f"{_OPS} AND s.firing = ? ORDER BY s.id", first, last, self.rows.base + firing.id)

    def met_by(self, firing: Firing, place: Place | None) -> list[Op]:
        """Return the operations of other firings that made what this firing's operations met or returned."""
        found: dict[int, Op] = {}
        for op in self.used_by(firing, place):
            found.update((made.id, made) for made in self.made(op) if made.firing != firing.id)
        return list(found.values())

    def led_on(self, firing: Firing, place: Place | None) -> Iterator[Op]:
        """Yield operations of other firings that met what this firing's operations made."""
        for op in self.used_by(firing, place):
            if op.op in READS or op.memory is None:
                continue
            course = self._course(op)
            if course is None:
                yield from self._led_on_by_look(op)
                continue
            for nth, (later, row) in enumerate(course.after(op)):
                if nth % PAGE == PAGE - 1 and not row.knows({op.id}):
                    break
                if later.firing != firing.id and op in row.made(later):
                    yield later

    def _led_on_by_look(self, op: Op) -> Iterator[Op]:
        """As `led_on`, where items of maps write beside each other, or for keys: each later operation is looked at."""
        for later in self._later(op):
            if later.memory is None or op.memory is None or later.memory.instance != op.memory.instance:
                continue
            if later.firing != op.firing and op in self.made(later):
                yield later
            alone = later.memory.items == op.memory.items
            if alone and (later.op == "clear" or (later.op in KEYED and later.key == op.key and op.op in KEYED)):
                if later.memory.declared.type == "kv":
                    break

    def made(self, op: Op) -> list[Op]:
        """Return the operations that made what one met: last writes of its key, what filled or emptied a row.

        Of a project's list or queue, which came filled from elsewhere, all writes of the run since it was last emptied;
        likewise what was read or taken from other kinds of store.
        """
        memory = op.memory
        if memory is None or op.op in ("set", "clear"):
            return []
        if memory.declared.type not in (*ROWS, "kv"):
            return self._seen(op, None) if op.op in READS or op.op == "pop" else []
        if memory.declared.type == "kv":
            return self._made_keyed(op)
        if memory.declared.scope == "project":
            return self._seen(op, None)
        course = self._course(op)
        if course is not None:
            return course.before(op).made(op)
        row = Row(memory.declared)
        for one in self._seen(op, None):
            row.play(one)
        return row.made(op)

    def _course(self, op: Op) -> Course | None:
        """All operations on a list or queue, if no items of a map write to it beside each other."""
        memory = op.memory
        if memory is None or memory.declared.type not in ROWS or memory.declared.scope == "project":
            return None
        if memory.instance not in self._courses:
            ops = [one for one in self._all(op.store) if one.memory and one.memory.instance == memory.instance]
            alone = not any(one.memory and one.memory.items for one in ops)
            self._courses[memory.instance] = Course(memory.declared, ops, self._give_way) if alone else None
        return self._courses[memory.instance]

    # -- kv -----------------------------------------------------------------------------------

    def _made_keyed(self, op: Op) -> list[Op]:
        if op.op in ("get", "delete"):
            return self._seen(op, op.key)[-1:]
        if op.op not in ("keys", "all"):
            return []
        last: dict[str, Op] = {}
        cleared: Op | None = None
        for one in self._seen(op, None):
            if one.op == "clear":
                last.clear()
                cleared = one
            else:
                last[one.key] = one
        return ([cleared] if cleared else []) + list(last.values())

    # -- what an operation could see ----------------------------------------------------------

    def _seen(self, op: Op, key: str | None) -> list[Op]:
        """The writes that an operation could see (with `key`, those that touch it), in the order they were done.

        What an item of a map writes is seen by itself at once, and by others when the map has ended well, item by
        item. What came before a write that overwrites all is left out.
        """
        memory = op.memory
        assert memory is not None
        found: list[tuple[Op, tuple[Item, ...]]] = []
        settled_in = 0
        for one in self._earlier(op):
            other = one.memory
            if one.op in READS or (key is not None and one.op in KEYED and one.key != key):
                continue
            if other is None or other.instance != memory.instance or not self._visible(other.items, memory.items):
                continue
            foreign = other.items[len(_common(other.items, memory.items)) :]
            around = foreign[0].map if foreign else 0
            if settled_in and around != settled_in:
                break
            found.append((one, foreign))
            replaces = one.op == "clear" or (one.op == "set" and memory.declared.type == "queue")
            if replaces or (key is not None and one.op in KEYED):
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

    # -- reading operations -------------------------------------------------------------------

    def _earlier(self, op: Op) -> Iterable[Op]:
        """Operations on stores of this name before one, newest first."""
        until = self.rows.base + op.id - 1
        while True:
            page = self._ops(f"{_OPS} AND s.store = ? ORDER BY s.id DESC LIMIT {PAGE}", self.rows.base, until, op.store)
            yield from page
            if len(page) < PAGE:
                return
            until = self.rows.base + page[-1].id - 1
            self._give_way()

    def _later(self, op: Op) -> Iterable[Op]:
        """Operations on stores of this name after one, oldest first."""
        since = self.rows.base + op.id + 1
        while True:
            last = self.rows.base + ID_MASK
            page = self._ops(f"{_OPS} AND s.store = ? ORDER BY s.id LIMIT {PAGE}", since, last, op.store)
            yield from page
            if len(page) < PAGE:
                return
            since = self.rows.base + page[-1].id + 1
            self._give_way()

    def _all(self, store: str) -> Sequence[Op]:
        """All operations on stores of a name, oldest first."""
        known = self._by_name.get(store)
        if known is None:
            known = self._by_name[store] = list(self._read_all(store))
        return known

    def _give_way(self) -> None:
        self.rows.give_way()

    def _read_all(self, store: str) -> Iterator[Op]:
        since, last = self.rows.base, self.rows.base + ID_MASK
        while True:
            page = self._ops(f"{_OPS} AND s.store = ? ORDER BY s.id LIMIT {LONG_PAGE}", since, last, store)
            yield from page
            if len(page) < LONG_PAGE:
                return
            since = self.rows.base + page[-1].id + 1
            self._give_way()

    def _of_firing(self, store: str, firing: int) -> list[Op]:
        ops = self._all(store)
        if store not in self._by_firing:
            of = [op.firing for op in ops]
            order = sorted(range(len(ops)), key=of.__getitem__)
            self._by_firing[store] = [of[at] for at in order], order
        firings, order = self._by_firing[store]
        return [ops[at] for at in order[bisect_left(firings, firing) : bisect_right(firings, firing)]]

    def _is_row(self, place: Place | None, name: str) -> bool:
        found = None if place is None else place.store(name)
        return found is not None and found[1].type in ROWS

    def _ops(self, query: str, *values: Any) -> list[Op]:
        return [self._op(*row) for row in self.rows.rows(query, *values)]

    def _op(
        self, id: int, firing: int, store: str, op: str, args: str | int | None, path: str, tick: str, parent: int,
        item: int, attempt: int,
    ) -> Op:  # fmt: skip
        named = (path, store, region_prefix(tick), parent, item, attempt)
        if named not in self._memories:
            place = self.places.find(path)
            if len(self._memories) >= KEPT:
                self._memories.clear()
            self._memories[named] = (
                None if place is None else self._memory(place, path, store, tick, parent, item, attempt)
            )
        memory = self._memories[named]
        key, count, front, last = "", int(op in ("append", "push")), False, None
        if op in ("get", *KEYED, "extend", "items") or (op == "push" and (type(args) is int or '"front"' in str(args))):
            given = self.rows.column(args) or {}
            key = str(given.get("key", ""))
            front, last = bool(given.get("front", False)), given.get("last")
            if "values" in given:
                count = len(given["values"])
        return Op(id & ID_MASK, firing & ID_MASK, store, op, key, count, front, last, memory)

    # -- which memory -------------------------------------------------------------------------

    def _memory(
        self, place: Place, path: str, name: str, tick: str, parent: int, item: int, attempt: int
    ) -> Memory | None:
        """Which memory a firing means by a name: regions are climbed up to the one it was declared in."""
        found = place.store(name)
        if found is None:
            return None
        scope, declared = found
        items: list[Item] = []
        owner: tuple[object, ...] = ()
        prefix, attempt = path, _outer_attempt(attempt, place.instance.retries)
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
                items.append(Item(parent, item, attempt))
            tick = outer_tick(region, tick)
            around = self.rows.get(parent)
            parent, item = around.parent, around.item
            attempt = _outer_attempt(attempt, region.node.instance.retries)
        declared_in = 0 if declared.scope == "project" else id(scope.graph)
        return Memory((declared.scope, declared_in, name, *owner), declared, tuple(reversed(items)))


def _outer_attempt(attempt: int, retries: int) -> int:
    """Which execution of the region around: attempts inside a region that is tried again go on counting."""
    return (attempt - 1) // (retries + 1) + 1


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
