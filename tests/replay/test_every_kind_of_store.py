"""Graphs that use each kind of store: run, verified, and the content at each step compared with a plain replay."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from studio.graph import Graph
from studio.graph.check import check
from studio.replay.causes.api import Causes
from studio.replay.causes.ops import READS
from studio.replay.cursor import Cursor
from studio.replay.verify import verify
from studio.spec.registry import default_registry
from studio.stores import make_store, store_kinds
from studio.trace import Trace
from tests.support.runs import made

WORK = """
studio: 1
name: work
max_ticks: 5
nodes:
  count: {type: math.expression, expression: x + 1, kind: integer}
  key: {type: text.template, template: "task {n}"}
  urgency: {type: math.expression, expression: "(n * 7) % 4", kind: number}
  push: {type: priority_queue.push, store: waiting}
  pop: {type: priority_queue.pop, store: waiting}
  waits: {type: priority_queue.items, store: waiting}
  row: {type: json.build, names: [id, n]}
  insert: {type: table.insert, store: rows, if_there: merge}
  half: {type: table.update, store: rows, filter: {n: {lt: "{n}"}}}
  old: {type: flow.input, value: {old: true}}
  rows: {type: table.select, store: rows, sort: n, descending: true, limit: 2}
  write: {type: board.write, store: board, slot: n}
  changes: {type: board.changes, store: board, slots: [n, goal]}
  react: {type: text.template, template: "now {n}"}
  say: {type: messages.append, store: chat}
  window: {type: messages.window, store: chat, budget: 6, count: words, per_message: 0}
  vector: {type: llm.embed, model: toy}
  remember: {type: stream.add, store: memories, time: tick}
  recall: {type: stream.retrieve, store: memories, limit: 2, time: tick}
  log: {type: store.append, store: log}
  fact: {type: store.set, store: facts}
  task: {type: queue.push, store: tasks}
  take: {type: queue.pop, store: tasks}
  result: {type: flow.output, collect: true}
edges:
  - count.value ~> count.x: {initial: 0}
  - count.value -> key.n
  - count.value -> urgency.n
  - key.text -> push.value
  - key.text -> push.key
  - urgency.value -> push.priority
  - push.done -> pop.when
  - pop.item -> log.value
  - log.done -> waits.when
  - count.value -> row.n
  - key.text -> row.id
  - row.value -> insert.row
  - old.value -> half.values
  - count.value -> half.n
  - count.value -> write.value
  - changes.n -> react.n
  - react.text -> say.message
  - key.text -> vector.text
  - key.text -> remember.text
  - vector.vector -> remember.vector
  - urgency.value -> remember.importance
  - vector.vector -> recall.vector
  - count.value -> fact.value
  - key.text -> fact.key
  - key.text -> task.value
  - recall.texts -> result.value
stores:
  waiting: {type: priority_queue, first: highest}
  rows: {type: table, key: id, columns: {id: text, n: integer, old: boolean}}
  board: {type: board, slots: {goal: tea}}
  chat: {type: messages, items: [{role: system, content: be brief}]}
  memories: {type: stream, max_items: 4}
  log: {type: list}
  facts: {type: kv}
  tasks: {type: queue}
