"""Which step of one run belongs to which of another, one at a time: the same pairs as the whole comparison finds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from studio.engine.run import run
from studio.graph import Graph
from studio.models.scripted import Scripted
from studio.replay.changes import Changes
from studio.replay.continuing import fork
from studio.replay.diff.aligning import Aligner
from studio.trace import Trace
from studio.trace.seqs import seqs_by_id
from tests.replay.test_drafts import LOOP, REPLIES

RETRIED = """\
studio: 1
name: retried
nodes:
  go: {type: flow.input, value: tea}
  around: {type: flow.subgraph, graph: inner, retries: 2}
  result: {type: flow.output}
edges:
  - go.value -> around.text
  - around.said -> result.value
graphs:
  inner:
    nodes:
      text: {type: flow.input}
      ask: {type: llm.function, instructions: "Say {text}", output: text}
      said: {type: flow.output}
    edges:
      - text.value -> ask.text
      - ask.text -> said.value
"""


def recorded(db: Path, text: str, replies: list[Any]) -> str:
    result = run(Graph.from_text(text), model=Scripted(replies), db=db)
    assert result.run_id
    return str(result.run_id)


def pairs_by_identity(trace: Trace, a: str, b: str) -> dict[int, int]:
    """Steps of A to steps of B by node, tick and how often the pair was there before: found by reading all."""

    def keys(run_id: str) -> dict[tuple[str, str, int], int]:
        found: dict[tuple[str, str, int], int] = {}
        firings = [one for one in trace.firings(run_id) if one.seq is not None]
        for one in sorted(firings, key=lambda one: one.seq or 0):
            count = 0
            while (one.node, one.tick, count) in found:
                count += 1
            found[one.node, one.tick, count] = one.seq or 0
        return found

    mine, theirs = keys(a), keys(b)
    return {seq: theirs[key] for key, seq in mine.items() if key in theirs}


def test_steps_of_a_fork_belong_to_those_of_its_parent(db: Path) -> None:
    a = recorded(db, LOOP, REPLIES)
    with Trace(db) as trace:
        at = next(one.seq for one in trace.firings(a, "critic") if one.tick == "1")
    changes = Changes(outputs={"critic": {"label": "good"}})
    b = fork(db, a, at=at, changes=changes, model=Scripted([])).run_id
    with Trace(db) as trace:
        wanted = pairs_by_identity(trace, a, b)
        aligner = Aligner(trace, a, trace, b)
        steps = trace.steps(a)
        last = steps.last() or 0
        alone = [seq for seq in range(1, last + 1) if seq not in wanted]
        assert alone, "the parent goes on where the fork stops"
        for seq in range(1, last + 1):
            found = aligner.aligned("a", seq)
            assert found is not None
            if seq in wanted:
                assert found == (wanted[seq], True, 0)
            else:
                before = max(one for one in wanted if one < seq)
                assert found == (wanted[before], False, seq - before)
        for mine, theirs in wanted.items():
            back = aligner.aligned("b", theirs)
            assert back is not None
            assert back.seq == mine


def test_attempts_of_a_region_are_kept_apart(db: Path) -> None:
    a = recorded(db, RETRIED, [{"error": "server"}, {"error": "server"}, "third time"])
    b = recorded(db, RETRIED, [{"error": "server"}, "second time"])
    with Trace(db) as trace:
        wanted = pairs_by_identity(trace, a, b)
        asks = [one for one in trace.firings(a, "around/ask") if one.seq is not None]
        assert len(asks) > 1, "the region was tried again"
        aligner = Aligner(trace, a, trace, b)
        for seq in seqs_by_id(trace.steps(a)).values():
            found = aligner.aligned("a", seq)
            assert (found is not None and found.exact) == (seq in wanted)
            if seq in wanted and found is not None:
                assert found.seq == wanted[seq]


def test_nodes_with_another_name_belong_together_once_that_is_told(db: Path) -> None:
    a = recorded(db, LOOP, REPLIES)
    b = recorded(db, LOOP.replace("writer", "author"), [
        {**one, "node": str(one["node"]).replace("writer", "author")} for one in REPLIES
    ])  # fmt: skip
    with Trace(db) as trace:
        aligner = Aligner(trace, a, trace, b)
        at = next(one for one in trace.firings(a, "writer") if one.tick == "1")
        there = next(one for one in trace.firings(b, "author") if one.tick == "1")
        assert at.seq is not None
        missed = aligner.aligned("a", at.seq)
        assert missed is not None
        assert not missed.exact
        aligner.rename({"author": "writer"})
        assert aligner.aligned("a", at.seq) == (there.seq, True, 0)
        assert aligner.aligned("b", there.seq or 0) == (at.seq, True, 0)
