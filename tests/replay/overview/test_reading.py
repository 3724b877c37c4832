"""What an overview holds is what the trace says, however it was read."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from studio.replay.overview import reading
from studio.replay.overview.reading import read_part
from studio.replay.overview.whole import Overview
from studio.support.ticks import tick_path
from studio.trace import RunStart, Trace, open_run
from studio.trace.log import ORIGIN_NAMES, STATUS_NAMES
from tests.replay.overview.making import made_up, overview_of, since_of
from tests.trace.declaring import declare

HEAD: Any = {"graph_name": "g", "graph_file": "", "graph_hash": "h", "graph_text": "", "started_at": 1000}


def told(trace: Trace, overview: Overview) -> list[tuple[object, ...]]:
    """The columns as the trace's firings have them."""
    since = since_of(trace)
    return [
        (
            int(overview.seq[at]), int(overview.id[at]), _node(trace, int(overview.path[at])),
            STATUS_NAMES[overview.status[at]], ORIGIN_NAMES[overview.origin[at]],
            round((int(overview.started[at]) + since) / 1e9, 4), round(int(overview.duration[at]) / 1e6, 4),
            int(overview.attempt[at]), int(overview.depth[at]), int(overview.tick[at]), bool(overview.asked[at]),
        )
        for at in range(len(overview))
    ]  # fmt: skip


def _node(trace: Trace, path: int) -> str:
    row = trace.steps().path(path)
    assert row is not None
    return row.node


def recorded(trace: Trace) -> list[tuple[object, ...]]:
    """The same from the firings one by one."""
    steps = trace.steps()
    firings = sorted((one for one in trace.firings() if one.seq is not None), key=lambda one: one.seq or 0)
    return [
        (
            one.seq, one.id, one.node, one.status, one.origin, round(one.started_at, 4), round(one.duration_ms or 0, 4),
            one.attempt, one.tick.count("."), int(tick_path(one.tick_key).split(".")[0]), steps.asked(one.seq or 0) > 0,
        )
        for one in firings
    ]  # fmt: skip


def test_columns_are_what_the_trace_says_of_each_firing(town: Trace) -> None:
    wanted = recorded(town)

    assert told(town, overview_of(town)) == wanted
    assert {row[3] for row in wanted} > {"ok"}, "some are no success"
    assert any(row[-1] for row in wanted), "one asks a model"


def test_read_in_small_parts_it_is_the_same(town: Trace, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = told(town, overview_of(town))
    monkeypatch.setattr(reading, "FIRST", 3)
    monkeypatch.setattr(reading, "MOST", 4)
    overview = overview_of(town)

    assert overview.version > 3
    assert told(town, overview) == wanted
    assert [track.key for track in overview.tracks.all] == [track.key for track in overview_of(town).tracks.all]


def test_a_part_that_was_asked_for_twice_counts_once(town: Trace) -> None:
    overview = Overview()
    part = read_part(town, town.run().id, since_of(town), 0, 0)
    overview.add(part)
    before = len(overview)
    overview.add(part)

    assert len(overview) == before > 0


def test_a_run_that_grows_is_read_on_from_where_it_was(db: Path) -> None:
    log = open_run(db, RunStart(run_id="01RUN", **HEAD))
    declare(log, 1, "a", "toy.a", 1, 0, 0)
    declare(log, 2, "b", "toy.a", 1, 1, 0)
    log.firing(1, 1, 1, "a0", 0, 0, 0, "", 0, 2000, 5, None, {}, 1)
    log.flush()
    with Trace(db) as trace:
        overview = overview_of(trace)
        assert len(overview) == 1
        log.firing(2, 2, 2, "a0", 0, 0, 1, "no", 0, 2010, 5, None, {}, 1)
        log.flush()
        overview.add(read_part(trace, "01RUN", since_of(trace), overview.last, overview.tracks.last_path))

        assert told(trace, overview) == recorded(trace)
        assert len(overview) == 2
    log.finish("ok", "quiet", None, {}, {}, 0)


def test_alarms_stand_at_the_firing_they_concern_or_where_the_run_had_got_to(db: Path) -> None:
    log = open_run(db, RunStart(run_id="01RUN", **HEAD))
    declare(log, 1, "a", "toy.a", 1, 0, 0)
    for number in range(1, 6):
        log.firing(number, number, 1, f"a{number}", 0, 0, 0, "", 0, 1000 * number, 500, None, {}, 1)
    log.alarm(2, "loop", "It goes round.", None, 2600)
    log.alarm(0, "budget", "Half of the money is spent.", None, 4700)
    log.flush()
    with Trace(db) as trace:
        overview = overview_of(trace)

        assert [int(overview.seq[at]) for at in overview.alarm_steps()] == [2, 4]
        assert [mark.text for mark in overview.alarms] == ["It goes round.", "Half of the money is spent."]
    log.finish("ok", "quiet", None, {}, {}, 0)


def test_steps_and_firings_are_found() -> None:
    overview = made_up([(1, 0, 0, 5), (1, 0, 5, 5), (1, 0, 10, 5)], ["a"])

    assert overview.index_of(2) == 1
    assert overview.index_of(99) == 2
    assert list(overview.indexes_of([3, 7, 1])) == [0, 2]
    assert list(overview.indexes_of_firings({2, 50})) == [1]
    assert Overview().index_of(1) == -1


def test_what_was_never_decided_is_told_with_its_start(db: Path) -> None:
    log = open_run(db, RunStart(run_id="01RUN", **HEAD))
    declare(log, 1, "a", "toy.a", 1, 0, 0)
    declare(log, 2, "b", "toy.a", 1, 1, 0)
    log.firing(1, 1, 1, "a0", 0, 0, 0, "", 0, 2000, 5000, None, {}, 1)
    log.open_firing(2, 2, "a0", 0, 0, 4000)
    log.flush()
    with Trace(db) as trace:
        overview = overview_of(trace)

        assert overview.under_way == [(1, 4000 - since_of(trace))]
        log.firing(2, 2, 2, "a0", 0, 0, 0, "", 0, 4000, 9000, None, {}, 1)
        log.flush()
        overview.add(read_part(trace, "01RUN", since_of(trace), overview.last, overview.tracks.last_path))
        assert overview.under_way == []
    log.finish("ok", "quiet", None, {}, {}, 0)


def test_drawing_loads_no_masked_arrays() -> None:
    """They take a tenth of a second when a run is opened first."""
    code = (
        "import sys, numpy\n"
        "from tests.replay.overview.making import made_up\n"
        "from studio.replay.overview import axes, raster\n"
        "made = made_up([(1, 0, 0, 5), (1, 1, 5, 5)], ['a'], asking=(2,))\n"
        "assert made.asked.tolist() == [False, True]\n"
        "assert made.indexes_of([2, 2, 9]).tolist() == [1] == made.indexes_of_firings({2, 7}).tolist()\n"
        "axis = axes.Axis(made, 'time')\n"
        "counts = raster.count(axis, raster.rows_by_level(made.tracks, [0]), made.status, (0, axis.end), (1, 9, 3))\n"
        "raster.picture(counts, raster.palette([(1, 1, 1)] * 3), by_rank=True)\n"
        "print('numpy.ma' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "False\n", done.stderr
