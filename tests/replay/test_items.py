"""Items of maps: which one a step is in, and the same node in the one that began next."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from studio.replay.cursor import Cursor
from studio.replay.items import beside, item_around, key_of, name_of
from studio.trace import Trace
from tests.support.runs import KEYED, made, many_items, recorded


@pytest.fixture
def keyed(tmp_path: Path) -> Path:
    return made(KEYED, tmp_path / "keyed.db")


@pytest.mark.parametrize("name", ["", "a/b", "50%", "%", "%2F", "plain"])
def test_keys_in_paths_are_read_as_they_were_written(name: str) -> None:
    assert name_of(key_of(name)) == name
    assert "/" not in key_of(name)
    assert key_of(name)


def test_the_same_node_of_the_next_item_at_the_same_tick(keyed: Path) -> None:
    with Trace(keyed) as trace:
        cursor = Cursor(trace)
        at_tick_1 = [one for one in trace.firings() if one.node.endswith("/m") and one.tick == "1"]
        assert len(at_tick_1) == 4
        for one, other in pairwise(at_tick_1):
            cursor.seek(one.seq or 0)
            assert beside(cursor) == other.seq
            cursor.seek(other.seq or 0)
            assert beside(cursor, back=True) == one.seq
        cursor.seek(at_tick_1[-1].seq or 0)
        assert beside(cursor) is None


def test_outside_of_maps_there_is_no_item(keyed: Path) -> None:
    with Trace(keyed) as trace:
        cursor = Cursor(trace)
        assert item_around(cursor) is None
        assert beside(cursor) is None


def test_bodies_are_counted_and_found_by_place(tmp_path: Path) -> None:
    with Trace(made(many_items(30), tmp_path / "many.db")) as trace:
        cursor = Cursor(trace)
        steps = cursor.steps
        row = cursor.regions.top().path_of("work")
        assert row is not None
        assert steps.count_bodies(row.path) == 30
        bodies = steps.paths_below(row.path)
        for place in (0, 7, 29):
            assert steps.body_at(row.path, place) == bodies[place]
            assert steps.count_bodies(row.path, bodies[place].path) == place
        assert steps.body_at(row.path, 30) is None
        assert steps.body_beside(bodies[7]) == bodies[8]
        assert steps.body_beside(bodies[7], back=True) == bodies[6]
        assert steps.body_beside(bodies[29]) is None
        assert steps.body_beside(bodies[0], back=True) is None


def test_what_single_steps_used_is_found_for_many_at_once() -> None:
    with Trace(recorded("critic_loop")) as trace:
        steps = trace.steps("last")
        used = steps.used_at(range(1, 17))
        asked = {one.seq: one for one in trace.firings() if list(trace.effects(firing=one.id))}

        assert set(used) == set(asked)
        assert sum(one.calls for one in used.values()) == trace.run().totals["calls"]
        assert steps.used_at([]) == {}
