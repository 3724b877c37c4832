"""Runs with something to tell: a repaired answer, a judge, a map, a store, a failure, a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from studio import run
from studio.graph import Graph
from studio.models.scripted import Scripted
from studio.trace import Trace
from studio.trace.writer import close_writer

REPAIRED = """\
studio: 1
name: repaired
nodes:
  topic: {type: flow.input, value: pools}
  write:
    type: llm.function
    instructions: "Write a word about {topic}."
    output: text
    checks:
      - {name: short, expression: len(text) <= 12, message: At most 12 letters.}
  out: {type: flow.output}
edges:
  - topic.value -> write.topic
  - write.text -> out.value
"""
TOO_LONG = "This is far too long to be a word."
REPAIRED_REPLIES = (TOO_LONG, "crabs")

WORKERS = """\
studio: 1
name: workers
nodes:
  words: {type: flow.input, value: [one, two, three]}
  work: {type: flow.map, graph: body}
  keep: {type: store.append, store: notes}
  broken: {type: math.expression, expression: 1 / x, on_error: skip}
  none: {type: text.template, template: "{value}"}
  zero: {type: flow.input, value: 0}
  out: {type: flow.output}
edges:
  - words.value -> work.items
  - work.text -> out.value
  - work.text -> keep.value
  - zero.value -> broken.x
  - broken.value -> none.value
stores:
  notes: {type: list}
graphs:
  body:
    nodes:
      item: {type: flow.input}
      say: {type: llm.function, instructions: "Say {item}", output: text}
      text: {type: flow.output}
    edges:
      - item.value -> say.item
      - say.text -> text.value
"""
WORKERS_REPLIES = (
    {"node": "work/0/say", "reply": "uno"}, {"node": "work/1/say", "reply": "dos"},
    {"node": "work/2/say", "reply": "tres"},
)  # fmt: skip


def played(
    graph: str, replies: Sequence[Any], db: Path, inputs: Mapping[str, Any] | None = None, **more: Any
) -> tuple[Trace, str]:
    """Run a graph with a scripted model; return its trace and the run's id."""
    done = run(Graph.from_text(graph), inputs, model=Scripted(list(replies)), db=db, **more)
    close_writer(db)
    return Trace(db), done.run_id
