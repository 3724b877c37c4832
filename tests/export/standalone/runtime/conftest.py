"""`play`: the runtime of scripts as a function from a graph to its outcome."""

from __future__ import annotations

from typing import Any, cast

import pytest

from studio.graph import Graph
from studio.support.values import Json
from tests.engine.players import REGISTRY, Play, seen
from tests.export.standalone.runtime.plans import play_logged, script_of
from tests.reference.records import Outcome


def by_script(graph: Graph, **inputs: Json) -> Outcome:
    """Play a graph as a script of it would."""
    result, log = play_logged(script_of(graph, REGISTRY), inputs)
    return seen(cast("Any", result), log)


@pytest.fixture
def play() -> Play:
    """Return what plays graphs here."""
    return by_script
