"""Counts what falls into each pixel of a drawing of tracks, so that a hundred thousand firings are one picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from studio.replay.overview.axes import Axis
    from studio.replay.overview.tracks import Tracks

    Counts = NDArray[numpy.int64]

STRONGEST: Final = 32
"""Strengths in which a colour is drawn."""


def rows_by_level(tracks: Tracks, rows: list[int]) -> list[NDArray[numpy.int32]]:
    """Return, for each depth of regions, the row in which each track is counted at that depth; -1 for none.

    `rows` are the tracks that are drawn: a firing counts in its own row and in those of all regions around it.
    """
    place = numpy.full(len(tracks.all) + 1, -1, numpy.int32)  # the last one is for tracks that are -1
    place[rows] = numpy.arange(len(rows), dtype=numpy.int32)
    place[-1] = -1
    return [found for level in tracks.levels() if (found := place[level]).max(initial=-1) >= 0]


def count(
    axis: Axis,
    levels: list[NDArray[numpy.int32]],
    kinds: NDArray[numpy.int8],
    window: tuple[float, float],
    size: tuple[int, int, int],
    chosen: NDArray[numpy.bool_] | None = None,
) -> Counts:
    """Return how many firings of each kind lie in each pixel: an array of rows, columns and kinds, of that size.

    `window` is the part of the axis that is drawn, `kinds` the kind of each firing, `chosen` which of them count. A
    firing lies in all columns that it touches.
    """
    rows, columns, many = size
    counts = numpy.zeros((rows, columns + 1, many), numpy.int64)
    start, end = window
    if end <= start or not rows or not columns:
        return counts[:, :columns]
    which = axis.between(start, end)
    low, high = axis.low[which], axis.high[which]
    track, kind = axis.overview.track[which], kinds[which]
    inside = (track >= 0) & (low < end) & (high >= start)
    if chosen is not None:
        inside &= chosen[which]
    if not inside.all():
        low, high, track, kind = low[inside], high[inside], track[inside], kind[inside]
    scale = columns / (end - start)
    first = numpy.clip(((low - start) * scale).astype(numpy.int64), 0, columns - 1)
    # What ends where the next column begins does not touch that one.
    last = numpy.clip(numpy.ceil((high - start) * scale - 1e-6).astype(numpy.int64) - 1, first, columns - 1)
    flat = counts.reshape(-1)
    for level in levels:
        row = level[track].astype(numpy.int64)
        drawn = row >= 0
        base = row[drawn] * (columns + 1)
        one = kind[drawn]
        flat += numpy.bincount((base + first[drawn]) * many + one, minlength=flat.size)
        flat -= numpy.bincount((base + last[drawn] + 1) * many + one, minlength=flat.size)
    return numpy.cumsum(counts, axis=1)[:, :columns]


def winners(counts: Counts, *, by_rank: bool) -> NDArray[numpy.int64]:
    """Return the kind that each pixel shows, -1 where there is nothing: with `by_rank` the highest one that is there,
    otherwise the most frequent."""
    if by_rank:
        many = counts.shape[2]
        found = many - 1 - numpy.argmax(counts[:, :, ::-1] > 0, axis=2)
    else:
        found = numpy.argmax(counts, axis=2)
    return numpy.where(counts.sum(axis=2) > 0, found, -1)


def shades(counts: Counts) -> NDArray[numpy.int64]:
    """Return how strong each pixel is drawn: 0 where there is nothing, from 1 for one firing to `STRONGEST` for as many
    as the fullest pixel has."""
    total = counts.sum(axis=2)
    most = int(total.max(initial=0))
    by_total = numpy.full(most + 1, STRONGEST, numpy.int64)
    if most > 1:
        by_total[1:] = numpy.rint(1 + (STRONGEST - 1) * numpy.log(numpy.arange(1, most + 1)) / numpy.log(most))
    by_total[0] = 0
    strength: NDArray[numpy.int64] = by_total[total]
    return strength


def palette(colours: list[tuple[float, float, float]], least: float = 0.55) -> NDArray[numpy.uint32]:
    """Return each kind's colour (red, green, blue from 0 to 1) in every strength, the weakest one `least` opaque, as
    numbers of premultiplied alpha, red, green, blue."""
    alpha = numpy.zeros(STRONGEST + 1)
    alpha[1:] = least + (1 - least) * numpy.arange(STRONGEST) / (STRONGEST - 1)
    parts = numpy.empty((len(colours), STRONGEST + 1, 4))
    parts[..., 0] = alpha
    parts[..., 1:] = numpy.asarray(colours).reshape(-1, 1, 3) * alpha[:, None]
    whole = numpy.rint(parts * 255).astype(numpy.uint32)
    made = (whole[..., 0] << 24) | (whole[..., 1] << 16) | (whole[..., 2] << 8) | whole[..., 3]
    return made.astype(numpy.uint32)


def picture(counts: Counts, colours: NDArray[numpy.uint32], *, by_rank: bool) -> NDArray[numpy.uint32]:
    """Return the pixels of a drawing; `colours` is a `palette` with a row for each kind."""
    return colours[numpy.maximum(winners(counts, by_rank=by_rank), 0), shades(counts)]
