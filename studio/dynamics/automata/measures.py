"""What can be measured on a space-time diagram: pure functions, each of one diagram.

A diagram is an array (ticks, cells) of a ring or (ticks, rows, columns) of a torus, with states 0 to K - 1. All
measures stay as they are when states are renamed or the diagram is seen in a mirror; so sums of logarithms are taken
in the order of the counts, not of the states, to the last bit.
"""

from __future__ import annotations

import math
import zlib

import numpy as np
import numpy.typing as npt

from studio.dynamics.automata.rules import Cells

Counts = npt.NDArray[np.int64]
Series = npt.NDArray[np.float64]

MAX_BINS = 1 << 12
"""Up to so many different neighbourhoods are counted in bins; more are sorted."""
MAX_SAMPLES = 1 << 18
"""Words and pairs are read from so many cells at most, the last ones."""
MAX_COMPRESSED = 1 << 16


def transient_and_period(diagram: Cells) -> tuple[int, int | None]:
    """Return the transient τ and the period π, in ticks: the first tick t whose row stood before at s gives τ = s,
    π = t - s. Rows that never come back give (number of ticks, None)."""
    seen: dict[bytes, int] = {}
    for tick, row in enumerate(diagram):
        before = seen.setdefault(row.tobytes(), tick)
        if before != tick:
            return before, tick - before
    return len(diagram), None


def activity(diagram: Cells) -> Series:
    """Return for each tick but the first the share of cells that differ from the tick before."""
    flat = _flat(diagram)
    return _shares(flat[1:] != flat[:-1])


def row_entropy(diagram: Cells, states: int) -> Series:
    """Return for each tick the entropy of the states in its row, divided by log2 K: 0 uniform, 1 all as frequent."""
    flat = _flat(diagram)
    counts = _binned(flat, states)
    return entropies(counts) / math.log2(states)


def block_entropy(diagram: Cells, states: int, length: int) -> float:
    """Return H_L = -Σ p(w) log2 p(w) in bits, over words w of L successive states of one cell, of all cells."""
    flat = _flat(diagram)
    words = flat[: len(flat) - length + 1].astype(np.int64)
    for later in range(1, length):
        words = words * states + flat[later : len(flat) - length + 1 + later]
    return entropy(np.unique(words, return_counts=True)[1])


