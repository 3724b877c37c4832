"""A graph under construction: names made unique, wires that would close a circle told, and each departure noted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from studio.graph.model import Graph
from studio.importers.names import snake, unique
from studio.importers.outcome import Note
from studio.support.errors import GraphError
from studio.support.values import Json

End = tuple[str, str]
"""Node and port."""


class Draft:
    """Adds nodes and wires to a graph and keeps the notes. Nodes keep the order in which they are added."""

    def __init__(self, graph: Graph, notes: list[Note]) -> None:
        self.graph = graph
        self.notes = notes

    def add(self, type: str, name: str, **keys: Any) -> str:
        """Add a node and return the name that it got. What has no value (None) is left out of its params."""
        made = unique(snake(name), self.graph.nodes)
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
        """Draw a wire. One that would close a circle delivers at the next tick, which is noted."""
        ends = (".".join(source), ".".join(target))
        try:
            self.graph.connect(*ends)
        except GraphError:
            self.graph.connect(*ends, feedback=True)
            self.note(target[0], f"the wire from `{ends[0]}` closed a circle; it delivers at the next tick now")

    def note(self, node: str, message: str) -> None:
        self.notes.append(Note(node, message))
