"""What a row says as one number, and what follows from it: periods that are recognised, and returns to what was.

Cells that are held take no part: they are stale, and a history never recurs as a whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy

from studio.dynamics.pictures.diagram import Diagram, Period

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Words = NDArray[numpy.int64]

CHUNK: Final = 4_000_000
"""Cells that are looked at together."""

LONGEST: Final = 48
"""Firings of the longest period that is looked for (dynamics notes, section 6.3)."""

REPEATS: Final = 3
"""How often something comes before it counts as a period."""


def row_words(diagram: Diagram) -> Words:
    """Return a number for each row, (T): rows have the same one if the same was said in them (up to hash collisions of
    64 bits). In a run's row of 0 nothing with content was said: all these are the same, so that stalls are."""
    if diagram.words is not None:
        return diagram.words.astype(numpy.int64)
    if diagram.is_automaton:
        return state_words(diagram.symbol)
    words = numpy.empty(diagram.rows, numpy.int64)
    salts = _mixed(numpy.arange(diagram.width, dtype=numpy.uint64) + numpy.uint64(0x51ED))
    step = max(1, CHUNK // max(1, diagram.width))
    for start in range(0, diagram.rows, step):
        part = slice(start, start + step)
        cells = _mixed(diagram.symbol[part].astype(numpy.uint64) * numpy.uint64(2) + salts)
        cells = numpy.where(diagram.fired[part] & ~diagram.contentless[part], cells, numpy.uint64(0))
        words[part] = cells.sum(axis=1, dtype=numpy.uint64).astype(numpy.int64)
    return words


def state_words(states: NDArray[numpy.integer]) -> Words:
    """Return a number for each tick of (T, cells…) states, the same for equal ones (up to hash collisions)."""
    flat = states.reshape(len(states), -1)
    words = numpy.empty(len(flat), numpy.int64)
    salts = _mixed(numpy.arange(flat.shape[1], dtype=numpy.uint64) + numpy.uint64(0x51ED))
    step = max(1, CHUNK // max(1, flat.shape[1]))
    for start in range(0, len(flat), step):
        cells = _mixed(flat[start : start + step].astype(numpy.uint64) * numpy.uint64(2) + salts)
        words[start : start + step] = cells.sum(axis=1, dtype=numpy.uint64).astype(numpy.int64)
    return words


def _mixed(values: NDArray[numpy.uint64]) -> NDArray[numpy.uint64]:
    """The finaliser of SplitMix64 (Steele, Lea & Flood 2014), which scatters all bits."""
    with numpy.errstate(over="ignore"):
        values = values + numpy.uint64(0x9E3779B97F4A7C15)
        values = (values ^ (values >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
        values = (values ^ (values >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
        scattered: NDArray[numpy.uint64] = values ^ (values >> numpy.uint64(31))
    return scattered


def dense(words: Words) -> tuple[Words, Words]:
    """Return the words as numbers from 0 in the order in which they first come, and where each first came."""
    _, first, where = numpy.unique(words, return_index=True, return_inverse=True)
    order = numpy.argsort(first, kind="stable")
    rank = numpy.empty(len(order), numpy.int64)
    rank[order] = numpy.arange(len(order))
    return rank[where.reshape(-1)], first[order].astype(numpy.int64)


def firings_of(diagram: Diagram) -> tuple[Words, Words, Words]:
    """Return row, column and symbol of each firing with content, in the order in which they count (the stream q of the
    notes); of an automaton, its rows as if they were firings of one column."""
    if diagram.is_automaton:
        rows = numpy.arange(diagram.rows)
        return rows, numpy.zeros(diagram.rows, numpy.int64), row_words(diagram)
    rows, columns = numpy.nonzero(diagram.fired & ~diagram.contentless)
    return rows, columns, diagram.symbol[rows, columns].astype(numpy.int64)


def revisits_of(diagram: Diagram) -> Words:
    """Return where a run comes back to what it said before, (R, 2): rows and where each was said first.

    Of a stretch that follows an earlier one row by row only its beginning counts. Rows in which nothing was said, or
    nothing with content, are none.
    """
    words = row_words(diagram)
    rows = numpy.arange(diagram.rows) if diagram.is_automaton else numpy.flatnonzero(words != 0)
    ids, firsts = dense(words[rows])
    at = firsts[ids]
    again = at < numpy.arange(len(at))
    follows = numpy.zeros(len(at), numpy.bool_)
    follows[1:] = again[:-1] & (at[1:] == at[:-1] + 1)
    begins = numpy.flatnonzero(again & ~follows)
    return numpy.stack((rows[begins], rows[at[begins]]), axis=1)


def periods_of(diagram: Diagram, longest: int = LONGEST, repeats: int = REPEATS) -> tuple[Period, ...]:
    """Return the stretches of a run that repeat at least so often, of nested ones the shortest period.

    An automaton whose row returns is periodic from there on, so it has one stretch, of any period.
    """
    if diagram.is_automaton:
        return _cycle(diagram)
    rows, columns, symbols = firings_of(diagram)
    stream, _ = dense(symbols * (diagram.width + 1) + columns)
    found: list[tuple[int, int, int]] = []
    taken = numpy.zeros(len(stream) + 1, numpy.int64)
    for period in range(1, min(longest, len(stream) // 2) + 1):
        for start, length in _stretches(stream[period:] == stream[:-period], (repeats - 1) * period):
            end = start + length + period - 1
            # What a shorter period covers mostly is told already.
            if taken[start : end + 1].mean() <= 0.5:
                found.append((start, end, period))
                taken[start : end + 1] = 1
    return tuple(
        Period(
            int(rows[start]), int(rows[end]), max(1, int(rows[min(start + period, len(rows) - 1)] - rows[start])),
            (end - start + 1) // period, tuple(sorted(set(columns[start : start + period].tolist()))),
        )
        for start, end, period in sorted(found)
    )  # fmt: skip


def _cycle(diagram: Diagram) -> tuple[Period, ...]:
    ids, firsts = dense(row_words(diagram))
    again = numpy.flatnonzero(firsts[ids] < numpy.arange(len(ids)))
    if not len(again):
        return ()
    start = int(firsts[ids[again[0]]])
    period = int(again[0]) - start
    return (Period(start, diagram.rows - 1, period, (diagram.rows - start) // period),)


def _stretches(same: NDArray[numpy.bool_], least: int) -> list[tuple[int, int]]:
    """(start, length) of the stretches of True that are at least so long."""
    edges = numpy.flatnonzero(numpy.diff(numpy.concatenate(([False], same, [False]))))
    starts, lengths = edges[::2], edges[1::2] - edges[::2]
    long = lengths >= max(1, least)
    return list(zip(starts[long].tolist(), lengths[long].tolist(), strict=True))
