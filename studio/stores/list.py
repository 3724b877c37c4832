"""The store `list`: a growing history."""

from __future__ import annotations

from collections import deque
from typing import Any, ClassVar

from studio.spec.fields import Fields, param
from studio.spec.node import StoreUse
from studio.stores.base import Row, joined, list_of
from studio.support.values import Json, decode, encode


class ListStore(Row):
    """Values in the order they were appended."""

    kind = "list"
    summary = "Values in the order they were appended: a history or a notebook."
    ops: ClassVar[dict[str, StoreUse]] = {
        "append": "write", "extend": "write", "clear": "write", "items": "read", "length": "read",
    }  # fmt: skip

    class Params(Fields):
        items: list[Any] = param((), help="What it holds at the start.")
        max_items: int | None = param(None, ge=1, help="Keep only so many of the newest values.")

    def op_append(self, value: bytes) -> bytes:
        """Put a value at the end; returns the new length."""
        self._data.append(value)
        return self.op_length()

    def op_extend(self, values: bytes) -> bytes:
        """Put every value of a list at the end; returns the new length."""
        self._data.extend(list_of(values))
        return self.op_length()

    def op_items(self, last: bytes = b"null") -> bytes:
        """Return all values, or the last few."""
        count = decode(last)
        return joined(self._data if count is None else list(self._data)[max(0, len(self._data) - count) :])

    def _unpack(self, content: Json) -> Any:
        return deque(map(encode, content), maxlen=self.params.max_items)
