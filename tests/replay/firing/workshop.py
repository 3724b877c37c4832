"""A small run in which much happens: answers that break checks, a judge, attempts that fail, stores, a map, absence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from studio.engine.run import run
from studio.graph import Graph
from studio.models.scripted import Scripted

BIDI = "abc\u202edcba \x1b[31mred\x07 <b>bold</b> &amp; 'q' \"d\" `b` $HOME\nsecond line"
"""A text that would colour, ring, reverse and mark up, if it were let."""

WORKSHOP = """\
studio: 1
name: workshop
nodes:
  topic: {type: flow.input, value: tide pools}
  writer:
    type: llm.function
    title: writes the text
    instructions: |
      Write a line about {topic}.
      Mend: {fault}
    system: Be brief.
    examples:
      - {topic: sand, fault: "", output: Sand is small.}
      - {topic: rain, fault: long, output: Rain falls.}
    checks:
      - {name: short, expression: "len(words(text)) <= 4", message: Use at most four words.}
      - {name: calm, expression: 'not ("!" in text)', message: No exclamation.}
      - {name: kind, judge: "Is it kind? {text}", labels: ["yes", "no"], pass: "yes"}
    temperature: 0.3
    max_tokens: 40
  critic: {type: llm.function, instructions: "Judge: {draft}", labels: [good, vague]}
  route: {type: flow.switch, cases: [good]}
  praise: {type: text.template, template: "Good: {text}"}
  keep: {type: store.append, store: drafts}
  all: {type: store.items, store: drafts}
  parts: {type: flow.map, graph: shout}
  risky: {type: llm.function, instructions: "Parse {draft}", schema: {type: object, properties: {n: {type: integer}}, required: [n]}, repairs: 1, on_error: skip}
  again: {type: llm.chat, retries: 2}
  after: {type: text.template, template: "{n}"}
  done: {type: flow.stop}
  result: {type: flow.output}
edges:
  - topic.value -> writer.topic
  - critic.label ~> writer.fault: {initial: ""}
  - writer.text -> critic.draft
  - critic.label -> route.value
  - writer.text -> praise.text
  - route.good -> praise.when
  - writer.text -> keep.value
  - keep.done -> all.when
  - all.items -> parts.items
  - writer.text -> risky.draft
  - risky.n -> after.n
  - writer.text -> again.text
  - route.good -> done.when
  - parts.loud -> result.value
stores:
  drafts: {type: list}
graphs:
  shout:
    nodes:
      item: {type: flow.input}
      up: {type: text.template, template: "{text}!"}
      loud: {type: flow.output}
    edges:
      - item.value -> up.text
      - up.text -> loud.value
max_ticks: 6
"""  # noqa: E501

LINES: list[Any] = [
    {"node": "writer", "reply": "A pool! It is very wide and deep."},
    {"node": "writer", "reply": "Pools are wet!"},
    {"node": "writer", "reply": "Pools are wet."},
    {"node": "writer", "reply": "yes"},
    {"node": "critic", "reply": "vague"},
    {"node": "again", "error": "server"},
    {"node": "again", "reply": "Well said."},
    {"node": "risky", "reply": "no JSON at all"},
    {"node": "risky", "reply": '{"n": "seven"}'},
    {"node": "writer", "reply": "Crabs hide below."},
    {"node": "writer", "reply": "yes"},
    {"node": "critic", "reply": "good"},
    {"node": "again", "reply": BIDI},
    {"node": "risky", "reply": '{"n": 7}'},
]


def record(db: Path, *, lines: list[Any] = LINES, **inputs: Any) -> str:
    """Run the workshop into a database and return the run's id."""
    result = run(Graph.from_text(WORKSHOP), model=Scripted(lines), db=db, inputs=inputs)
    assert result.status == "ok", result.error
    return str(result.run_id)
