"""What a kind of node says of itself while a graph is drawn: which nodes it became, and where its ports are now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from studio.importers.drafting import Draft, End
from studio.importers.rivet.project import RivetGraph, RivetNode, RivetWire
from studio.importers.rivet.texts import template_of


class CannotMap(Exception):
    """A node has no counterpart; the message is a phrase that says why."""


@dataclass
class Made:
    """Where the ports of a node of Rivet are now; one input may be several of ours. A port that is in neither has no
    counterpart."""

    inputs: dict[str, list[End]] = field(default_factory=dict)
    outputs: dict[str, End] = field(default_factory=dict)
    name: str = ""
    """The node that stands where it stood."""


@dataclass
class Bodies:
    """Other graphs of the project under their names here, with the names of their inputs and outputs by Rivet's ids."""

    names: Mapping[str, str]
    inputs: Mapping[str, Mapping[str, str]]
    outputs: Mapping[str, Mapping[str, str]]


@dataclass
class Scene:
    """What a kind of node sees when it draws one: the draft, the graph it is of, and the project's other graphs."""

    draft: Draft
    graph: RivetGraph
    bodies: Bodies
    inlined: set[str] = field(default_factory=set)
    """Ids of constant texts that stand in the nodes that used them."""

    def wires_to(self, node: RivetNode) -> dict[str, RivetWire]:
        """The wires that end at a node, by port, in the order of their numbers (`input2` before `input10`)."""
        found = {wire.target_port: wire for wire in self.graph.into.get(node.id, ())}
        return dict(sorted(found.items(), key=lambda item: (len(item[0]), item[0])))

    def uses_of(self, node: RivetNode) -> set[str]:
        """Which of a node's outputs are wired."""
        return {wire.source_port for wire in self.graph.out_of.get(node.id, ())}

    def constant(self, node: RivetNode, port: str) -> str | None:
        """The text that lies on an input for good: of a text node without gaps; None if it can change."""
        wire = self.wires_to(node).get(port)
        source = None if wire is None else self.graph.nodes[wire.source]
        if source is None or source.type not in ("text", "prompt") or source.split:
            return None
        text = text_of(source)
        return None if template_of(text).ports else text

    def is_inlined(self, node: RivetNode) -> bool:
        return node.id in self.inlined

    def inline(self, node: RivetNode, port: str) -> None:
        """Note that a constant stands in its user; where it has no other, no node is made of it."""
        source = self.wires_to(node)[port].source
        others = self.graph.out_of.get(source, [])
        if all(wire.target_port == port and self.constant(self.graph.nodes[wire.target], port) for wire in others):
            self.inlined.add(source)


def text_of(node: RivetNode) -> str:
    """The text of a text or prompt node."""
    found = node.data.get("promptText" if node.type == "prompt" else "text", "")
    return found if isinstance(found, str) else ""


Kind = Callable[[Scene, RivetNode], Made]


def number(value: Any) -> float | int | None:
    """A number as it stands in the data of a node; None for what is none."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
