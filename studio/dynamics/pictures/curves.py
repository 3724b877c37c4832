"""Curves along the ticks that follow from the symbols alone: activity, novelty, recurrence, entropy rate, compression.

All but activity look back over a window of firings with content (of rows, for an automaton) and are NaN before there
are enough of them.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

import numpy

from studio.dynamics.pictures.diagram import Diagram
from studio.dynamics.pictures.words import CHUNK, dense, firings_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Series = NDArray[numpy.float64]
    Whole = NDArray[numpy.int64]

RECENT: Final = 12
"""Firings that recurrence and novelty look back over (section 6.3)."""

WINDOW: Final = 48
"""Firings, or rows, that entropy looks back over."""

LEAST: Final = 8
"""Firings before anything is said."""

POINTS: Final = 240
"""Places at which what is slow to measure is measured; it holds until the next one."""


def curves_of(diagram: Diagram) -> dict[str, Series]:
    """Return all curves of this file by name, each (T)."""
    if not diagram.rows or not diagram.width:
        return {}
    rows, columns, symbols = firings_of(diagram)
    stream, firsts = dense(symbols if diagram.is_automaton else symbols * (diagram.width + 1) + columns)
    known = firsts[stream] < numpy.arange(len(stream))
    spread = _Spread(diagram.rows, rows)
    if diagram.is_automaton:
        news = (~known).astype(numpy.float64)
    else:
        news = diagram.novelty[rows, columns].astype(numpy.float64)
        news = numpy.where(news < 0, ~known, news)
    if diagram.is_automaton:
        entropy = _cell_entropy(diagram)
    else:
        entropy = spread(_at_points(len(stream), lambda end: _lz_entropy(stream[max(0, end - WINDOW) : end])))
    return {
        "activity": activity_of(diagram),
        "novelty": spread(trailing_mean(news, RECENT)),
        "recurrence": spread(trailing_mean(known.astype(numpy.float64), RECENT)),
        "entropy rate": entropy,
        "compression growth": _growth(diagram, stream, spread),
    }


def activity_of(diagram: Diagram) -> Series:
    """Return the share of columns whose symbol differs from that of the row before; 0 for the first row."""
    made = numpy.zeros(diagram.rows)
    step = max(1, CHUNK // max(1, diagram.width))
    for start in range(1, diagram.rows, step):
        now = diagram.symbol[start : start + step]
        made[start : start + step] = (now != diagram.symbol[start - 1 : start - 1 + len(now)]).mean(axis=1)
    return made


def trailing_mean(values: Series, window: int) -> Series:
    """Return the mean of the last `window` values at each place, NaN while there are fewer than LEAST."""
    sums = numpy.concatenate(([0.0], numpy.cumsum(values)))
    ends = numpy.arange(1, len(values) + 1)
    starts = numpy.maximum(0, ends - window)
    made: Series = (sums[ends] - sums[starts]) / (ends - starts)
    made[: min(LEAST, window) - 1] = numpy.nan
    return made


class _Spread:
    """Takes numbers of firings to rows: a row has that of the last firing at or before it."""

    def __init__(self, rows: int, at: Whole) -> None:
        self.last = numpy.searchsorted(at, numpy.arange(rows), side="right") - 1

    def __call__(self, values: Series) -> Series:
        if not len(values):
            return numpy.full(len(self.last), numpy.nan)
        return numpy.where(self.last >= 0, values[numpy.maximum(self.last, 0)], numpy.nan)


def _at_points(length: int, measure: object) -> Series:
    """What `measure(end)` says of the values before `end`, at up to POINTS places, held in between."""
    assert callable(measure)
    made = numpy.full(length, numpy.nan)
    stride = max(1, -(-length // POINTS))
    for end in range(LEAST, length + 1, stride):
        made[end - 1 : end - 1 + stride] = measure(end)
    return made


def _lz_entropy(stream: Whole) -> float:
    """Phrases of LZ78 (Ziv & Lempel 1978) as an entropy rate, c·log2(c) / (n·log2 n): 0 for one symbol over and over,
    1 if all differ. Block entropies would take a window of ever new symbols for a regular one."""
    phrases: set[tuple[int, int]] = set()
    known: dict[tuple[int, int], int] = {}
    at = 0
    for symbol in stream.tolist():
        step = known.get((at, symbol))
        if step is None:
            known[at, symbol] = len(known) + 1
            phrases.add((at, symbol))
            at = 0
        else:
            at = step
    count, length = len(phrases) + (at != 0), len(stream)
    least = numpy.sqrt(2.0 * length)  # phrases of a constant stream
    value = count * numpy.log2(max(2, count)) / (length * numpy.log2(length))
    floor = least * numpy.log2(least) / (length * numpy.log2(length))
    return float(min(1.0, max(0.0, (value - floor) / (1.0 - floor))))


def _cell_entropy(diagram: Diagram) -> Series:
    """Entropy rate H_L - H_(L-1) of L successive states of a cell over the window, pooled over cells, as a share of
    log2 K; L as large as K^L <= samples / 8 allows."""
    states = max(2, diagram.states)
    samples = min(WINDOW, diagram.rows) * diagram.width
    long = max(2, int(numpy.log(max(2.0, samples / 8)) / numpy.log(states)))
    long = min(long, 12, WINDOW // 2)

    def measure(end: int) -> float:
        block = diagram.symbol[max(0, end - WINDOW) : end].astype(numpy.int64)
        if len(block) <= long:
            return float("nan")
        words = numpy.zeros((len(block) - long + 1, diagram.width), numpy.int64)
        for step in range(long):
            words = words * states + block[step : len(block) - long + 1 + step]
        return float(max(0.0, _entropy(words) - _entropy(words // states)) / numpy.log2(states))

    return _at_points(diagram.rows, measure)


def _entropy(words: Whole) -> float:
    counts = numpy.unique(words, return_counts=True)[1]
    share = counts / counts.sum()
    return float(-(share * numpy.log2(share)).sum())


def _growth(diagram: Diagram, stream: Whole, spread: _Spread) -> Series:
    """Bytes that each stretch adds to what was compressed before it, as a share of its own bytes.

    Each symbol of a run is written as four scattered bytes: a new one does not compress, a known one does.
    """
    if diagram.is_automaton:
        cells = diagram.symbol
        pack = diagram.states == 2
        total = diagram.rows
    else:
        scattered = (stream.astype(numpy.uint64) * numpy.uint64(0x9E3779B97F4A7C15) >> numpy.uint64(32)).astype("<u4")
        total = len(stream)
    made = numpy.full(total, numpy.nan)
    stride = max(LEAST, -(-total // POINTS))
    packer, written, before = zlib.compressobj(6), 0, 0
    for start in range(0, total, stride):
        part = slice(start, start + stride)
        if diagram.is_automaton:
            block = numpy.packbits(cells[part] != 0, axis=1) if pack else cells[part].astype(numpy.uint8)
        else:
            block = scattered[part]
        raw = numpy.ascontiguousarray(block).tobytes()
        written += len(packer.compress(raw))
        now = written + len(packer.copy().flush())
        if start:
            made[part] = min(1.0, max(0.0, (now - before) / len(raw)))
        before = now
    return made if diagram.is_automaton else spread(made)
