"""A graph under construction: names made unique, wires that would close a circle told, and each departure noted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from studio.graph.building import make_edge
from studio.graph.model import Edge, Graph
from studio.graph.names import numbered
from studio.graph.order import reaches
from studio.importers.names import snake
from studio.importers.outcome import Note
from studio.support.values import Json

End = tuple[str, str]
"""Node and port."""


class Draft:
    """Adds nodes and wires to a graph and keeps the notes. Nodes keep the order in which they are added.

    `path` says where the graph stands in the one that is made, "" for that itself.
    """

    def __init__(self, graph: Graph, notes: list[Note], path: str = "") -> None:
        self.graph = graph
        self.notes = notes
        self.path = path
        self._after: dict[str, list[Edge]] = {}
        self._numbers: dict[str, int] = {}

    def add(self, type: str, name: str, **keys: Any) -> str:
        """Add a node and return the name that it got. What has no value (None) is left out of its params."""
        made = self._unique(snake(name))
        self.graph.add(type, made, **{key: value for key, value in keys.items() if value is not None})
        return made

    def placeholder(
        self, name: str, stands_for: str, original: Json, inputs: Iterable[str], outputs: Iterable[str]
    ) -> str:
        """Add a node that stands for what has no counterpart, and note it."""
        made = self.add(
            "flow.placeholder",
            name,
            stands_for=stands_for,
            inputs=list(dict.fromkeys(inputs)),
            outputs=list(dict.fromkeys(outputs)),
            original=original,
        )
        self.note(made, f"a placeholder for {stands_for}; the original is kept in it")
        return made

    def connect(self, source: End, target: End) -> None:
        """Draw a wire, once. One that would close a circle delivers at the next tick, which is noted."""
        ends = (".".join(source), ".".join(target))
        if any(
            (one.source_port, one.target, one.target_port) == (source[1], *target)
            for one in self._after.get(source[0], ())
        ):
            return
        closes = source[0] == target[0] or reaches(self._after, target[0], source[0])
        # Whether it closes a circle is known here; `Graph.connect` would look through all wires for each one.
        edge = make_edge(self.graph, *ends, feedback=True)
        edge.feedback = closes
        self.graph.edges.append(edge)
        self._after.setdefault(edge.source, []).append(edge)
        if closes:
            self.note(target[0], f"the wire from `{ends[0]}` closed a circle; it delivers at the next tick now")

    def _unique(self, name: str) -> str:
        """The name, numbered if it is taken; counts on from the last number, as thousands may have one title."""
        if name not in self.graph.nodes:
            return name
        made, number = numbered(name, self.graph.nodes, self._numbers.get(name, 2))
        self._numbers[name] = number + 1
        return made

    def note(self, node: str, message: str) -> None:
        self.notes.append(Note(f"{self.path}/{node}" if self.path else node, message))
