"""Executing a run again from its record, and finding the first firing that differs."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from studio.engine.run import run
from studio.graph import Graph
from studio.models.scripted import Scripted
from studio.nodes.text.template import Template
from studio.replay import verify as verify_module
from studio.replay.deeds import Deed, Identity, deeds_of
from studio.replay.verify import verify
from studio.spec.registry import Registry
from studio.support.errors import ModelError
from studio.trace import Trace
from studio.trace.memory import MemoryLog
from studio.trace.sqlite import connect_writer
from studio.trace.writer import close_writer
from tests.replay.conftest import TOWN


def test_a_run_repeats_firing_by_firing_without_any_model(town: Trace) -> None:
    made = verify(town)

    assert made.difference is None
    assert made.firings == sum(1 for _ in town.firings())
    assert made.pure == sum(
        1
        for firing in town.firings()
        if firing.type in ("text.template", "logic.expression", "json.parse") and firing.status != "skipped"
    )
    assert made.effects == 1


def test_verifying_writes_nothing(town: Trace) -> None:
    before = [run.id for run in town.runs()]
    verify(town)

    assert [run.id for run in town.runs()] == before


def test_a_node_type_that_changed_is_found_at_its_first_firing(town: Trace, monkeypatch: pytest.MonkeyPatch) -> None:
    behaves = Template.run

    def changed(self: Template, ctx: Any, params: Any, inputs: Any) -> Any:
        out = behaves(self, ctx, params, inputs)
        if ctx.node == "work/1/add":
            out.__dict__["text"] = out.text.upper()
        return out

    monkeypatch.setattr(Template, "run", changed)
    found = verify(town).difference

    assert found is not None
    assert (found.node, found.tick, found.what) == ("work/1/add", "0.0", "output `text`")
    assert (found.expected, found.got) == ("oats", "OATS")


def test_a_new_version_of_a_node_type_is_found_at_its_first_firing(town: Trace) -> None:
    class Newer(Template):
        spec = replace(Template.spec, version=Template.spec.version + 1)

    found = verify(town, registry=Registry([Newer])).difference

    assert found is not None
    first = next(one for one in town.outline() if one.type == "text.template" and one.status != "skipped")
    assert (found.node, found.tick, found.what) == (first.node, first.tick, "version")
    assert str(found).endswith("expected text.template version 1, got version 2.")


def test_a_request_that_changed_is_found_where_it_is_asked(db: Path) -> None:
    run(Graph.from_text(TOWN), model=Scripted(["Good morning."]), db=db)
    close_writer(db)
    graph_text = TOWN.replace("Greet {who}", "Insult {who}")
    with sqlite3.connect(db) as connection:
        connection.execute("UPDATE _graph_version SET text = ?", (Graph.from_text(graph_text).to_text(),))
    connection.close()
    with Trace(db) as trace:
        found = verify(trace).difference

    assert found is not None
    assert (found.node, found.tick, found.what.split()[0]) == ("greet", "0", "request")
    assert "Insult" in found.got


def test_a_missing_and_an_extra_firing_are_found(town: Trace, monkeypatch: pytest.MonkeyPatch) -> None:
    def shorter(log: MemoryLog) -> dict[Identity, Deed]:
        deeds = deeds_of(log)
        del deeds["work/0/stop", "0.1"]
        return deeds

    def longer(log: MemoryLog) -> dict[Identity, Deed]:
        deeds = deeds_of(log)
        return {**deeds, ("new", "0"): next(iter(deeds.values()))._replace(node="new")}

    monkeypatch.setattr(verify_module, "deeds_of", shorter)
    missing = verify(town).difference
    monkeypatch.setattr(verify_module, "deeds_of", longer)
    extra = verify(town).difference

    assert missing is not None
    assert (missing.node, missing.tick, missing.what) == ("work/0/stop", "0.1", "decision")
    assert extra is not None
    assert (extra.node, extra.tick, extra.what) == ("new", "0", "decision")


def test_a_run_that_failed_repeats_its_failure(db: Path) -> None:
    text = TOWN.replace("  fails: {type: json.parse, on_error: skip}", "  fails: {type: json.parse}")
    failed = run(Graph.from_text(text), model=Scripted(["no json"]), db=db)
    assert failed.status == "failed"
    with Trace(db) as trace:
        assert verify(trace).difference is None


def test_a_model_that_failed_in_passing_fails_again_the_same_way(db: Path) -> None:
    replies = [{"error": "rate_limit"}, "Good morning."]
    done = run(Graph.from_text(TOWN), model=Scripted(replies), db=db)
    with Trace(db) as trace:
        made = verify(trace)

    assert made.difference is None
    assert done.status in ("ok", "failed")


def test_a_run_that_was_paused_repeats_as_far_as_it_went(db: Path) -> None:
    paused = run(Graph.from_text(TOWN), model=Scripted(["x"]), limits={"firings": 6}, db=db)
    assert paused.status == "paused"
    with Trace(db) as trace:
        made = verify(trace)

    assert made.difference is None
    assert made.firings >= 6
    assert "was paused" in made.notes[-1]


def test_no_model_is_reached(town: Trace, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise ModelError("a replay reached for a model")

    monkeypatch.setattr("studio.models.catalog.Catalog.__init__", refuse)

    assert verify(town).difference is None


def test_the_place_where_a_request_differs_is_shown(db: Path) -> None:
    text = """\