def entropy_rate(diagram: Cells, states: int) -> tuple[float, float]:
    """Return the entropy rate h = H_L - H_(L-1) in bits per tick, and the excess entropy E = H_L - L·h in bits.

    L is the greatest with K^L ≤ samples / 8, as longer words would not be met often enough; 2 at least. E is what the
    past of a cell tells of its future. (J. P. Crutchfield, D. P. Feldman, Chaos 13, 2003, 25-54, eq. 12 and 19.)
    """
    flat = _flat(diagram)
    flat = flat[-max(4, MAX_SAMPLES // flat.shape[1]) :]
    length = min(len(flat), max(2, int(math.log(max(flat.size / 8, 1)) / math.log(states))))
    if length < 2:
        return 0.0, 0.0
    whole = block_entropy(flat, states, length)
    # The shorter words are the beginnings of the longer ones, so that the difference is never negative.
    rate = max(0.0, whole - block_entropy(flat[:-1], states, length - 1))
    return rate, whole - length * rate


def input_entropy(diagram: Cells, states: int, reach: int, window: int = 10) -> Series:
    """Return for each window of ticks how evenly neighbourhoods are looked up in it: 0 one only, 1 all as often.

    The entropy of the frequencies of neighbourhoods of 2r+1 cells, divided by log2 of how many different ones there
    can be (or are looked up, if fewer). On a torus a neighbourhood is told by the cell's state and by how many of its
    eight neighbours are in another one. (A. Wuensche, Complexity 4, 1999, 47-66, section 5; he moves the window by one
    tick, here windows lie side by side.)
    """
    if diagram.ndim == 2:
        width = diagram.shape[1]
        around = diagram[:, np.arange(-reach, width + reach) % width]
        kinds = states ** (2 * reach + 1)
        number = around[:, :width].astype(np.uint64 if kinds > 2**31 else np.int64)
        for place in range(1, 2 * reach + 1):
            number = number * states + around[:, place : place + width]
    else:
        kinds = 9 * states
        differing = np.zeros(diagram.shape, dtype=np.uint8)
        for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
            unlike = diagram != np.roll(diagram, (-down, -right), axis=(1, 2))
            differing += unlike
            differing += np.roll(unlike, (down, right), axis=(1, 2))
        number = diagram.astype(np.uint16) * 9 + differing
    windows = len(number) // window
    number = number[: windows * window].reshape(windows, -1)
    highest = math.log2(min(kinds, max(2, number.shape[1])))
    if kinds <= MAX_BINS:
        return entropies(_binned(number, kinds)) / highest
    counted = [entropy(np.unique(one, return_counts=True)[1]) for one in number]
    return np.array(counted) / highest


def copy_score(diagram: Cells, states: int, reach: int) -> float:
    """Return how uncertain a cell's next state is when one cell it sees is known, in bits, for the cell that tells
    most: min over j of H(X[t+1, i] | X[t, j]). 0: each cell repeats (or renames) what one neighbour was."""
    ticks = max(2, MAX_SAMPLES // diagram[0].size)
    recent = diagram[-ticks:]
    after = recent[1:].astype(np.int64)
    span = range(-reach, reach + 1)
    shifts = [(s,) for s in span] if diagram.ndim == 2 else [(down, right) for down in span for right in span]
    axes = tuple(range(1, diagram.ndim))
    least = math.inf
    for shift in shifts:
        before = np.roll(recent[:-1], shift, axis=axes)
        pairs = np.bincount((before * np.int64(states) + after).ravel(), minlength=states * states)
        least = min(least, entropy(pairs) - entropy(pairs.reshape(states, states).sum(axis=1)))
    return max(0.0, least)


def laminarity(diagram: Cells, window: int = 24, longest: int = 8) -> float:
    """Return the share of (cell, window of ticks) that repeat exactly with a period of `longest` ticks or less.

    Windows lie side by side; one that no period fills twice does not count. Near 1 where all repeats, 0 in chaos,
    between where moving structures cross a background that repeats.
    """
    flat = _flat(diagram)
    windows = len(flat) // window
    if not windows:
        return 0.0
    parts = flat[: windows * window].reshape(windows, window, -1)
    repeats = np.zeros((windows, parts.shape[2]), dtype=bool)
    for period in range(1, min(longest, window // 2) + 1):
        repeats |= (parts[:, period:] == parts[:, :-period]).all(axis=1)
    return float(repeats.mean())


def damage(one: Cells, other: Cells) -> Series:
    """Return D(t): for each tick the share of cells in which two runs differ."""
    return _shares(_flat(one) != _flat(other))


def chance_of_difference(one: Cells, other: Cells) -> float:
    """Return in what share of cells two unrelated diagrams would differ in which states are as frequent as in these
    two together: 1 - Σ p². Damage divided by it is 1 where nothing of the common start is left."""
    counts = np.bincount(one.ravel(), minlength=256) + np.bincount(other.ravel(), minlength=256)
    squares = int((counts.astype(object) ** 2).sum())
    return 1 - squares / int(counts.sum()) ** 2


def damage_reach(one: Cells, other: Cells, reach: int) -> float:
    """Return how far a difference came, from 0 to 1: its extent divided by the light cone 2r·t + 1, at a tick before
    the light cone closes on the ring (t = 0.8·M / 2r). On a torus the mean of both directions, M the shorter one.

    The extent is the shortest arc that holds all differing cells; 0 if none is left. The growth of damage is a
    Lyapunov exponent's counterpart (F. Bagnoli, R. Rechtman, S. Ruffo, Physics Letters A 172, 1992, 34-38).
    """
    tick = min(len(one) - 1, int(0.8 * min(one.shape[1:]) / (2 * reach)))
    differing = one[tick] != other[tick]
    cone = 2 * reach * tick + 1
    axes = range(differing.ndim)
    extents = [_arc(differing.any(axis=tuple(a for a in axes if a != axis))) for axis in axes]
    return min(1.0, sum(extents) / len(extents) / cone)


def novelty(diagram: Cells, window: int) -> Series:
    """Return for each window of ticks the share of its rows that never stood before."""
    seen: set[bytes] = set()
    new = np.zeros(len(diagram), dtype=bool)
    for tick, row in enumerate(diagram):
        before = len(seen)
        seen.add(row.tobytes())
        new[tick] = len(seen) > before
    windows = len(diagram) // window
    return _shares(new[: windows * window].reshape(windows, window))


def compression_growth(diagram: Cells) -> float:
    """Return how many bytes the second half of a diagram adds to the compressed first half, per cell: (C(whole) -
    C(first half)) / cells of the second half, C the length by zlib, of the last 65,536 cells.

    States are first renamed in the order they appear, in that direction of reading which gives the smaller text, so
    that renamed and mirrored diagrams give the same. (After H. Zenil, Complex Systems 19, 2010, 1-28.)
    """
    recent = diagram[-max(2, MAX_COMPRESSED // diagram[0].size) :]
    text = min(_in_order(recent), _in_order(recent[..., ::-1]))
    half = len(recent) // 2 * recent[0].size
    press = zlib.compressobj()
    first = len(press.compress(text[:half]))
    alone = first + len(press.copy().flush())
    whole = first + len(press.compress(text[half:])) + len(press.flush())
    return float(max(0, whole - alone) / max(1, len(text) - half))


def entropy(counts: npt.ArrayLike) -> float:
    """Return -Σ p log2 p in bits, of how often each of several things was counted."""
    return float(entropies(np.asarray(counts).reshape(1, -1))[0])


def entropies(counts: npt.ArrayLike) -> Series:
    """Return the entropy of each row of counts, in bits."""
    ordered = np.sort(np.asarray(counts, dtype=np.float64), axis=1)
    totals = ordered.sum(axis=1, keepdims=True)
    shares = ordered / np.where(totals > 0, totals, 1)
    logs = np.log2(shares, where=shares > 0, out=np.zeros_like(shares))
    result: Series = np.maximum(0.0, -(shares * logs).sum(axis=1))
    return result


def _flat(diagram: Cells) -> Cells:
    return diagram.reshape(len(diagram), -1)


def _shares(marked: npt.NDArray[np.bool_]) -> Series:
    """Return for each row the share of marked places."""
    shares: Series = marked.mean(axis=1)
    return shares


def _binned(rows: npt.NDArray[np.integer], kinds: int) -> Counts:
    """Return how often each kind is in each row."""
    place = rows + np.arange(len(rows), dtype=np.int64)[:, None] * kinds
    return np.bincount(place.ravel(), minlength=len(rows) * kinds).reshape(len(rows), kinds)


def _arc(marked: npt.NDArray[np.bool_]) -> int:
    """Return the length of the shortest arc of a ring that holds all marked places."""
    places = np.flatnonzero(marked)
    if not len(places):
        return 0
    gaps = np.diff(places, append=places[0] + len(marked))
    return int(len(marked) - gaps.max() + 1)


def _in_order(diagram: Cells) -> bytes:
    """Return the states as bytes, renamed 0, 1, 2 in the order they appear."""
    flat = np.ascontiguousarray(diagram).ravel()
    states, first = np.unique(flat, return_index=True)
    names = np.zeros(256, dtype=np.uint8)
    names[states[np.argsort(first)]] = np.arange(len(states), dtype=np.uint8)
    return names[flat].tobytes()
