"""The graph of a run: read once for all runs of it, and of the trace alone that asked for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio import Graph, Trace, run
from studio.replay.as_run import graph_as_run

TEXT = (
    "name: read_once\nnodes: {a: {type: flow.input, value: 1}, b: {type: flow.output}}\nedges: [a.value -> b.value]\n"
)


def test_runs_of_one_graph_have_equal_graphs_of_their_own(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first_run, second_run = (run(Graph.from_text(TEXT), db=db).run_id for _ in range(2))
    read: list[str] = []
    from_text = Graph.from_text

    def counted(text: str) -> Graph:
        read.append(text)
        return from_text(text)

    monkeypatch.setattr(Graph, "from_text", counted)
    with Trace(db) as one, Trace(db) as other:
        first, second = graph_as_run(one, first_run), graph_as_run(other, second_run)
        assert graph_as_run(one, first_run) is first
        assert first == second == from_text(one.graph_text(first_run))
        assert len(read) == 1
        first.nodes.clear()
        assert list(second.nodes) == list(graph_as_run(one, second_run).nodes) == ["a", "b"]
