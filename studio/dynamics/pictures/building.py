"""Makes diagrams: of an automaton's array of states, and of the firings of a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy

from studio.dynamics.pictures.curves import curves_of
from studio.dynamics.pictures.diagram import NOTHING, UNKNOWN, Alarm, Column, Diagram, Period, filled
from studio.dynamics.pictures.words import dense, periods_of, revisits_of, row_words, state_words
from studio.support.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Whole = NDArray[numpy.int64]
    Numbers = NDArray[numpy.float32]
    Bools = NDArray[numpy.bool_]

SPARSE: Final = 4
"""How many ticks there may be for one in which something fired, before rows stand for these alone."""

ALWAYS: Final = 4_000
"""So many ticks get a row each in any case."""

MOST_CELLS: Final = 40_000_000
"""Cells of a diagram; each takes about 25 bytes while it is made."""


# -- automata ----------------------------------------------------------------------------------------


def of_automaton(
    states: NDArray[numpy.integer], *, count: int = 0, title: str = "", cut: int | None = None, marks: bool = True
) -> Diagram:
    """Return the diagram of (T, M) states 0, 1, … of a ring of cells, or of (T, H, W) states of a torus.

    Of a torus, row `cut` of its cells is drawn over time (the middle one if none is given); its periods are those of
    all cells. `count` is how many states a cell can have; 0 takes it from what is seen. Raises ValueError for other
    shapes, negative states, and no such cut, UsageError for more than MOST_CELLS cells.
    """
    words = None
    if states.ndim == 3:
        words = state_words(states)
        cut = states.shape[1] // 2 if cut is None else cut
        if not 0 <= cut < states.shape[1]:
            raise ValueError(f"there is no row {cut} in a torus of {states.shape[1]} rows.")
        states = states[:, cut]
    if states.ndim != 2:
        raise ValueError(f"states have the shape {states.shape}; expected (ticks, cells) or (ticks, rows, columns).")
    if states.size and states.min() < 0:
        raise ValueError(f"states count from 0; there is one of {states.min()}.")
    _bounded(states.shape[0], states.shape[1])
    most = int(states.max()) + 1 if states.size else 1
    kind = numpy.int16 if max(most, count) <= 2**15 else numpy.int32
    symbol: NDArray[Any] = numpy.ascontiguousarray(states, kind)
    shape = (symbol.shape[0], symbol.shape[1])
    no, known = filled(shape, False, "bool"), filled(shape, UNKNOWN, "float32")
    made = Diagram(
        tuple(Column(str(number)) for number in range(shape[1])), symbol, filled(shape, True, "bool"), no, no, no,
        known, known, _ages(symbol, numpy.arange(shape[0])), filled(shape, -1, "int32"), title, max(2, most, count),
        words,
    )  # fmt: skip
    if not marks:
        return made
    ids, firsts = dense(row_words(made))
    news = (firsts[ids] == numpy.arange(len(ids))).astype(numpy.float32)
    made = replace(made, novelty=numpy.broadcast_to(news[:, None], shape), periods=periods_of(made))
    return made.with_curves(curves_of(made))


# -- runs --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Firings:
    """The firings of a run, one element each (F), in any order; of those with one tick and column the later counts."""

    tick: Whole
    column: Whole
    """Index of the module in the order in which modules are drawn."""
    symbol: Whole
    """What it said, as a number that is one's own within the module; -1 if it has none."""
    contentless: Bools
    error: Bools
    write: Bools
    novelty: Numbers
    """-1 unknown."""
    mass: Numbers
    """-1 unknown."""
    goal: Whole
    """-1 none."""

    @classmethod
    def plain(cls, tick: Sequence[int], column: Sequence[int], symbol: Sequence[int]) -> Firings:
        """Return firings of which no more is known than what was said."""
        many = len(tick)
        no, unknown = numpy.zeros(many, numpy.bool_), numpy.full(many, UNKNOWN, numpy.float32)
        ticks, columns, symbols = (numpy.asarray(one, numpy.int64) for one in (tick, column, symbol))
        none = numpy.full(many, -1, numpy.int64)
        return cls(ticks, columns, symbols, no, no, no, unknown, unknown, none)


def of_firings(
    columns: Sequence[Column],
    firings: Firings,
    *,
    title: str = "",
    first: int | None = None,
    last: int | None = None,
    goals: Sequence[tuple[int, int, int]] = (),
    progress: Sequence[int] = (),
    alarms: Sequence[tuple[int, str, str, str]] = (),
    periods: Sequence[Period] | None = None,
) -> Diagram:
    """Return the diagram of a run's firings.

    `first` and `last` are ticks that are drawn though nothing fires in them. `goals` are (tick, tick after its last,
    depth from 1), `progress` are ticks, `alarms` are (tick, level, kind, sentence). Periods are looked for if none are
    given. A row is one tick, unless far most ticks are without firings: then those in which something fires are rows.
    Raises UsageError for more than MOST_CELLS cells.
    """
    ticks = _rows_of(firings.tick, first, last)
    shape = (len(ticks), len(columns))
    _bounded(*shape)
    at = (numpy.searchsorted(ticks, firings.tick), firings.column)
    symbols = _distinct(firings)
    fired = numpy.zeros(shape, numpy.bool_)
    fired[at] = True
    row = numpy.where(fired, numpy.arange(shape[0], dtype=numpy.int32)[:, None], -1)
    source = numpy.maximum.accumulate(row, axis=0) if row.size else row
    held = _Held(at, source, shape)
    symbol = held(symbols, NOTHING, numpy.int32)
    made = Diagram(
        tuple(columns), symbol, fired, held(firings.contentless, 0, numpy.bool_), held(firings.error, 0, numpy.bool_),
        held(firings.write, 0, numpy.bool_) & fired, held(firings.novelty, UNKNOWN, numpy.float32),
        held(firings.mass, UNKNOWN, numpy.float32), _ages(symbol, ticks), held(firings.goal, -1, numpy.int32), title,
        ticks=ticks,
    )  # fmt: skip
    if not shape[0]:
        return made
    depth, open_goals = _depths(goals, ticks)
    curves = curves_of(made)
    if goals:
        curves["open goals"] = open_goals
    rows = [made.row_of(one) for one in sorted(set(progress))]
    if progress:
        done = numpy.zeros(shape[0])
        numpy.add.at(done, rows, 1.0)
        curves["progress"] = numpy.cumsum(done)
    return replace(
        made, curves=curves, depth=depth if goals else None, progress=tuple(dict.fromkeys(rows)),
        periods=periods_of(made) if periods is None else tuple(periods), revisits=revisits_of(made),
        alarms=tuple(Alarm(made.row_of(tick), level, kind, text) for tick, level, kind, text in alarms),
    )  # fmt: skip


