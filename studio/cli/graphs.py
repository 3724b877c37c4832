"""Which graph a person means: a file, or an example by its name."""

from __future__ import annotations

from pathlib import Path

from studio.graph.model import Graph
from studio.support.errors import UsageError
from studio.support.nearest import did_you_mean
from studio.support.resources import bundled_graphs


def graph_path(ref: str) -> Path:
    """Return the file a GRAPH argument names: a path, `NAME` or `examples/NAME` of a bundled example.

    Raises UsageError naming the nearest example if there is neither.
    """
    path = Path(ref)
    if path.is_file() or path.suffix in (".yaml", ".yml"):
        return path
    name = ref.removeprefix("examples/")
    bundled = {example.stem: example for example in bundled_graphs()}
    if name in bundled:
        return bundled[name]
    if path.exists():
        raise UsageError("This is a folder, not a graph file.", where=ref, hint="Name a .yaml file in it.")
    hint = did_you_mean(name, bundled, what="the example", then="`studio examples` lists the examples.")
    raise UsageError(
        "There is no such file and no example of this name.",
        where=ref,
        hint=hint,
    )


def open_graph(ref: str) -> Graph:
    """Load the graph a GRAPH argument names. Raises UsageError or GraphError."""
    return Graph.load(graph_path(ref))