studio: 1
name: apart
nodes:
  say: {type: llm.function, instructions: "Say a very long and winding sentence about whatever comes to your mind: tea"}
  last: {type: text.template, template: "{said}!"}
  result: {type: flow.output}
edges:
  - say.text -> last.said
  - last.text -> result.value
"""
    run(Graph.from_text(text), model=Scripted(["Tea."]), db=db)
    close_writer(db)
    with sqlite3.connect(db) as connection:
        connection.execute(
            "UPDATE _graph_version SET text = ?", (Graph.from_text(text.replace(": tea", ": rum")).to_text(),)
        )
    connection.close()
    with Trace(db) as trace:
        found = verify(trace).difference

    assert found is not None
    assert found.node == "say"
    assert found.what.startswith("request (chat ")
    assert found.what.endswith("in `messages[0].content`)")
    assert found.expected.startswith("“…")
    assert found.expected.endswith("tea”")
    assert found.got.endswith("rum”")


ENDLESS = """\
nodes:
  count: {type: math.expression, expression: x + 1}
  seen: {type: flow.output}
edges:
  - count.value ~> count.x: {initial: 0}
  - count.value -> seen.value
until: stop
max_ticks: 5000
"""


@pytest.mark.parametrize("decided", [0, 1, 20])
def test_a_run_that_died_is_executed_as_far_as_it_came_and_no_further(
    db: Path, monkeypatch: pytest.MonkeyPatch, decided: int
) -> None:
    made = run(Graph.from_text(ENDLESS), db=db, limits={"firings": 20})
    assert made.status == "paused"
    close_writer(db)
    database = connect_writer(db)
    with database:  # as if it had been killed, with nothing to hold it
        database.execute("DELETE FROM _run_end")
        database.execute("UPDATE _run SET options = json_remove(options, '$.limits')")
        database.execute("DELETE FROM _firing WHERE seq > ?", (decided,))
    database.close()
    executed: list[object] = []
    log = MemoryLog.firing

    def count(self: MemoryLog, *told: Any, **more: Any) -> None:
        executed.append(told)
        log(self, *told, **more)

    monkeypatch.setattr(MemoryLog, "firing", count)

    with Trace(db) as trace:
        assert trace.run().status == "interrupted"
        found = verify(trace)

    assert (found.difference, found.firings) == (None, decided)
    assert len(executed) < decided + 5_000, "what is under way when it is told to end may finish, not all"
