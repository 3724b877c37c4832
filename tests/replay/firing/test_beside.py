"""A firing beside another; where its outputs went, why it was skipped; all of it as JSON; what it weighs."""

from __future__ import annotations

import json
from pathlib import Path

from studio.engine.run import run
from studio.graph import Graph
from studio.replay.causes import Causes
from studio.replay.firing.comparing import Other, others, with_previous, with_run
from studio.replay.firing.whole import Ways, as_json, asked
from studio.trace import Trace
from studio.trace.runlog import flush_own
from studio.trace.weighing import weight_of
from tests.replay.firing.conftest import Stand
from tests.replay.firing.workshop import LINES, record


def test_the_firing_before_is_compared_part_by_part(workshop: Stand) -> None:
    trace = workshop.trace
    critic = next(trace.firings("last", "critic", "1"))

    found = with_previous(trace, "last", critic.id)

    assert found.other is not None
    assert (found.other.node, found.other.tick) == ("critic", "0")
    by_name = {one.name: one for one in found.differences}
    assert [line.sign + line.text for line in by_name["input draft"].lines] == ["-Pools are wet.", "+Crabs hide below."]
    assert [line.sign + line.text for line in by_name["output label"].lines] == ["-vague", "+good"]
    assert "prompt" in by_name
    assert not found.is_same


def test_what_is_the_same_is_said_to_be(workshop: Stand) -> None:
    first = next(workshop.trace.firings("last", "parts/0/up", "1.0"))
    again = with_previous(workshop.trace, "last", first.id)
    assert again.other is not None
    assert again.is_same, "the map's first item is the same draft at both ticks"


def test_the_first_firing_has_nothing_before_it_and_an_item_the_one_of_another_item(workshop: Stand) -> None:
    topic = next(workshop.trace.firings("last", "topic", "0"))
    assert with_previous(workshop.trace, "last", topic.id).why == "This is the first firing of this node."

    second = next(workshop.trace.firings("last", "parts/1/up", "1.0"))
    found = with_previous(workshop.trace, "last", second.id)
    assert found.other is not None
    assert found.other.node == "parts/0/up"


def test_the_same_firing_of_another_run(workshop: Stand, db: Path) -> None:
    trace = workshop.trace
    lines = [{**one, "reply": "Crabs eat below."} if one.get("reply") == "Crabs hide below." else one for one in LINES]
    other = record(db, lines=lines)
    mine = workshop.cursor.run.id
    writer = next(trace.firings(mine, "writer", "1"))

    with Trace(db) as opened:
        found = with_run(trace, mine, writer.id, opened, other)

        assert found.other is not None
        assert found.other.run == other
        assert {"reply 1", "output text"} <= {one.name for one in found.differences}
        same = next(trace.firings(mine, "critic", "0"))
        assert with_run(trace, mine, same.id, opened, other).is_same


def test_a_run_without_that_firing_says_so(workshop: Stand, db: Path) -> None:
    small = run(Graph.from_text("studio: 1\nname: small\nnodes: {topic: {type: flow.input, value: 1}}"), db=db).run_id
    assert small is not None
    mine = workshop.cursor.run.id

    with Trace(db) as opened:
        writer = next(workshop.trace.firings(mine, "writer", "1"))
        assert "never came to `writer`" in with_run(workshop.trace, mine, writer.id, opened, small).why
        topic = next(workshop.trace.firings(mine, "topic", "0"))
        assert with_run(workshop.trace, mine, topic.id, opened, small).other is not None


def test_runs_of_the_same_graph_are_offered_its_kin_first(workshop: Stand, db: Path, tmp_path: Path) -> None:
    mine = workshop.cursor.run.id
    second = record(db)
    run(Graph.from_text("studio: 1\nname: small\nnodes: {topic: {type: flow.input, value: 1}}"), db=db)
    elsewhere = tmp_path / "elsewhere.db"
    third = record(elsewhere)
    flush_own(db)  # its trace is open already, and what is opened is all that waits for the writer

    with Trace(elsewhere) as more:
        found = others(workshop.trace, mine, more)

    assert [(one.run, one.db, one.kinship) for one in found] == [(third, elsewhere, ""), (second, db, "")]
    assert all(isinstance(one, Other) for one in found)


def test_where_outputs_went_is_what_causes_say(workshop: Stand) -> None:
    trace, run_id = workshop.trace, workshop.cursor.run.id
    causes, ways = Causes(trace, run_id), Ways(run_id)
    for firing in trace.firings(run_id):
        found = {(one.output, one.firing, one.port) for one in ways.of(trace, firing.id)}
        wanted = {
            (edge.output, edge.of, edge.port)
            for taker in trace.firings(run_id)
            for edge in causes.direct(causes.get(taker.id))
            if edge.source == firing.id
        }
        assert found == wanted, firing.node
    writer = next(trace.firings(run_id, "writer", "0"))
    assert {one.node for one in ways.of(trace, writer.id)} == {"critic", "keep", "risky", "again"}


def test_why_a_node_was_skipped_leads_to_the_root(workshop: Stand) -> None:
    praise = next(workshop.trace.firings("last", "praise", "0"))
    route = next(workshop.trace.firings("last", "route", "0"))

    found = Ways(workshop.cursor.run.id).why(workshop.trace, praise.id)

    assert [(one.node, one.firing, one.step) for one in found] == [("route", route.id, route.seq)]
    assert found[-1].why == "it gave `else` for vague, not `good`"


def test_the_json_has_everything(workshop: Stand) -> None:
    trace = workshop.trace
    keep = next(trace.firings("last", "keep", "1"))
    writer = next(trace.firings("last", "writer", "0"))

    told = json.loads(as_json(trace, "last", writer.id))
    assert told["outputs"] == trace.outputs(writer)
    assert [one["response"] for one in told["effects"]] == [
        one.response for one in trace.effects("last", firing=writer.id)
    ]
    stored = json.loads(as_json(trace, "last", keep.id))["store_ops"]
    assert [(one["store"], one["op"], one["result"]) for one in stored] == [("drafts", "append", 2)]


def test_the_weight_is_about_that_of_the_texts(db: Path) -> None:
    big = "word " * 60_000
    lines = [{**one, "reply": big} if one["node"] == "again" and "reply" in one else one for one in LINES]
    record(db, lines=lines)
    with Trace(db) as trace:
        again = next(trace.firings("last", "again", "0"))
        critic = next(trace.firings("last", "critic", "0"))
        keep = next(trace.firings("last", "keep", "0"))
        steps = trace.steps("last")
        assert 300_000 <= weight_of(steps, again.id) < 320_000
        assert len(asked(trace, "last", again.id).effects[-1].response["text"]) == 300_000
        assert 0 < weight_of(steps, critic.id) < 5_000
        assert 0 < weight_of(steps, keep.id) < 500
        assert weight_of(steps, next(trace.firings("last", "topic", "0")).id) == 0
