"""Toy node types for tests of the engine: small integers, declared failures, and latencies that a test chooses.

    registry = toy_registry()
    with latencies(lambda node, tick: 3):       # every echo waits three turns of the event loop
        run(graph, registry=registry)

Add a toy to the file of its kind and to `TOYS`.
"""

from __future__ import annotations

from studio.spec import Node
from studio.spec.registry import Registry
from tests.support.toys.effects import Ask, Dice, History, Replies, Tool, World, Writer
from tests.support.toys.numbers import Add, AtLeast, Echo, Fail, First, FirstAny, Gather, GatherAny, Mix, Number, Parity
from tests.support.toys.stores import Note, Notes, Refill, Send, Take
from tests.support.toys.turns import TURNS, latencies, shuffled
from tests.support.toys.values import Cell, Digest, Length, Person, Pick, Post, Shorter, Subset, Table

__all__ = ["TOYS", "TURNS", "Add", "Dice", "Echo", "World", "latencies", "shuffled", "toy_registry"]

TOYS: tuple[type[Node], ...] = (
    Number, Add, Mix, Echo, Gather, GatherAny, First, FirstAny, Fail, Parity, AtLeast, World, Tool, Dice, Ask,
    History, Replies,
    Writer, Pick, Length, Cell, Person, Post, Shorter, Note,
    Notes, Send, Take, Refill, Subset, Table, Digest,
)  # fmt: skip


def toy_registry() -> Registry:
    """Return the toys together with the built-in types."""
    return Registry(extra=TOYS)
