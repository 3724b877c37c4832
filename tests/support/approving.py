"""Approving in tests what a graph of a test may do, as a person would who has read it."""

from __future__ import annotations

from pathlib import Path

from studio.graph.model import Graph
from studio.spec.registry import Registry, default_registry
from studio.trust.survey import survey


def hashes_of(*graphs: Graph | str | Path, registry: Registry | None = None) -> list[str]:
    """Return what to hand to `arun(…, approve=…)`, or to `--approve`, so that these graphs may run."""
    loaded = [graph if isinstance(graph, Graph) else Graph.load(graph) for graph in graphs]
    return [survey(graph, registry or default_registry()).hash for graph in loaded]
