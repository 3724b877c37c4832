"""List the examples that ship with the studio, explain one, or copy one to work on.

GRAPH arguments of other commands take an example's name too: `studio run inbox_triage`.
"""

from __future__ import annotations

import argparse
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Final

from studio.cli import exits
from studio.cli.graphs import graph_path, open_graph
from studio.cli.inputs import told_inputs
from studio.cli.output import Output
from studio.cli.text import Piece
from studio.support.errors import EnvironmentProblem, UsageError
from studio.support.values import Json, preview

if TYPE_CHECKING:
    from studio.gallery import Entry

PICTURE: Final = (30, 5)
"""Columns and rows of the pictures in the list."""

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
    from studio.gallery import GROUPS, entries

    found = entries()
    if out.as_json:
        out.json([entry.to_json() for entry in found])
        return exits.OK
    if not found:
        out.note("No examples are installed.")
        return exits.OK
    for group, title in GROUPS.items():
        there = [entry for entry in found if entry.group == group]
        if there:
            out.say(("bold", title))
            if out.columns is not None:
                out.say()
        wide = max((len(entry.name) for entry in there), default=0)
        for entry in there:
            if out.columns is None:
                out.say(f"{entry.name:<{wide}}  {entry.about}")
                out.say(" " * (wide + 2), " · ".join(entry.facts()))
            else:
                _show(entry, out, out.columns)
                out.say()
    out.note(
        "`studio examples NAME` explains one, `studio run NAME` runs it, `studio replay NAME` steps through a run."
    )
    return exits.OK


def _show(entry: Entry, out: Output, columns: int) -> None:
    """Print an example for a person: its picture, and the words beside it."""
    from studio.gallery import sketch

    picture = sketch(entry.graph, *PICTURE) if out.takes_unicode else []
    indent = PICTURE[0] + 4 if picture else 2
    room = max(columns - indent, 30)
    words: list[Piece] = [("bold", entry.name)]
    words += textwrap.wrap(entry.about, room)
    words += [("dim", line) for line in textwrap.wrap(" · ".join(entry.facts()), room)]
    for row in range(max(len(words), len(picture))):
        drawn = picture[row] if row < len(picture) else ""
        said = words[row] if row < len(words) else ""
        out.say("  ", ("dim", f"{drawn:<{indent - 2}}"), said) if said or drawn else out.say()


def _explain(name: str, out: Output) -> int:
    path = graph_path(name)
    graph = open_graph(name)
    notes = path.with_suffix(".md")
    text = notes.read_text(encoding="utf-8") if notes.is_file() else graph.about
    from studio.gallery import entry_of, sketch

    if out.as_json:
        out.json({**entry_of(path, graph).to_json(), "inputs": told_inputs(graph), "text": text})
        return exits.OK
    from studio.cli.markdown import show_markdown

    show_markdown(text, out)
    if out.columns is not None and out.takes_unicode:
        out.say()
        for line in sketch(graph, min(out.columns - 2, 96), 16):
            out.say("  ", line)
        out.say()
        out.say("  ", ("dim", " · ".join(entry_of(path, graph).facts())))
    _show_inputs(told_inputs(graph), out)
    out.note()
    out.note(f"The graph is {path}; run it with `studio run {path.stem}`.")
    return exits.OK


def _show_inputs(inputs: list[dict[str, Json]], out: Output) -> None:
    """Print what `-i` may give the graph: each input with what it takes and its default."""
    from studio.spec.choices import told_choices

    rows: list[tuple[Piece, ...]] = [
        (
            ("bold", str(one["name"])),
            told_choices(one["choices"]).replace("`", "") if "choices" in one else str(one["type"]),
            preview(one["default"], 40) if "default" in one else ("dim", "must be given"),
        )
        for one in inputs
    ]
    if rows:
        out.say()
        out.table(("input", "takes", "default"), rows)


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
