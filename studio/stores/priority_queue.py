"""The store `priority_queue`: work that waits, the most urgent first."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from typing import Any, ClassVar, NamedTuple

from studio.spec.fields import Fields, param
from studio.spec.node import StoreUse
from studio.stores.base import Shown, Store, list_of, number_of, text_of
from studio.support.errors import NodeError
from studio.support.values import Json, decode, encode, preview

ORDERS = ("lowest", "highest")


class One(NamedTuple):
    """A value that waits. They sort by `rank`, which is the priority or its negative, then by arrival; no two arrive at
    once, so nothing else is compared."""

    rank: float
    arrival: int
    key: str | None
    value: bytes


class Waiting:
    """All that waits, in order, and where the keys stand. Entries do not change: a copy is two shallow ones."""

    __slots__ = ("by_key", "next", "row")

    def __init__(self) -> None:
        self.row: list[One] = []
        self.by_key: dict[str, One] = {}
        self.next = 0
        """Number of the next arrival."""

    def __len__(self) -> int:
        return len(self.row)

    def copy(self) -> Waiting:
        made = Waiting()
        made.row, made.by_key, made.next = self.row.copy(), self.by_key.copy(), self.next
        return made

    def clear(self) -> None:
        self.row.clear()
        self.by_key.clear()

    def put(self, rank: float, key: str | None, value: bytes, arrival: int | None = None) -> None:
        """Let a value wait; one whose key waits already takes its place in the order of arrival."""
        known = None if key is None else self.by_key.get(key)
        if known is not None:
            self.drop(known)
            arrival = known.arrival
        elif arrival is None:
            arrival = self.next
        self.next = max(self.next, arrival + 1)
        one = One(rank, arrival, key, value)
        insort(self.row, one)
        if key is not None:
            self.by_key[key] = one

    def drop(self, one: One) -> None:
        """Take one out, wherever it stands."""
        del self.row[bisect_left(self.row, one)]
        if one.key is not None:
            del self.by_key[one.key]


class PriorityQueueStore(Store):
    """Values that wait with a priority; of equal ones, the first that came is taken first."""

    kind = "priority_queue"
    summary = "Values that wait to be taken, by priority; equal ones in the order they came."
    ops: ClassVar[dict[str, StoreUse]] = {
        "push": "write", "extend": "write", "change": "write", "remove": "write", "clear": "write", "pop": "take",
        "peek": "read", "items": "read", "length": "read",
    }  # fmt: skip

    class Params(Fields):
        first: str = param("lowest", choices=ORDERS, help="Which priority is taken first: the lowest or the highest.")
        items: list[Any] = param((), help="What waits at the start: objects with `value`, `priority` (0) and `key`.")

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        for place, item in enumerate(params.items):
            if why := _item_problem(item):
                yield f"Item {place} of `items` {why}."

    def op_push(self, value: bytes, priority: bytes = b"0", key: bytes = b"null") -> bytes:
        """Let a value wait. If its key waits already, value and priority are replaced, and it keeps its place among
        equals. Returns how many wait."""
        rank = self._rank(number_of(priority, "priority"))
        self._data.put(rank, None if key == b"null" else text_of(key), value)
        return self.op_length()

    def op_extend(self, items: bytes) -> bytes:
        """Push every element of a list: objects with `value`, and `priority` and `key` if they like."""
        found = [decode(item) for item in list_of(items)]
        for item in found:
            if why := _item_problem(item):
                raise NodeError(f"an item for the priority_queue `{self.name}` {why}.", code="store")
        for item in found:
            self._data.put(self._rank(item.get("priority", 0)), item.get("key"), encode(item["value"]))
        return self.op_length()

    def op_change(self, key: bytes, priority: bytes) -> bytes:
        """Give what waits under a key another priority; returns whether it was there."""
        rank = self._rank(number_of(priority, "priority"))
        known = self._data.by_key.get(text_of(key))
        if known is None:
            return b"false"
        self._data.put(rank, known.key, known.value)
        return b"true"

    def op_remove(self, key: bytes) -> bytes:
        """Forget what waits under a key; returns whether it was there."""
        known = self._data.by_key.get(text_of(key))
        if known is None:
            return b"false"
        self._data.drop(known)
        return b"true"

    def op_clear(self) -> bytes:
        """Forget everything."""
        self._data.clear()
        return b"0"

    def op_pop(self) -> bytes:
        """Take the first: `{"item": …, "priority": …, "key": …}`, or `{}` if nothing waits."""
        if not self._data.row:
            return b"{}"
        one = self._data.row[0]
        self._data.drop(one)
        return self._told(one, b"item")

    def op_peek(self) -> bytes:
        """Look at the first: as `pop` gives it."""
        return self._told(self._data.row[0], b"item") if self._data.row else b"{}"

    def op_items(self) -> bytes:
        """Return all that waits in order: objects with `value`, `priority`, and `key` if it has one."""
        return b"[" + b",".join(self._told(one, b"value") for one in self._data.row) + b"]"

    def op_length(self) -> bytes:
        """Return how many values wait."""
        return b"%d" % len(self._data)

    def shown(self) -> Json:
        return decode(self.op_items())

    def rows(self) -> Shown:
        rows = [(self._rank(one.rank), one.key, decode(one.value)) for one in self._data.row]
        return Shown(("priority", "key", "value"), rows)

    def dump(self) -> Json:
        # The arrivals too: an old one that is given another priority stands before younger ones of that priority.
        return [
            {"value": decode(one.value), "priority": self._rank(one.rank), "key": one.key, "arrival": one.arrival}
            for one in self._data.row
        ]

    def _start(self) -> Any:
        return self._unpack(list(self.params.items))

    def _unpack(self, content: Json) -> Any:
        made = Waiting()
        for item in content:
            rank = self._rank(item.get("priority", 0))
            made.put(rank, item.get("key"), encode(item["value"]), item.get("arrival"))
        return made

    def _rank(self, priority: float) -> float:
        """What it is sorted by; and back."""
        return priority if self.params.first == "lowest" else -priority

    def _told(self, one: One, name: bytes) -> bytes:
        key = b"" if one.key is None else b',"key":' + encode(one.key)
        return b'{"' + name + b'":' + one.value + b',"priority":' + encode(self._rank(one.rank)) + key + b"}"


def _item_problem(item: Json) -> str:
    if not isinstance(item, dict) or "value" not in item:
        return f"is {preview(item, 40)}, but it must be an object with a `value`"
    if type(item.get("priority", 0)) not in (int, float):
        return f"has the priority {preview(item['priority'], 40)}, but it must be a number"
    if not isinstance(item.get("key"), str | None):
        return f"has the key {preview(item['key'], 40)}, but it must be a text"
    return ""
