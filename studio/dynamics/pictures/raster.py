"""`Raster`: cells of a diagram as pixels, at any scale.

What is small enough to be seen gets its details (gaps, hatching, dots); below that a row is one pixel, and below that
many rows share one. Then, of a run's rows, both what is newest and what is least new is shown, so that neither a rare
event nor a long repetition is lost; states of automata are averaged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy

from studio.dynamics.pictures.colours import HELD, Look, ramp, scale_of, state_colours, symbol_colours
from studio.dynamics.pictures.diagram import Colouring, Diagram
from studio.dynamics.pictures.scale import Scale

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pixels = NDArray[numpy.uint8]
    Index = NDArray[numpy.intp]
    Colours = NDArray[numpy.float32]

DETAIL: Final = 5
"""Pixels of a row from which on a cell shows gaps, hatching and its dot."""

SAMPLES: Final = 8
"""Rows, and columns, of an automaton that are looked at for one pixel."""

HATCH: Final = 6
"""Pixels from one line of a hatching to the next."""

STRIP: Final = 3
"""Width in pixels of the mark of a write in a row without details."""

FOLDED: Final = 0.5
"""How strong it is where rows are folded: there it says no more than that one of many wrote."""


@dataclass(frozen=True, slots=True)
class _Cells:
    """The part of a diagram's arrays that is drawn, one element for each cell."""

    symbol: NDArray[numpy.int64]
    fired: NDArray[numpy.bool_]
    contentless: NDArray[numpy.bool_]
    error: NDArray[numpy.bool_]
    write: NDArray[numpy.bool_]
    value: NDArray[numpy.float64]


