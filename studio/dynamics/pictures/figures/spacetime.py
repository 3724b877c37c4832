"""The space-time diagram as a figure: ticks downward, names above, marks at the right, curves beside or below."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Final, Literal

from studio.dynamics.pictures.colours import Look
from studio.dynamics.pictures.diagram import Colouring, Diagram, Period
from studio.dynamics.pictures.figures import strips
from studio.dynamics.pictures.figures.sheet import POINT, SMALL, TITLE, Sheet, cut
from studio.dynamics.pictures.marks import lanes, ruler, telling
from studio.dynamics.pictures.raster import Raster
from studio.dynamics.pictures.sampling import KINDS, key_cells
from studio.dynamics.pictures.scale import Scale, fitting

Curves = Literal["beside", "below", "none"]

TALLEST: Final = 1_100
"""Pixels of all rows, at most."""

WIDEST: Final = 1_000
"""Pixels of all columns of an automaton, at most."""

COLUMN: Final = (14, 64)
"""Least and greatest width of a module's column in pixels."""

NAMES: Final = 22
"""Characters of a name."""

KEY: Final = 34
"""Pixels that the line takes which says how cells are drawn."""

TURNED: Final = 50.0
"""Degrees by which names are turned."""

NAME_HIGH: Final = 22
"""Pixels that a turned name needs across."""

LEAST: Final = 7
"""Pixels of a bracket, at least."""

DEPTH: Final = 14
TRACK: Final = 32
LANE: Final = 44
ARC: Final = 96
"""Widths in pixels of the strip of goals, of one margin of marks, of a bracket, and of the farthest arc."""


@dataclass(frozen=True, slots=True)
class Block:
    """One diagram with all that belongs to it, laid out; its picture's upper left corner is at (left, top)."""

    diagram: Diagram
    raster: Raster
    scale: Scale
    curves: Curves
    width: int
    height: int
    left: int
    top: int
    above: int
    """Pixels from the names down to the picture."""

    @property
    def rows_high(self) -> int:
        """Pixels of all rows."""
        return self.scale.size(self.diagram.rows, self.diagram.width)[0]

    @property
    def columns_wide(self) -> int:
        """Pixels of all columns."""
        return self.scale.size(self.diagram.rows, self.diagram.width)[1]


