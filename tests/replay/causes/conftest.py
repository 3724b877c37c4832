"""What led to what in a run, in names that a test can write: `node@tick`, relations and roots."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from studio import run
from studio.graph import Graph
from studio.replay.causes import OUTSIDE, Causes
from studio.trace import Trace
from tests.engine.players import REGISTRY, Services

Recorded = Any


@pytest.fixture
def record(tmp_path: Path) -> Recorded:
    """Run a graph given as text (without its head) and return the causes of that run."""
    db = tmp_path / "runs.db"
    opened: list[Trace] = []

    def play(text: str, *, arrival: bool = False, **options: Any) -> Causes:
        graph = Graph.from_text(f"studio: 1\nname: case\n{text}")
        if "model" not in options:
            options["catalog"] = Services(scripted=not arrival)
        run(graph, db=db, registry=REGISTRY, **options)
        opened.append(Trace(db))
        return Causes(opened[-1], registry=REGISTRY)

    yield play
    for trace in opened:
        trace.close()


def led(causes: Causes, node: str, tick: str = "0", port: str | None = None) -> set[str]:
    """What led to an output, as `node@tick`; and check that the inverse leads back."""
    firing = causes.firing(node, tick)
    found = causes.ancestors(firing, port).firings.values()
    if port is None:
        for one in found:
            assert firing.id in causes.descendants(one).firings, f"{one.node}@{one.tick} does not lead to {node}"
    return {f"{one.node}@{one.tick}" for one in found if one.id != firing.id}


def why(causes: Causes, node: str, tick: str = "0", port: str | None = None) -> set[tuple[str, str, str]]:
    """The edges one step back: port, producer, relation."""
    return {
        (edge.port, "" if edge.source == OUTSIDE else place(causes, edge.source), edge.why)
        for edge in causes.direct(causes.firing(node, tick), port)
    }


def place(causes: Causes, id: int) -> str:
    firing = causes.get(id)
    return f"{firing.node}@{firing.tick}"


def root(causes: Causes, node: str, tick: str = "0") -> tuple[str, str | None]:
    """Why a node was skipped: the kind of root, and who decided it."""
    found = causes.absence(causes.firing(node, tick))
    return found.kind, None if found.decided_by is None else f"{found.decided_by.node}@{found.decided_by.tick}"
