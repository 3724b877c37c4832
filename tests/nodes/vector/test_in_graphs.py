"""Vector stores in graphs: run, replayed, looked at in the past, and kept for the next run of a project."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from studio import run
from studio.engine.project_stores import FILE_NAME
from studio.graph import Graph
from studio.graph.check import check
from studio.replay.cursor import Cursor
from studio.replay.verify import verify
from studio.spec.registry import default_registry
from studio.stores import make_store
from studio.trace import Trace
from studio.trace.writer import close_writer

WORK = """
studio: 1
name: notes
max_ticks: 5
nodes:
  count: {type: math.expression, expression: x + 1, kind: integer}
  say: {type: text.template, template: "crab {n} in the tide pool"}
  about: {type: json.build, names: [n]}
  vector: {type: llm.embed, model: toy}
  add: {type: vector.add, store: notes, embedder: toy}
  wired: {type: vector.add, store: notes, embedder: toy}
  near: {type: vector.search, store: notes, k: 3, mode: hybrid, filter: {n: {lte: "{most}"}}, embedder: toy}
  forget: {type: vector.delete, store: notes, filter: {n: 2}}
  parts: {type: flow.input, value: [one, two]}
  each: {type: flow.map, graph: body}
  all: {type: vector.items, store: notes}
  found: {type: flow.output, collect: true}
  result: {type: flow.output}
edges:
  - count.value ~> count.x: {initial: 0}
  - count.value -> say.n
  - count.value -> about.n
  - say.text -> vector.text
  - say.text -> add.text
  - about.value -> add.meta
  - count.value -> near.most
  - say.text -> wired.text
  - vector.vector -> wired.vector
  - say.text -> near.text
  - near.texts -> found.value
  - near.done -> forget.when
  - parts.value -> each.items
  - forget.done -> each.when
  - each.done -> all.when
  - all.texts -> result.value
stores:
  notes: {type: vector}
graphs:
  body:
    nodes:
      item: {type: flow.input}
      index: {type: flow.input}
      keep: {type: vector.add, store: notes, embedder: toy}
      seen: {type: vector.search, store: notes, mode: text}
      kept: {type: flow.output}
    edges:
      - item.value -> keep.text
      - item.value -> seen.text
      - seen.length -> kept.value
"""


def made(text: str, base: Path) -> tuple[Any, Path]:
    graph = Graph.from_text(text, base=base)
    assert [str(found) for found in check(graph, default_registry()) if found.severity == "error"] == []
    db = base / "runs.db"
    result = run(graph, db=db, embedder="toy")
    close_writer(db)
    return result, db


@pytest.fixture
def trace(tmp_path: Path) -> Iterator[Trace]:
    result, db = made(WORK, tmp_path)
    assert (result.status, result.ended) == ("ok", "max_ticks"), result.error
    assert result.outputs["result"] == [
        *(f"crab {n} in the tide pool" for n in (1, 1, 2, 3, 3, 4, 4, 5, 5)), "one", "two",
    ]  # fmt: skip
    with Trace(db) as trace:
        yield trace


def test_a_run_repeats_itself_from_its_record(trace: Trace) -> None:
    found = verify(trace)

    assert found.difference is None
    assert found.firings == len(list(trace.firings()))


def test_the_store_at_a_past_step_holds_what_it_held_then(trace: Trace) -> None:
    cursor = Cursor(trace)
    firings, done_to_stores = list(trace.firings()), list(trace.store_ops())
    maps = {one.id for one in trace.firings(node="each")}
    inside = {one.id: one.parent for one in firings if one.parent in maps}
    seen = set()
    for seq in range(1, len(cursor) + 1):
        cursor.seek(seq)
        plain = make_store("vector", {}, "notes")
        decided = {one.id for one in firings if one.seq is not None and one.seq <= seq}
        for done in done_to_stores:
            ended = inside.get(done.firing)
            if done.firing in decided and (ended is None or ended in decided) and plain.ops[done.op] != "read":
                plain.do(done.op, done.args)
        for state in cursor.state().stores:
            if not state.in_item:
                assert state.content == plain.dump(), seq
                seen.add(len(state.content["entries"]))
    assert len(seen) > 5


def test_vectors_are_recorded_compactly(trace: Trace) -> None:
    entry = next(done.args["entries"][0] for done in trace.store_ops() if done.op == "add")

    assert len(entry["vector"]) == 16 * 4 * 4 // 3 + 3


def test_a_project_remembers_across_runs_and_a_replay_leaves_its_file_alone(tmp_path: Path) -> None:
    text = """
studio: 1
name: diary
nodes:
  word: {type: flow.input, value: first}
  add: {type: vector.add, store: diary, embedder: toy}
  find: {type: vector.search, store: diary, k: 2, embedder: toy}
  result: {type: flow.output}
edges:
  - word.value -> add.text
  - word.value -> find.text
  - add.done -> find.when
  - find.texts -> result.value
stores:
  diary: {type: vector, scope: project}
"""
    first, _ = made(text, tmp_path)
    second, db = made(text.replace("value: first", "value: second"), tmp_path)
    kept = (tmp_path / FILE_NAME).stat().st_mtime_ns

    assert (first.outputs["result"], second.outputs["result"]) == (["first"], ["second", "first"])
    with Trace(db) as trace:
        assert verify(trace).difference is None
        cursor = Cursor(trace)
        cursor.seek(len(cursor))
        [state] = cursor.state().stores
        assert state.known
        assert [one["text"] for one in state.content["entries"]] == ["first", "second"]
    assert (tmp_path / FILE_NAME).stat().st_mtime_ns == kept
