"""Which runs a run is worth comparing with, and which of two stands on the left."""

from __future__ import annotations

from pathlib import Path

from studio.models.scripted import Scripted
from studio.replay.changes import Changes
from studio.replay.continuing import fork
from studio.replay.relatives import relatives, stands_left
from studio.trace import Trace
from tests.replay.test_aligning import recorded
from tests.replay.test_drafts import LOOP, REPLIES


def test_parents_and_forks_come_before_other_runs_of_the_graph(db: Path) -> None:
    other = recorded(db, LOOP, REPLIES)
    elsewhere = recorded(db, LOOP.replace("name: loop", "name: another"), REPLIES)
    parent = recorded(db, LOOP, REPLIES)
    changes = Changes(outputs={"critic": {"label": "good"}})
    one, two = (fork(db, parent, changes=changes, model=Scripted([])).run_id for _ in range(2))
    with Trace(db) as trace:
        found = [(item.run.id, item.relation) for item in relatives(trace, trace.run(one))]
        assert found[0] == (parent, "parent")
        assert found[1] == (two, "beside")
        assert found[2:] == [(other, "same graph")]
        assert elsewhere not in dict(found)
        assert {item.run.id for item in relatives(trace, trace.run(parent)) if item.relation == "fork"} == {one, two}
        assert stands_left(trace.run(parent), trace.run(one))
        assert not stands_left(trace.run(one), trace.run(parent))
        assert stands_left(trace.run(other), trace.run(parent))
