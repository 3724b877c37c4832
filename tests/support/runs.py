"""Recorded runs: those of the examples, and small ones made for what they show."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from studio import run
from studio.graph import Graph
from studio.support.resources import bundled_graphs
from studio.trace.writer import close_writer

KEYED = """\
studio: 1
name: keyed
max_ticks: 3
nodes:
  rows: {type: flow.input, value: [{name: a/b}, {name: "50%"}, {name: "<b>x</b>"}, {name: ""}]}
  tick: {type: math.expression, expression: x + 1}
  work: {type: flow.map, graph: body, clock: shared, key: name}
  out: {type: flow.output}
edges:
  - rows.value -> work.items
  - tick.value ~> tick.x: {initial: 0}
  - work.y -> out.value
graphs:
  body:
    nodes:
      item: {type: flow.input}
      m: {type: math.expression, expression: x + 1}
      y: {type: flow.output}
    edges:
      - m.value ~> m.x: {initial: 0}
      - m.value -> y.value
"""
"""A map that shares the clock of the graph around it, with items whose keys are no plain words."""

FAULTY = """\
studio: 1
name: faulty
nodes:
  n: {type: flow.input, value: 0}
  risky: {type: math.expression, expression: 1 / x, on_error: skip}
  after: {type: text.template, template: "{value}"}
  fine: {type: text.template, template: fine}
  out: {type: flow.output}
edges:
  - n.value -> risky.x
  - risky.value -> after.value
  - fine.text -> out.value
"""
"""A node that fails, one that is skipped for it, one that is not concerned."""


def recorded(name: str) -> Path:
    """Return the file of the run recorded with an example."""
    return next(path for path in bundled_graphs() if path.stem == name).with_suffix(".run.db")


def made(text: str, db: Path, **more: Any) -> Path:
    """Run a graph and return the file it is recorded in."""
    run(Graph.from_text(text), db=db, **more)
    close_writer(db)
    return db


def many_items(count: int) -> str:
    """A map of so many items."""
    return f"""\
studio: 1
name: many
nodes:
  rows: {{type: list.range, stop: {count}}}
  work: {{type: flow.map, graph: body}}
  out: {{type: flow.output}}
edges:
  - rows.items -> work.items
  - work.y -> out.value
graphs:
  body:
    nodes:
      item: {{type: flow.input}}
      y: {{type: flow.output}}
    edges:
      - item.value -> y.value
"""
