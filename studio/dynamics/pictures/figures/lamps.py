"""The lamp test as a figure: what n answers say together, against what they say each alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from studio.dynamics.measuring.lamps import Lamps
from studio.dynamics.pictures.colours import Look
from studio.dynamics.pictures.figures.sheet import PLAIN, SMALL, TITLE, Sheet
from studio.dynamics.pictures.marks import nice_step

WIDTH: Final = 1000
HEIGHT: Final = 520
"""Pixels of the plot."""

LEFT: Final = 130
TOP: Final = 90


def lamps_sheet(found: Lamps, look: Look) -> Sheet:
    """Return the curve of a lamp test: U(n) and the sum of the answers alone as lines, what each adds as bars, the
    ceiling with its interval if the answers show one."""
    count = len(found.together)
    top = max(*found.together, *found.alone, found.ceiling_high or 0.0, float(found.longer or 0), 1.0) * 1.05
    sheet = Sheet(LEFT + WIDTH + 190, TOP + HEIGHT + 90, look)

    def x(n: float) -> float:
        return LEFT + WIDTH * n / (count + 0.5)

    def y(size: float) -> float:
        return TOP + HEIGHT * (1 - size / top)

    sheet.text(LEFT, 36, "Lamps: what n answers say together", role="ink", size=TITLE, bold=True)
    sheet.text(LEFT, 66, found.suggests, role="soft", size=PLAIN)
    step = nice_step(top, 6)
    for mark in range(0, int(top) + 1, step):
        sheet.line([(LEFT, y(mark)), (LEFT + WIDTH, y(mark))], "line", width=0.4)
        sheet.text(LEFT - 12, y(mark), f"{mark:,}", role="soft", size=SMALL, align="right")
    for n in range(nice_step(count, 12), count + 1, nice_step(count, 12)):
        sheet.text(x(n), TOP + HEIGHT + 22, str(n), role="soft", size=SMALL, align="center")
    sheet.text(LEFT + WIDTH / 2, TOP + HEIGHT + 56, "answers", role="soft", size=SMALL, align="center")
    sheet.text(LEFT - 12, TOP - 14, "bytes", role="soft", size=SMALL, align="right")
    wide = 0.55 * WIDTH / (count + 0.5)
    for n, size in enumerate(found.marginal, 1):
        sheet.rect(x(n) - wide / 2, y(max(0.0, size)), wide, y(0) - y(max(0.0, size)), "accent", alpha=0.3)
    if found.ceiling is not None:
        low, high = found.ceiling_low or found.ceiling, found.ceiling_high or found.ceiling
        sheet.rect(LEFT, y(high), WIDTH, y(low) - y(high), "warn", alpha=0.12)
        sheet.line([(LEFT, y(found.ceiling)), (LEFT + WIDTH, y(found.ceiling))], "warn", width=1.2, dashed=True)
        sheet.text(LEFT + 8, y(found.ceiling) - 14, "ceiling of what is new", role="warn", size=SMALL)
    if found.longer is not None:
        longer = y(found.longer)
        _labelled(sheet, [(LEFT, longer), (LEFT + WIDTH, longer)], "soft", "one longer answer", dashed=True)
    _labelled(sheet, [(x(n), y(size)) for n, size in enumerate(found.alone, 1)], "soft", "each alone")
    _labelled(sheet, [(x(n), y(size)) for n, size in enumerate(found.together, 1)], "accent", "together")
    return sheet


def _labelled(
    sheet: Sheet, points: Sequence[tuple[float, float]], role: str, text: str, *, dashed: bool = False
) -> None:
    sheet.line(points, role, width=1.2, dashed=dashed)
    sheet.text(LEFT + WIDTH + 14, points[-1][1], text, role=role, size=SMALL)
