"""Run a graph and show what it gives; everything it does is recorded.

Inputs: -i name=value (read as the type the input declares: text as it stands, else JSON), -i name=@file,
-i name=@- for standard input, -i name=@@text for text that begins with @.

Exit codes: 0 ok, 1 the run failed, 2 something was given wrongly, 3 paused by a limit, 5 disk or database,
130 aborted (Ctrl-C: on a terminal the first one pauses the run and the second aborts it).

A run can be stepped (--step), stopped where a condition holds (--break), or changed while it goes on (--freeze,
--knockout): on a terminal by single keys, from a pipe by lines; ? lists them. `studio control` does the same to a run
that goes on elsewhere.

A graph that is not from here, and may do more than compute and ask your own models, is run only if you approve what it
may do: a terminal asks, else --approve HASH is needed (exit code 2 tells the list and the hash); see `studio approve`.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from studio.cli.approving import approved_for
from studio.cli.database import database
from studio.cli.graphs import open_graph
from studio.cli.output import Output
from studio.cli.running import Watch, parse_limits, play, running_arguments

if TYPE_CHECKING:
    from studio.engine.result import RunResult

EXAMPLES = (
    "studio run inbox_triage",
    "studio run inbox_triage --cache llm",
    "studio run my_graph.yaml -i topic='tide pools' --model openai/gpt-4.1-mini --limit cost_usd=0.10",
    "studio run critic_loop --step",
    "studio run inbox_triage --break 'classify:confidence < 0.5' --freeze 'fetch.text=\"…\"'",
    "studio run my_graph.yaml -i mails=@mails.json --model scripted:replies.jsonl --json",
)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("graph", metavar="GRAPH", help="a graph file, or the name of an example")
    parser.add_argument(
        "-i", "--input", action="append", default=[], metavar="NAME=VALUE", dest="inputs",
        help="a value for an input of the graph; may be repeated",
    )  # fmt: skip
    running_arguments(parser)
    parser.add_argument("--clock", metavar="ISO", help="start the run's clock at this time, and never wait")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="seed of all random choices (default 0)")
    parser.add_argument(
        "--cache", choices=("off", "llm", "all"),
        help="take from the cache what was asked before: of models (llm), of slow pure nodes too (all); default: the "
        "setting cache.mode; see `studio cache --help`",
    )  # fmt: skip


def run(args: argparse.Namespace, out: Output) -> int:
    from studio.cli.inputs import input_types, parse_inputs

    graph = open_graph(args.graph)
    inputs = parse_inputs(args.inputs, input_types(graph)) if args.inputs else {}
    limits = parse_limits(args.limits)
    approve = approved_for(graph, args, out)
    db = database(args)

    def start(watch: Watch) -> RunResult:
        from studio.engine.run import run as run_graph

        return run_graph(
            graph, inputs, model=args.model, embedder=args.embedder, answers=args.answers, clock=args.clock,
            seed=args.seed, limits=limits or None, cache=args.cache, db=db, folder=Path.cwd(),
            approve=approve, on_alarm=args.on_alarm, **watch,
        )  # fmt: skip

    return play(args, out, graph.name, db, start, lambda: graph)
