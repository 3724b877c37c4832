"""Search for better settings of a graph: params, models and inputs, measured by rows of data.

Each --vary says what may be set: a range (0..1, 1..9, 0..1..0.25, 0.001..1log) or a list (a,b,c). Trials are chosen by
what the ones before them gave, and run on a part of the rows; those that lag behind are given up early. What is best
there looks better than it is, for it was chosen by luck too. So it is measured again, beside the graph as it is, on
rows that no trial has seen; both numbers are told, the second with its interval. With --cost, settings that are cheaper
count as well, and the front of score and cost is told. Nothing is changed, unless --apply N writes a copy.

All runs are recorded. The same command again takes them over and makes the same choices, so a search that was broken
off goes on, and --apply costs nothing.

Exit codes: 0 something is better, 4 nothing is shown to be better, 2 something was given wrongly, 3 a bound was reached
before anything could be measured, 5 disk, database, workers or a library, 130 stopped by Ctrl-C.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from studio.cli import exits
from studio.cli.batching.options import (
    experiment_arguments,
    experiment_file,
    experiment_from,
    running_arguments,
    ways_from,
)
from studio.cli.database import database
from studio.cli.output import Output
from studio.support.errors import UsageError

if TYPE_CHECKING:
    from studio.batch.design.expanding import Bodied
    from studio.batch.searching.tuning import Tuned

EXAMPLES = (
    "studio tune my_graph.yaml --data rows.jsonl --score 'label == expected' --vary judge.min_confidence=0..0.9",
    "studio tune my_graph.yaml --data rows.csv --score points --vary model=fast,strong --cost cost_usd --trials 40",
    "studio tune my_graph.yaml --data rows.csv --score points --vary writer.temperature=0..1.5 --apply 1 -o tuned.yaml",
)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", metavar="GRAPH", help="a graph file, or the name of an example")
    experiment_arguments(parser)
    how = parser.add_argument_group("how it is searched")
    how.add_argument("--trials", type=int, default=30, metavar="N", help="settings to try (default: 30)")
    how.add_argument("--cost", default="", metavar="NAME", help="weigh seconds, tokens, cost_usd or calls as well")
    how.add_argument(
        "--held-out", type=float, default=0.3, metavar="SHARE", dest="held_out", help="held-out share (default: 0.3)"
    )
    how.add_argument("--seed", type=int, default=0, metavar="N", help="of the division and the search (default: 0)")
    running_arguments(parser)
    take = parser.add_argument_group("what is done with it")
    take.add_argument("--apply", type=int, metavar="N", help="write a copy of the graph with the N-th best settings")
    take.add_argument("-o", "--output", metavar="FILE", help="where the copy goes")
    take.add_argument("--force", action="store_true", help="write over a file that is there")


def run(args: argparse.Namespace, out: Output) -> int:
    from studio.batch.design.axes import file_reader
    from studio.batch.design.options import pairs
    from studio.batch.design.planning import plan_of
    from studio.batch.searching.rounds import Rounds
    from studio.batch.searching.spaces import spaces_of
    from studio.batch.searching.tuning import Aims, tune
    from studio.cli.batching.searching import budget_from, watching
    from studio.cli.batching.tuning import tell

    if (args.apply is None) != (args.output is None):
        raise UsageError("`--apply N` and `-o FILE` go together.", hint="Look first, then apply one: `--apply 1 -o F`.")
    if experiment_file(args.target) is not None:
        raise UsageError("`tune` takes a graph.", hint="An experiment file is run by `studio batch`.")
    if args.compare:
        raise UsageError("`tune` compares with the graph as it is.", hint="Leave `--compare` out.")
    vary, args.vary = pairs(args.vary, "--vary", "node.param=0..1"), []
    budget, args.budget = budget_from(args.budget, None), []
    experiment = experiment_from(args)
    ways = ways_from(args)
    plan = plan_of(experiment, approve=ways.approve)
    whole = next(iter(plan.graphs.values()))
    spaces = spaces_of(vary, whole, file_reader(experiment.folder("vary"), None))
    with Rounds(database(args), ways, budget, watching(out)) as rounds:
        made = tune(experiment, plan, spaces, rounds, Aims(args.trials, args.held_out, args.cost, args.seed))
    diffs = _diffs(args, made, whole)
    written = _applied(args, made, whole) if args.apply is not None else ""
    if out.as_json:
        told = made.to_json()
        for one, (before, after) in zip(told["best"], diffs, strict=True):
            one["diff"] = _unified(args.target, before, after)
        out.json({**told, "written": written})
    else:
        tell(made, diffs, out)
        if written:
            out.note(f"Written: {written}")
    return exits.OK if any(one.is_better for one in made.best) else exits.FINDING


def _diffs(args: argparse.Namespace, made: Tuned, whole: Bodied) -> list[tuple[str, str]]:
    """Return, for each of the best, the graph's text as it is and with the settings."""
    from studio.batch.searching.applying import with_settings
    from studio.cli.graphs import open_graph

    graph = open_graph(args.target)
    before = graph.to_text()
    return [(before, with_settings(graph, _settings(one.trial.values), whole.registry).graph.to_text())
            for one in made.best]  # fmt: skip


def _settings(values: object) -> dict[str, object]:
    """Return those values that stand in a graph: inputs and the model of a run do not."""
    from studio.batch.searching.spaces import variant_of

    return dict(variant_of("best", values).settings)  # type: ignore[arg-type]


def _unified(target: str, before: str, after: str) -> str:
    from studio.batch.searching.applying import unified

    return unified(before, after, target)


def _applied(args: argparse.Namespace, made: Tuned, whole: Bodied) -> str:
    from pathlib import Path

    from studio.batch.searching.applying import write_copy
    from studio.cli.graphs import open_graph

    if not 1 <= args.apply <= len(made.best):
        raise UsageError(f"There is no finding {args.apply}.", hint=f"There are {len(made.best)}.")
    settings = _settings(made.best[args.apply - 1].trial.values)
    write_copy(open_graph(args.target), settings, whole.registry, Path(args.output), force=args.force)
    return str(args.output)
