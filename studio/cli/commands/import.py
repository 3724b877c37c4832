"""Bring a graph in: a flow of promptflow, a project of Rivet, or a script or notebook of ours.

What has a counterpart here becomes nodes of ours; what has none becomes a placeholder that keeps the original. Nothing
of the file is run. The graph counts as a stranger's until it is approved: what it may do is asked at its first run.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from studio.cli import exits
from studio.cli.output import Output
from studio.support.errors import EnvironmentProblem, UsageError

EXAMPLES = (
    "studio import my_flow/flow.dag.yaml",
    "studio import desk.rivet-project -o desk.yaml --model default",
    'studio import desk.rivet-project --graph "Refine: draft"',
)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file",
        metavar="FILE",
        help="a flow of promptflow (its flow.dag.yaml or folder), a .rivet-project, or a script or notebook of ours",
    )
    parser.add_argument("-o", "--output", metavar="GRAPH", help="the graph file to write (default: its name, here)")
    parser.add_argument(
        "--graph", default="", metavar="NAME", help="which graph of a Rivet project (default: its main)"
    )
    parser.add_argument(
        "--model",
        default="",
        metavar="NAME",
        help="ask this model in place of those it names; `default` tries without keys",
    )
    parser.add_argument("--force", action="store_true", help="replace a file that is there already")


def run(args: argparse.Namespace, out: Output) -> int:
    from studio.importers.projects import import_file

    made = import_file(Path(args.file), args.graph)
    if args.model:
        made.ask(args.model)
    target = Path(args.output or f"{made.graph.name}.yaml")
    if target.suffix not in (".yaml", ".yml"):
        raise UsageError("A graph file ends in `.yaml`.", where=str(target), hint="Write `-o NAME.yaml`.")
    if target.exists() and not args.force:
        raise UsageError("There is such a file already.", where=str(target), hint="Name another, or give --force.")
    try:
        made.graph.save(target)
    except OSError as error:
        raise EnvironmentProblem(f"The graph cannot be written: {error.strerror}.", where=str(target)) from None
    placeholders = made.placeholders
    if out.as_json:
        notes = [{"node": note.node, "message": note.message} for note in made.notes]
        out.json(
            {
                "file": str(target),
                "source": made.source,
                "nodes": made.nodes,
                "placeholders": placeholders,
                "notes": notes,
            }
        )
        return exits.OK
    out.say("written  ", ("bold", str(target)))
    out.note(made.heading)
    for note in made.notes:
        out.note(f"  {note}")
    shown = f"`studio gui {target}` shows it"
    one = "the placeholder" if len(placeholders) == 1 else "the placeholders"
    out.note(("dim", f"Replace {one} before it can run: {shown}." if placeholders else f"Now {shown}."))
    return exits.OK
