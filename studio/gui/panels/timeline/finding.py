"""Finds the firing that is drawn at a point of the tracks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy

from studio.gui.panels.timeline.state import FEW, State
from studio.replay.overview.axes import lanes_of
from studio.replay.overview.whole import among

if TYPE_CHECKING:
    from numpy.typing import NDArray


def around(state: State, row: int, place: float, near: float, part: float = 0.0) -> tuple[int, NDArray[numpy.int64]]:
    """Return the index of the firing of a row at a place of the axis, or the nearest one not farther than `near`, and
    all that are as near. Of several it is the one in the lane at this part of the row's height, then the one that began
    last; -1 for none."""
    nothing = numpy.empty(0, numpy.int64)
    if not 0 <= row < len(state.rows) or not len(state.overview):
        return -1, nothing
    indexes = _of_row(state, row, place - near, place + near)
    if not len(indexes):
        return -1, nothing
    low, high = state.axis.low[indexes], state.axis.high[indexes]
    away = numpy.maximum(numpy.maximum(low - place, place - high), 0.0)
    nearest = indexes[away <= away.min()]
    if len(nearest) > 1 and state.has_lanes(state.rows[row]):
        nearest = _in_lane(state, row, nearest, part)
    return int(nearest[numpy.argmax(state.axis.low[nearest])]), indexes


def _of_row(state: State, row: int, start: float, end: float) -> NDArray[numpy.int64]:
    """The indexes of the firings that are drawn in a row between two places."""
    indexes = numpy.arange(len(state.overview))[state.axis.between(start, end)]
    track = state.overview.track[indexes]
    mine = numpy.zeros(len(indexes), numpy.bool_)
    for level in state.levels_of([state.rows[row]]):
        mine |= (level[track] >= 0) & (track >= 0)
    if state.chosen is not None:
        mine &= state.chosen[indexes]
    return indexes[mine]


def _in_lane(state: State, row: int, nearest: NDArray[numpy.int64], part: float) -> NDArray[numpy.int64]:
    """Those of some firings that are drawn in the lane at a part of the row's height; all if none is."""
    shown = _of_row(state, row, state.window.start, state.window.end)
    if len(shown) > FEW:
        return nearest  # they are drawn as counts, without lanes
    lane, count = lanes_of(state.axis.low[shown], state.axis.high[shown])
    here = nearest[among(nearest, shown[lane == int(part * count)])]
    return here if len(here) else nearest
