"""A fork gathered piece by piece: what it holds, what can be taken back, what is wrong with it, what it will take."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from studio.engine.run import run
from studio.graph import Graph
from studio.models.scripted import Scripted
from studio.replay.continuing import fork
from studio.replay.drafts import WHOLE, Draft, Key, Piece, asking_nodes, changed_part
from studio.replay.estimating import estimate
from studio.spec.registry import default_registry
from studio.trace import Trace

LOOP = """\
studio: 1
name: loop
nodes:
  topic: {type: flow.input, value: pools}
  writer: {type: llm.function, instructions: "Write about {topic}. Mend: {fault}", output: text}
  critic: {type: llm.function, instructions: "Judge: {draft}", labels: [good, vague]}
  route: {type: flow.switch, cases: [good]}
  stop: {type: flow.stop}
  aside: {type: text.template, template: "about {topic}"}
  result: {type: flow.output}
  note: {type: flow.output}
edges:
  - topic.value -> writer.topic
  - topic.value -> aside.topic
  - aside.text -> note.value
  - writer.text -> critic.draft
  - critic.label -> route.value
  - critic.label ~> writer.fault: {initial: ""}
  - route.good -> stop.when
  - writer.text -> result.value
max_ticks: 5
"""

REPLIES = [
    {"node": "writer", "reply": "first"}, {"node": "critic", "reply": '{"label": "vague"}'},
    {"node": "writer", "reply": "second"}, {"node": "critic", "reply": '{"label": "vague"}'},
    {"node": "writer", "reply": "third"}, {"node": "critic", "reply": '{"label": "good"}'},
]  # fmt: skip


@pytest.fixture
def loop(db: Path) -> Any:
    result = run(Graph.from_text(LOOP), model=Scripted(REPLIES), db=db)
    assert result.status == "ok", result.error
    with Trace(db) as trace:
        yield trace


def graph_of(trace: Trace) -> Graph:
    return Graph.from_text(trace.graph_text("last"))


def step_of(trace: Trace, node: str, tick: str) -> int:
    firing = next(one for one in trace.firings("last", node) if one.tick == tick)
    assert firing.seq is not None
    return firing.seq


def problems(draft: Draft, trace: Trace) -> dict[Any, Any]:
    return draft.problems(trace.steps("last"), graph_of(trace), default_registry())


def test_a_change_back_to_what_the_run_had_is_none() -> None:
    draft = Draft(4)
    key = Key("param", "writer", "instructions")
    draft.put(Piece(key, "new", "old"))
    assert draft.title() == "1 change from step 4 on"
    draft.put(Piece(key, "old", "old"))
    assert draft.is_empty
    assert draft.title() == "Nothing changed yet"


def test_every_change_can_be_taken_back_and_done_again() -> None:
    draft = Draft(4)
    told: list[str] = []
    draft.changed.connect(lambda: told.append(draft.title()))
    key = Key("param", "writer", "instructions")
    for text in ("n", "ne", "new"):  # typing is one change
        draft.put(Piece(key, text, "old"))
    draft.end()
    draft.put(Piece(Key("redo", "critic")))
    draft.clear()
    assert draft.is_empty
    assert draft.undo()
    assert [one.key for one in draft.pieces] == [key, Key("redo", "critic")]
    assert draft.undo()
    assert [one.value for one in draft.pieces] == ["new"]
    assert draft.undo()
    assert draft.is_empty
    assert not draft.undo()
    assert draft.redo()
    assert [one.value for one in draft.pieces] == ["new"]
    assert len(told) == 9


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        ("Write two sentences about {topic}.", "Write three sentences about {topic}.",
         "Write [two → three] sentences abo…"),
        ("Write two sentences about {topic}.", "Write two sentences about {topic}. Now.", "…about {topic}.[+ Now.]"),
        ("Judge the draft, kindly and briefly.", "Judge the draft, kindly.", "… draft, kindly[− and briefly]."),
        ("Judge: {draft}", "Praise the poet.", ""),
        ("x" * 200_000, "x" * 200_000 + "y", ""),
    ],
)  # fmt: skip
def test_of_a_longer_text_it_is_told_what_is_other(was: str, now: str, told: str) -> None:
    assert changed_part(was, now) == told
    line = Piece(Key("param", "writer", "instructions"), now, was).told()
    assert line == f"writer.instructions: {told}" if told else line.startswith("writer.instructions = ")
    assert len(line) < 120


def test_an_output_of_an_earlier_firing_has_the_fork_begin_there() -> None:
    draft = Draft(9)
    draft.put(Piece(Key("output", "critic", "label"), "good", "vague", seq=5))
    assert draft.at == 5
    draft.take(Key("output", "critic", "label"))
    assert draft.at == 9


def test_what_is_wrong_is_told_at_its_piece(loop: Trace) -> None:
    at = step_of(loop, "critic", "1")
    draft = Draft(at)
    assert list(problems(draft, loop)) == [WHOLE]
    wrong_type = Key("output", "critic", "confidence")
    no_param = Key("param", "writer", "colour")
    no_node = Key("redo", "nobody")
    fine = Key("param", "writer", "instructions")
    draft.put(Piece(wrong_type, "much", 1.0, at))
    draft.put(Piece(no_node))
    draft.put(Piece(fine, "Write of {topic}. {fault}", "x"))
    found = problems(draft, loop)
    assert set(found) == {wrong_type, no_node}
    assert "number" in found[wrong_type].message
    assert "nobody" in found[no_node].message
    draft.take(wrong_type)
    draft.take(no_node)
    assert problems(draft, loop) == {}
    draft.put(Piece(no_param, "red"))
    assert "colour" in problems(draft, loop)[no_param].message


def test_a_param_that_the_graph_refuses_is_told_before_anything_runs(loop: Trace) -> None:
    draft = Draft(3)
    key = Key("param", "writer", "temperature")
    draft.put(Piece(key, 99.0))
    found = problems(draft, loop)
    assert list(found) == [key]
    draft.put(Piece(key, 0.5))
    assert problems(draft, loop) == {}


def test_an_output_that_would_stand_at_an_earlier_firing_is_refused(loop: Trace) -> None:
    late = step_of(loop, "critic", "2")
    draft = Draft(step_of(loop, "critic", "1"))
    key = Key("output", "critic", "label")
    draft.put(Piece(key, "good", "vague", late))
    assert f"step {step_of(loop, 'critic', '1')}" in problems(draft, loop)[key].message
    draft.start_at(late)
    assert problems(draft, loop) == {}


def test_options_are_read_and_refused() -> None:
    draft = Draft(1)
    draft.set_option("seed", "12")
    draft.set_option("cost_usd", "$0.50")
    assert draft.seed() == 12
    assert draft.limits() == {"cost_usd": 0.5}
    draft.set_option("seed", "twelve")
    draft.set_option("calls", "-1")
    with pytest.raises(Exception, match="whole number"):
        draft.seed()
    with pytest.raises(Exception, match="calls"):
        draft.limits()


def test_asking_again_names_the_nodes_that_ask_models() -> None:
    assert asking_nodes(Graph.from_text(LOOP), default_registry()) == ["writer", "critic"]


@pytest.mark.parametrize("kind", ["prompt", "output", "redo"])
def test_an_estimate_is_never_less_than_what_runs_anew(loop: Trace, kind: str) -> None:
    at = step_of(loop, "critic", "1")
    draft = Draft(at)
    replies: list[Any] = REPLIES[:]
    if kind == "prompt":
        draft.put(Piece(Key("param", "critic", "instructions"), "Judge well: {draft}", "x"))
    elif kind == "output":
        draft.put(Piece(Key("output", "critic", "label"), "good", "vague", at))
    else:
        draft.put(Piece(Key("redo", "critic")))
    changes = draft.changes(graph_of(loop), default_registry())
    guess = estimate(loop, loop.run("last").id, graph_of(loop), default_registry(), changes, draft.at)
    parent = loop.run("last").id
    made = fork(
        loop.path, parent, at=draft.at, changes=changes, model=Scripted(replies[3:] if kind != "output" else [])
    )
    assert made.status == "ok", made.error
    with Trace(loop.path) as trace:
        fired = [one for one in trace.firings(made.run_id) if one.origin == "executed" and one.status != "skipped"]
    assert 0 < len(fired) <= guess.anew
    total = [one for one in loop.firings(parent) if one.status != "skipped"]
    assert guess.kept + guess.taken + guess.anew == len(total)
    assert "aside" not in {one.node for one in fired}, "what no change reaches is taken over"
    assert guess.calls == (3 if kind != "output" else 2)
