"""Where steps stand on an axis, and the window onto it: by step, where each takes one unit, or by time in seconds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from studio.replay.overview.whole import Overview

    Floats = NDArray[numpy.float64]

Kind = Literal["step", "time"]

LEAST: Final[dict[Kind, float]] = {"step": 2.0, "time": 1e-7}
"""The narrowest window onto each axis: one firing is as wide as half of it then."""

NANO: Final = 1e-9


class Axis:
    """The steps of an overview on one axis; made anew when there are more."""

    def __init__(self, overview: Overview, kind: Kind) -> None:
        self.overview = overview
        self.kind: Kind = kind
        if kind == "step":
            self.high: Floats = overview.seq.astype(numpy.float64)
            self.low: Floats = self.high - 1
            self.end = float(overview.last)
        else:
            self.low = overview.started * NANO
            self.high = self.low + overview.duration * NANO
            ends = [int(overview.ended[-1])] if len(overview) else [0]
            self.end = max(ends + [started for _, started in overview.under_way]) * NANO
        self.end = max(self.end, LEAST[kind])

    def between(self, start: float, end: float) -> slice | NDArray[numpy.int64]:
        """Return which steps may stand between two places: on the axis of steps a slice."""
        if self.kind == "step":
            return slice(
                int(numpy.searchsorted(self.high, start, side="right")), int(numpy.searchsorted(self.low, end))
            )
        return numpy.flatnonzero((self.high >= start) & (self.low <= end))

    def step_at(self, place: float) -> int:
        """Return the index of the step that stands at a place: by time the last one that was decided by then; -1 for an
        empty run."""
        overview = self.overview
        if not len(overview):
            return -1
        if self.kind == "step":
            found = int(numpy.searchsorted(self.high, place, side="right"))
        else:
            found = int(numpy.searchsorted(overview.ended * NANO, place, side="right")) - 1
        return min(max(found, 0), len(overview) - 1)

    def span(self, index: int) -> tuple[float, float]:
        """Return from where to where a step stands."""
        return float(self.low[index]), float(self.high[index])

    def cursor(self, index: int) -> float:
        """Return where one stands at a step: in its middle, or by time at the moment it was decided."""
        low, high = self.span(index)
        return (low + high) / 2 if self.kind == "step" else float(self.overview.ended[index]) * NANO


def lanes_of(low: Floats, high: Floats, most: int = 4) -> tuple[NDArray[numpy.int64], int]:
    """Return lanes for stretches so that those in one do not overlap, and how many lanes there are: at most `most`, the
    rest lies over others."""
    lane = numpy.zeros(len(low), numpy.int64)
    ends: list[float] = []
    starts, stops = low.tolist(), high.tolist()
    for index in numpy.argsort(low, kind="stable").tolist():
        free = next((number for number, end in enumerate(ends) if end <= starts[index]), None)
        if free is None and len(ends) < most:
            free = len(ends)
            ends.append(0.0)
        elif free is None:
            free = ends.index(min(ends))
        lane[index] = free
        ends[free] = stops[index]
    return lane, max(1, len(ends))


@dataclass(slots=True)
class Window:
    """The part of an axis that is seen, `start` to `end` of `whole`; never narrower than `least`, never outside."""

    whole: float = 1.0
    least: float = 1.0
    start: float = 0.0
    end: float = 1.0

    @property
    def length(self) -> float:
        """How much is seen."""
        return self.end - self.start

    @property
    def is_fitted(self) -> bool:
        """True if all is seen."""
        return self.start <= 0 and self.end >= self.whole

    def set(self, start: float, end: float) -> None:
        """See this part, or the nearest that there is."""
        length = self._allowed(end - start)
        self._see((start + end) / 2 - length / 2, length)

    def fit(self) -> None:
        """See all."""
        self.set(0.0, self.whole)

    def zoom(self, factor: float, around: float) -> None:
        """See more (factor above 1) or less; the place `around` stays where it is seen."""
        length = self._allowed(self.length * factor)
        part = (around - self.start) / self.length if self.length > 0 else 0.5
        self._see(around - part * length, length)

    def pan(self, by: float) -> None:
        """Move along the axis."""
        self._see(self.start + by, self.length)

    def reveal(self, place: float, part: float = 0.2) -> bool:
        """Have a place in view: if it is outside, it comes to stand at a part of the width; return whether it moved."""
        if self.start <= place <= self.end:
            return False
        aim = part if place > self.end else 1 - part
        before = self.start
        self.pan(place - aim * self.length - self.start)
        return self.start != before

    def extend(self, whole: float) -> None:
        """The axis has become longer (or shorter): if all was seen, all is seen."""
        fitted = self.is_fitted
        self.whole = whole
        if fitted:
            self.fit()
        else:
            self.set(self.start, self.end)

    def _allowed(self, length: float) -> float:
        return min(max(length, self.least), max(self.whole, self.least))

    def _see(self, start: float, length: float) -> None:
        """See so much from a place or the nearest that there is. The length is kept as it is: taken from the two ends
        again, all of an axis could come out a rounding error short of all."""
        self.start = min(max(start, 0.0), max(0.0, self.whole - length))
        self.end = self.start + length


def nice_step(length: float, most: int, *, whole: bool = False) -> float:
    """Return a round distance (1, 2 or 5 times a power of ten) of at most so many marks along a length; `whole` for
    whole numbers only."""
    rough = max(length / max(1, most), 1e-12)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * one for one in (1, 2, 5, 10) if power * one >= rough * (1 - 1e-9))
    return max(1.0, step) if whole else step
