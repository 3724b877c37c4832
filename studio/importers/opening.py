"""The file that a person names as a graph: a graph file, or a script or a notebook that makes one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from studio.graph.model import Graph
from studio.support.errors import GraphError, StudioError

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
        try:
            return Graph.load(path)
        except GraphError as error:
            if source := _source_of(path):
                told = f"This is {source}, and no graph file."
                hint = f"`studio import {path}` makes one of it."
                raise GraphError(told, where=str(path), hint=hint) from error
            raise
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


def _source_of(path: Path) -> str:
    """Which other program a file that is no graph file comes from, "" for none that can be brought in."""
    from studio.graph.tree import parse
    from studio.importers.files import read_text
    from studio.importers.promptflow import is_flow
    from studio.importers.rivet import is_project

    try:
        root = parse(read_text(path), str(path)).root.plain()
    except StudioError:
        return ""
    return "a project of Rivet" if is_project(root) else "a flow of promptflow" if is_flow(root) else ""
