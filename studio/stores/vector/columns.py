"""Filters over the metadata of many entries: each key that is asked for becomes a column of its distinct values.

A condition is tried once per distinct value instead of once per entry, and remembered, so that the same filter costs
one look-up per entry the next time. What a condition means is `studio.support.filters`' to say.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from studio.support.filters import MISSING, found, parse_filter
from studio.support.values import Json, decode, encode

if TYPE_CHECKING:
    from studio.stores.vector.arithmetic import Mask

MOST_COLUMNS: Final = 32
MOST_VERDICTS: Final = 16
"""Columns that a segment remembers, and conditions that a column remembers."""
EXACT: Final = 2**53
"""Whole numbers up to here are exact in double precision."""
_ORDERS: Final[dict[str, Any]] = {"gt": np.greater, "gte": np.greater_equal, "lt": np.less, "lte": np.less_equal}


class Column:
    """The values of one key: per entry the number of its value, -1 where it has none."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.codes = np.empty(64, np.int32)
        self.rows = 0
        self._path = key.split(".") if "." in key else None
        self._values: list[Json] = []
        self._known: dict[str | bytes, int] = {}
        self._numbers = np.empty(0)
        self._odd: list[int] = []
        self._verdicts: OrderedDict[bytes, Mask] = OrderedDict()

    def extend(self, metas: Iterable[Mapping[str, Json]]) -> None:
        """Take in the metadata of the next entries."""
        codes = [self._code(found(meta, self.key, self._path)) for meta in metas]
        end = self.rows + len(codes)
        if end > len(self.codes):
            grown = np.empty(max(end, 2 * len(self.codes)), np.int32)
            grown[: self.rows] = self.codes[: self.rows]
            self.codes = grown
        self.codes[self.rows : end] = codes
        self.rows = end

    def passing(self, condition: Json, length: int) -> Mask:
        """Return which of the first entries a condition lets pass."""
        if isinstance(condition, Mapping) and condition and all(map(_is_order, condition.items())):
            verdict = self._by_size(condition)
        else:
            verdict = self._by_value(condition)
        made: Mask = verdict[self.codes[:length]]
        return made

    def _code(self, value: Json) -> int:
        if value is MISSING:
            return -1
        token = value if type(value) is str else encode(value)
        code = self._known.get(token)
        if code is None:
            code = self._known[token] = len(self._values)
            self._values.append(value)
        return code

    def _by_value(self, condition: Json) -> Mask:
        """The verdict on every distinct value, and last the one on a key that is not there."""
        token = encode(condition)
        old = self._verdicts.get(token)
        done = 0 if old is None else len(old) - 1
        if old is None or done < len(self._values):
            test = parse_filter({self.key: condition})
            new = [test({self.key: value}) for value in self._values[done:]]
            kept = [] if old is None else [old[:-1]]
            old = np.concatenate([*kept, np.array([*new, test({})], bool)])
            self._verdicts[token] = old
            while len(self._verdicts) > MOST_VERDICTS:
                self._verdicts.popitem(last=False)
        self._verdicts.move_to_end(token)
        return old

    def _by_size(self, condition: Mapping[str, Json]) -> Mask:
        """The same where only numbers are compared, all at once."""
        done = len(self._numbers)
        if done < len(self._values):
            new = self._values[done:]
            plain = [type(value) is float or (type(value) is int and abs(value) <= EXACT) for value in new]
            self._odd += [done + place for place, value in enumerate(new) if type(value) is int and not plain[place]]
            fresh = [float(value) if fits else np.nan for value, fits in zip(new, plain, strict=True)]
            self._numbers = np.concatenate([self._numbers, np.array(fresh)])
        made = np.empty(len(self._values) + 1, bool)
        made[:-1] = True
        for name, operand in condition.items():
            made[:-1] &= _ORDERS[name](self._numbers, float(operand))
        made[-1] = False
        if self._odd:
            test = parse_filter({self.key: condition})
            for code in self._odd:
                made[code] = test({self.key: self._values[code]})
        return made


class Columns:
    """The columns of a segment's database (table `entry`), made when they are first asked for."""

    def __init__(self, connection: Any) -> None:
        self._run = connection.execute
        self._columns: OrderedDict[str, Column] = OrderedDict()

    def passing(self, filter: Mapping[str, Json], length: int) -> Mask:
        """Return which of the first `length` entries a filter, which was checked, lets pass."""
        made = np.ones(length, bool)
        for key, value in filter.items():
            if key == "not":
                made &= ~self.passing(value, length)
            elif key == "and":
                for part in value:
                    made &= self.passing(part, length)
            elif key == "or":
                either = np.zeros(length, bool)
                for part in value:
                    either |= self.passing(part, length)
                made &= either
            else:
                made &= self._column(key, length).passing(value, length)
        return made

    def _column(self, key: str, length: int) -> Column:
        column = self._columns.get(key)
        if column is None:
            column = self._columns[key] = Column(key)
            while len(self._columns) > MOST_COLUMNS:
                self._columns.popitem(last=False)
        self._columns.move_to_end(key)
        if column.rows < length:
            rows = self._run("SELECT meta FROM entry WHERE row >= ? ORDER BY row", (column.rows,))
            column.extend(decode(meta) for (meta,) in rows.fetchall())
        return column


def _is_order(condition: tuple[str, Json]) -> bool:
    name, operand = condition
    return name in _ORDERS and (type(operand) is float or (type(operand) is int and abs(operand) <= EXACT))
