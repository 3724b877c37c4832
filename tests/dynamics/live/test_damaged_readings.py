"""A record that a stranger changed, or a disk: what was read in it is refused in a sentence."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from studio import Trace
from studio.replay.dynamics import recorded_run
from studio.support.errors import EnvironmentProblem
from tests.dynamics.live.test_guard import in_circles, played


@pytest.mark.parametrize(
    ("reading", "told"),
    [
        ('{"hash": "x", "numbers": [null]}', "at most 8 numbers"),
        ("[1, 2]", "it is no object"),
        ('{"metric": "much"}', "its metric is no number"),
        ('{"metric": null}', "its metric is no number"),
    ],
)
def test_a_damaged_reading_is_told_with_its_node(tmp_path: Path, reading: str, told: str) -> None:
    played(tmp_path, in_circles())
    db = tmp_path / "t.db"
    with Trace(db) as trace:
        assert recorded_run(trace).events
    with closing(sqlite3.connect(db)) as base:
        base.execute("UPDATE _reading SET reading = ? WHERE id = (SELECT min(id) FROM _reading)", (reading,))
        base.commit()

    with Trace(db) as trace, pytest.raises(EnvironmentProblem, match=f"read of `planner` is damaged: .*{told}"):
        recorded_run(trace)
