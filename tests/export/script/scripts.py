"""Scripts of graphs, written and called as a person would."""

from __future__ import annotations

import runpy
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from studio.export.script import write_script
from studio.graph import Graph
from studio.plugins.registries import registry_of


def script_of(graph: Graph, folder: Path, name: str = "") -> Path:
    """Write the script of a graph into a folder."""
    script = folder / f"{name or graph.name}.py"
    text = write_script(graph, registry_of(graph), folder=folder, file=script.name)
    script.write_text(text, encoding="utf-8")
    return script


def call(script: Path, *words: str) -> int:
    """Call the script's `main` in this process, as the command line would; return the exit code."""
    main = runpy.run_path(str(script), run_name="called")["main"]
    with arguments(str(script), *words):
        code = main()
    assert isinstance(code, int)
    return code


@contextmanager
def arguments(*words: str) -> Iterator[None]:
    """Let a program find these words on its command line."""
    before, sys.argv = sys.argv, list(words)
    try:
        yield
    finally:
        sys.argv = before
