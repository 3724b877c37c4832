"""Write a graph file in its canonical form: one order of keys, one way to write each thing.

Nodes and edges keep the author's order, which has meaning; comments stay with their items.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from studio.cli import exits
from studio.cli.output import Output
from studio.graph.model import Graph
from studio.importers.opening import is_script
from studio.support.errors import EnvironmentProblem, UsageError
from studio.support.resources import TESTS

EXAMPLES = (
    "studio fmt my_graph.yaml",
    "studio fmt --check graphs/*.yaml",
    "studio fmt - < my_graph.yaml",
)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="GRAPH", help="graph files; `-` reads and writes standard streams")
    parser.add_argument("--check", action="store_true", help="change nothing; exit 4 if a file is not canonical")


def run(args: argparse.Namespace, out: Output) -> int:
    report = [{"file": name, "canonical": _one(name, args.check, out)} for name in args.files]
    changed = [entry for entry in report if not entry["canonical"]]
    if out.as_json:
        out.json(report)
    elif args.check:
        for entry in changed:
            out.say(f"{entry['file']}: not canonical; `studio fmt {entry['file']}` rewrites it")
    return exits.FINDING if args.check and changed else exits.OK


def _one(name: str, check: bool, out: Output) -> bool:
    """Format one file; True if it was canonical already."""
    if name == "-":
        text = sys.stdin.read()
        made = Graph.from_text(text, name="<stdin>").to_text()
        if not check and not out.as_json:
            sys.stdout.write(made)
        return made == text
    path = Path(name)
    if name.endswith(TESTS):  # `studio test` writes it, and what people write around it stays theirs
        return True
    if is_script(path):
        raise UsageError(
            "`studio fmt` writes graph files; this is a script.",
            where=name,
            hint=f"Format it as other Python, or write it anew: `studio export {name} -o {name} --force`.",
        )
    graph = Graph.load(path)
    try:
        before = path.read_bytes()
    except OSError as error:
        raise EnvironmentProblem(f"The file cannot be read: {error.strerror}.", where=name) from None
    if graph.to_text().encode() == before:
        return True
    if not check:
        graph.save(path)
        out.note(f"{name}: rewritten")
    return False
