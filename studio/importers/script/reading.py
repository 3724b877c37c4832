"""A Python script → its graph: one made of the words of `studio.Graph`, or one that holds its graph as a text.

The second kind are standalone scripts: what they run is their code, what opens is the text they were made from, and the
reader of the note is told so.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from studio.graph.model import Graph
from studio.graph.scope import project_folder
from studio.importers.files import read_start
from studio.importers.script.interpreting import RUNS, Interpreter, dotted
from studio.importers.script.source import HINT, MAX_BYTES, Source, decode, parse, refuse
from studio.importers.script.values import Folder, Function, Imported, MadeGraph, NotUnderstood, Unknown
from studio.support.errors import GraphError
from studio.support.resources import bundled_graphs

_RECORDS: Final = ("GRAPH_TEXT", "GRAPH")
"""The constants in which a standalone script may hold the text of its graph."""

_NOT_THE_CODE: Final = (
    "This is the graph that the standalone script was made from; changes made by hand in its code are not in it."
)


class Opened(NamedTuple):
    """A graph with what a person should know about how it was opened, a sentence each."""

    graph: Graph
    notes: tuple[str, ...] = ()


def read_script(path: Path) -> Opened:
    """Read the graph of a script. Raises GraphError with file and line for what is not understood, and what to do then;
    EnvironmentProblem if the file cannot be read. Nothing is executed."""
    data = read_start(path, MAX_BYTES, GraphError, "This is a folder, not a script.", "Name a file in it.")
    return read_script_text(decode(data, str(path)), file=str(path), base=path.parent)


def read_script_text(text: str, *, file: str = "<script>", base: Path | None = None) -> Opened:
    """Read the graph of a script's text. `base` is the folder the script lies in; `file` is named in messages."""
    source = parse(text, file)
    recorded = _recorded(source)
    if recorded is not None:
        graph = Graph.from_text(recorded, name=file, base=base)
        return Opened(graph, (_NOT_THE_CODE,))
    interpreter = Interpreter(source)
    try:
        interpreter.read()
        made = _graph_of(source, interpreter)
    except NotUnderstood as problem:
        hint = HINT if problem.hint is None else problem.hint
        raise refuse(file, problem.line, problem.message, hint) from None
    except RecursionError:
        raise refuse(file, 0, "The script is nested too deeply to be read.") from None
    try:
        Graph.from_text(made.graph.to_text())  # a script can say nothing that a graph file could not
    except GraphError as error:
        raise refuse(file, 0, error.message, error.hint) from None
    folder, notes = _base(made.folder, base)
    for _, graph in made.graph.walk():
        graph.base = folder
    return Opened(made.graph, notes)


def _recorded(source: Source) -> str | None:
    """Return the text of the graph that a standalone script holds, or None."""
    found = None
    for node in source.tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom) and _brings_studio(node):
            return None
        target = (
            node.targets[0]
            if isinstance(node, ast.Assign)
            else node.target
            if isinstance(node, ast.AnnAssign)
            else None
        )
        if isinstance(target, ast.Name) and target.id in _RECORDS and isinstance(node, ast.Assign | ast.AnnAssign):
            value = node.value
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                found = value.value
    return found


def _brings_studio(node: ast.Import | ast.ImportFrom) -> bool:
    names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
    return any(name.partition(".")[0] == "studio" for name in names)


# -- which graph -----------------------------------------------------------------------------------------


def _graph_of(source: Source, interpreter: Interpreter) -> MadeGraph:
    """Return the graph that the script runs, or else the only one that it makes."""
    names = interpreter.names
    run = list(dict.fromkeys(_named_in_runs(source, interpreter)))
    candidates = run or _candidates(source, interpreter)
    if not candidates:
        raise NotUnderstood(
            "This script makes no graph.", 0, "A script of the studio has a function that returns a `Graph(…)`."
        )
    if len(candidates) > 1:
        shown = ", ".join(f"`{name}`" for name in candidates[:5])
        raise NotUnderstood(f"This script makes several graphs: {shown}.", 0, "Let it run one: `play(NAME, args)`.")
    value = names.get(candidates[0])
    if isinstance(value, Function):
        line = value.node.lineno
        value = interpreter.call_function(value, line)
    if isinstance(value, Unknown):
        raise NotUnderstood(value.why, value.line)
    if not isinstance(value, MadeGraph):
        raise NotUnderstood(f"`{candidates[0]}` makes no graph.", 0)
    return value


def _named_in_runs(source: Source, interpreter: Interpreter) -> Iterator[str]:
    """Yield what is given to `play`, `run` or `arun`, wherever the script calls them."""
    names = {**_imports(source.tree), **interpreter.names}
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        called = dotted(node.func, names)
        if called not in RUNS:
            continue
        first = node.args[0]
        if isinstance(first, ast.Call) and not first.args and not first.keywords:
            first = first.func
        if not isinstance(first, ast.Name) or first.id not in interpreter.names:
            raise NotUnderstood("Which graph is run here is known only when it runs.", node.lineno)
        yield first.id


def _imports(tree: ast.Module) -> dict[str, Imported]:
    """Return the names that imports bring, also those within functions that are not read."""
    return {
        alias.asname or alias.name: Imported(f"{node.module}.{alias.name}")
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }


def _candidates(source: Source, interpreter: Interpreter) -> list[str]:
    """Return the functions and variables that make a graph no other uses."""
    names = interpreter.names
    makers = {
        name: value for name, value in names.items() if isinstance(value, Function) and _makes_graph(value, names)
    }
    used = {
        node.id
        for maker in makers.values()
        for node in ast.walk(maker.node)
        if isinstance(node, ast.Name) and node.id != maker.node.name
    }
    graphs = [name for name, value in names.items() if isinstance(value, MadeGraph) and not value.used]
    if graphs:
        return graphs
    return [name for name in makers if name not in used]


def _makes_graph(function: Function, names: dict[str, object]) -> bool:
    return any(
        isinstance(node, ast.Call) and dotted(node.func, names).endswith(".Graph") for node in ast.walk(function.node)
    )


# -- where its files lie ---------------------------------------------------------------------------------


def _base(folder: Folder | None, own: Path | None) -> tuple[Path | None, tuple[str, ...]]:
    """Return where the files of the graph are looked up: as the script says, if that is within its own project or is
    where the examples lie, else beside the script. A stranger's script must not widen what its graph may read."""
    if folder is None or own is None or (not folder.up and not folder.rest.parts):
        return own, ()
    here = own.resolve()
    for _ in range(min(folder.up - 1, 100)):
        here = here.parent
    said = (here / folder.rest).resolve()
    examples = {path.parent.resolve() for path in bundled_graphs()}
    if said == own.resolve():
        return own, ()
    if said in examples or said.is_relative_to(project_folder(own)):
        return said, ()
    told = (
        f"The script looks up files in {said}, outside of its own project; here they are looked up beside the script."
    )
    return own, (told,)
