"""Which program a file comes from, and its graph: the one door for projects of other builders."""

from __future__ import annotations

from pathlib import Path

from studio.graph.tree import parse
from studio.importers.files import read_text
from studio.importers.opening import is_script, open_graph_file
from studio.importers.outcome import Imported, Note
from studio.support.errors import GraphError, StudioError, UsageError

KINDS = "promptflow's flow.dag.yaml, projects of Rivet (.rivet-project), and scripts of ours"

_FLOW = "flow.dag.yaml"
_ENDINGS = (".yaml", ".yml", ".rivet-project")


def import_file(path: Path, graph: str = "") -> Imported:
    """Return the graph of another builder's file. `graph` chooses one of a Rivet project, by name.

    Nothing of the file is run. Raises `UsageError` for what is neither, `EnvironmentProblem` if it cannot be read.
    """
    if (path / _FLOW).is_file():  # promptflow names its flows by their folders
        path = path / _FLOW
    if is_script(path):
        notes: list[str] = []
        opened = open_graph_file(path, notes.append)
        nodes = sum(len(inner.nodes) for _, inner in opened.walk())
        return Imported(opened, "the script", nodes, [Note("", note) for note in notes])
    text = read_text(path)
    if path.suffix == ".prompty":
        raise UsageError(
            "A `.prompty` file is a single prompt, not a graph.",
            where=str(path),
            hint="Make a node `llm.function` and copy its text into `system` and `instructions`.",
        )
    try:
        root = parse(text, str(path), starts=f"Read are {KINDS}.").root.plain()
    except GraphError:
        if path.suffix.lower() not in _ENDINGS:  # whoever names a picture does not want to hear of YAML
            raise _no_kind(path) from None
        raise
    try:
        made = _import(path, root, graph)
    except RecursionError:
        raise UsageError("Something in this file is nested too deeply.", where=str(path)) from None
    except StudioError as error:
        error.where = error.where or str(path)
        raise
    made.graph.place.file = str(path)  # foreign: what is read from a file is not its reader's own (`trust.gate`)
    made.graph.base = path.parent
    return made


def _import(path: Path, root: object, graph: str) -> Imported:
    from studio.importers.promptflow import import_flow, is_flow
    from studio.importers.rivet import import_project, is_project

    if isinstance(root, dict) and "studio" in root:
        raise UsageError("This is a graph of the studio already.", hint=f"Open it: `studio gui {path}`.")
    if isinstance(root, dict) and is_project(root):
        return import_project(path, root, graph)
    if isinstance(root, dict) and is_flow(root):
        if graph:
            raise UsageError("A flow of promptflow is one graph; --graph is for projects of Rivet.")
        return import_flow(path, root)
    if isinstance(root, dict) and "entry" in root and "nodes" not in root:
        raise UsageError(
            "This flow of promptflow is Python code, a flex flow: there is no graph in it.",
            hint="Draw its steps as nodes; its functions can go into `code.python`.",
        )
    raise _no_kind(path)


def _no_kind(path: Path) -> UsageError:
    return UsageError("This file is of no kind that can be brought in.", where=str(path), hint=f"Read are {KINDS}.")
