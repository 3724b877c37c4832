"""Scores of several variants side by side: which runs belong together, which failed, which were never made."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from studio.batch.statistics.method import Floats, Method, Score, Scores
from studio.support.errors import UsageError

_NUMBERS: Final = (bool, int, float, np.bool_, np.integer, np.floating)
_NAMES: Final = (int, str)


@dataclass(frozen=True)
class Table:
    """The scores of `names` (rows of the arrays) in the runs `keys` (columns), and the unit that each run belongs to.

    `values` holds NaN where a run was never made or, if failures are left out, failed.  `failed` marks failed runs
    either way, `absent` those never made.  `unit` is what counts as one independent observation: `row` or `seed`.
    """

    names: tuple[str, ...]
    keys: tuple[tuple[Any, Any], ...]
    values: Floats
    failed: NDArray[np.bool_]
    absent: NDArray[np.bool_]
    unit: str
    unit_of: NDArray[np.int64]
    units: int
    span: float
    shares: bool

    @property
    def lone(self) -> bool:
        """True if each unit is one run."""
        return self.units == len(self.keys)

    def by_unit(self, numbers: Floats) -> Floats:
        """Return the mean of the runs of each unit, of arrays with a column per run; NaN where a unit has none.

        So a unit counts once, however many runs it has: the analysis at the level of clusters (Donner & Klar, Design
        and Analysis of Cluster Randomization Trials in Health Research, 2000).
        """
        there = np.isfinite(numbers)
        order = np.argsort(self.unit_of, kind="stable")
        starts = np.searchsorted(self.unit_of[order], np.arange(self.units))
        if not self.units:
            return np.zeros((len(numbers), 0))
        sums = np.add.reduceat(np.where(there, numbers, 0.0)[:, order], starts, axis=1)
        counts = np.add.reduceat(there[:, order].astype(np.float64), starts, axis=1)
        return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def table_of(named: Sequence[tuple[str, Scores]], method: Method) -> Table:
    """Lay the scores of several variants side by side.

    A failed run gets the worst score of the scale (of true and false, the worse one) or, without a scale, the worst
    that any variant got; if none got any, it has none.  Raises `UsageError` for scores that are no finite number, true
    or false, and for keys that are no (row, seed).
    """
    keys = tuple(sorted({key for _, scores in named for key in scores}, key=_order))
    places = {key: place for place, key in enumerate(keys)}
    shape = (len(named), len(keys))
    values, failed, absent = np.full(shape, np.nan), np.zeros(shape, bool), np.ones(shape, bool)
    booleans = True
    for index, (name, scores) in enumerate(named):
        for key, score in scores.items():
            place = places[key]
            absent[index, place] = False
            if score is None:
                failed[index, place] = True
            else:
                values[index, place] = checked(score, f"{name}, row {key[0]}, seed {key[1]}", method)
                booleans = booleans and isinstance(score, bool | np.bool_)
    seen = values[np.isfinite(values)]
    booleans = booleans and seen.size > 0
    low, high = _scale(seen, booleans, method)
    if method.failures == "worst" and (seen.size or method.scale):
        worst = low if method.better == "higher" else high
        values[failed] = worst if method.worst is None else method.worst
    shares = booleans or set(np.unique(seen)) == {0.0, 1.0}
    unit, unit_of, units = _units(keys, method)
    span = 1.0 if shares else high - low
    return Table(tuple(name for name, _ in named), keys, values, failed, absent, unit, unit_of, units, span, shares)


def _scale(seen: Floats, booleans: bool, method: Method) -> tuple[float, float]:
    """Return the lowest and the highest score that can be or, where nobody says so, that were seen."""
    if method.scale is not None:
        return float(method.scale[0]), float(method.scale[1])
    if booleans:
        return 0.0, 1.0
    return (float(seen.min()), float(seen.max())) if seen.size else (0.0, 0.0)


def checked(score: Score, where: str, method: Method) -> float:
    """Return a score as a number.  Raises `UsageError` if it is none, not finite, or off the scale."""
    if not isinstance(score, _NUMBERS):
        raise UsageError(f"a score must be a number, true or false, not {type(score).__name__}", where=where)
    try:
        value = float(score)
    except OverflowError:
        value = math.inf
    if not math.isfinite(value):
        raise UsageError("a score must be a finite number", where=where, hint="Give None for a run that failed.")
    if abs(value) > 1e100:
        raise UsageError(f"a score of {value:g} is too large to be averaged", where=where, hint="Give it another unit.")
    if method.scale is not None and not method.scale[0] <= value <= method.scale[1]:
        low, high = method.scale
        hint = "Give the lowest and the highest score that can be."
        raise UsageError(f"a score of {value:g} is off the scale of {low:g} to {high:g}", where=where, hint=hint)
    return value


def _order(key: tuple[Any, Any]) -> tuple[tuple[str, Any], tuple[str, Any]]:
    if not isinstance(key, tuple) or len(key) != 2 or not (isinstance(key[0], _NAMES) and isinstance(key[1], _NAMES)):
        raise UsageError(f"{key!r} names no run", hint="Give (row, seed), each a whole number or a text.")
    row, seed = key
    return (type(row).__name__, row), (type(seed).__name__, seed)


def _units(keys: tuple[tuple[Any, Any], ...], method: Method) -> tuple[str, NDArray[np.int64], int]:
    """Return what counts as one observation, the number of it for each run, and how many there are."""
    rows = {row for row, _ in keys}
    over = method.over if method.over != "auto" else "rows" if len(rows) > 1 else "seeds"
    part = 0 if over == "rows" else 1
    numbers: dict[Any, int] = {}
    unit_of = [numbers.setdefault(key[part], len(numbers)) for key in keys]
    return over[:-1], np.asarray(unit_of, np.int64), len(numbers)
