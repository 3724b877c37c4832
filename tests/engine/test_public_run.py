"""The conformance graphs as a user meets them: `studio.run`, a scripted model, a trace file, and what `Trace` says."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from studio import Graph, Trace, run
from studio.lint import lint
from studio.support.errors import UsageError
from studio.trace.log import STATUS_NAMES
from tests.engine.players import REGISTRY, run_logged
from tests.engine.test_conformance import CLARIFY, CRITIC, cells
from tests.engine.test_rules_stores import QUEUE_LOOP
from tests.support.graphs import CRITIC_LOOP


def script(folder: Path, *lines: object) -> str:
    path = folder / "replies.jsonl"
    path.write_bytes(b"\n".join(map(orjson.dumps, lines)) + b"\n")
    return f"scripted:{path}"


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "trace.db"


def test_the_critic_loop_of_the_design_with_a_scripted_model(tmp_path: Path, db: Path) -> None:
    model = script(
        tmp_path,
        *({"node": "writer", "reply": f"Draft {n}."} for n in range(3)),
        *({"node": "critic", "reply": label} for label in ("vague", "wrong", "good")),
    )

    result = run(Graph.from_text(CRITIC_LOOP), model=model, db=db)

    assert (result.status, result.ended, result.exit_code) == ("ok", "stop", 0)
    assert result.outputs == {"result": "Draft 2."}
    assert (result.ticks, result.calls) == (3, 6)
    firings = list(Trace(db).firings(result.run_id))
    assert [f.tick for f in firings if f.node == "writer"] == ["0", "1", "2"]
    assert [f.tick for f in firings if f.node == "topic"] == ["0"]


def test_unaddressed_lines_are_served_in_outline_order(tmp_path: Path, db: Path) -> None:
    model = script(tmp_path, "Draft 0.", "vague", "Draft 1.", "wrong", "Draft 2.", "good")

    result = run(Graph.from_text(CRITIC_LOOP), model=model, db=db)

    assert (result.ended, result.outputs) == ("stop", {"result": "Draft 2."})


def test_a_script_that_runs_out_names_the_node_and_the_tick(tmp_path: Path, db: Path) -> None:
    result = run(Graph.from_text(CRITIC_LOOP), model=script(tmp_path, "Draft 0.", "vague", "Draft 1."), db=db)

    assert result.status == "failed"
    assert result.error is not None
    assert (result.error["node"], result.error["tick"]) == ("critic", "1")


def test_the_trace_lists_the_outline_of_the_run(db: Path) -> None:
    graph, _ = cells(8)
    result = run(graph, db=db, registry=REGISTRY)
    _, log = run_logged(graph)

    told = [(f.node, f.tick, f.status) for f in Trace(db).firings(result.run_id)]

    assert (result.status, result.ended) == ("ok", "max_ticks")
    assert told == [(one.path, one.tick, STATUS_NAMES[one.status]) for one in log.outline()]


def test_02_lint_says_of_a_loop_without_a_beginning_that_it_never_starts() -> None:
    sleeping = lint(Graph.from_text(CRITIC.replace("- FAULT", "- route.else ~> writer.fault")), REGISTRY)
    awake = lint(Graph.from_text(CRITIC.replace("- FAULT", '- critic.out ~> writer.fault: {initial: ""}')), REGISTRY)

    assert [d.node for d in sleeping if "never starts" in d.message] == ["writer"]
    assert not [d for d in awake if "never starts" in d.message or d.severity == "error"]


def test_04_lint_says_of_a_loop_through_a_store_alone_that_it_runs_one_tick() -> None:
    found = lint(Graph.from_text(QUEUE_LOOP.replace("  - EXTRA\n", "")), REGISTRY)
    with_stop = lint(Graph.from_text(QUEUE_LOOP.replace("  - EXTRA\n", "") + "until: stop\n"), REGISTRY)

    assert {d.code for d in found} - {d.code for d in with_stop}


def test_05_lint_names_the_plain_edge_that_keeps_a_loop_at_work() -> None:
    plain = lint(Graph.from_text(CLARIFY.replace("HOLD", "false")), REGISTRY)
    held = lint(Graph.from_text(CLARIFY.replace("HOLD", "true")), REGISTRY)

    assert [d for d in plain if d.node == "history"]
    assert not [d for d in held if d.node == "history"]


def test_an_input_nobody_gives_is_refused_before_anything_runs(db: Path) -> None:
    graph = Graph.from_text(
        "nodes:\n  topic: {type: flow.input}\n  y: {type: toy.echo}\nedges:\n  - topic.value -> y.value\n"
    )

    with pytest.raises(UsageError, match="topic"):
        run(graph, db=db, registry=REGISTRY)
    with pytest.raises(UsageError, match="tropic"):
        run(graph, db=db, registry=REGISTRY, tropic="tide pools", topic="x")


def test_08_a_model_node_with_steady_inputs_asks_once_in_a_loop(tmp_path: Path, db: Path) -> None:
    graph = Graph.from_text("""
nodes:
  n: {type: toy.add, plus: 1}
  judge: {type: llm.function, instructions: "Say yes or no.", labels: ["yes", "no"]}
edges:
  - n.out ~> n.a: {initial: 0}
max_ticks: 3
""")

    result = run(graph, model=script(tmp_path, {"node": "judge", "reply": "yes"}), db=db, registry=REGISTRY)

    assert (result.status, result.calls) == ("ok", 1)
