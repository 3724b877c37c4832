"""Switch off each module of a graph in turn, and say which matter, which are dead weight, and which are poison.

The graph is run whole and without each module (all nodes but helpers of flow and text; --nodes names others, --leave
leaves some out), on the same rows and seeds. What is told is the effect on the score, the cost, the length and the
class of behaviour, with intervals that allow for how many modules were tried. No effect shown is not no effect: a
module is called dead weight only where its effect is surely smaller than --margin.

Exit codes are those of `studio batch`.
"""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from studio.cli.batching.options import (
    experiment_arguments,
    experiment_file,
    experiment_from,
    running_arguments,
    size_argument,
    ways_from,
    workers_begun,
)
from studio.cli.commands.batch import driven
from studio.cli.database import database
from studio.cli.output import Output
from studio.support.errors import UsageError

if TYPE_CHECKING:
    from studio.batch.analysing.conclusions import Conclusions
    from studio.batch.design.plan import Plan

EXAMPLES = (
    "studio knockout my_graph.yaml --data rows.jsonl --score 'label == expected' --seeds 3",
    "studio knockout organism --score points --nodes planning/watering,critics/procrastination --seeds 10",
    "studio knockout my_graph.yaml --data rows.csv --score points --pairs --svg modules.svg",
)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", metavar="GRAPH", help="a graph, or the name of an example")
    experiment_arguments(parser)
    which = parser.add_argument_group("which modules")
    which.add_argument("--nodes", metavar="LIST", help="only these, with commas; a+b switches off both")
    which.add_argument(
        "--leave", metavar="LIST", help="all but these, with commas; the name of a body leaves all in it"
    )
    which.add_argument("--pairs", action="store_true", help="each two of them as well, to see what they do together")
    running_arguments(parser)
    size_argument(parser)
    parser.add_argument("--svg", metavar="FILE", help="draw the graph, coloured by what its modules are worth")


def run(args: argparse.Namespace, out: Output) -> int:
    from studio.batch.sessions import begin

    if experiment_file(args.target) is not None:
        raise UsageError("`knockout` takes a graph.", hint="An experiment file is run by `studio batch`.")
    nodes, leave = _listed(args.nodes), _listed(args.leave)
    if nodes and leave:
        raise UsageError("`--nodes` and `--leave` exclude each other.")
    if not (args.scores or args.judge or args.function):
        raise UsageError("Without a score no module matters.", hint="Give `--score EXPR`, such as `--score points`.")
    of = {"of": nodes or "all", "except": leave, "pairs": args.pairs or None}
    knockouts = {key: value for key, value in of.items() if value}
    with workers_begun(args) as host:
        session = begin(experiment_from(args, knockouts=knockouts), database(args), ways_from(args, host))
        return driven(session, args, out, partial(_draw, session.plan, args.svg, out) if args.svg else None)


def _draw(plan: Plan, file: str, out: Output, found: Conclusions) -> None:
    """Write the graph, coloured by what its modules are worth."""
    from studio.batch.reporting.coloured_graph import coloured_graph

    name, whole = next(iter(plan.graphs.items()))
    if name in found.modules:
        Path(file).write_text(coloured_graph(whole.graph, found.modules[name], whole.registry), encoding="utf-8")
        out.note(f"Written: {file}")


def _listed(text: str | None) -> list[str]:
    return [one.strip() for one in (text or "").split(",") if one.strip()]
