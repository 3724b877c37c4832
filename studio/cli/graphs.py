"""Which graph a person means: a file, or an example by its name."""

from __future__ import annotations

import sys
from pathlib import Path

from studio.graph.model import Graph
from studio.importers.opening import GRAPH_SUFFIXES, open_graph_file
from studio.support.errors import UsageError
from studio.support.nearest import did_you_mean
from studio.support.resources import bundled_graphs


def graph_path(ref: str) -> Path:
    """Return the file a GRAPH argument names: a path, `NAME` or `examples/NAME` of a bundled example.

    Raises UsageError naming the nearest example if there is neither.
    """
    path = Path(ref)
    if path.is_file() or path.suffix in GRAPH_SUFFIXES:
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
    """Load the graph a GRAPH argument names; of a script, which is read and not executed, what is to be known is told.

    Raises UsageError or GraphError.
    """
    return open_graph_file(graph_path(ref), _note)


def _note(sentence: str) -> None:
    print(f"note: {sentence}", file=sys.stderr)
