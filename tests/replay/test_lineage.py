"""Runs that continue runs that continue runs: each is whole, costs what it spent itself, and can be verified."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from studio import run
from studio.engine.recorded import RecordedEffects
from studio.engine.result import RunResult
from studio.graph import Graph
from studio.replay.changes import Changes
from studio.replay.continuing import fork, resume
from studio.replay.verify import verify
from studio.support.errors import UsageError
from studio.support.values import Json
from studio.trace import Trace
from studio.trace.sqlite import connect_writer
from studio.trace.writer import close_writer
from tests.engine.players import REGISTRY, Services
from tests.support.graphs import CRITIC_LOOP


def critic(*drafts: tuple[str, str]) -> list[Json]:
    lines: list[Json] = []
    for text, label in drafts:
        lines += [
            {"node": "writer", "reply": text, "tokens_in": 10, "tokens_out": 2, "cost_usd": 0.01},
            {"node": "critic", "reply": label, "choices": {label: 1.0}, "tokens_in": 5, "tokens_out": 1},
        ]
    return lines


DRAFTS = critic(("One.", "vague"), ("Two.", "wrong"), ("Three.", "good"))


def begun(db: Path, **limits: float) -> RunResult:
    graph = Graph.from_text(CRITIC_LOOP)
    services: Any = Services(DRAFTS)
    return run(graph, db=db, catalog=services, registry=REGISTRY, limits={"cost_usd": 1, **limits})


def gone_on(db: Path, run_id: str = "last", **keywords: Any) -> RunResult:
    return resume(db, run_id, catalog=Services(DRAFTS), registry=REGISTRY, **keywords)


def is_verified(db: Path, run_id: str) -> bool:
    with Trace(db) as trace:
        found = verify(trace, run_id, registry=REGISTRY)
        assert found.difference is None, str(found.difference)
        return found.firings > 0


def test_limits_count_the_whole_lineage_and_totals_what_each_run_spent(tmp_path: Path) -> None:
    db = tmp_path / "runs.db"
    first = begun(db, calls=2)
    assert (first.status, first.ended, first.calls) == ("paused", "limit:calls", 2)

    second = gone_on(db, limits={"calls": 4})
    assert (second.status, second.ended, second.calls) == ("paused", "limit:calls", 2), "two of the four were used"

    third = gone_on(db, limits={"calls": 6})
    assert (third.status, third.outputs, third.calls) == ("ok", {"result": "Three."}, 2)
    assert [one.cost_usd for one in (first, second, third)] == pytest.approx([0.01, 0.01, 0.01])
    assert (third.tokens_in, third.tokens_out) == (15, 3)
    assert third.taken_over > second.taken_over > first.taken_over == 0
    with Trace(db) as trace:
        spent = trace.sql("SELECT sum(cost_usd), count(*) FROM effect WHERE kind = 'chat'").rows[0]
        assert spent == (pytest.approx(0.03), 3), "nothing is on the bill twice"
        assert trace.run(third.run_id).parent_run == second.run_id
    for one in (first, second, third):
        assert is_verified(db, one.run_id)


def test_effects_of_what_was_taken_over_twice_are_found_where_they_were_asked(tmp_path: Path) -> None:
    db = tmp_path / "runs.db"
    first = begun(db, calls=2)
    gone_on(db, limits={"calls": 4})
    third = gone_on(db, limits={"calls": 6})

    with Trace(db) as trace:
        writer = next(trace.firings(third.run_id, "writer", "0"))
        source = trace.source(writer)

    assert source is not None
    assert source.run == first.run_id


def test_a_fork_of_a_resumed_run_is_verified_though_its_firings_stand_in_three_runs(tmp_path: Path) -> None:
    db = tmp_path / "runs.db"
    begun(db, calls=2)
    gone_on(db, limits={"calls": 6})
    lines = critic(("-", "vague"), ("-", "wrong"), ("Other.", "good"))
    with Trace(db) as trace:
        at = next(trace.firings("last", "writer", "2")).seq

    forked = fork(
        db, at=at, changes=Changes({"writer": {"instructions": "{topic}, {fault}"}}), catalog=Services(lines),
        registry=REGISTRY, limits={"calls": 8},
    )  # fmt: skip

    assert forked.outputs == {"result": "Other."}
    assert forked.calls == 2
    assert is_verified(db, forked.run_id)


def test_a_replaced_output_stays_replaced_when_the_fork_is_resumed_and_verified(tmp_path: Path) -> None:
    db = tmp_path / "runs.db"
    begun(db)
    lines = critic(("-", "good"), ("Two, again.", "-"))  # the judgement that is replaced needs no line

    forked = fork(
        db, changes=Changes(outputs={"critic": {"label": "wrong"}}), catalog=Services(lines), registry=REGISTRY,
        limits={"calls": 2},
    )  # fmt: skip
    assert (forked.status, forked.ended) == ("paused", "limit:calls")
    went_on = resume(db, catalog=Services(lines), registry=REGISTRY, limits={"calls": 5})

    assert (went_on.status, went_on.outputs) == ("ok", {"result": "Two, again."})
    with Trace(db) as trace:
        (prompt,) = trace.prompts(forked.run_id, "writer")
        assert "if any: wrong" in str(prompt.messages)
        overruled = next(trace.firings(went_on.run_id, "critic", "0"))
        assert trace.outputs(overruled)["label"] == "wrong"
    assert is_verified(db, forked.run_id)
    assert is_verified(db, went_on.run_id)


@pytest.mark.parametrize(
    ("limits", "said"), [({}, "was paused by its limit calls=2"), ({"calls": 2}, "was paused by its limit calls=2")]
)
def test_a_limit_that_was_reached_has_to_be_widened(limits: dict[str, float], said: str, tmp_path: Path) -> None:
    begun(tmp_path / "runs.db", calls=2)

    with pytest.raises(UsageError, match=said):
        gone_on(tmp_path / "runs.db", limits=limits)


def test_a_run_that_came_to_its_end_has_nothing_to_resume(tmp_path: Path) -> None:
    begun(tmp_path / "runs.db")

    with pytest.raises(UsageError, match="nothing to resume"):
        gone_on(tmp_path / "runs.db")


def test_runs_that_continue_each_other_in_a_circle_are_followed_once(tmp_path: Path) -> None:
    """No run of ours does; a file that came from someone else may say so."""
    db = tmp_path / "runs.db"
    begun(db, calls=2)
    gone_on(db, limits={"calls": 4})
    close_writer(db)
    database = connect_writer(db)
    with database:
        database.execute("UPDATE _run SET parent_run = (SELECT run FROM _run r WHERE r.id != _run.id)")
        database.execute("UPDATE _firing SET origin = 3")
    database.close()

    with Trace(db) as trace:
        assert len(list(trace.lineage())) == 2
        assert RecordedEffects.from_trace(trace, "last") is not None
    # All claim to be taken over and nobody asked: the script begins anew, after the four calls that stand in the file.
    assert gone_on(db, limits={"calls": 10}).status == "ok"
