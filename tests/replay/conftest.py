"""Recorded runs to step through: a small one with regions, errors and model calls, made by the engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.engine.run import run
from studio.graph import Graph
from studio.models.scripted import Scripted
from studio.trace import Trace
from studio.trace.writer import close_writer

TOWN = """\
studio: 1
name: town
nodes:
  tasks: {type: flow.input, value: [tea, oats]}
  work: {type: flow.map, graph: refine}
  greet: {type: llm.function, instructions: "Greet {who}", output: text}
  fails: {type: json.parse, on_error: skip}
  result: {type: flow.output}
edges:
  - tasks.value -> work.items
  - work.text -> greet.who
  - greet.text -> fails.text
  - work.text -> result.value
graphs:
  refine:
    nodes:
      item: {type: flow.input}
      add: {type: text.template, template: "{last}{item} "}
      count: {type: logic.expression, expression: "len(text) > 7"}
      stop: {type: flow.stop}
      text: {type: flow.output}
    edges:
      - item.value -> add.item
      - add.text ~> add.last: {initial: ""}
      - add.text -> count.text
      - count.value -> stop.when
      - add.text -> text.value
    max_ticks: 9
"""


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Path]:
    """A database file of this test; nothing of it stays open."""
    path = tmp_path / "runs.db"
    yield path
    close_writer(path)


@pytest.fixture
def town(db: Path) -> Iterator[Trace]:
    """A trace with one run: two items of two ticks each, one model call, one failure that is skipped."""
    result = run(Graph.from_text(TOWN), model=Scripted(["Good morning, all."]), db=db)
    assert result.status == "ok", result.error
    with Trace(db) as trace:
        yield trace
