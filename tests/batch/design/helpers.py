"""Graphs and files of small experiments."""

from __future__ import annotations

from pathlib import Path

from studio.batch.design.expanding import Bodied
from studio.batch.design.options import experiment_of
from studio.batch.design.plan import Plan
from studio.batch.design.planning import plan_of
from studio.graph.model import Graph
from studio.graph.scope import bundle
from studio.spec.registry import default_registry
from studio.support.values import Json

GRAPH = """\
studio: 1
name: answers
nodes:
  question: {type: flow.input, kind: text}
  times: {type: flow.input, kind: integer, value: 1}
  writer:
    type: llm.function
    instructions: |
      Answer {question}
    output: text
  organ: {type: flow.subgraph, graph: critic}
  answer: {type: flow.output}
edges:
  - question.value -> writer.question
  - writer.text -> organ.draft
  - organ.verdict -> answer.value
graphs:
  critic:
    name: critic
    nodes:
      draft: {type: flow.input}
      judge: {type: llm.function, instructions: "Judge: {draft}", labels: [good, vague]}
      verdict: {type: flow.output}
    edges:
      - draft.value -> judge.draft
      - judge.label -> verdict.value
layout: {writer: [10, 10]}
"""
"""A writer and, in a body that goes by another name than the node that runs it, a critic."""


def graph_file(folder: Path, name: str = "answers", text: str = GRAPH) -> Path:
    """Write the graph to a file of a folder."""
    path = folder / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def bodied(text: str = GRAPH, name: str = "answers") -> Bodied:
    """Return the graph as an experiment has it."""
    return Bodied(name, bundle(Graph.from_text(text)), default_registry())


def planned(folder: Path, **options: Json) -> Plan:
    """Return the plan of an experiment over the graph, as the command line would give it."""
    said = {"graph": str(graph_file(folder)), "data": [{"question": "Why?"}], **options}
    return plan_of(experiment_of(said))