class Raster:
    """Draws one diagram in one colouring and look."""

    def __init__(self, diagram: Diagram, colouring: Colouring, look: Look) -> None:
        self.diagram = diagram
        self.colouring = colouring
        self.look = look
        self._ground = numpy.array(look.ground, numpy.float32)
        self._grey = numpy.array(look.role("skipped"), numpy.float32)
        self._bad = numpy.array(look.role("bad"), numpy.float32)
        self._ink = numpy.array(look.role("ink"), numpy.float32)
        values = diagram.symbol if colouring == "symbol" else getattr(diagram, colouring)
        self._values = values
        highest = float(values.max()) if colouring in ("mass", "age") and values.size else 1.0
        self._scaled = scale_of(colouring, highest)

    def picture(
        self, scale: Scale, rows: tuple[int, int] | None = None, columns: tuple[int, int] | None = None
    ) -> Pixels:
        """Return pixels (height, width, 4) of red, green, blue and alpha, of the rows and columns from, up to before.

        Rows that are folded should begin at a multiple of twice the fold, for neighbouring pictures to fit together.
        """
        top, bottom = rows or (0, self.diagram.rows)
        left, right = columns or (0, self.diagram.width)
        high, wide = scale.size(max(0, bottom - top), max(0, right - left))
        made = numpy.empty((high, wide, 4), numpy.uint8)
        made[..., 3] = 255
        if not high or not wide:
            return made
        if self.diagram.is_automaton:
            made[..., :3] = self._automaton(scale, (top, bottom), (left, right))
        else:
            made[..., :3] = self._run(scale, (top, bottom), (left, right))
        return made

    # -- automata ---------------------------------------------------------------------------------

    def _automaton(self, scale: Scale, rows: tuple[int, int], columns: tuple[int, int]) -> Pixels:
        down = _sampled(rows, scale.fold)
        across = _sampled(columns, scale.fold_columns)
        block = numpy.ix_(down.reshape(-1), across.reshape(-1))
        if self.colouring == "symbol":
            palette = state_colours(self.diagram.states, self.look)
            colours = palette[numpy.clip(self._values[block], 0, len(palette) - 1)]
        else:
            colours = self._by_number(self._values[block].astype(numpy.float64))
        if down.shape[1] > 1 or across.shape[1] > 1:
            shape = (len(down), down.shape[1], len(across), across.shape[1], 3)
            colours = (colours.reshape(shape).mean(axis=(1, 3), dtype=numpy.float32) + 0.5).astype(numpy.uint8)
        grown = _grown(colours, scale)
        if scale.high >= 2 * DETAIL and scale.wide >= 2 * DETAIL:
            line = (self._ground * 0.85 + self._grey * 0.15).astype(numpy.uint8)
            grown[scale.high - 1 :: scale.high] = line
            grown[:, scale.wide - 1 :: scale.wide] = line
        return grown

    # -- runs -------------------------------------------------------------------------------------

    def _run(self, scale: Scale, rows: tuple[int, int], columns: tuple[int, int]) -> Pixels:
        cells = self._whole(rows, columns) if scale.fold == 1 else self._folded(rows, columns, scale.fold)
        detailed = scale.high >= DETAIL and scale.wide >= DETAIL
        colours = self._coloured(cells)
        if not detailed:
            colours[cells.error & cells.fired] = self._bad
        grown = _grown((colours + 0.5).astype(numpy.uint8), scale)
        if detailed:
            self._detail(grown, cells, scale)
        elif scale.wide > 2 * STRIP:
            view = grown.reshape(len(cells.write), scale.high, cells.write.shape[1], scale.wide, 3)
            view[:, :, :, -1] = self._ground
            rows_of, columns_of = numpy.nonzero(cells.write)
            part = 1.0 if scale.fold == 1 else FOLDED
            patch = view[rows_of, :, columns_of, -1 - STRIP : -1].astype(numpy.float32)
            view[rows_of, :, columns_of, -1 - STRIP : -1] = (patch + part * (self._ink - patch)).astype(numpy.uint8)
        return grown

    def _whole(self, rows: tuple[int, int], columns: tuple[int, int]) -> _Cells:
        part = (slice(*rows), slice(*columns))
        one = self.diagram
        return _Cells(
            one.symbol[part].astype(numpy.int64), one.fired[part], one.contentless[part], one.error[part],
            one.write[part], self._values[part].astype(numpy.float64),
        )  # fmt: skip

    def _folded(self, rows: tuple[int, int], columns: tuple[int, int], fold: int) -> _Cells:
        """Of twice `fold` rows, two: that of the newest firing (or an error), and that of the least new one."""
        top, bottom = rows
        pixels = -(-(bottom - top) // fold)
        pairs = (pixels + 1) // 2
        part = (slice(top, bottom), slice(*columns))
        one = self.diagram
        novelty = numpy.maximum(one.novelty[part], 0.0)
        fired = one.fired[part] & ~one.contentless[part]
        newest = numpy.where(fired, novelty, -1.0) + 10.0 * (one.error[part] & one.fired[part])
        oldest = numpy.where(fired, novelty, 3.0)
        shape = (pairs, min(2 * fold, bottom - top), novelty.shape[1])
        first = _padded(newest, shape, -9.0).argmax(axis=1)
        second = _padded(oldest, shape, 9.0).argmin(axis=1)
        start = (numpy.arange(pairs) * 2 * fold)[:, None] + top
        picked = numpy.stack((first + start, second + start), axis=1).reshape(2 * pairs, -1)[:pixels]
        picked = numpy.minimum(picked, bottom - 1)
        across = numpy.arange(*columns)[None, :]
        wrote = _padded(one.write[part], shape, 0).any(axis=1).repeat(2, axis=0)[:pixels]
        at = (picked, across)
        return _Cells(
            one.symbol[at].astype(numpy.int64), one.fired[at], one.contentless[at], one.error[at] & one.fired[at],
            wrote, self._values[at].astype(numpy.float64),
        )  # fmt: skip

    def _coloured(self, cells: _Cells) -> Colours:
        """The colour of each cell without its details."""
        if self.colouring in ("symbol", "goal"):
            colours = self._by_name(cells.symbol if self.colouring == "symbol" else cells.value.astype(numpy.int64))
            if self.colouring == "goal":
                colours[cells.value < 0] = self._faint()
        else:
            colours = self._by_number(cells.value).astype(numpy.float32)
            colours[cells.value < 0] = self._faint()
        colours[cells.contentless] = self._grey
        if self.colouring != "age":  # which is about cells that are held
            held = ~cells.fired
            colours[held] = self._ground + HELD * (colours[held] - self._ground)
        colours[cells.symbol < 0] = self._ground
        return colours

    def _by_name(self, names: NDArray[numpy.int64]) -> Colours:
        distinct, where = numpy.unique(names, return_inverse=True)
        found: Colours = symbol_colours(distinct, self.look).astype(numpy.float32)[where.reshape(names.shape)]
        return found

    def _by_number(self, values: NDArray[numpy.float64]) -> Pixels:
        return ramp(self.colouring, self.look)[(self._scaled(values) * 255 + 0.5).astype(numpy.uint8)]

    def _faint(self) -> Colours:
        faint: Colours = self._ground + 0.3 * (self._grey - self._ground)
        return faint

    def _detail(self, grown: Pixels, cells: _Cells, scale: Scale) -> None:
        """Hatch what failed, dot what changed the world, and leave gaps between cells."""
        high, wide = scale.high, scale.wide
        rows, columns = cells.symbol.shape
        view = grown.reshape(rows, high, columns, wide, 3)
        failed = numpy.nonzero(cells.error & cells.fired)
        if len(failed[0]):
            y, x = numpy.arange(high)[:, None], numpy.arange(wide)[None, :]
            place = (x + y) % HATCH
            patch = view[failed[0], :, failed[1]]
            patch[:, place < 2] = self._bad.astype(numpy.uint8)
            patch[:, place == 2] = self._ground.astype(numpy.uint8)  # so that it is seen on red, too
            view[failed[0], :, failed[1]] = patch
        wrote = numpy.nonzero(cells.write)
        if len(wrote[0]):
            cover = _dot(high, wide)[None, :, :, None]
            patch = view[wrote[0], :, wrote[1]].astype(numpy.float32)
            view[wrote[0], :, wrote[1]] = (patch + cover * (self._ink - patch) + 0.5).astype(numpy.uint8)
        ground = self._ground.astype(numpy.uint8)
        begun = numpy.nonzero(cells.fired)  # a cell that is held goes on without a gap
        view[begun[0], 0, begun[1]] = ground
        view[:, :, :, wide - (2 if wide >= 16 else 1) :] = ground


GOLDEN: Final = 0.6180339887498949
"""Multiples of it follow no period."""


def _sampled(span: tuple[int, int], fold: int) -> Index:
    """The rows that are looked at for each pixel, (pixels, samples): all, or some at places that follow no period."""
    start, end = span
    pixels = -(-(end - start) // fold)
    if fold <= SAMPLES:
        places = numpy.arange(fold)
    else:
        places = numpy.sort(((numpy.arange(SAMPLES) + 0.5) / SAMPLES * fold).astype(numpy.intp))
    at = numpy.arange(pixels)[:, None]
    if fold > SAMPLES:
        places = (places + (at * GOLDEN % 1.0 * (fold / SAMPLES)).astype(numpy.intp)) % fold
    rows: Index = numpy.minimum(start + at * fold + places, end - 1)
    return rows


def _padded(values: NDArray[numpy.generic], shape: tuple[int, int, int], fill: float) -> NDArray[numpy.float32]:
    """Values (rows, columns) as (groups, rows of a group, columns), the last group filled up."""
    whole = numpy.full((shape[0] * shape[1], shape[2]), fill, numpy.float32)
    whole[: len(values)] = values
    return whole.reshape(shape)


def _grown(colours: Pixels, scale: Scale) -> Pixels:
    """Each cell as many pixels."""
    if scale.high > 1:
        colours = colours.repeat(scale.high, axis=0)
    return colours.repeat(scale.wide, axis=1) if scale.wide > 1 else colours


def _dot(high: int, wide: int) -> NDArray[numpy.float32]:
    """How much of each pixel of a cell a dot in its upper right corner covers."""
    radius = min(3.2, max(1.3, 0.2 * min(high, wide)))
    gap = 2 if wide >= 16 else 1
    x, y = wide - gap - radius - 1.5, radius + 1.0
    across, down = numpy.arange(wide)[None, :] + 0.5, numpy.arange(high)[:, None] + 0.5
    away = numpy.hypot(across - x, down - y)
    cover: NDArray[numpy.float32] = numpy.clip(radius + 0.5 - away, 0.0, 1.0).astype(numpy.float32)
    return cover
