"""Pixels hold what a slow count of the same steps says."""

from __future__ import annotations

import random
from typing import Literal

import numpy
import pytest

from studio.replay.overview.axes import Axis
from studio.replay.overview.raster import STRONGEST, count, palette, picture, rows_by_level, shades, winners
from studio.replay.overview.tracks import Tracks
from studio.trace import Trace
from tests.replay.overview.making import made_up, overview_of

Kind = Literal["step", "time"]


def slow_count(
    axis: Axis, tracks: Tracks, rows: list[int], kinds: list[int], window: tuple[float, float], size: tuple[int, ...]
) -> list[list[list[int]]]:
    """Count firing by firing."""
    start, end = window
    made = [[[0] * size[2] for _ in range(size[1])] for _ in range(size[0])]
    width = (end - start) / size[1]
    for index, kind in enumerate(kinds):
        low, high = axis.span(index)
        track = int(axis.overview.track[index])
        mine = [track, *tracks.around(track)]
        for column in range(size[1]):
            left, right = start + column * width, start + (column + 1) * width
            touches = (left <= low < right) or (low < right - 1e-12 and high > left + 1e-12)
            if touches:
                for row, number in enumerate(rows):
                    if number in mine:
                        made[row][column][kind] += 1
    return made


@pytest.mark.parametrize("kind", ["step", "time"])
def test_counts_agree_with_a_slow_count_on_random_steps(kind: Kind) -> None:
    dice = random.Random(11)
    time, steps = 0, []
    for _ in range(240):
        time += dice.randrange(1, 9) * 7
        steps.append((dice.randrange(1, 6), dice.choice((0, 0, 0, 1, 2)), time, dice.choice((0, 3, 55))))
    overview = made_up(steps, list("abcde"))
    axis = Axis(overview, kind)
    kinds = overview.status
    for part in ((0.0, 1.0), (0.13, 0.61), (0.4, 0.43)):
        window = (part[0] * axis.end, part[1] * axis.end)
        rows = [0, 2, 4]
        size = (len(rows), 37, 3)
        found = count(axis, rows_by_level(overview.tracks, rows), kinds, window, size)

        assert found.tolist() == slow_count(axis, overview.tracks, rows, kinds.tolist(), window, size), part
        assert found.sum() > 0


def test_a_region_counts_all_that_is_inside(town: Trace) -> None:
    overview = overview_of(town)
    axis = Axis(overview, "step")
    rows = overview.tracks.rows()
    window, size = (0.0, axis.end), (len(rows), 11, 3)
    found = count(axis, rows_by_level(overview.tracks, rows), overview.status, window, size)

    assert found.tolist() == slow_count(axis, overview.tracks, rows, overview.status.tolist(), window, size)
    work = next(track for track in overview.tracks.all if track.key == "work")
    inside = sum(one.node.startswith("work") for one in town.firings())
    assert found[rows.index(work.number)].sum(axis=1).sum() >= inside > 5


def test_only_chosen_firings_count() -> None:
    overview = made_up([(1, 0, 0, 1), (1, 1, 1, 1), (1, 0, 2, 1)], ["a"])
    axis = Axis(overview, "step")
    levels = rows_by_level(overview.tracks, [0])
    chosen = numpy.array([False, True, True])

    assert count(axis, levels, overview.status, (0, 3), (1, 3, 3), chosen).tolist() == [
        [[0, 0, 0], [0, 1, 0], [1, 0, 0]]
    ]


def test_an_error_is_seen_among_a_thousand() -> None:
    counts = numpy.array([[[1000, 1, 0], [5, 0, 0], [0, 0, 0], [7, 0, 2]]])

    assert winners(counts, by_rank=True).tolist() == [[1, 0, -1, 2]]
    assert winners(counts, by_rank=False).tolist() == [[0, 0, -1, 0]]


def test_more_firings_are_stronger_and_nothing_is_clear() -> None:
    counts = numpy.array([[[1], [10], [1000], [0]]])
    strength = shades(counts)[0]

    assert 1 == strength[0] < strength[1] < strength[2] == STRONGEST
    assert strength[3] == 0
    pixels = picture(counts, palette([(1.0, 0.0, 0.5)]), by_rank=True)[0]
    assert hex(pixels[2]) == "0xffff0080"
    assert pixels[3] == 0
    assert pixels[0] >> 24 == round(0.55 * 255)
