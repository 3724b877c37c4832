"""`play`: one graph, two players; and settings of nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.players import PLAYERS, Play


@pytest.fixture(params=PLAYERS)
def play(request: pytest.FixtureRequest) -> Play:
    """Return the reference or the engine as a function from a graph to its outcome."""
    return PLAYERS[request.param]


@pytest.fixture(autouse=True)
def _settings_of_nobody(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the settings and files of whoever runs the tests out of them."""
    home = tmp_path_factory.getbasetemp() / "studio_home"
    monkeypatch.setenv("STUDIO_HOME", str(home))
    return home