def _bounded(rows: int, columns: int) -> None:
    """Raise UsageError for more cells than are drawn."""
    if rows * columns > MOST_CELLS:
        raise UsageError(
            f"A diagram of {rows:,} ticks and {columns:,} columns has more than {MOST_CELLS:,} cells.",
            hint="Draw a part of the ticks, or fewer columns.",
        )


class _Held:
    """Lays what belongs to firings into cells, and lets it hold until the column fires again."""

    def __init__(
        self, at: tuple[NDArray[numpy.intp], Whole], source: NDArray[numpy.int32], shape: tuple[int, int]
    ) -> None:
        self.at, self.shape = at, shape
        self.spoken = source >= 0
        self.source = numpy.maximum(source, 0)

    def __call__(self, values: NDArray[Any], none: float, kind: type) -> NDArray[Any]:
        cells: NDArray[Any] = numpy.full(self.shape, none, kind)
        if kind is numpy.bool_:
            numpy.logical_or.at(cells, self.at, values)  # of several firings in one cell, any
        else:
            cells[self.at] = values
        if not cells.size:
            return cells
        return numpy.where(self.spoken, numpy.take_along_axis(cells, self.source, axis=0), none).astype(kind)


def _rows_of(fired: Whole, first: int | None, last: int | None) -> Whole:
    ends = [int(one) for one in ((fired.min(), fired.max()) if len(fired) else ())]
    ends += [one for one in (first, last) if one is not None]
    if not ends:
        return numpy.empty(0, numpy.int64)
    low, high = min(ends), max(ends)
    distinct = numpy.unique(numpy.concatenate((fired, ends)))
    if high - low < max(ALWAYS, SPARSE * len(distinct)):
        return numpy.arange(low, high + 1)
    return distinct.astype(numpy.int64)


def _distinct(firings: Firings) -> Whole:
    """Numbers for what each module said, in the order in which they first come; two modules share none."""
    if not len(firings.tick):
        return numpy.empty(0, numpy.int64)
    order = numpy.lexsort((firings.column, firings.tick))
    span = int(firings.symbol.max()) + 2
    found = numpy.empty(len(order), numpy.int64)
    found[order] = dense((firings.column * span + firings.symbol + 1)[order])[0]
    return found


def _ages(symbol: NDArray[numpy.signedinteger], ticks: Whole) -> Numbers:
    """Ticks since each cell changed."""
    if not symbol.size:
        return numpy.zeros(symbol.shape, numpy.float32)
    row = numpy.zeros(symbol.shape, numpy.int32)
    row[1:] = numpy.where(symbol[1:] != symbol[:-1], numpy.arange(1, len(symbol), dtype=numpy.int32)[:, None], 0)
    changed = numpy.maximum.accumulate(row, axis=0)
    ages = (ticks[:, None] - ticks[changed]).astype(numpy.float32)
    return numpy.where(symbol < 0, numpy.float32(UNKNOWN), ages)


def _depths(goals: Sequence[tuple[int, int, int]], ticks: Whole) -> tuple[NDArray[numpy.int32], NDArray[numpy.float64]]:
    """The depth of the deepest open goal in each row, and how many are open."""
    depths = numpy.array([0, *(deep for _, _, deep in goals)], numpy.int32)
    order = sorted(range(len(goals)), key=lambda number: -goals[number][2])
    opened = numpy.zeros(len(ticks) + 1)
    if goals:
        ends = numpy.searchsorted(ticks, [(start, end) for start, end, _ in goals])
        numpy.add.at(opened, ends[:, 0], 1.0)
        numpy.add.at(opened, ends[:, 1], -1.0)
    return depths[1 + spread([goals[one][:2] for one in order], order, ticks)], numpy.cumsum(opened[:-1])


def spread(spans: Sequence[tuple[int, int]], values: Sequence[int], ticks: Whole) -> Whole:
    """Return for each tick the value of the first of the spans (from, up to before) that covers it, -1 for none."""
    made = numpy.full(len(ticks), -1, numpy.int64)
    # A tick that has its value is skipped from then on, so that all spans together touch each once.
    onward = list(range(len(ticks) + 1))
    places = numpy.searchsorted(ticks, spans).tolist() if len(spans) else []

    def free(row: int) -> int:
        while onward[row] != row:
            onward[row] = onward[onward[row]]
            row = onward[row]
        return row

    for (start, end), value in zip(places, values, strict=True):
        row = free(start)
        while row < end:
            made[row] = value
            onward[row] = row + 1
            row = free(row)
    return made
