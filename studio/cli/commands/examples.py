"""List the examples that ship with the studio, explain one, or copy one to work on.

GRAPH arguments of other commands take an example's name too: `studio run inbox_triage`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from studio.cli import exits
from studio.cli.graphs import graph_path, open_graph
from studio.cli.output import Output
from studio.support.errors import EnvironmentProblem, UsageError
from studio.support.resources import bundled_graphs

EXAMPLES = (
    "studio examples",
    "studio examples inbox_triage",
    "studio examples inbox_triage --copy my_triage.yaml",
)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", metavar="NAME", help="the example to explain (none: list all)")
    parser.add_argument("--copy", metavar="FILE", help="copy its graph to FILE (never over a file that exists)")


def run(args: argparse.Namespace, out: Output) -> int:
    if args.name is None:
        if args.copy:
            raise UsageError("Name the example to copy.", hint="`studio examples` lists them.")
        return _list(out)
    if args.copy:
        return _copy(args.name, Path(args.copy), out)
    return _explain(args.name, out)


def _list(out: Output) -> int:
    from studio.graph.model import Graph

    found = [(path, Graph.load(path)) for path in bundled_graphs()]
    if out.as_json:
        out.json([{"name": path.stem, "about": graph.about, "file": str(path)} for path, graph in found])
        return exits.OK
    if not found:
        out.note("No examples are installed.")
        return exits.OK
    wide = max(len(path.stem) for path, _ in found)
    for path, graph in found:
        about = " ".join(graph.about.split())
        out.wrapped(("bold", f"{path.stem:<{wide}}"), "  ", about)
    out.note()
    out.note("`studio examples NAME` explains one, `studio run NAME` runs it.")
    return exits.OK


def _explain(name: str, out: Output) -> int:
    path = graph_path(name)
    graph = open_graph(name)
    notes = path.with_suffix(".md")
    text = notes.read_text(encoding="utf-8") if notes.is_file() else graph.about
    if out.as_json:
        out.json({"name": path.stem, "about": graph.about, "file": str(path), "text": text})
        return exits.OK
    from studio.cli.markdown import show_markdown

    show_markdown(text, out)
    out.note()
    out.note(f"The graph is {path}; run it with `studio run {path.stem}`.")
    return exits.OK


def _copy(name: str, target: Path, out: Output) -> int:
    source = graph_path(name)
    if target.is_dir():
        target /= source.name
    try:
        with target.open("xb") as file:
            file.write(source.read_bytes())
    except FileExistsError:
        raise UsageError("There is a file of this name already.", where=str(target), hint="Choose another.") from None
    except OSError as error:
        raise EnvironmentProblem(f"The copy cannot be written: {error.strerror}.", where=str(target)) from None
    if out.as_json:
        out.json({"file": str(target)})
    else:
        out.note(f"Copied to {target}; run it with `studio run {target}`.")
    return exits.OK
