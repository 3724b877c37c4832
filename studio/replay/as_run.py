"""The graph of a recorded run, read once for all who go through the run with the same trace."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from studio.graph.model import Graph
from studio.graph.scope import deep_copy

if TYPE_CHECKING:
    from studio.trace import Trace

_known: Final[WeakKeyDictionary[Trace, dict[str, Graph]]] = WeakKeyDictionary()

MOST: Final = 4
"""Graphs that are kept for each trace that is open."""


def graph_as_run(trace: Trace, run: str) -> Graph:
    """Return the graph of a run, given by its whole id. It is shared: whoever wants to change it reads his own.

    Raises UsageError for a graph that cannot be read, EnvironmentProblem if it is missing.
    """
    graphs = _known.setdefault(trace, {})
    found = graphs.get(run)
    if found is None:
        found = deep_copy(_read(trace.graph_text(run)))
        if len(graphs) >= MOST:
            del graphs[next(iter(graphs))]
        graphs[run] = found
    return found


@lru_cache(maxsize=MOST)
def _read(text: str) -> Graph:
    """Runs of one graph are looked at one after the other: copying it takes a sixth of the time of reading it."""
    return Graph.from_text(text)
