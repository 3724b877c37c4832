"""Two runs of small graphs, compared both ways."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from studio.engine.run import run
from studio.graph import Graph
from studio.models.scripted import Scripted
from studio.replay.diff import RunDiff, diff
from studio.support.values import Json
from studio.trace import Trace

LONG = "A second draft about tide pools, in which crabs, limpets and anemones wait for the next high water."
REPLIES = ("A first draft.", "vague", LONG, "good")

BRANCHES = """\
studio: 1
name: branches
nodes:
  topic: {type: flow.input, value: tides}
  left: {type: llm.function, instructions: "Left of {topic}", output: text}
  right: {type: llm.function, instructions: "Right of {topic}", output: text}
  short: {type: logic.expression, expression: "len(text) < 9"}
  loud: {type: text.template, template: "{text}!"}
  calm: {type: text.template, template: "{text}."}
  both: {type: text.template, template: "{loud} {calm}"}
  result: {type: flow.output}
edges:
  - topic.value -> left.topic
  - topic.value -> right.topic
  - left.text -> short.text
  - left.text -> loud.text
  - right.text -> calm.text
  - loud.text -> both.loud
  - calm.text -> both.calm
  - both.text -> result.value
"""

Play = Callable[..., str]


@pytest.fixture
def play(db: Path) -> Play:
    """Run a graph with a scripted model and return the run's id: `play(text, reply, …, seed=1)`."""

    def call(text: str | Graph, *replies: Json, file: Path | None = None, **options: Any) -> str:
        graph = text if isinstance(text, Graph) else Graph.from_text(text)
        return run(graph, model=Scripted(replies), db=file or db, **options).run_id

    return call


@pytest.fixture
def compare(db: Path) -> Iterator[Callable[..., RunDiff]]:
    """Compare two runs of this test's database."""
    opened: list[Trace] = []

    def call(a: str, b: str, **options: Any) -> RunDiff:
        trace = Trace(db)
        opened.append(trace)
        found = diff(trace, a, trace, b, **options)
        turned, back = found.swapped(), diff(trace, b, trace, a, **_turned(options))
        if found.renamed:  # facts about a renamed node go by the name it has in A
            turned, back = (replace(one, graph=(), nodes={}) for one in (turned, back))
        assert back == turned
        return found

    yield call
    for trace in opened:
        trace.close()


def _turned(options: dict[str, Any]) -> dict[str, Any]:
    return {name: {old: new for new, old in pairs.items()} for name, pairs in options.items()}


Compare = Callable[..., RunDiff]


def kinds(found: RunDiff) -> dict[str, str]:
    """Each node that differs, and whose difference it is."""
    return {path: node.kind for path, node in found.nodes.items()}
