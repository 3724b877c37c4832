"""Stores as plain lists and dicts, and the view an item of a map has of them (rule 2.9)."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from studio.support.errors import NodeError
from studio.support.values import Json

WRITES = ("append", "push", "set", "clear")


class NaiveStore:
    """A list, a queue or a table; operations and results are those of `studio.stores`."""

    def __init__(self, kind: str, content: Any) -> None:
        self.kind = kind
        self.content = content

    def do(self, op: str, **args: Json) -> Json:
        """Perform one operation."""
        value = copy.deepcopy(args)
        if op in ("append", "push"):
            self.content.append(value["value"])
            return len(self.content)
        if op == "pop":
            return {"item": self.content.pop(0)} if self.content else {}
        if op == "set" and self.kind == "queue":
            self.content[:] = value["values"]
            return len(self.content)
        if op == "set":
            self.content[value["key"]] = value["value"]
            return None
        if op == "get":
            return {"value": self.content[value["key"]]} if value["key"] in self.content else {}
        if op == "clear":
            self.content.clear()
            return 0
        if op == "items":
            return copy.deepcopy(self.content)
        raise AssertionError(f"the reference has no operation {op}")

    def copy(self) -> NaiveStore:
        """Return the store as it is now."""
        return NaiveStore(self.kind, copy.deepcopy(self.content))


class View:
    """Rule 2.9: "an item sees an outside store as it was when the map started plus its own writes; all writes are
    applied in item order at its end; taking (`pop`) there is refused"."""

    def __init__(self, base: NaiveStore | View) -> None:
        self.base = base
        self.kind: str = base.kind
        self.seen = base.copy()
        self.writes: list[tuple[str, Mapping[str, Json]]] = []

    def do(self, op: str, **args: Json) -> Json:
        """Perform one operation on the copy; remember a write."""
        if op == "pop":
            raise NodeError("an item of a map cannot take", code="store")
        if op in WRITES:
            self.writes.append((op, args))
        return self.seen.do(op, **args)

    def copy(self) -> NaiveStore:
        """Return what is seen now, for a map inside this item."""
        return self.seen.copy()

    def apply(self) -> None:
        """Repeat the writes on the store itself."""
        for op, args in self.writes:
            self.base.do(op, **args)


def make_store(kind: str, params: Mapping[str, Json]) -> NaiveStore:
    """Return a new store with what its declaration puts in it."""
    start = params.get("values") or {} if kind == "kv" else params.get("items") or []
    return NaiveStore(kind, copy.deepcopy(start))
