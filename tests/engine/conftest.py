"""`play`: one graph, two players."""

from __future__ import annotations

import pytest

from tests.engine.players import PLAYERS, Play


@pytest.fixture(params=PLAYERS)
def play(request: pytest.FixtureRequest) -> Play:
    """Return the reference or the engine as a function from a graph to its outcome."""
    return PLAYERS[request.param]
