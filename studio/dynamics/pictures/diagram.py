"""`Diagram`: what is drawn of a run of an agent or of a cellular automaton. One form of data for both; arrays only.

Rows are ticks, columns are modules or cells. A *cell* (t, i) holds the symbol of column i's last output at or before
tick t (section 5 of the notes on dynamics). Marks are what is drawn beside the rows, curves what is drawn along them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[numpy.signedinteger]
    Floats = NDArray[numpy.float32]
    Bools = NDArray[numpy.bool_]
    Series = NDArray[numpy.float64]

Colouring = Literal["symbol", "novelty", "mass", "age", "goal"]
"""What the colour of a cell tells."""

COLOURINGS: Final[tuple[Colouring, ...]] = ("symbol", "novelty", "mass", "age", "goal")

NOTHING: Final = -1
"""The symbol of a column that has said nothing yet."""

UNKNOWN: Final = -1.0
"""A novelty, mass, age or goal that is not known."""


@dataclass(frozen=True, slots=True)
class Column:
    """A module or a cell: its id, how it is called, and the group it stands in ("" for none)."""

    id: str
    title: str = ""
    group: str = ""

    @property
    def name(self) -> str:
        """What is written above it."""
        return self.title or self.id


@dataclass(frozen=True, slots=True)
class Period:
    """Rows `start` to `end` (both drawn) repeat every `period` rows, `count` times, in these columns (all if none)."""

    start: int
    end: int
    period: int
    count: int
    columns: tuple[int, ...] = ()
    text: str = ""
    """What is told of it, if more than its numbers."""

    @property
    def label(self) -> str:
        """How often it came: `×4`."""
        return f"×{self.count:,}"


@dataclass(frozen=True, slots=True)
class Alarm:
    """What a detector said at a row: its level (`warn`, `stop`), its kind (`circle`), and the sentence."""

    row: int
    level: str
    kind: str
    text: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Diagram:
    """T rows and M columns; see the fields. Raises ValueError for arrays of other shapes and rows that do not exist.

    An automaton has `states` > 0: its symbols are 0 to `states` - 1, and 0 is the background.
    """

    columns: tuple[Column, ...]
    symbol: Ints
    """(T, M) what each column last said, -1 before its first output."""
    fired: Bools
    """(T, M) whether it said so in this tick; other cells are held."""
    contentless: Bools
    """(T, M) whether what it said has no content (its mass is too small)."""
    error: Bools
    """(T, M) whether it failed."""
    write: Bools
    """(T, M) whether it changed the world."""
    novelty: Floats
    """(T, M) share of what it said that was never said before, 0 to 1; -1 unknown."""
    mass: Floats
    """(T, M) how much content it has (section 5.4); -1 unknown."""
    age: Floats
    """(T, M) ticks since the column's symbol changed, 0 in the tick of the change; -1 before the first output."""
    goal: Ints
    """(T, M) number of the goal it worked at; -1 for none."""
    title: str = ""
    states: int = 0
    """Number of states of an automaton; 0 for a run of an agent."""
    words: Ints | None = None
    """(T) numbers that are equal where rows are, if columns show a part of what is compared (the cut of a torus)."""
    ticks: Ints | None = None
    """(T) the tick of each row; rows count from 0 if not given."""
    periods: tuple[Period, ...] = ()
    revisits: Ints | None = None
    """(R, 2) pairs of a row and the first one that was as it is."""
    depth: Ints | None = None
    """(T) how many goals are open one within another."""
    progress: tuple[int, ...] = ()
    """Rows at which something was got done."""
    alarms: tuple[Alarm, ...] = ()
    curves: Mapping[str, Series] = field(default_factory=dict)
    """Name -> (T) numbers; NaN where there is none yet."""

    def __post_init__(self) -> None:
        shape = self.symbol.shape
        if len(shape) != 2 or shape[1] != len(self.columns):
            raise ValueError(f"symbols have the shape {shape}, which is not (rows, {len(self.columns)} columns).")
        for name in ("fired", "contentless", "error", "write", "novelty", "mass", "age", "goal"):
            if getattr(self, name).shape != shape:
                raise ValueError(f"{name} has the shape {getattr(self, name).shape}; symbols have {shape}.")
        rows = {"words": self.words, "ticks": self.ticks, "depth": self.depth, **self.curves}
        for name, values in rows.items():
            if values is not None and values.shape != shape[:1]:
                raise ValueError(f"{name} has the shape {values.shape}; there are {shape[0]} rows.")
        marked = [
            *(row for one in self.periods for row in (one.start, one.end)),
            *self.progress, *(one.row for one in self.alarms),
        ]  # fmt: skip
        if self.revisits is not None and self.revisits.size:
            if self.revisits.ndim != 2 or self.revisits.shape[1] != 2:
                raise ValueError(f"revisits have the shape {self.revisits.shape}; expected (pairs, 2).")
            marked += [int(self.revisits.min()), int(self.revisits.max())]
        if marked and not 0 <= min(marked) <= max(marked) < shape[0]:
            raise ValueError(f"marks stand at rows {min(marked)} to {max(marked)}; there are {shape[0]} rows.")

    @property
    def rows(self) -> int:
        """T."""
        return int(self.symbol.shape[0])

    @property
    def width(self) -> int:
        """M."""
        return len(self.columns)

    @property
    def is_automaton(self) -> bool:
        """Whether cells are states of an automaton."""
        return self.states > 0

    def tick_of(self, row: int) -> int:
        """Return the tick of a row."""
        return row if self.ticks is None else int(self.ticks[row])

    def row_of(self, tick: int) -> int:
        """Return the last row at or before a tick; 0 if it is before the first, -1 without rows."""
        if not self.rows:
            return -1
        if self.ticks is None:
            return min(max(tick, 0), self.rows - 1)
        return max(0, int(numpy.searchsorted(self.ticks, tick, side="right")) - 1)

    def colourings(self) -> tuple[Colouring, ...]:
        """Return the colourings that tell something here: those with numbers that are known and not all the same."""
        return tuple(one for one in COLOURINGS if one == "symbol" or _tells(getattr(self, one)))

    def with_curves(self, curves: Mapping[str, Series]) -> Diagram:
        """Return the same diagram with other curves beside those it has."""
        return replace(self, curves={**self.curves, **curves})

    def groups(self) -> tuple[tuple[str, int, int], ...]:
        """Return (group, first column, column after its last) of neighbours in one group, those without one left
        out."""
        found: list[tuple[str, int, int]] = []
        for at, column in enumerate(self.columns):
            if found and found[-1][0] == column.group and found[-1][2] == at:
                found[-1] = (column.group, found[-1][1], at + 1)
            elif column.group:
                found.append((column.group, at, at + 1))
        return tuple(found)


def _tells(values: Floats) -> bool:
    """Whether numbers are known and differ. What is one number stretched over all cells is seen at once."""
    if values.size == 0 or not any(values.strides):
        return False
    known = values[values >= 0]
    return bool(known.size and known.max() != known.min())


def filled(shape: tuple[int, int], value: float, kind: str) -> NDArray[Any]:
    """Return one value for all cells, which takes no memory (and cannot be written to)."""
    return numpy.broadcast_to(numpy.array(value, kind), shape)


def empty() -> Diagram:
    """Return a diagram without rows and columns."""
    none = (0, 0)
    flags, numbers = numpy.zeros(none, numpy.bool_), numpy.zeros(none, numpy.float32)
    whole = numpy.zeros(none, numpy.int32)
    return Diagram((), whole, flags, flags, flags, flags, numbers, numbers, numbers, whole)
