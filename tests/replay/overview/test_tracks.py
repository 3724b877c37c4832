"""Node paths folded into tracks."""

from __future__ import annotations

import numpy

from studio.replay.overview.tracks import DEEPEST, Tracks
from studio.trace import Trace
from studio.trace.decided import PathRow
from tests.replay.overview.making import overview_of


def keys(tracks: Tracks, rows: list[int]) -> list[str]:
    return [tracks.all[number].key for number in rows]


def test_items_of_a_map_share_their_tracks_in_plan_order(town: Trace) -> None:
    tracks = overview_of(town).tracks
    shown = keys(tracks, tracks.rows())

    assert [key for key in shown if "/" not in key] == ["tasks", "work", "greet", "fails", "result"]
    inside = [key for key in shown if "/" in key]
    assert sorted(inside) == ["work/add", "work/count", "work/item", "work/stop", "work/text"]
    assert shown.index("work") + 1 == shown.index(inside[0]), "inside follows its region"
    nodes = {one.node for one in town.firings() if one.node.startswith("work/")}
    assert len(nodes) == 2 * len(inside), "two items"


def test_what_is_inside_a_folded_region_is_not_shown(town: Trace) -> None:
    tracks = overview_of(town).tracks
    work = tracks.with_key("work")
    assert work is not None

    assert work.is_region
    assert "work/add" not in keys(tracks, tracks.rows({work.number}))
    assert "work" in keys(tracks, tracks.rows({work.number}))


def test_a_filter_keeps_the_regions_around_what_it_finds(town: Trace) -> None:
    tracks = overview_of(town).tracks

    assert keys(tracks, tracks.rows(wanted=lambda track: "add" in track.name)) == ["work", "work/add"]
    assert keys(tracks, tracks.rows(wanted=lambda track: False)) == []


def test_levels_tell_which_region_holds_a_track_at_each_depth() -> None:
    tracks = Tracks()
    tracks.add([
        PathRow(1, "a", "t", 1, 0, 0), PathRow(2, "m", "t", 1, 1, 0), PathRow(3, "m/x/b", "t", 1, 0, 2),
        PathRow(4, "m/x/n", "t", 1, 1, 2), PathRow(5, "m/x/n/c", "t", 1, 0, 4),
    ])  # fmt: skip
    assert tracks.add([PathRow(6, "m/a/y/b", "t", 1, 0, 2)]) is False, "an item's key may hold a slash"

    assert tracks.track_of(6) == tracks.track_of(3)
    assert [level.tolist() for level in tracks.levels()] == [[0, 1, 1, 1, 1], [-1, -1, 2, 3, 3], [-1, -1, -1, -1, 4]]
    assert tracks.around(4) == [3, 1]
    assert tracks.track_of(77) == -1


def test_ten_thousand_paths_of_a_map_are_few_tracks() -> None:
    tracks = Tracks()
    rows = [PathRow(1, "m", "t", 1, 0, 0)]
    rows += [PathRow(2 + number, f"m/{number // 10}/n{number % 10}", "t", 1, number % 10, 1) for number in range(9999)]
    tracks.add(rows)

    assert len(tracks.all) == 11
    assert numpy.bincount(tracks.of_paths(numpy.arange(1, 10_001))).tolist() == [1, 1000, *[1000] * 8, 999]


def test_numbers_of_paths_may_be_anything() -> None:
    tracks = Tracks()
    far = (1 << 32) - 1
    tracks.add([PathRow(1, "a", "t", 1, 0, 0), PathRow(far, "b", "t", 1, 1, 0)])

    assert tracks.of_paths(numpy.array([0, 1, 2, far, -5, 1 << 40])).tolist() == [-1, 0, -1, 1, -1, -1]


def test_regions_without_end_are_cut_off() -> None:
    tracks = Tracks()
    node, rows = "", []
    for number in range(1, 2000):
        node = f"{node}/r" if node else "r"
        rows.append(PathRow(number, node, "t", 1, 0, number - 1))
    tracks.add(rows)

    assert max(track.depth for track in tracks.all) == DEEPEST
    assert tracks.track_of(1999) >= 0
    assert len(tracks.levels()) == DEEPEST + 1
