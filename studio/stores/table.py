"""The store `table`: rows with columns, found by what they hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

from studio.spec.fields import Fields, param
from studio.spec.node import StoreUse
from studio.spec.types import PORT_TYPES, TYPE_WORDS, value_check
from studio.stores.base import Shown, Store, count_of, filter_of, list_of, text_of
from studio.support.errors import NodeError
from studio.support.nearest import did_you_mean
from studio.support.values import Json, decode, encode, preview

FUNCTIONS = ("count", "sum", "mean", "min", "max")
IF_THERE = ("merge", "replace", "keep")


class TableStore(Store):
    """Rows in the order they came, each an object. With a key column, no two rows have the same key."""

    kind = "table"
    summary = "Rows with columns: added, found by a filter, changed, counted."
    ops: ClassVar[dict[str, StoreUse]] = {
        "put": "write", "update": "write", "delete": "write", "clear": "write", "get": "read", "there": "read",
        "select": "read", "aggregate": "read", "length": "read",
    }  # fmt: skip

    class Params(Fields):
        columns: Any = param(
            None, type="json", help="Names of the columns, or an object with their types; any columns if left out."
        )
        key: str = param("", help="The column that tells rows apart: a text or a whole number. Leave it out for none.")
        rows: list[Any] = param((), help="Rows at the start.")

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        columns = params.columns
        if not isinstance(columns, dict | list | tuple | None):
            yield "`columns` is a list of names, or an object with a type for each name."
            return
        for name in columns or ():
            if not isinstance(name, str) or not name:
                yield f"`columns` names {preview(name, 40)}, but a column has a text as name."
            elif isinstance(columns, dict) and columns[name] not in PORT_TYPES:
                hint = did_you_mean(str(columns[name]), PORT_TYPES) or f"Types: {', '.join(PORT_TYPES)}."
                yield f"The column `{name}` has the type {preview(columns[name], 40)}, which there is not. {hint}"
        if params.key and columns and params.key not in columns:
            yield f"The key `{params.key}` is none of the columns. {did_you_mean(params.key, columns)}".rstrip()
        elif not any(isinstance(name, str) is False for name in columns or ()):
            for place, row in enumerate(params.rows):
                if why := row_problem(params, row):
                    yield f"Row {place} of `rows` {why}."

    def op_put(self, rows: bytes, if_there: bytes = b'"merge"') -> bytes:
        """Add rows. Where the key is there already: `merge` gives the row the new values and leaves its others,
        `replace` puts the new row in its place, `keep` leaves it as it is. Returns how many rows are new."""
        how = decode(if_there)
        if how not in IF_THERE:
            raise NodeError(f"a table was given {preview(how)}, but there are {', '.join(IF_THERE)}.", code="store")
        found = [(decode(row), row) for row in list_of(rows)]
        for row, _ in found:
            if why := row_problem(self.params, row):
                raise NodeError(f"a row for the table `{self.name}` {why}.", code="store")
        before = len(self._data)
        for row, packed in found:
            place = self._place(row)
            if how == "replace" or place not in self._data:
                self._data[place] = packed
            elif how == "merge":
                self._data[place] = encode(decode(self._data[place]) | row)
        return b"%d" % (len(self._data) - before)

    def op_update(self, filter: bytes, values: bytes) -> bytes:
        """Give the rows that a filter lets pass these values in these columns; returns how many they are."""
        test, new = filter_of(filter), decode(values)
        why = row_problem(self.params, new, whole=False)
        if not why and self.params.key and self.params.key in new:
            why = f"names the key `{self.params.key}`, which does not change"
        if why:
            raise NodeError(f"the values for the table `{self.name}` {why}.", code="store")
        return self._change(test, lambda row: encode(row | new))

    def op_delete(self, filter: bytes) -> bytes:
        """Forget the rows that a filter lets pass; returns how many they were."""
        return self._change(filter_of(filter), lambda row: None)

    def op_clear(self) -> bytes:
        """Forget everything."""
        self._data.clear()
        return b"0"

    def op_get(self, key: bytes) -> bytes:
        """Return `{"row": …}` with the row of a key, or `{}`."""
        if not self.params.key:
            raise NodeError(
                f"the table `{self.name}` has no key column.", hint="Declare `key`, or select with a filter.",
                code="store",
            )  # fmt: skip
        found = self._data.get(decode(key) if _is_key(decode(key)) else None)
        return b"{}" if found is None else b'{"row":' + found + b"}"

    def op_there(self, rows: bytes) -> bytes:
        """Return the keys that rows share with rows that are there, or with each other; none without a key column."""
        if not self.params.key:
            return b"[]"
        seen = set(self._data)
        twice = []
        for row in map(decode, list_of(rows)):
            key = row.get(self.params.key) if isinstance(row, dict) else None
            if _is_key(key) and key in seen:
                twice.append(key)
            elif _is_key(key):
                seen.add(key)
        return encode(twice)

    def op_select(
        self, filter: bytes = b"null", sort: bytes = b'""', descending: bytes = b"false", limit: bytes = b"null"
    ) -> bytes:
        """Return the rows that a filter lets pass, in the order they came or by a column: numbers, then texts, then all
        else; rows without it last. At most `limit` of them."""
        rows = self._passing(filter_of(filter))
        if by := text_of(sort, "column"):
            rows = _sorted(rows, by, bool(decode(descending)))
        return encode(rows[: count_of(limit, "limit")])

    def op_aggregate(
        self, function: bytes, column: bytes = b'""', group: bytes = b'""', filter: bytes = b"null"
    ) -> bytes:
        """Return `[{"group": …, "value": …}]` with one entry per value of the column `group`, in the order of first
        appearance; without one, a single entry for all rows.

        `count` counts rows (with a column: those that have it); the others take the numbers of the column, and give
        null where there are none. `min` and `max` compare texts as well.
        """
        how, by, over = text_of(function, "function"), text_of(group, "column"), text_of(column, "column")
        if how not in FUNCTIONS:
            hint = did_you_mean(how, FUNCTIONS) or f"Functions: {', '.join(FUNCTIONS)}."
            raise NodeError(f"a table has no function `{preview(how, 40)}`.", hint=hint, code="store")
        if how != "count" and not over:
            raise NodeError(f"`{how}` of a table needs a column.", code="store")
        groups: dict[bytes, list[dict[str, Json]]] = {} if by else {b"null": []}
        for row in self._passing(filter_of(filter)):
            groups.setdefault(encode(row.get(by)) if by else b"null", []).append(row)
        return encode([{"group": decode(one), "value": _total(how, over, rows)} for one, rows in groups.items()])

    def op_length(self) -> bytes:
        """Return how many rows it holds."""
        return b"%d" % len(self._data)

    def rows(self) -> Shown:
        rows = [decode(row) for row in self._data.values()]
        columns = tuple(dict.fromkeys([*(self.params.columns or ()), *(name for row in rows for name in row)]))
        key = columns.index(self.params.key) if self.params.key in columns else None
        return Shown(columns, [tuple(row.get(name) for name in columns) for row in rows], key)

    def dump(self) -> Json:
        return decode(b"[" + b",".join(self._data.values()) + b"]")

    def _start(self) -> Any:
        return self._unpack(list(self.params.rows))

    def _unpack(self, content: Json) -> Any:
        self._data = {}
        for row in content:
            self._data[self._place(row)] = encode(row)
        return self._data

    def _place(self, row: Mapping[str, Json]) -> str | int:
        """Under what a row is kept: its key, else the next number."""
        if self.params.key:
            made: str | int = row[self.params.key]
            return made
        return next(reversed(self._data), -1) + 1

    def _passing(self, test: Callable[[Mapping[str, Json]], bool]) -> list[dict[str, Json]]:
        return [row for row in map(decode, self._data.values()) if test(row)]

    def _change(
        self, test: Callable[[Mapping[str, Json]], bool], change: Callable[[dict[str, Json]], bytes | None]
    ) -> bytes:
        changed = 0
        for place, packed in list(self._data.items()):
            row = decode(packed)
            if test(row):
                changed += 1
                new = change(row)
                if new is None:
                    del self._data[place]
                else:
                    self._data[place] = new
        return b"%d" % changed


def row_problem(params: Any, row: Json, *, whole: bool = True) -> str:
    """Return what is wrong with a row for a table of these params, as the end of a sentence; not `whole`: of some of
    its values."""
    if not isinstance(row, dict):
        return f"is {preview(row, 40)}, but a row is an object"
    columns = params.columns
    for name, value in row.items():
        if columns and name not in columns:
            return f"has `{preview(name, 40)}`, which is none of the columns ({preview(', '.join(columns))})"
        kind = columns[name] if isinstance(columns, dict) else "any"
        check = value_check(kind)
        if value is not None and check is not None and not check(value):
            return f"has {preview(value, 40)} as `{name}`, but it must be {TYPE_WORDS[kind]}"
    if whole and params.key and not _is_key(row.get(params.key)):
        return f"has {preview(row.get(params.key), 40)} as key `{params.key}`, but it must be a text or a whole number"
    return ""


def _is_key(value: Json) -> bool:
    return type(value) in (str, int)


def _sorted(rows: list[dict[str, Json]], by: str, descending: bool) -> list[dict[str, Json]]:
    def order(row: dict[str, Json]) -> tuple[int, Any]:
        value = row[by]
        if type(value) in (int, float):
            return (0, value)
        return (1, value) if isinstance(value, str) else (2, encode(value))

    having = sorted((row for row in rows if row.get(by) is not None), key=order, reverse=descending)
    return having + [row for row in rows if row.get(by) is None]


def _total(how: str, column: str, rows: list[dict[str, Json]]) -> Json:
    values = [row[column] for row in rows if column in row] if column else []
    if how == "count":
        return len(values) if column else len(rows)
    numbers = [value for value in values if type(value) in (int, float)]
    if how == "sum":
        return sum(numbers)
    if how == "mean":
        return sum(numbers) / len(numbers) if numbers else None
    texts = [value for value in values if isinstance(value, str)]
    choose = min if how == "min" else max
    return choose(numbers) if numbers else choose(texts, default=None)
