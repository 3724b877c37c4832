"""How scores are judged: what one analysis assumes, and the interval that every part of it returns."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from studio.support.errors import UsageError

Floats = NDArray[np.float64]
Score = float | int | bool | None
"""What one run got; None is a run that failed."""
Scores = Mapping[tuple[Any, Any], Score]
"""Scores of the runs of one variant by (row, seed). A run that was never made has no entry."""

MOST_DRAWS = 1_000_000
DIGITS = 6


@dataclass(frozen=True, slots=True)
class Method:
    """The choices of an analysis, the same for all of its numbers.

    `level` is the confidence of intervals, and 1 − level the error that claims may make.  `better` says which scores
    are good ones.  `over` says what a claim is about: `rows` like these (a row's seeds are not independent, and count
    as their mean), or `seeds`: these very rows, run again (a seed's rows count as their mean); `auto` takes rows if
    there are several.  `family` says what holds for many claims together: with `holm`, at most 1 − level of all
    experiments make a wrong one anywhere; with `discoveries`, at most that share of the claims is wrong, on average.
    `failures`: a failed run counts as the `worst` score, or is `left_out`; both are told.  `scale` holds the lowest and
    the highest possible score, where they are known; else those seen stand for them.  `worst` is what a failed run
    counts as where others, who are not in this analysis, did worse.  `draws` counts resamples and sign flips where
    there are too many to try all, drawn from `seed`.

    Raises `UsageError` for choices that mean nothing.
    """

    level: float = 0.95
    better: Literal["higher", "lower"] = "higher"
    over: Literal["auto", "rows", "seeds"] = "auto"
    family: Literal["holm", "discoveries"] = "holm"
    failures: Literal["worst", "left_out"] = "worst"
    scale: tuple[float, float] | None = None
    worst: float | None = None
    draws: int = 20_000
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0.5 <= self.level < 1:
            raise UsageError(f"a level of confidence of {self.level} means nothing", hint="Give 0.95, or 0.5 to 0.999.")
        if not 100 <= self.draws <= MOST_DRAWS:
            raise UsageError(f"{self.draws} draws are too few or too many", hint=f"Give 100 to {MOST_DRAWS}.")
        for name, words in _WORDS.items():
            if getattr(self, name) not in words:
                raise UsageError(f"{name} cannot be {getattr(self, name)!r}", hint=f"Give one of {', '.join(words)}.")
        if self.scale is not None and not (all(map(math.isfinite, self.scale)) and self.scale[0] < self.scale[1]):
            raise UsageError(f"{self.scale} is no scale of scores", hint="Give the lowest and the highest score.")

    @property
    def error(self) -> float:
        """The share of wrong claims that is accepted: .05 at a level of .95."""
        return 1 - self.level

    @property
    def sign(self) -> float:
        """1 if higher scores are better, else −1."""
        return 1.0 if self.better == "higher" else -1.0


_WORDS = {
    "better": ("higher", "lower"),
    "over": ("auto", "rows", "seeds"),
    "family": ("holm", "discoveries"),
    "failures": ("worst", "left_out"),
}
DEFAULTS = Method()


@dataclass(frozen=True, slots=True)
class Interval:
    """A range that holds the true value in `level` of all experiments; an end that is None is open.

    Both ends are None where there is no interval; `method` then says why, else how it was made.
    """

    low: float | None
    high: float | None
    level: float
    method: str

    @property
    def known(self) -> bool:
        """True if the interval says anything."""
        return self.low is not None or self.high is not None

    def holds(self, value: float) -> bool:
        """True if a value lies inside, ends included; an unknown interval holds everything."""
        return (self.low is None or self.low <= value) and (self.high is None or value <= self.high)

    def within(self, low: float, high: float) -> bool:
        """True if the whole interval lies strictly between two values."""
        return self.low is not None and self.high is not None and low < self.low and self.high < high

    def as_json(self) -> dict[str, Any]:
        """Return the interval as a JSON object."""
        return as_object(self)


def interval(low: float, high: float, level: float, method: str) -> Interval:
    """Return an interval from numbers in which infinities and NaN stand for open ends."""
    ends = (float(low) if math.isfinite(low) else None, float(high) if math.isfinite(high) else None)
    return Interval(*ends, float(level), method)


def number(value: float) -> float | None:
    """Return a number as Python has it, or None if it is not finite."""
    return float(value) if math.isfinite(value) else None


def as_object(result: Any) -> dict[str, Any]:
    """Return a result (a dataclass) as a JSON object."""
    return {each.name: plain(getattr(result, each.name)) for each in fields(result)}


def plain(value: Any) -> Any:
    """Return a result as JSON: six digits, as the last ones differ between machines; no NaN, no infinities."""
    if is_dataclass(value) and not isinstance(value, type):
        return as_object(value)
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None
    return value
