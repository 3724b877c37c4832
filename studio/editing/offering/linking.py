"""Which wires could be drawn to or from a node, likeliest first: what is offered to those who wire by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from studio.editing.document.document import Document
from studio.editing.document.ops import At
from studio.editing.edits.rules import Connector
from studio.graph.model import IMPLICIT_PORTS, Edge


@dataclass(frozen=True, slots=True)
class Offer:
    """A wire that could be drawn. `type` is what would flow, `about` the help of the port at its far end."""

    edge: Edge
    type: str
    about: str


def offers(doc: Document, at: At, node: str) -> list[Offer]:
    """Return every wire that could be added at a node.

    Inputs that need a wire come first, then what fills an input that has none, each from outputs that go nowhere yet
    before others; behind them what meets other wires, what would be feedback, and wires of `when`, `done` and `error`.
    Raises GraphError if there is no such node.
    """
    edges = doc.at(at).edges
    wired = {
        end for one in edges for end in ((one.source, one.source_port, "out"), (one.target, one.target_port, "in"))
    }
    found = [_ranked(doc, at, edge, wired, node) for edge in _edges(doc, at, node)]
    return [offer for _, offer in sorted(found, key=lambda one: one[0])]


def _edges(doc: Document, at: At, node: str) -> Iterator[Edge]:
    ports = doc.ports(at, node)
    for is_output, named in ((False, (*ports.inputs, "when")), (True, (*ports.outputs, "done", "error"))):
        for port in dict.fromkeys(named):
            for (other, far), refusal in Connector(doc, at, node, port, is_output).fitting().items():
                ends = (node, port, other, far) if is_output else (other, far, node, port)
                if other != node or is_output:  # a wire from a node to itself is found at both its ends
                    yield Edge(*ends, feedback=refusal is not None)


def _ranked(doc: Document, at: At, edge: Edge, wired: set[tuple[str, str, str]], node: str) -> tuple[float, Offer]:
    source = doc.output(at, edge.source, edge.source_port)
    target = doc.input(at, edge.target, edge.target_port)
    given, taken = (field.type if field is not None else "any" for field in (source, target))
    score = 0.0 if target is not None and target.required else 1.0
    score += 2.0 * ((edge.target, edge.target_port, "in") in wired)
    score += 0.5 * ((edge.source, edge.source_port, "out") in wired)
    score += 0.0 if given == taken != "any" else 0.25 if "any" in (given, taken) else 0.5
    score += 4.0 * edge.feedback + 6.0 * (edge.source == edge.target)
    score += 8.0 * bool({edge.source_port, edge.target_port} & set(IMPLICIT_PORTS))
    score += 0.125 * (edge.source == node)
    far = target if edge.source == node else source
    return score, Offer(edge, given if given != "any" else taken, far.help if far is not None else "")
