"""Curves as pixels: strips along the rows, filled from 0 to the value, at the scale of the diagram beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy

from studio.dynamics.pictures.diagram import Diagram
from studio.dynamics.pictures.marks import curve_role, top_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from studio.dynamics.pictures.colours import Look
    from studio.dynamics.pictures.scale import Scale

    Series = NDArray[numpy.float64]
    Pixels = NDArray[numpy.uint8]


class Strip:
    """One curve of a diagram in one look, drawn again and again in other parts."""

    def __init__(self, diagram: Diagram, name: str, look: Look, ground: str = "panel") -> None:
        self.name = name
        self.top = top_of(diagram, name)
        """The number at the upper end of the scale."""
        self.role = curve_role(diagram, name)
        self._parts = diagram.curves[name] / self.top
        ink, paper = (numpy.array(look.role(one), numpy.float32) for one in (self.role, ground))
        parts = numpy.array([0.0, 0.5, 0.26, 0.95], numpy.float32)[:, None]  # nothing, up to most, up to least, edge
        self._palette = numpy.full((4, 4), 255, numpy.uint8)
        self._palette[:, :3] = (paper + parts * (ink - paper) + 0.5).astype(numpy.uint8)
        self._folded: tuple[int, Series, Series] | None = None

    def by_row(self, scale: Scale, start: int, pixels: int, wide: int) -> Pixels:
        """Return pixels (`pixels`, `wide`, 4): rows downward at the scale of the diagram from its pixel `start` on."""
        low, high = self._ends(scale.fold)
        # One pixel more above, so that the edge goes on from there.
        at = (start - 1 + numpy.arange(max(0, pixels) + 1)) // scale.high
        inside = (at >= 0) & (at < len(low))
        if not inside.any():
            return self._painted(numpy.full(len(at), numpy.nan), numpy.full(len(at), numpy.nan), wide)[1:]
        at = numpy.clip(at, 0, len(low) - 1)
        return self._painted(numpy.where(inside, low[at], numpy.nan), numpy.where(inside, high[at], numpy.nan), wide)[
            1:
        ]

    def by_column(self, rows: tuple[float, float], pixels: int, high: int) -> Pixels:
        """Return pixels (`high`, `pixels`, 4): the rows from, up to before, spread from left to right."""
        count = len(self._parts)
        edges = rows[0] + (rows[1] - rows[0]) * numpy.arange(pixels + 1) / max(1, pixels)
        if not count or pixels < 1:
            return self._painted(numpy.empty(0), numpy.empty(0), high).swapaxes(0, 1)
        starts = edges[:-1].astype(numpy.int64)
        inside = (starts >= 0) & (starts < count)
        at = numpy.clip(starts, 0, count - 1)
        last = int(min(count, max(at[-1] + 1, numpy.ceil(edges[-1]))))
        part = self._parts[:last]
        low, top = numpy.fmin.reduceat(part, at), numpy.fmax.reduceat(part, at)
        drawn = self._painted(numpy.where(inside, low, numpy.nan), numpy.where(inside, top, numpy.nan), high)
        return numpy.ascontiguousarray(drawn.swapaxes(0, 1)[::-1])

    def _ends(self, fold: int) -> tuple[Series, Series]:
        """Least and greatest value of each so many rows."""
        if self._folded is None or self._folded[0] != fold:
            starts = numpy.arange(0, len(self._parts), fold)
            if fold == 1 or not len(starts):
                low = high = self._parts
            else:
                low, high = numpy.fmin.reduceat(self._parts, starts), numpy.fmax.reduceat(self._parts, starts)
            self._folded = (fold, low, high)
        return self._folded[1], self._folded[2]

    def _painted(self, low: Series, high: Series, wide: int) -> Pixels:
        """(len, wide, 4): weak up to the least value, stronger up to the greatest, and its edge in full."""
        known = numpy.isfinite(high)
        least = numpy.where(known, numpy.clip(numpy.nan_to_num(low), 0.0, 1.0), -1.0) * (wide - 1)
        most = numpy.where(known, numpy.clip(numpy.nan_to_num(high), 0.0, 1.0), -1.0) * (wide - 1)
        before = numpy.where(most < 0, most, numpy.concatenate((most[:1], most[:-1])))
        before = numpy.where(before < 0, most, before)
        x = numpy.arange(wide, dtype=numpy.float32)[None, :]
        kinds = (x <= most[:, None]).astype(numpy.uint8)
        kinds += x <= least[:, None]
        # The edge goes on from where it was a row before.
        edge = (x >= numpy.minimum(most, before)[:, None] - 0.75) & (x <= numpy.maximum(most, before)[:, None] + 0.75)
        kinds[edge] = 3
        kinds[~known] = 0
        return self._palette[kinds]
