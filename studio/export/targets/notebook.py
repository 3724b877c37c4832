"""The graph as a notebook."""

from __future__ import annotations

from collections.abc import Iterator

from studio.export.targets.declaring import GraphSource, GraphTarget, Options, Tell


def make(source: GraphSource, options: Options, tell: Tell) -> Iterator[bytes]:
    """Yield the notebook."""
    from studio.export.notebook import notebook

    folder = None if source.output is None else source.output.parent
    yield notebook(source.graph, source.registry, folder=folder).encode()


TARGET = GraphTarget(
    name="notebook",
    title="Notebook",
    summary="A Jupyter notebook that builds the graph step by step, runs it, and shows outputs, prompts and costs.",
    suffixes=(".ipynb",),
    media_type="application/x-ipynb+json",
    make=make,
)
