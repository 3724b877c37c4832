"""The graph as a Python script that needs nothing of ours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

from studio.export.targets.declaring import GraphSource, GraphTarget, Options, Problem, Tell


def make(source: GraphSource, options: Options, tell: Tell) -> Iterator[bytes]:
    """Yield the script. Raises `UsageError` that names every node which cannot leave the studio."""
    from studio.export.standalone.script import standalone_script

    yield standalone_script(source.graph, source.registry, file=PurePath(source.file).name, tell=tell).encode()


def problems(source: GraphSource, options: Options) -> list[Problem]:
    """Return what cannot go into the script, and what is different in it, by node."""
    from studio.export.standalone.problems import told_before

    stopping, different = told_before(source.graph, source.registry)
    return [
        *(Problem(reason, node) for node, reason in stopping),
        *(Problem(reason, node, stops=False) for node, reason in different),
    ]


TARGET = GraphTarget(
    name="standalone",
    title="Standalone Python script",
    summary="One Python file that runs without the studio: nodes as functions, wiring as statements.",
    suffixes=(".py",),
    media_type="text/x-python",
    make=make,
    problems=problems,
    guessed=False,
    switch="standalone",
    instead="Take other nodes, or export a script that calls the studio (`--to script`), which can do all of it.",
)
