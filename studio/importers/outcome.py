"""What came of an import: the graph, and what a person should know about how it differs from the original."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from studio.graph.model import Graph


class Note(NamedTuple):
    """One thing that is not as it was. `node` is its path in the new graph, "" for the whole."""

    node: str
    message: str

    def __str__(self) -> str:
        return f"`{self.node}`: {self.message}" if self.node else self.message


@dataclass
class Imported:
    """A graph from another program. `source` says which, `nodes` counts what it held there."""

    graph: Graph
    source: str
    nodes: int = 0
    notes: list[Note] = field(default_factory=list)

    @property
    def placeholders(self) -> list[str]:
        """The nodes that stand for what has no counterpart here, with the path of the graph they are in."""
        return [
            f"{path}/{name}" if path else name
            for path, graph in self.graph.walk()
            for name, node in graph.nodes.items()
            if node.type == "flow.placeholder"
        ]

    @property
    def heading(self) -> str:
        """One sentence on how much came over."""
        left = len(self.placeholders)
        nodes = "1 node" if self.nodes == 1 else f"{self.nodes:,} nodes"
        if self.nodes and not left:
            return f"{nodes} of {self.source}, all with a counterpart here"
        return f"{nodes} of {self.source}, {self.nodes - left:,} of them with a counterpart here"

    def ask(self, model: str) -> None:
        """Let every model call ask this model, or role, in place of the one that it named."""
        for _, graph in self.graph.walk():
            for node in graph.nodes.values():
                if node.type.startswith("llm.") and "model" in node.params:
                    node.params["model"] = model
