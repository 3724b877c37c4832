"""What a store held is never far from a content that was written down, also of a store that only grows."""

from __future__ import annotations

from pathlib import Path

from studio import Graph, Trace, run
from studio.engine.memories import OPERATIONS
from studio.graph.model import StoreDecl


def test_a_store_that_only_grows_has_its_content_written_again_and_again(tmp_path: Path) -> None:
    graph = Graph("grows")
    graph.add("math.expression", "n", expression="x + 1")
    graph.add("store.append", "push", store="log")
    graph.add("flow.output", "length")
    graph.connect("n.value", "push.value")
    graph.connect("n.value", "n.x", feedback={"initial": 0})
    graph.connect("push.length", "length.value")
    graph.stores["log"] = StoreDecl("log", "list")
    graph.max_ticks = 9 * OPERATIONS

    result = run(graph, db=tmp_path / "t.db")

    assert result.outputs == {"length": 9 * OPERATIONS}
    with Trace(tmp_path / "t.db") as trace:
        written = trace.sql("SELECT count(*) FROM _memory_content").rows
    assert written == [(4,)], "after 256 values, and each time their number has doubled since"
