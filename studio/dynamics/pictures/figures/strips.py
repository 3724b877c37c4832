"""Curves as strips of one scale each: beside the rows, time downward with them, or below, time to the right."""

from __future__ import annotations

from typing import Final

import numpy

from studio.dynamics.pictures.diagram import Diagram
from studio.dynamics.pictures.figures.sheet import PLAIN, SMALL, Sheet
from studio.dynamics.pictures.marks import curve_role, folded, top_of

WIDE: Final = 92
"""Pixels of a strip beside the rows, from its baseline to its highest number."""

HIGH: Final = 74
"""Pixels of a strip below."""

GAP: Final = 18
"""Pixels between two strips."""


def beside(sheet: Sheet, diagram: Diagram, x: float, y: float, height: int, turned: float) -> None:
    """Draw all curves to the right of `x`, each row of theirs beside its row in the diagram."""
    for number, name in enumerate(diagram.curves):
        left = x + number * (WIDE + GAP)
        role = curve_role(diagram, name)
        top = top_of(diagram, name)
        sheet.rect(left, y, WIDE, height, "panel", zorder=0.5)
        _area(sheet, diagram, name, height, lambda place, part, left=left: (left + part * WIDE, y + place))
        sheet.line([(left, y), (left, y + height)], "edge", width=0.5)
        sheet.text(left + WIDE * 0.35, y - 14, name, role=role, turned=turned, middle=False)
        sheet.text(left, y + height + 18, "0", role="soft", size=SMALL)
        sheet.text(left + WIDE, y + height + 18, f"{top:g}", role="soft", size=SMALL, align="right")


def below(sheet: Sheet, diagram: Diagram, x: float, y: float, width: int) -> None:
    """Draw all curves below `y`, the first row at the left and the last at the right."""
    for number, name in enumerate(diagram.curves):
        base = y + number * (HIGH + GAP) + HIGH
        role = curve_role(diagram, name)
        sheet.rect(x, base - HIGH, width, HIGH, "panel", zorder=0.5)
        _area(sheet, diagram, name, width, lambda place, part, base=base: (x + place, base - part * HIGH))
        sheet.line([(x, base), (x + width, base)], "edge", width=0.5)
        sheet.text(x + width + 12, base - HIGH / 2, name, role=role, size=PLAIN)
        sheet.text(x - 8, base, "0", role="soft", size=SMALL, align="right")
        sheet.text(x - 8, base - HIGH + 8, f"{top_of(diagram, name):g}", role="soft", size=SMALL, align="right")


def below_size(diagram: Diagram) -> int:
    """Return how many pixels the strips below take."""
    return len(diagram.curves) * (HIGH + GAP)


def beside_size(diagram: Diagram) -> int:
    """Return how many pixels the strips beside take."""
    return len(diagram.curves) * (WIDE + GAP)


def _area(sheet: Sheet, diagram: Diagram, name: str, pixels: int, at: object) -> None:
    """Fill from 0 to the curve and draw it; where many rows share a pixel, from their least to their greatest."""
    assert callable(at)
    role, top = curve_role(diagram, name), top_of(diagram, name)
    low, high = (numpy.clip(one / top, 0.0, 1.0) for one in folded(diagram.curves[name], min(pixels, diagram.rows)))
    known = numpy.flatnonzero(numpy.isfinite(high))
    if not len(known):
        return
    step = pixels / len(high)
    places = [float(one) * step for one in known.tolist()]
    ends = [*places[1:], places[-1] + step]
    outer = [point for place, end, part in zip(places, ends, high[known].tolist(), strict=True)
             for point in ((place, part), (end, part))]  # fmt: skip
    inner = [point for place, end, part in zip(places, ends, low[known].tolist(), strict=True)
             for point in ((place, part), (end, part))]  # fmt: skip
    ground = [(places[0], 0.0), *inner, (ends[-1], 0.0)]
    sheet.shape([at(*point) for point in ground], role, alpha=0.22)
    if diagram.rows > pixels:
        sheet.shape([at(*point) for point in [*outer, *reversed(inner)]], role, alpha=0.55)
    else:
        sheet.line([at(*point) for point in outer], role, width=0.7)
