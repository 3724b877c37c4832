"""The workshop run, as a cursor over its trace and as the stand that facts are read from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from studio.editing import TOP, Document
from studio.graph import Graph
from studio.gui.live.watching.places import Places, Spot
from studio.replay.cursor import Cursor
from studio.trace import Trace
from studio.trace.writer import close_writer
from tests.replay.firing.workshop import record


class Stand:
    """What a window offers of a run that is open, without a window."""

    def __init__(self, trace: Trace, run: str = "last") -> None:
        self.trace = trace
        self.cursor = Cursor(trace, run)
        graph = Graph.from_text(trace.graph_text(run))
        self.document = Document(graph)
        self.places = Places(graph)

    def spot(self, node: str) -> Spot | None:
        """Return where a node of the workshop stands; its one map has numbers for items."""
        at: Any = TOP
        *around, name = node.split("/")
        for part in around:
            at = at if part.isdigit() else self.places.body(at, part)
        return None if at is None else Spot(at, name)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Path]:
    """A database file of this test; nothing of it stays open."""
    path = tmp_path / "runs.db"
    yield path
    close_writer(path)


@pytest.fixture
def workshop(db: Path) -> Iterator[Stand]:
    """The workshop run."""
    record(db)
    with Trace(db) as trace:
        yield Stand(trace)
