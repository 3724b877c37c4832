"""Which columns of the data go into which inputs of a graph, and whether every row can be run.

A column that is called like an input goes there; a mapping says otherwise (`question: prompt_column`), or gives an
input one value for all rows (`tone: {value: formal}`). All other columns are kept for scores and reports.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from studio.batch.design.rows import Row, Rows
from studio.graph.model import Graph
from studio.graph.ports import body_fields
from studio.graph.scope import Scope
from studio.spec.choices import choice_hint, choice_problem
from studio.spec.fields import Field
from studio.spec.given import read_as
from studio.spec.registry import Registry
from studio.spec.types import BLOB_TYPES, TYPE_WORDS, type_of, value_check
from studio.support.errors import UsageError
from studio.support.nearest import near
from studio.support.values import Json, preview

SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class Column:
    """The column that an input is taken from."""

    name: str


@dataclass(frozen=True, slots=True)
class Constant:
    """The value that an input has in all rows."""

    value: Json


Source = Column | Constant


def inputs_of(graph: Graph, registry: Registry) -> dict[str, Field]:
    """Return what a graph takes, by name."""
    return body_fields(Scope(graph), registry)[0]


class Fitting:
    """How rows fit one graph."""

    def __init__(self, name: str, inputs: Mapping[str, Field], mapping: Mapping[str, Source]) -> None:
        """`name` is what the graph is called in messages. Raises UsageError for a mapping to no input."""
        self.name = name
        self.inputs = inputs
        for given in mapping:
            if given not in inputs:
                raise UsageError(f"`{name}` has no input `{given}`.", hint=near(given, inputs))
        self.sources: dict[str, Source] = {one: mapping.get(one, Column(one)) for one in inputs}

    @property
    def types(self) -> dict[str, str]:
        """The type that each column is read as."""
        return {
            source.name: read_as(self.inputs[name])
            for name, source in self.sources.items()
            if isinstance(source, Column)
        }

    def takes(self, columns: Collection[str]) -> bool:
        """True if some input is taken from one of these columns."""
        return any(isinstance(one, Column) and one.name in columns for one in self.sources.values())

    def check(self, rows: Rows, given: Mapping[str, Json] | None = None) -> None:
        """Raise UsageError, naming the row, if a row lacks an input or holds what one does not take; and, naming the
        columns there are, if no row has it. `given` are values that a variant gives in place of the rows'."""
        for name, source in self.sources.items():
            if given is not None and name in given:
                self._require(name, given[name], "")
            elif isinstance(source, Constant):
                self._require(name, source.value, "")
            elif source.name not in rows.columns and (source.name != name or self.inputs[name].required):
                raise UsageError(
                    f"The input `{name}` of `{self.name}` has no column `{source.name}` in {rows.name or 'the data'}.",
                    hint=f"{self._columns(rows.columns, source.name)} Name another: `--input {name}=COLUMN`.".strip(),
                )
        for row in rows:
            self.bound(row, given)

    def check_given(self, given: Mapping[str, Json]) -> None:
        """Raise UsageError if an input does not take the value that a variant gives it."""
        for name, value in given.items():
            self._require(name, value, "")

    def bound(self, row: Row, given: Mapping[str, Json] | None = None) -> dict[str, Json]:
        """Return the inputs of a run over a row. Raises UsageError as `check` does."""
        found: dict[str, Json] = {}
        for name, source in self.sources.items():
            field = self.inputs[name]
            if given is not None and name in given:
                value = given[name]
            elif isinstance(source, Constant):
                value = source.value
            elif source.name in row.values:
                value = row.values[source.name]
                if value is None and value_check(field.type) is not None:
                    value = ...  # what is missing in a table is null there: the input is not given
            else:
                value = ...
            if value is not ...:
                self._require(name, value, row.place)
                found[name] = value
            elif field.required:
                raise UsageError(f"The input `{name}` has no value in this row.", where=row.place or f"row {row.index}")
        return found

    def files(self, row: Row, given: Mapping[str, Json] | None = None) -> dict[str, str]:
        """Return the files that stand for inputs of a run, by input."""
        return {
            name: row.files[source.name]
            for name, source in self.sources.items()
            if isinstance(source, Column) and source.name in row.files and name not in (given or ())
        }

    def _require(self, name: str, value: Json, where: str) -> None:
        field = self.inputs[name]
        check = value_check(field.type)
        if check is not None and not check(value):
            hint = "Name a column of files." if field.type in BLOB_TYPES else ""
            raise UsageError(
                f"The input `{name}` takes {TYPE_WORDS[field.type]}, not {type_of(value)}: {preview(value, SHOWN)}.",
                where=where,
                hint=hint,
            )
        if problem := choice_problem(name, field.choices, value):
            raise UsageError(problem, where=where, hint=choice_hint(field.choices, value))

    def _columns(self, columns: Iterable[str], wanted: str) -> str:
        names = list(columns)
        if not names:
            return "There is no data."
        return near(wanted, names) or "Its columns: " + ", ".join(f"`{one}`" for one in names[:10]) + "."
