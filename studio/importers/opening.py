"""The file that a person names as a graph: a graph file, or a script or a notebook that makes one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from studio.graph.model import Graph

SCRIPT: Final = ".py"
NOTEBOOK: Final = ".ipynb"
GRAPH_SUFFIXES: Final = (".yaml", ".yml", SCRIPT, NOTEBOOK)
"""The endings of files that hold graphs."""


def is_script(path: Path) -> bool:
    """True if a file is opened as a script, as a notebook is: its graph is read out of code."""
    return path.suffix.lower() in (SCRIPT, NOTEBOOK)


def open_graph_file(path: str | Path, note: Callable[[str], None] | None = None) -> Graph:
    """Return the graph of a file. A script is read, never executed; `note` takes what a person should know about that.

    Raises GraphError with file and line, EnvironmentProblem if the file cannot be read.
    """
    path = Path(path)
    if not is_script(path):
        return Graph.load(path)
    if path.suffix.lower() == NOTEBOOK:
        from studio.importers.script.notebook import read_notebook

        opened = read_notebook(path)
    else:
        from studio.importers.script.reading import read_script

        opened = read_script(path)
    if note is not None:
        for sentence in opened.notes:
            note(sentence)
    return opened.graph
