"""Forks that change more than params: limits, the end of a graph, its stores, nodes that are new or gone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from studio import run
from studio.engine.result import RunResult
from studio.graph import Graph
from studio.replay.changes import Changes
from studio.replay.continuing import fork, resume
from studio.replay.verify import verify
from studio.support.errors import UsageError
from studio.support.values import Json
from studio.trace import Trace
from tests.engine.players import REGISTRY, Services
from tests.replay.crashes import undisturbed

LOOP = """\
name: loop
nodes:
  count: {type: toy.add, plus: 1}
  ask: {type: toy.ask, fires: every_tick}
  note: {type: toy.note, store: log}
  word: {type: text.template, template: "{n}?"}
  last: {type: flow.output}
  notes: {type: flow.output, collect: true}
edges:
  - count.out ~> count.a: {initial: 0}
  - count.out -> word.n
  - word.text -> ask.question
  - ask.text -> note.value
  - ask.text -> last.value
  - note.out -> notes.value
stores:
  log: {type: list}
max_ticks: 3
"""
LINES: list[Json] = ["a", "b", "c", "d", "e"]


def begun(db: Path, text: str = LOOP, **options: Any) -> RunResult:
    services: Any = Services(LINES)
    return run(Graph.from_text(text), db=db, catalog=services, registry=REGISTRY, **options)


def forked(db: Path, text: str | None = None, **keywords: Any) -> tuple[RunResult, int]:
    """Fork the last run and return the new one, with how often a model was really asked."""
    services: Any = keywords.pop("services", None) or Services(LINES)
    graph = None if text is None else Graph.from_text(text)
    result = fork(db, graph=graph, catalog=services, registry=REGISTRY, **keywords)
    with Trace(db) as trace:
        difference = verify(trace, result.run_id, registry=REGISTRY).difference
        assert difference is None, str(difference)
    return result, len(services.model.requests)


def is_the_run_of(result: RunResult, text: str) -> bool:
    afresh, _ = undisturbed(Graph.from_text(text), LINES)
    return (result.status, result.ended, result.outputs) == (afresh.status, afresh.ended, afresh.outputs)


@pytest.mark.parametrize(
    ("setting", "asked"),
    [("max_ticks: 5", 2), ("max_ticks: 2", 0), ("max_ticks: 3\nuntil: stop", 0), ("max_ticks: 2\non_limit: fail", 0)],
)
def test_another_end_of_the_graph_is_that_of_the_fork(setting: str, asked: int, tmp_path: Path) -> None:
    text = LOOP.replace("max_ticks: 3", setting)
    begun(tmp_path / "runs.db")

    result, requests = forked(tmp_path / "runs.db", text)

    assert is_the_run_of(result, text)
    assert requests == asked, "what was asked in the parent is known"


def test_other_stores_are_those_of_the_fork(tmp_path: Path) -> None:
    text = LOOP.replace("{type: list}", "{type: list, items: [x, y]}")
    assert begun(tmp_path / "runs.db").outputs["notes"] == [1, 2, 3]

    result, requests = forked(tmp_path / "runs.db", text)

    assert result.outputs["notes"] == [3, 4, 5]
    assert requests == 0


@pytest.mark.parametrize(
    "text", [LOOP.replace("max_ticks: 3", "max_ticks: 9"), LOOP.replace("{type: list}", "{type: list, items: [x]}")]
)
def test_what_holds_from_the_beginning_cannot_change_in_the_middle(text: str, tmp_path: Path) -> None:
    begun(tmp_path / "runs.db")

    with pytest.raises(UsageError, match="of the graph `loop` holds from its first step on"):
        forked(tmp_path / "runs.db", text, at=9)


NEW = LOOP.replace("  last:", "  more: {type: toy.note, store: log}\n  last:").replace(
    "  - ask.text -> last.value\n", "  - ask.text -> last.value\n  - count.out -> more.value\n"
)


def test_a_node_that_is_new_fires_where_it_would_have_fired(tmp_path: Path) -> None:
    begun(tmp_path / "runs.db")

    result, requests = forked(tmp_path / "runs.db", NEW)

    assert is_the_run_of(result, NEW)
    assert result.outputs["notes"] != [1, 2, 3], "it writes into the same store"
    assert requests == 0


def test_a_node_that_is_gone_is_gone_from_the_beginning(tmp_path: Path) -> None:
    begun(tmp_path / "runs.db", NEW)

    result, requests = forked(tmp_path / "runs.db", LOOP)

    assert is_the_run_of(result, LOOP)
    assert requests == 0


def test_another_answer_to_alarms_changes_nothing_of_what_was_done(tmp_path: Path) -> None:
    begun(tmp_path / "runs.db")
    text = LOOP + "dynamics: {on_alarm: stop}\n"

    result, requests = forked(tmp_path / "runs.db", text)

    assert (result.status, requests) == ("ok", 0)
    with Trace(tmp_path / "runs.db") as trace:
        mine = trace.run(result.run_id)
        assert "dynamics" in trace.graph_text(result.run_id)
        assert mine.fork_seq == trace.run(mine.parent_run).totals["firings"] + 1, "it goes on at the end"


TALK = (
    "name: talk\nnodes:\n  ask: {type: toy.ask, fires: every_tick, limits: {calls: 2}}\n  last: {type: flow.output}\n"
)
TALK += "edges:\n  - ask.text ~> ask.question: {initial: Well}\n  - ask.text -> last.value\nmax_ticks: 4\n"


def test_a_run_that_a_nodes_own_limit_paused_goes_on_as_a_fork(tmp_path: Path) -> None:
    paused = begun(tmp_path / "runs.db", TALK, limits={"calls": 50})
    assert (paused.ended, paused.calls) == ("limit:calls", 2)

    with pytest.raises(UsageError, match="the node `ask` reached its limit calls=2"):
        resume(tmp_path / "runs.db", catalog=Services(LINES), registry=REGISTRY, limits={"calls": 99})
    result, _ = forked(tmp_path / "runs.db", changes=Changes({"ask": {"limits": {"calls": 9}}}))

    assert (result.status, result.outputs, result.calls) == ("ok", {"last": "d"}, 2)


def test_the_limits_of_the_changed_graph_are_those_of_the_fork(tmp_path: Path) -> None:
    text = TALK.replace(", limits: {calls: 2}", "")
    paused = begun(tmp_path / "runs.db", text + "limits: {calls: 1}\n", limits={"tokens": 1000})
    assert paused.ended == "limit:calls"

    wider, _ = forked(tmp_path / "runs.db", text + "limits: {calls: 3}\n")
    none, _ = forked(tmp_path / "runs.db", text)

    assert (wider.ended, wider.calls) == ("limit:calls", 2)
    assert (none.status, none.outputs) == ("ok", {"last": "d"})
    with Trace(tmp_path / "runs.db") as trace:
        limits = [trace.run(one.run_id).options["limits"] for one in (wider, none)]
    assert [one["tokens"] for one in limits] == [1000, 1000], "what was asked for beside the graph stays"
    assert limits[0]["calls"] == 3
    assert limits[1]["calls"] > 4, "as set for all runs"


def test_what_failed_the_parent_is_tried_again_in_a_fork_that_changes_something_else(tmp_path: Path) -> None:
    text = """\
name: half
nodes:
  five: {type: toy.number, value: 5}
  plus: {type: toy.add, plus: 1}
  ask: {type: toy.ask}
  plus_out: {type: flow.output}
  said: {type: flow.output}
edges:
  - five.out -> plus.a
  - plus.out -> plus_out.value
  - plus.done -> ask.when
  - ask.text -> said.value
"""
    services: Any = Services([])
    failed = run(Graph.from_text(text), db=tmp_path / "runs.db", catalog=services, registry=REGISTRY)
    assert failed.status == "failed"

    result, _ = forked(tmp_path / "runs.db", changes=Changes({"plus": {"plus": 2}}))

    assert result.outputs == {"plus_out": 7, "said": "a"}
