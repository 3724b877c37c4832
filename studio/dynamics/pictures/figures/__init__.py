"""Figures for papers and pages, as PNG and SVG: the diagram, several side by side, recurrence, and flow."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from studio.dynamics.pictures.colours import look
from studio.dynamics.pictures.diagram import Colouring, Diagram
from studio.dynamics.pictures.figures import spacetime
from studio.dynamics.pictures.figures.grids import flow_sheet, recurrence_sheet
from studio.dynamics.pictures.figures.sheet import Sheet
from studio.dynamics.pictures.figures.spacetime import Curves

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    from studio.dynamics.measuring.lamps import Lamps

GAP = 60
"""Pixels between diagrams that stand side by side."""

EDGE = 24
"""Pixels around everything."""


def save(
    diagrams: Diagram | Sequence[Diagram], path: Path, *, theme: str = "light", colouring: Colouring = "symbol",
    curves: Curves = "beside",
) -> None:  # fmt: skip
    """Draw a diagram, or several side by side, into a file that ends in `.png` or `.svg`.

    Raises UsageError for another suffix or a picture that would be too large, OSError if it cannot be written.
    """
    page(diagrams, theme=theme, colouring=colouring, curves=curves).save(path)


def page(
    diagrams: Diagram | Sequence[Diagram], *, theme: str = "light", colouring: Colouring = "symbol",
    curves: Curves = "beside",
) -> Sheet:  # fmt: skip
    """Return the sheet with a diagram, or several side by side with the tops of their rows in one line.

    A diagram to which a colouring tells nothing is drawn by symbol.
    """
    several = [diagrams] if isinstance(diagrams, Diagram) else list(diagrams)
    shown = look(theme)
    blocks = [
        spacetime.layout(
            one, shown, colouring=colouring if colouring in one.colourings() else "symbol", curves=curves
        )
        for one in several
    ]  # fmt: skip
    top = max((one.top for one in blocks), default=0)
    height = max((top - one.top + one.height for one in blocks), default=0)
    width = sum(one.width for one in blocks) + GAP * max(0, len(blocks) - 1)
    runs = [one for one in blocks if not one.diagram.is_automaton and one.diagram.rows]
    if runs:
        width, height = max(width, round(blocks[0].left + spacetime.key_width())), height + spacetime.KEY
    sheet = Sheet(width + 2 * EDGE, height + 2 * EDGE, shown)
    x = EDGE
    for one in blocks:
        spacetime.draw(sheet, one, x, EDGE + top - one.top)
        if runs and one is runs[0]:
            start = min(x + one.left, EDGE + width - spacetime.key_width())
            spacetime.draw_key(sheet, one, round(start), EDGE + height - spacetime.KEY)
        x += one.width + GAP
    return sheet


def save_recurrence(diagram: Diagram, path: Path, *, theme: str = "light") -> None:
    """Draw the recurrence plot of a diagram into a `.png` or `.svg` file."""
    recurrence_sheet(diagram, look(theme)).save(path)


def save_lamps(found: Lamps, path: Path, *, theme: str = "light") -> None:
    """Draw a lamp test into a `.png` or `.svg` file."""
    from studio.dynamics.pictures.figures.lamps import lamps_sheet

    lamps_sheet(found, look(theme)).save(path)


def save_flow(
    names: Sequence[str], flow: NDArray[numpy.floating], path: Path, *, theme: str = "light", most: float = 1.0
) -> None:
    """Draw the matrix of flow between modules into a `.png` or `.svg` file; see `flow_sheet`."""
    flow_sheet(names, flow, look(theme), most=most).save(path)
