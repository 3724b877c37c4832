"""What of a run is lit, on canvas and timeline: firings and steps, and the nodes and wires of graphs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from studio.editing import At
from studio.graph.model import Edge


@dataclass(frozen=True, slots=True)
class LitPart:
    """What of one graph is lit: names of nodes (region nodes if something inside is), and wires that carried it."""

    nodes: frozenset[str]
    edges: tuple[Edge, ...]


@dataclass(frozen=True, slots=True)
class Lit:
    """Firings that are lit on canvas and timeline, and why: `title` says it. `seqs` are steps in order.
    `parts` is what each graph shows of it, if whoever lights has worked it out; otherwise the nodes of the firings are
    looked for, which takes long for many."""

    title: str
    firings: frozenset[int]
    seqs: tuple[int, ...]
    parts: Mapping[At, LitPart] | None = None