def layout(
    diagram: Diagram, look: Look, *, colouring: Colouring = "symbol", curves: Curves = "beside", tallest: int = TALLEST
) -> Block:
    """Return the block of a diagram: how large its cells are, and where all else stands."""
    if diagram.is_automaton:
        step = min(fitting(diagram.rows, tallest, 8), fitting(diagram.width, WIDEST, 8))
        scale = Scale.at(step)
    else:
        least, most = COLUMN
        scale = Scale.at(fitting(diagram.rows, tallest, 15), min(most, max(least, 640 // max(1, diagram.width))))
    high, wide = scale.size(diagram.rows, diagram.width)
    named = not diagram.is_automaton
    names = [cut(one.name, NAMES) for one in diagram.columns] if named else []
    if curves == "beside":
        names += diagram.curves
    above = round(_leaning(max(names, key=len)) * 1.2) + 30 if names else 0
    top = (60 if diagram.title else 16) + above
    left = 84 + (DEPTH + 6 if diagram.depth is not None else 0)
    right = 20 + _margin(diagram, scale.pixels)
    width = left + wide + right
    height = top + high + (54 if named and diagram.groups() else 40)
    if curves == "beside" and diagram.curves:
        width += strips.beside_size(diagram) + 30 + max(0, _leaning(list(diagram.curves)[-1]) - strips.WIDE // 2)
    elif curves == "below" and diagram.curves:
        height += strips.below_size(diagram) + 30
        width = max(width, left + wide + 220)
    width = max(width, left + round(len(cut(diagram.title, 80)) * TITLE * POINT * 0.68))
    if named and diagram.columns:
        width = max(width, left + wide + _leaning(cut(diagram.columns[-1].name, NAMES)))
    return Block(diagram, Raster(diagram, colouring, look), scale, curves, width, height, left, top, above)


def _brackets(diagram: Diagram, pixels: float) -> list[tuple[Period, int]]:
    """The periods that are long enough to be seen, with their lanes."""
    return lanes([one for one in diagram.periods if (one.end - one.start + 1) * pixels >= LEAST])


def _leaning(name: str) -> int:
    """Pixels by which a turned name leans out, about."""
    return round(len(name) * 4.0 * POINT * 0.64)


def _returns(diagram: Diagram) -> bool:
    return diagram.revisits is not None and len(diagram.revisits) > 0


def _margin(diagram: Diagram, pixels: float) -> int:
    """Pixels that marks at the right of the rows take."""
    taken = TRACK * bool(diagram.progress) + TRACK * bool(diagram.alarms)
    found = _brackets(diagram, pixels)
    taken += LANE * (1 + max((lane for _, lane in found), default=-1)) + (30 if found else 0)
    return taken + (ARC if _returns(diagram) else 0)


def draw(sheet: Sheet, block: Block, x: float, y: float) -> None:
    """Draw a block with its upper left corner at a place of the sheet."""
    diagram, left, top = block.diagram, x + block.left, y + block.top
    high, wide = block.rows_high, block.columns_wide
    if diagram.title:
        sheet.text(left, y + 30, cut(diagram.title, 80), role="ink", size=TITLE, bold=True)
    sheet.image(block.raster.picture(block.scale), left, top)
    sheet.frame(left, top, wide, high, "line")
    _names(sheet, block, left, top)
    _ruler(sheet, block, left, top)
    if diagram.depth is not None:
        _depth(sheet, block, left - DEPTH - 6, top)
    right = _marks(sheet, block, left + wide + 10, top)
    if block.curves == "beside":
        strips.beside(sheet, diagram, right + 30, top, high, TURNED if block.above else 0)
    elif block.curves == "below":
        strips.below(sheet, diagram, left, top + high + 64, wide)


def _names(sheet: Sheet, block: Block, left: float, top: float) -> None:
    diagram, across = block.diagram, block.scale.across
    if diagram.is_automaton:
        return
    every = max(
        1, math.ceil(NAME_HIGH / across)
    )  # narrower columns than names: each n-th is named, its neighbours are not
    for number, column in list(enumerate(diagram.columns))[::every]:
        place = left + (number + 0.4) * across
        sheet.text(place, top - 14, cut(column.name, NAMES), turned=TURNED, middle=False)
    for name, first, end in diagram.groups():
        start, stop = left + first * across + 3, left + end * across - 4
        line = top + block.rows_high + 10
        sheet.line([(start, line), (stop, line)], "frame", width=1.2)
        room = int((stop - start) / (SMALL * POINT * 0.55))
        if room >= 3:
            sheet.text((start + stop) / 2, line + 20, cut(name, room), role="soft", size=SMALL, align="center")


def key_width() -> float:
    """Return how wide the key is."""
    return sum(34 + len(text) * SMALL * POINT * 0.56 + 22 for text in KINDS)


def draw_key(sheet: Sheet, block: Block, x: float, y: float) -> None:
    """One line that says how cells of runs are drawn, made of cells."""
    for text, pixels in key_cells(block.raster):
        sheet.image(pixels, x, y)
        x += pixels.shape[1] + 8
        sheet.text(x, y + pixels.shape[0] / 2, text, role="soft", size=SMALL)
        x += len(text) * SMALL * POINT * 0.56 + 22


def _ruler(sheet: Sheet, block: Block, left: float, top: float) -> None:
    shift = DEPTH + 8 if block.diagram.depth is not None else 0
    for row, text in ruler(block.diagram, (0, block.diagram.rows), block.rows_high // 70):
        place = top + (row + 0.5 * (block.scale.pixels >= 2)) * block.scale.pixels
        sheet.line([(left - 9 - shift, place), (left - 3 - shift, place)], "edge", width=0.6)
        sheet.text(left - 14 - shift, place, text, role="soft", size=SMALL, align="right")


def _depth(sheet: Sheet, block: Block, x: float, top: float) -> None:
    """A strip whose strength tells how deep goals are nested."""
    depth = block.diagram.depth
    assert depth is not None
    deepest = max(1, int(depth.max(initial=0)))
    changes = [0, *(1 + (depth[1:] != depth[:-1]).nonzero()[0]).tolist(), len(depth)]
    for start, end in itertools.pairwise(changes):
        if depth[start] > 0:
            part = 0.18 + 0.82 * float(depth[start]) / deepest
            height = (end - start) * block.scale.pixels
            sheet.rect(x, top + start * block.scale.pixels, DEPTH, height, "type_text", alpha=part)


def _marks(sheet: Sheet, block: Block, x: float, top: float) -> float:
    """Draw what stands at the right of the rows, and return where it ends."""
    diagram, pixels = block.diagram, block.scale.pixels
    found = _brackets(diagram, pixels)

    def middle(row: int) -> float:
        return top + (row + 0.5) * pixels

    def heading(text: str) -> None:
        if block.above:
            sheet.text(x + 12, top - 14, text, role="soft", size=SMALL, turned=TURNED, middle=False)

    if diagram.progress:
        heading("progress")
        for y in dict.fromkeys(round(middle(row)) for row in diagram.progress):
            sheet.line([(x, y), (x + 14, y)], "ok", width=1.4 if pixels >= 1 else 0.5)
        x += TRACK
    if diagram.alarms:
        heading("alarms")
        for alarm in diagram.alarms:
            at, role = middle(alarm.row), "bad" if alarm.level == "stop" else "warn"
            sheet.shape([(x, at), (x + 15, at - 9), (x + 15, at + 9)], role)
        x += TRACK
    if found:
        heading("periods")
    for period, lane in found:
        place = x + lane * LANE
        start, end = top + period.start * pixels + 1, top + (period.end + 1) * pixels - 1
        sheet.line([(place, start), (place + 8, start), (place + 8, end), (place, end)], "back", width=1.0)
        if end - start >= 14:
            sheet.text(place + 13, (start + end) / 2, period.label, role="back", size=SMALL)
    if found:
        x += LANE * (1 + max(lane for _, lane in found)) + 30
    if _returns(diagram):
        heading("returns")
        drawn = telling(diagram.revisits, 10 / pixels)
        longest = int((drawn[:, 0] - drawn[:, 1]).max())
        for back, start in drawn.tolist():
            if (back - start) * pixels < LEAST:
                continue
            reach = ARC * (0.2 + 0.8 * (back - start) / longest) * 4 / 3
            last, first = middle(back), middle(start)
            sheet.curve([(x, last), (x + reach, last), (x + reach, first), (x, first)], "bad", width=0.8, alpha=0.75)
            sheet.shape([(x - 1, first), (x + 8, first - 4), (x + 8, first + 4)], "bad")
        x += ARC
    return x
