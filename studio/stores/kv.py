"""The store `kv`: values by key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from studio.spec.fields import Fields, param
from studio.spec.node import StoreUse
from studio.stores.base import Store, text_of
from studio.support.values import Json, decode, encode


class KeyValueStore(Store):
    """Values by key, in the order their keys were first set."""

    kind = "kv"
    summary = "Values by key: facts, settings, a state that several nodes share."
    ops: ClassVar[dict[str, StoreUse]] = {
        "set": "write", "delete": "write", "clear": "write", "get": "read", "keys": "read", "all": "read",
    }  # fmt: skip

    class Params(Fields):
        values: dict[str, Any] = param(None, type="json", help="An object with what it holds at the start.")

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        if not isinstance(params.values, dict | None):
            yield "`values` must be an object: keys with their values."

    def op_set(self, key: bytes, value: bytes) -> bytes:
        """Give a key a value."""
        self._data[text_of(key)] = value
        return b"null"

    def op_delete(self, key: bytes) -> bytes:
        """Forget a key; returns whether it was there."""
        return b"false" if self._data.pop(text_of(key), None) is None else b"true"

    def op_clear(self) -> bytes:
        """Forget everything."""
        self._data.clear()
        return b"0"

    def op_get(self, key: bytes) -> bytes:
        """Return `{"value": …}`, or `{}` if the key was never set."""
        found = self._data.get(text_of(key))
        return b"{}" if found is None else b'{"value":' + found + b"}"

    def op_keys(self) -> bytes:
        """Return the keys, in order."""
        return encode(list(self._data))

    def op_all(self) -> bytes:
        """Return all values by key."""
        return b"{" + b",".join(encode(key) + b":" + value for key, value in self._data.items()) + b"}"

    def dump(self) -> Json:
        return decode(self.op_all())

    def _start(self) -> Any:
        return self._unpack(self.params.values or {})

    def _unpack(self, content: Json) -> Any:
        return {key: encode(value) for key, value in content.items()}
