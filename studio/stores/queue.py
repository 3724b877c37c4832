"""The store `queue`: work that waits."""

from __future__ import annotations

from typing import Any, ClassVar

from studio.spec.fields import Fields, param
from studio.spec.node import StoreUse
from studio.stores.base import Row, joined, list_of
from studio.support.values import decode


class QueueStore(Row):
    """Values that wait to be taken, first in, first out."""

    kind = "queue"
    summary = "Values that wait to be taken, first in, first out: tasks or messages."
    ops: ClassVar[dict[str, StoreUse]] = {
        "push": "write", "extend": "write", "set": "write", "clear": "write", "pop": "take", "peek": "read",
        "items": "read", "length": "read",
    }  # fmt: skip

    class Params(Fields):
        items: list[Any] = param((), help="What waits in it at the start.")

    def op_push(self, value: bytes, front: bytes = b"false") -> bytes:
        """Put a value at the end, or at the front; returns the new length."""
        if decode(front):
            self._data.appendleft(value)
        else:
            self._data.append(value)
        return self.op_length()

    def op_extend(self, values: bytes, front: bytes = b"false") -> bytes:
        """Put every value of a list at the end, or at the front in their order; returns the new length."""
        packed = list_of(values)
        if decode(front):
            self._data.extendleft(reversed(packed))
        else:
            self._data.extend(packed)
        return self.op_length()

    def op_set(self, values: bytes) -> bytes:
        """Replace the whole content by the values of a list; returns the new length."""
        packed = list_of(values)
        self._data.clear()
        self._data.extend(packed)
        return self.op_length()

    def op_pop(self) -> bytes:
        """Take the first value: `{"item": …}`, or `{}` if nothing waits."""
        return b'{"item":' + self._data.popleft() + b"}" if self._data else b"{}"

    def op_peek(self) -> bytes:
        """Look at the first value: `{"item": …}`, or `{}` if nothing waits."""
        return b'{"item":' + self._data[0] + b"}" if self._data else b"{}"

    def op_items(self) -> bytes:
        """Return all waiting values, first to last."""
        return joined(self._data)
