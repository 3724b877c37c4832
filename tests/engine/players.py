"""Two players of one game: the reference interpreter and the engine, seen through the same `Outcome`."""

from __future__ import annotations

from collections.abc import Callable

from studio.graph import Graph
from studio.support.values import Json
from tests.reference.interpreter import interpret
from tests.reference.records import Outcome
from tests.support.toys import toy_registry

Play = Callable[..., Outcome]


def by_reference(graph: Graph, **inputs: Json) -> Outcome:
    """Play a graph by the book."""
    return interpret(graph, inputs, registry=toy_registry())


PLAYERS: dict[str, Play] = {"reference": by_reference}


def ticks(outcome: Outcome, path: str, status: str = "ok") -> list[str]:
    """Return the ticks at which a node was decided with this status, in order of the outline."""
    return [firing.tick for firing in outcome.outline if firing.path == path and firing.status == status]


def values(outcome: Outcome, path: str, port: str = "out") -> list[Json]:
    """Return what a node put out, firing by firing, absence left out."""
    return [firing.outputs[port] for firing in outcome.outline if firing.path == path and port in firing.outputs]


def causes(outcome: Outcome, path: str) -> list[str]:
    """Return the causes for which a node was skipped or failed, in order."""
    return [firing.cause for firing in outcome.outline if firing.path == path and firing.cause]
