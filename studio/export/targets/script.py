"""The graph as a script in the words of `studio.Graph`."""

from __future__ import annotations

from collections.abc import Iterator

from studio.export.targets.declaring import GraphSource, GraphTarget, Options, Tell


def make(source: GraphSource, options: Options, tell: Tell) -> Iterator[bytes]:
    """Yield the script; it looks up files where the graph does, however it is called from there."""
    from studio.export.script import write_script

    output = source.output
    folder = None if output is None else output.absolute().parent
    name = f"{source.graph.name}.py" if output is None else output.name
    yield write_script(source.graph, source.registry, folder=folder, file=name).encode()


TARGET = GraphTarget(
    name="script",
    title="Python script",
    summary="A script that makes the graph in Python and runs it with this package; it opens in the studio again.",
    suffixes=(".py",),
    media_type="text/x-python",
    make=make,
)
