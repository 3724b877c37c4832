"""`Store`: a named memory of a graph, with operations of declared kinds, snapshots and a log of its writes.

Values go in and come out encoded, so that nobody holds a reference into a store.  A *fork* is what an item of
a map sees (design rule 2.9): the store as it was, plus the item's own writes, which `apply_to` repeats on the
original when the map ends, item by item.  Taking from a fork is refused, since two items would take the same.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, NamedTuple, Self

from studio.spec.fields import Fields
from studio.spec.node import StoreUse
from studio.support.errors import NodeError
from studio.support.filters import FilterError, parse_filter
from studio.support.values import Json, NotJson, decode, encode, preview


class Shown(NamedTuple):
    """What a store holds as a table for people: the same number of cells in each row.

    `key` is the column by which a row is known again when it has changed, None where a row is only what it holds.
    """

    columns: tuple[str, ...]
    rows: list[tuple[Json, ...]]
    key: int | None = None


class Store:
    """Base of the kinds of store. A kind names its operations in `ops` and writes each as a method `op_NAME`.

    An operation gets its arguments encoded (`bytes` each) and returns encoded bytes. `params` are those of
    the declaration in the graph, checked already.
    """

    kind: ClassVar[str]
    """The word for it under `stores:` in a graph."""
    summary: ClassVar[str]
    """One sentence for people."""
    ops: ClassVar[Mapping[str, StoreUse]]
    """What each operation does: read, write or take."""

    class Params(Fields):
        """No params."""

    @classmethod
    def problems(cls, params: Any) -> Iterable[str]:
        """Yield one sentence for each thing wrong with the params of a declaration beyond their declared types."""
        return ()

    def __init__(self, params: Any, name: str = "") -> None:
        self.params = params
        self.name = name
        self._data: Any = self._start()
        self._shared = False
        self._log: list[tuple[str, dict[str, bytes]]] | None = None

    known: Any = None
    """What the record of a run knows of this very store (the engine's); a fork begins without."""

    def do(self, op: str, args: Mapping[str, Json]) -> Json:
        """Perform one operation and return its result, a value of its own.

        Raises `NodeError` for an unknown operation, wrong arguments, a value that is no JSON, or taking from
        a fork.
        """
        use = self.ops.get(op)
        if use is None:
            raise NodeError(
                f"the {self.kind} `{self.name}` has no operation `{op}`.",
                hint=f"It has: {', '.join(self.ops)}. Use node types made for this kind of store.",
                code="store",
            )
        if use == "take" and self._log is not None:
            raise NodeError(
                f"an item of a map cannot take from the {self.kind} `{self.name}`, which is outside of the map.",
                hint="Set `sequential: true` on the map, or take before it.",
                code="store",
            )
        packed = {name: self._pack(op, value) for name, value in args.items()}
        return decode(self._perform(op, packed))

    def _perform(self, op: str, packed: dict[str, bytes]) -> bytes:
        act: Callable[..., bytes] = getattr(self, f"op_{op}")
        writes = self.ops[op] != "read"
        if writes and self._shared:
            self._data = self._data.copy()  # values in it are immutable bytes: a shallow copy is a snapshot
            self._shared = False
        try:
            result = act(**packed)
        except TypeError:
            raise NodeError(
                f"`{op}` of the {self.kind} `{self.name}` does not take the arguments {', '.join(packed) or '(none)'}.",
                code="store",
            ) from None
        except NotJson as error:
            raise NodeError(f"`{op}` of the {self.kind} `{self.name}` comes to {error}.", code="store") from None
        if writes and self._log is not None:
            self._log.append((op, packed))
        return result

    def _pack(self, op: str, value: Json) -> bytes:
        try:
            return encode(value)
        except NotJson as error:
            raise NodeError(f"`{op}` of the {self.kind} `{self.name}` was given {error}.", code="store") from None

    # -- maps -----------------------------------------------------------------------------------

    def fork(self) -> Self:
        """Return a snapshot that keeps its own writes; neither sees the other's. Costs nothing until one writes."""
        made = type(self).__new__(type(self))
        made.params = self.params
        made.name = self.name
        made._data = self._data
        made._shared = self._shared = True
        made._log = []
        return made

    def copy(self) -> Self:
        """Return a store of its own with the same content. Costs nothing until one of the two writes."""
        made = self.fork()
        made._log = None
        return made

    def apply_to(self, base: Store) -> None:
        """Repeat this fork's writes on another store of its kind, in the order they were made."""
        for op, packed in self._log or ():
            base._perform(op, packed)

    @property
    def writes(self) -> list[tuple[str, dict[str, Json]]]:
        """The writes a fork has made so far: operations with their arguments."""
        return [(op, {name: decode(value) for name, value in packed.items()}) for op, packed in self._log or ()]

    # -- saving ---------------------------------------------------------------------------------

    @property
    def size(self) -> int:
        """How many values it holds."""
        return len(self._data)

    def dump(self) -> Json:
        """Return the whole content as a JSON value that `load` understands."""
        raise NotImplementedError

    def shown(self) -> Json:
        """Return the content as a query sees it: a list or an object, with nothing in it that only the store itself
        understands."""
        return self.dump()

    def rows(self) -> Shown:
        """Return the content as a table for people."""
        content = self.shown()
        if isinstance(content, dict):
            return Shown(("key", "value"), list(content.items()), 0)
        return Shown(("value",), [(value,) for value in content])

    def load(self, content: Json) -> None:
        """Replace the content by one that `dump` gave."""
        self._data = self._unpack(content)
        self._shared = False

    def _start(self) -> Any:
        raise NotImplementedError

    def _unpack(self, content: Json) -> Any:
        raise NotImplementedError


class Row(Store):
    """Base of the kinds that hold values in a row, whose declaration gives the first `items`."""

    def op_clear(self) -> bytes:
        """Forget everything."""
        self._data.clear()
        return b"0"

    def op_length(self) -> bytes:
        """Return how many values it holds."""
        return b"%d" % len(self._data)

    def dump(self) -> Json:
        return decode(joined(self._data))

    def _start(self) -> Any:
        return self._unpack(list(self.params.items))

    def _unpack(self, content: Json) -> Any:
        return deque(map(encode, content))


def list_of(values: bytes) -> list[bytes]:
    """Return the encoded elements of an encoded list. Raises `NodeError` if it is none."""
    unpacked = decode(values)
    if not isinstance(unpacked, list):
        raise NodeError(f"a store was given {preview(unpacked)} where it needs a list.", code="store")
    return [encode(value) for value in unpacked]


def text_of(key: bytes, what: str = "key") -> str:
    """Return an encoded text. Raises `NodeError` if it is none."""
    unpacked = decode(key)
    if not isinstance(unpacked, str):
        raise NodeError(f"a store was given {preview(unpacked)} where it needs a text as {what}.", code="store")
    return unpacked


def number_of(value: bytes, what: str) -> float:
    """Return an encoded number. Raises `NodeError` if it is none."""
    unpacked = decode(value)
    if type(unpacked) not in (int, float):
        raise NodeError(f"a store was given {preview(unpacked)} where it needs a number as {what}.", code="store")
    made: float = unpacked
    return made


def count_of(value: bytes, what: str) -> int | None:
    """Return an encoded whole number from 0 on, or None for null. Raises `NodeError` if it is neither."""
    unpacked = decode(value)
    if unpacked is not None and (type(unpacked) is not int or unpacked < 0):
        raise NodeError(
            f"a store was given {preview(unpacked)} where it needs a whole number from 0 on as {what}.", code="store"
        )
    made: int | None = unpacked
    return made


def filter_of(filter: bytes) -> Callable[[Mapping[str, Json]], bool]:
    """Return the test that an encoded filter stands for. Raises `NodeError` if it is none."""
    try:
        return parse_filter(decode(filter))
    except FilterError as error:
        raise NodeError(error.message, hint=error.hint, code="filter") from None


def joined(values: Iterable[bytes]) -> bytes:
    """Return the encoded list of encoded values, without decoding them."""
    return b"[" + b",".join(values) + b"]"
