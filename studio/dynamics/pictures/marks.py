"""Where marks stand beside the rows: lanes of brackets that do not meet, arcs that are few enough, numbers of a ruler,
and curves in as many pixels as there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy

from studio.dynamics.pictures.diagram import Diagram, Period

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Series = NDArray[numpy.float64]

LANES: Final = 4
"""Brackets side by side, at most."""

ARCS: Final = 40
"""Arcs that are drawn at once, at most."""

SHARES: Final = frozenset({"activity", "novelty", "recurrence", "entropy rate", "compression growth"})
"""Curves that lie between 0 and 1."""

CURVE_ROLES: Final = {
    "activity": "type_list", "novelty": "type_number", "recurrence": "bad", "entropy rate": "type_json",
    "compression growth": "type_messages", "open goals": "type_text", "progress": "ok",
}  # fmt: skip
"""The colour role of each curve."""

SPARE_ROLES: Final = ("type_boolean", "type_vector", "type_blob", "accent")
"""For curves of other names."""


def curve_role(diagram: Diagram, name: str) -> str:
    """Return the colour role of a curve."""
    others = [one for one in diagram.curves if one not in CURVE_ROLES]
    return CURVE_ROLES[name] if name in CURVE_ROLES else SPARE_ROLES[others.index(name) % len(SPARE_ROLES)]


def lanes(periods: Sequence[Period], most: int = LANES) -> list[tuple[Period, int]]:
    """Return each period with its lane: one that is free over its rows. Where more meet than there are lanes, the ones
    that came more often stay."""
    ends: list[list[tuple[int, int]]] = [[] for _ in range(most)]
    placed: list[tuple[Period, int]] = []
    for period in sorted(periods, key=lambda one: (one.start - one.end, one.start)):
        for lane, taken in enumerate(ends):
            if all(period.end < start or period.start > end for start, end in taken):
                taken.append((period.start, period.end))
                placed.append((period, lane))
                break
    return sorted(placed, key=lambda one: (one[0].start, one[1]))


def telling(revisits: NDArray[numpy.integer] | None, apart: float, most: int = ARCS) -> NDArray[numpy.int64]:
    """Return the revisits that are drawn, (R, 2): of those that begin and end within `apart` rows of each other only
    one, and where these are too many, of those within more."""
    if revisits is None:
        return numpy.empty((0, 2), numpy.int64)
    kept = revisits.astype(numpy.int64)
    apart = max(1.0, apart)
    while len(kept):
        places = (kept / apart).astype(numpy.int64)
        first = numpy.unique(places[:, 0] * (int(places.max()) + 1) + places[:, 1], return_index=True)[1]
        kept = kept[numpy.sort(first)]
        if len(kept) <= most:
            break
        apart *= 1.5
    return kept


def nice_step(span: float, most: int) -> int:
    """Return the least of 1, 2, 5, 10, 20, … of which no more than `most` fit into a span."""
    size = 1
    while True:
        for part in (1, 2, 5):
            if span / (part * size) <= max(1, most):
                return part * size
        size *= 10


def ruler(diagram: Diagram, rows: tuple[int, int], most: int) -> list[tuple[int, str]]:
    """Return (row, text) of up to about `most` rows that carry their tick, in the rows from, up to before."""
    first, last = max(0, rows[0]), min(diagram.rows, rows[1])
    if last <= first:
        return []
    step = nice_step(last - first, most)
    if diagram.ticks is None:
        return [(row, f"{row:,}") for row in range(-(-first // step) * step, last, step)]
    ticks = diagram.ticks
    start, end = int(ticks[first]), int(ticks[last - 1])
    if end - start == last - 1 - first:
        step = nice_step(end - start + 1, most)
        return [(first + tick - start, f"{tick:,}") for tick in range(-(-start // step) * step, end + 1, step)]
    return [(row, f"{int(ticks[row]):,}") for row in range(-(-first // step) * step, last, step)]


def top_of(diagram: Diagram, name: str) -> float:
    """Return the number at the upper end of a curve's scale, which begins at 0."""
    if name in SHARES:
        return 1.0
    values = diagram.curves[name]
    known = values[numpy.isfinite(values)]
    return max(1.0, float(known.max())) if len(known) else 1.0


def folded(values: Series, pixels: int) -> tuple[Series, Series]:
    """Return the least and the greatest value within each of `pixels` equal parts, NaN where there is none.

    With fewer values than pixels a value covers several.
    """
    many = len(values)
    if not many or pixels < 1:
        return numpy.full(max(0, pixels), numpy.nan), numpy.full(max(0, pixels), numpy.nan)
    edges = numpy.arange(pixels + 1) * many / pixels
    starts = numpy.minimum(edges[:-1].astype(numpy.int64), many - 1)
    low = numpy.fmin.reduceat(values, starts)
    high = numpy.fmax.reduceat(values, starts)
    # reduceat over [a, b) with a == b gives the value at a, which is what a value over several pixels needs.
    return low, high