"""
KINDS = {"priority_queue", "table", "board", "messages", "stream", "list", "kv", "queue"}


@pytest.fixture
def trace(tmp_path: Path) -> Iterator[Trace]:
    graph = Graph.from_text(WORK)
    assert [str(found) for found in check(graph, default_registry()) if found.severity == "error"] == []
    with Trace(made(WORK, tmp_path / "runs.db", embedder="toy")) as trace:
        run = trace.run()
        assert (run.status, run.ended) == ("ok", "max_ticks"), run.error
        yield trace


def replayed(trace: Trace, seq: int) -> dict[str, Any]:
    """What each store held at a step: every write of the firings decided by then, one after the other."""
    stores = {
        decl.name: make_store(decl.type, decl.params, decl.name) for decl in Graph.from_text(WORK).stores.values()
    }
    decided = {one.id for one in trace.firings() if one.seq is not None and one.seq <= seq}
    for done in trace.store_ops():
        if done.firing in decided and stores[done.store].ops[done.op] != "read":
            assert stores[done.store].do(done.op, done.args) == done.result
    return {name: store.dump() for name, store in stores.items()}


def test_every_store_at_every_step_is_what_its_operations_made_it(trace: Trace) -> None:
    cursor = Cursor(trace)
    assert {decl.type for decl in Graph.from_text(WORK).stores.values()} == KINDS
    seen = set()

    for seq in range(1, len(cursor) + 1):
        cursor.seek(seq)
        held = {store.name: store.content for store in cursor.state().stores}

        assert held == replayed(trace, seq), seq
        seen |= {name for name, content in held.items() if content}
    assert seen == set(held), "each store held something at some step"


def test_the_run_repeats_itself_from_its_record(trace: Trace) -> None:
    found = verify(trace)

    assert found.difference is None
    assert found.firings == len(list(trace.firings()))
    assert (found.pure, found.effects) == (25, 5), "the embeddings were answered from the record"


def test_what_the_nodes_gave_is_what_the_rules_say(trace: Trace) -> None:
    def gave(node: str, port: str) -> list[Any]:
        return [trace.outputs(one).get(port) for one in trace.firings(node=node)]

    # Urgencies 3, 2, 1, 0, 3: each is taken at once, the higher first.
    assert gave("pop", "item") == [f"task {n}" for n in (1, 2, 3, 4, 5)]
    assert gave("changes", "n") == [1, 2, 3, 4, 5]
    assert gave("changes", "goal") == ["tea", None, None, None, None]
    assert gave("window", "size")[-1] == 2 + 4
    assert [one["old"] for one in gave("rows", "rows")[-1] if "old" in one] == [True]
    assert gave("remember", "length") == [1, 2, 3, 4, 4]


def test_why_finds_the_writes_behind_a_read_of_each_kind(trace: Trace) -> None:
    causes = Causes(trace)
    for node, writer in (
        ("waits", "pop"), ("rows", "insert"), ("changes", "write"), ("window", "say"), ("recall", "remember"),
    ):  # fmt: skip
        found = causes.ancestors(causes.firing(node, "2"), depth=1).firings

        assert writer in {one.node for one in found.values()}, node


def test_no_kind_writes_by_a_name_that_reads_elsewhere() -> None:
    """`why` tells reads from writes by the name of the operation alone."""
    writes = {op for kind in store_kinds().values() for op, use in kind.ops.items() if use != "read"}

    assert not writes & READS


ITEMS = """
studio: 1
name: items
max_ticks: 3
nodes:
  n: {type: math.expression, expression: x + 1, kind: integer}
  words: {type: math.expression, expression: "[str(n) + one for one in ['a', 'b', 'c']]", kind: list}
  each: {type: flow.map, graph: body}
  seen: {type: board.changes, store: board}
  out: {type: flow.output}
edges:
  - n.value ~> n.x: {initial: 0}
  - n.value -> words.n
  - words.value -> each.items
  - each.kept -> out.value
stores:
  rows: {type: table, key: id}
  memories: {type: stream}
  waiting: {type: priority_queue}
  board: {type: board}
  chat: {type: messages}
graphs:
  body:
    nodes:
      item: {type: flow.input}
      index: {type: flow.input}
      row: {type: json.build, names: [id, n]}
      insert: {type: table.insert, store: rows, if_there: merge}
      shared: {type: flow.input, value: {id: all, last: 1}}
      again: {type: table.insert, store: rows, if_there: replace}
      remember: {type: stream.add, store: memories, time: tick}
      recall: {type: stream.retrieve, store: memories, time: tick}
      push: {type: priority_queue.push, store: waiting}
      write: {type: board.write, store: board, slot: last}
      look: {type: board.changes, store: board}
      say: {type: messages.append, store: chat}
      kept: {type: flow.output}
    edges:
      - item.value -> row.id
      - index.value -> row.n
      - row.value -> insert.row
      - shared.value -> again.row
      - item.value -> remember.text
      - remember.done -> recall.when
      - item.value -> push.value
      - index.value -> push.priority
      - item.value -> write.value
      - item.value -> say.message
      - recall.texts -> kept.value
"""


def test_items_of_a_map_write_one_after_the_other_when_it_ends(tmp_path: Path) -> None:
    with Trace(made(ITEMS, tmp_path / "runs.db")) as trace:
        run = trace.run()
        assert run.status == "ok", run.error
        cursor = Cursor(trace)
        inside = {}
        for firing in trace.firings():
            if firing.node == "each/1/kept" and firing.tick.startswith("1"):
                cursor.seek_firing(firing.id)
                inside = {one.name: one.content for one in cursor.state().stores}
                assert all(one.in_item for one in cursor.state().stores)
        cursor.last()
        held = {one.name: one.content for one in cursor.state().stores}
        difference = verify(trace).difference

    everyone = [f"{n}{letter}" for n in (1, 2, 3) for letter in "abc"]
    assert difference is None
    assert {row["id"] for row in held["rows"]} == {*everyone, "all"}
    assert [one["text"] for one in held["memories"]] == everyone
    assert len({one["id"] for one in held["memories"]}) == 9
    assert [one["value"] for one in held["waiting"]] == [f"{n}{letter}" for letter in "abc" for n in (1, 2, 3)]
    assert held["board"]["slots"]["last"]["value"] == "3c"
    assert [one["content"] for one in held["chat"]] == everyone
    # The second item at the second tick: all of the first tick, and what it wrote itself.
    assert [one["text"] for one in inside["memories"]] == ["1a", "1b", "1c", "2b"]
    assert inside["board"]["slots"]["last"]["value"] == "2b"
