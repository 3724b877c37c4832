"""Run on from a step of a recorded run with something changed, as a new run.

--at SEQ keeps all that was decided before that step (`studio replay` numbers the steps). Without it the fork begins at
the first step that the changes concern. From there on only what they affect fires again; everything else is taken over
and costs nothing. The recorded run stays as it is, and `studio diff last` shows what came of the change.

What can be changed (each may be repeated, and nodes inside a region are named like region/node):
--set changes a param, or retries, on_error, knockout and the like: text as it stands, else JSON; =@file reads a file.
--output puts a value in place of what a node gave at its first firing from the fork on.
--redo fires a node again though nothing about it has changed, as do all those that then get something else.
-i gives an input another value; --graph runs on with another version of the graph.

The fork has the model, seed, clock and limits that the run had, where nothing else is said. A script goes on where the
kept part left off: the lines that part had used are passed over, and what is asked anew takes those that follow. A
script of another name, given with --model, begins at its first line.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from studio.cli.approving import approved_for
from studio.cli.database import graph_of, own_run, run_argument
from studio.cli.output import Output
from studio.cli.running import Watch, parse_limits, play, running_arguments

if TYPE_CHECKING:
    from studio.engine.result import RunResult

EXAMPLES = (
    "studio fork last --at 12 --set writer.instructions=@shorter.txt",
    "studio fork last --output critic.label=good",
    "studio fork inbox_triage --set triage/sender.system='Copy the first name of the writer.'",
    "studio fork last --only critic",
    "studio fork last --redo writer --model openai/gpt-4.1-mini",
)


def arguments(parser: argparse.ArgumentParser) -> None:
    run_argument(parser)
    parser.add_argument("--at", type=int, metavar="SEQ", help="keep everything before this step")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NODE.PARAM=VALUE", dest="params",
        help="change a param; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--output", action="append", default=[], metavar="NODE.PORT=VALUE", dest="outputs",
        help="put a value in place of an output; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--redo", action="append", default=[], metavar="NODE", help="fire a node again; may be repeated"
    )
    parser.add_argument("--graph", metavar="FILE", help="run on with this version of the graph")
    parser.add_argument(
        "-i", "--input", action="append", default=[], metavar="NAME=VALUE", dest="inputs",
        help="another value for an input of the graph; may be repeated",
    )  # fmt: skip
    running_arguments(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    from studio.cli.changing import changes_of, new_graph_and_inputs

    limits = parse_limits(args.limits)
    db, name, title = own_run(args)
    if args.only:
        args.redo.append(args.only)  # that one is to fire, with the inputs it had
    changes = changes_of(args, db, name)
    graph, inputs = new_graph_and_inputs(args, db, name)
    approve = approved_for(graph or graph_of(db, name), args, out)

    def start(watch: Watch) -> RunResult:
        from studio.replay.continuing import fork

        return fork(
            db, name, at=args.at, changes=changes, graph=graph, inputs=inputs, limits=limits, model=args.model,
            embedder=args.embedder, answers=args.answers, approve=approve,
            on_alarm=args.on_alarm, **watch,
        )  # fmt: skip

    return play(args, out, title, db, start, lambda: graph or graph_of(db, name), look_first="studio diff last")
