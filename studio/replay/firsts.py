"""First values of feedback edges, read from the graph as it was run: the trace says only that an input had one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from studio.graph.paths import node_at
from studio.graph.scope import Scope
from studio.replay.as_run import graph_as_run
from studio.spec.registry import default_registry
from studio.support.errors import StudioError
from studio.support.values import Json

if TYPE_CHECKING:
    from studio.trace import Trace


class First(NamedTuple):
    """A first value."""

    value: Json


class FirstValues:
    """Looks up `initial` by node path and port; reads the run's graph when first asked."""

    def __init__(self, trace: Trace, run: str) -> None:
        self._trace = trace
        self._run = run
        self._top: Scope | None = None
        self._known: dict[tuple[str, str], First | None] = {}

    def find(self, path: str, port: str) -> First | None:
        """Return the first value of the one feedback edge into this input that has one, None if it cannot be told."""
        key = (path, port)
        if key not in self._known:
            try:
                self._known[key] = self._look(path, port)
            except StudioError:  # the graph's text is damaged or its bodies are gone: the step is shown without
                self._known[key] = None
        return self._known[key]

    def _look(self, path: str, port: str) -> First | None:
        if self._top is None:
            self._top = Scope(graph_as_run(self._trace, self._run))
        found = node_at(self._top, path, default_registry(), whole=True)
        if found is None:
            return None
        scope, node = found
        firsts = [
            edge.initial
            for edge in scope.graph.edges
            if (edge.target, edge.target_port) == (node.name, port) and edge.has_initial
        ]
        return First(firsts[0]) if len(firsts) == 1 else None
