"""The rows of a data set: plain JSON objects, each known by a hash of what it says.

Where they come from is the business of `reading`; which columns go into a graph that of `fitting`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, overload

from studio.documents.limits import MAX_COLUMNS
from studio.support.errors import UsageError
from studio.support.values import Json, NotJson, encode, hash_bytes, preview, sorted_encode

MAX_ROWS: Final = 1_000_000
MAX_ROW_BYTES: Final = 5_000_000
"""Largest row, as JSON."""
MAX_DEPTH: Final = 64
"""How deep the values of a row may be nested, as in a graph file."""
MAX_NAME: Final = 200
"""Longest name of a column, in characters."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `hash` is over its values, whatever their order; `twin` counts the rows before it that say the same.

    `place` is where it stands (`rows.csv:7`), `files` the files that columns of images, sounds and files name: their
    values are the small objects that stand for such things in a run.
    """

    index: int
    hash: str
    values: Mapping[str, Json]
    twin: int = 0
    place: str = field(default="", compare=False)
    files: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def expected(self) -> Json:
        """The value of the column `expected`, by custom what an answer is compared with; None without one."""
        return self.values.get("expected")

    @property
    def identity(self) -> str:
        """What tells this row from all others of its data set, in whatever order they stand."""
        return f"{self.hash}+{self.twin}" if self.twin else self.hash


@dataclass(frozen=True, slots=True)
class Rows(Sequence[Row]):
    """A data set. `columns` are all names that occur, in order of appearance; `name` is what people call it.

    `hash` is over the rows whatever their order: the same rows shuffled are the same data set.
    """

    rows: tuple[Row, ...]
    columns: tuple[str, ...]
    name: str = ""
    hash: str = ""

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Row, ...]: ...
    def __getitem__(self, index: int | slice) -> Row | tuple[Row, ...]:
        return self.rows[index]


@dataclass(frozen=True, slots=True)
class Found:
    """What a reader found: the values of one row, where they stand, and files that they name."""

    values: Mapping[str, Json]
    place: str = ""
    files: Mapping[str, str] = field(default_factory=dict)


NO_DATA: Final = Found({})
"""What an experiment without data runs on: one row that says nothing."""


def gathered(found: Iterable[Found], name: str) -> Rows:
    """Return the rows as a data set. Raises UsageError, naming the row, for what no run can be given, and if there are
    none."""
    rows: list[Row] = []
    columns: dict[str, None] = {}
    twins: Counter[str] = Counter()
    for one in found:
        where = one.place or f"{name}, row {len(rows) + 1}"
        if len(rows) >= MAX_ROWS:
            raise UsageError(
                f"There are more than {MAX_ROWS:,} rows.", where=where, hint="Cut the data into several files."
            )
        if one.values.keys() - columns.keys():
            for column in one.values:
                _check_column(column, where)
                columns[column] = None
            if len(columns) > MAX_COLUMNS:
                raise UsageError(f"There are more than {MAX_COLUMNS:,} columns.", where=where)
        hash = _hash(one.values, where)
        rows.append(Row(len(rows), hash, one.values, twins[hash], one.place, one.files))
        twins[hash] += 1
    if not rows:
        raise UsageError("There are no rows, so there is nothing to run.", where=name, hint="Give it a row at least.")
    return Rows(tuple(rows), tuple(columns), name, hash_bytes("\n".join(sorted(row.hash for row in rows)).encode()))


def inline(values: Sequence[Mapping[str, Json]], name: str) -> Rows:
    """Return rows that stand in an experiment file itself. Raises UsageError as `gathered` does."""
    return gathered(map(Found, values), name)


def _check_column(column: str, where: str) -> None:
    wrong = ""
    if not column.strip():
        wrong = "A column has no name."
    elif len(column) > MAX_NAME:
        wrong = f"The name of a column is longer than {MAX_NAME} characters: `{preview(column, 40)}`."
    if wrong:
        raise UsageError(wrong, where=where, hint="Name each column of the data.")


def _hash(values: Mapping[str, Json], where: str) -> str:
    for column, value in values.items():
        if isinstance(value, dict | list) and _is_deep(value):
            raise UsageError(f"`{column}` is nested deeper than {MAX_DEPTH} levels.", where=where)
    try:
        data = sorted_encode(values)
    except NotJson:
        raise _no_value(values, where) from None
    if len(data) > MAX_ROW_BYTES:
        raise UsageError(f"The row is larger than {MAX_ROW_BYTES // 1_000_000} MB.", where=where)
    return hash_bytes(data)


def _no_value(values: Mapping[str, Json], where: str) -> UsageError:
    """Say which column holds what no value can be."""
    for column, value in values.items():
        for one, told in ((column, "The name of a column"), (value, f"`{column}`")):
            try:
                encode(one)
            except NotJson as error:
                return UsageError(f"{told} cannot be kept: {error}.", where=where, hint="Correct it, or leave it out.")
    raise AssertionError("an object whose names and values are JSON is JSON")


def _is_deep(value: Json) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for one in level
            for inner in (one.values() if isinstance(one, dict) else one)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True
