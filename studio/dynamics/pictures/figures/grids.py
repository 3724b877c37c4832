"""The recurrence plot and the flow between modules as figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy

from studio.dynamics.pictures.colours import Look, ramp
from studio.dynamics.pictures.diagram import Diagram
from studio.dynamics.pictures.figures.sheet import POINT, SMALL, TITLE, Sheet, cut
from studio.dynamics.pictures.marks import ruler
from studio.dynamics.pictures.recurrence import recurrence, recurrence_picture
from studio.support.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIDE: Final = 900
"""Pixels of a side of the plot, at most; fewer rows are grown to it."""

CELL: Final = (18, 84)
"""Least and greatest side of a cell of the matrix in pixels."""

MODULES: Final = 200
"""Modules of a matrix, at most."""

NAMES: Final = 22


def recurrence_sheet(diagram: Diagram, look: Look) -> Sheet:
    """Return the recurrence plot of a diagram."""
    shares = recurrence(diagram, SIDE)
    grown = max(1, SIDE // max(1, len(shares)))
    side = len(shares) * grown
    left, top = 96, 76 if diagram.title else 40
    sheet = Sheet(left + max(side, 300) + 40, top + side + 70, look)
    picture = recurrence_picture(shares, look).repeat(grown, axis=0).repeat(grown, axis=1)
    if diagram.title:
        sheet.text(left, 34, cut(f"{diagram.title}: recurrence", 60), role="ink", size=TITLE, bold=True)
    sheet.image(picture, left, top)
    sheet.frame(left, top, side, side, "line")
    pixels = side / max(1, diagram.rows)
    for row, text in ruler(diagram, (0, diagram.rows), 8):
        place = (row + 0.5 * (pixels >= 2)) * pixels
        sheet.line([(left - 8, top + place), (left - 2, top + place)], "edge", width=0.6)
        sheet.text(left - 13, top + place, text, role="soft", size=SMALL, align="right")
        sheet.line([(left + place, top + side + 2), (left + place, top + side + 8)], "edge", width=0.6)
        sheet.text(left + place, top + side + 24, text, role="soft", size=SMALL, align="center")
    sheet.text(left + side / 2, top + side + 52, "tick", role="soft", size=SMALL, align="center")
    return sheet


def flow_sheet(
    names: Sequence[str],
    flow: NDArray[numpy.floating],
    look: Look,
    *,
    title: str = "Who takes up what",
    most: float = 1.0,
) -> Sheet:  # fmt: skip
    """Return the matrix of flow: row A, column B hold the share (0 to `most`, NaN unknown) of what A said first and B
    said after it. Raises UsageError for more than MODULES modules, ValueError for another shape."""
    many = len(names)
    if flow.shape != (many, many):
        raise ValueError(f"the flow has the shape {flow.shape}; there are {many} names.")
    if many > MODULES:
        raise UsageError(f"A matrix of {many:,} modules cannot be read.", hint=f"Choose {MODULES} modules or fewer.")
    least, greatest = CELL
    cell = min(greatest, max(least, 1_000 // max(1, many)))
    longest = max((len(cut(name, NAMES)) for name in names), default=0)
    room = round(longest * 4.2 * POINT) + 24
    above = round(longest * 4.0 * POINT * 0.77) + 40
    left, top, side = room + 40, 60 + above, cell * many
    sheet = Sheet(left + side + round(0.7 * above) + 40, top + side + 66, look)
    sheet.text(20, 32, cut(title, 60), role="ink", size=TITLE, bold=True)
    colours = ramp("novelty", look)
    for row in range(many):
        sheet.text(left - 12, top + (row + 0.5) * cell, cut(names[row], NAMES), align="right")
        sheet.text(left + (row + 0.45) * cell, top - 12, cut(names[row], NAMES), turned=50.0, middle=False)
        for column in range(many):
            value = float(flow[row, column])
            x, y = left + column * cell, top + row * cell
            if not numpy.isfinite(value):
                sheet.rect(x + 1, y + 1, cell - 2, cell - 2, "panel")
                continue
            part = min(1.0, max(0.0, value / most))
            shade = colours[round(part * 255)]
            sheet.rect(x + 1, y + 1, cell - 2, cell - 2, "#{:02x}{:02x}{:02x}".format(*shade.tolist()))
            if cell >= 44 and value > 0:
                light = float(shade.astype(float) @ (0.299, 0.587, 0.114)) > 140
                ink = "#101418" if light else "#f4f6f9"
                sheet.text(x + cell / 2, y + cell / 2, f"{value:.2f}", role=ink, size=SMALL, align="center")
    sheet.text(left + side / 2, top + side + 34, "said again by", role="soft", size=SMALL, align="center")
    sheet.text(left - 12, top - 20, "first said by ↓", role="soft", size=SMALL, align="right")
    return sheet
