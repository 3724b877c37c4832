"""Options that describe an experiment, and how its runs are made."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.cli.approving import approval_arguments
from studio.support.errors import UsageError
from studio.support.nearest import near

if TYPE_CHECKING:
    from studio.batch.design.spec import Experiment
    from studio.batch.engines.hosting import WorkerHost
    from studio.batch.sessions import Ways

_SAID = (
    "data", "inputs", "vary", "seeds", "scores", "judge", "function", "better", "compare", "margin", "name",
    "knockout", "model", "embedder", "clock", "cache", "limits",
)  # fmt: skip
"""Options that say what is run."""


def experiment_arguments(parser: argparse.ArgumentParser, *, scored: str = "") -> None:
    """Let a command take what an experiment is made of; `scored` says more about `--score`."""
    said = parser.add_argument_group("what is run")
    said.add_argument(
        "--data", metavar="FILE", help="rows: .csv, .jsonl, .json or .parquet; columns go to inputs of the same name"
    )
    said.add_argument(
        "-i", "--input", action="append", default=[], dest="inputs", metavar="NAME=COLUMN",
        help="take this input from another column; may be repeated",
    )  # fmt: skip
    said.add_argument(
        "--vary", action="append", default=[], metavar="WHAT=VALUES",
        help="node.param=a,b or 1..5 or @file; input:NAME=…; model=…; several make all combinations",
    )  # fmt: skip
    said.add_argument("--seeds", metavar="N", help="seeds 0 to N-1, or those listed: 3,7,11 (default: one, 0)")
    said.add_argument(
        "--score", action="append", default=[], metavar="EXPR", dest="scores",
        help="what a run is worth: an expression over outputs, columns, `row`, status, calls, tokens, cost_usd, "
        f"seconds, dynamics; NAME=EXPR for several{scored}",
    )  # fmt: skip
    said.add_argument("--judge", metavar="GRAPH", help="score by a graph that gets outputs and columns by name")
    said.add_argument("--function", metavar="MODULE:NAME", help="score by a function of yours (outputs, row, totals)")
    said.add_argument("--better", choices=("higher", "lower"), help="which scores are good ones (default: higher)")
    said.add_argument("--compare", metavar="VARIANT", help="what others are compared with (default: the first)")
    said.add_argument("--margin", type=float, metavar="X", help="a difference of the score that means nothing")
    said.add_argument("--name", help="what the batch is called")


def running_arguments(parser: argparse.ArgumentParser) -> None:
    """Let a command take how the runs of a batch are made."""
    how = parser.add_argument_group("how it is run")
    how.add_argument("--model", metavar="MODEL", help="the model for every role (see `studio models`)")
    how.add_argument("--embedder", metavar="MODEL", help="the embedding model")
    how.add_argument("--clock", metavar="ISO", help="start each run's clock at this time, and never wait")
    how.add_argument("--cache", choices=("off", "llm", "all"), help="what may be taken from the cache")
    how.add_argument(
        "--limit", action="append", default=[], dest="limits", metavar="NAME=N",
        help="of each run: firings, ticks, calls, tokens, cost_usd, seconds; may be repeated",
    )  # fmt: skip
    how.add_argument(
        "--budget", action="append", default=[], metavar="NAME=N",
        help="of the whole batch: cost_usd, calls, tokens, seconds, runs; reaching it pauses the batch",
    )  # fmt: skip
    how.add_argument("--workers", type=int, metavar="N", help="processes (default: as the models allow)")
    how.add_argument("--at-once", type=int, metavar="N", dest="at_once", help="runs at the same time in each process")
    how.add_argument("--engine", choices=("local", "ray"), default="local", help="where workers live (default: local)")
    how.add_argument("--address", default="", metavar="HOST:PORT", help="with ray: an existing cluster")
    how.add_argument("--fresh", action="store_true", help="make runs anew that an earlier batch has made")
    approval_arguments(how)


def size_argument(parser: argparse.ArgumentParser) -> None:
    """Let a command begin very many runs without asking."""
    parser.add_argument("--yes", action="store_true", help="make also more than 10,000 runs without asking")


def experiment_from(args: argparse.Namespace, *, knockouts: Any = None) -> Experiment:
    """Return the experiment that the arguments describe: those of a file, or of a graph. Raises as `options` does."""
    from studio.batch.design import options
    from studio.batch.design.experiment_files import ENDING, read_experiment

    file = experiment_file(args.target)
    over = None if file is None else read_experiment(file)
    said: dict[str, Any] = {
        "graph": args.target if over is None else None,
        "name": args.name,
        "data": args.data,
        "inputs": options.pairs(args.inputs, "--input", "NAME=COLUMN"),
        "vary": options.pairs(args.vary, "--vary", "node.param=a,b"),
        "knockouts": knockouts,
        "seeds": None if args.seeds is None else options.seeds_of(args.seeds),
        "score": options.scores_of(args.scores, args.judge or "", args.function or ""),
        "better": args.better,
        "compare": args.compare,
        "margin": args.margin,
        "limits": options.amounts(args.limits, "--limit"),
        "budget": options.amounts(args.budget, "--budget"),
        "model": args.model,
        "embedder": args.embedder,
        "clock": args.clock,
        "cache": args.cache,
    }
    if over is None and args.target.endswith(ENDING):
        raise UsageError("There is no such experiment file.", where=args.target, hint="Check the name.")
    return options.experiment_of(said, over)


def experiment_file(target: str) -> Path | None:
    """Return the experiment file that is meant: a file, or the name of one that ships with the studio; None for a
    graph."""
    from studio.batch.design.experiment_files import ENDING
    from studio.support.resources import resource_root

    if target.endswith(ENDING):
        return Path(target) if Path(target).is_file() else None
    shipped = resource_root("graphs") / "experiments" / f"{target}{ENDING}"
    return shipped if target.isidentifier() and shipped.is_file() else None


@contextmanager
def workers_begun(args: argparse.Namespace) -> Iterator[WorkerHost | None]:
    """Have a process import what workers need while the batch is still being planned, where there will be workers on
    this machine; afterwards it is gone. Raises `EnvironmentProblem` if the system starts none."""
    if args.engine != "local" or getattr(args, "dry_run", False):
        yield None
        return
    from studio.batch.engines.local import begin_early

    host = begin_early()
    try:
        yield host
    finally:
        if host is not None:
            host.end()


def ways_from(args: argparse.Namespace, host: WorkerHost | None = None) -> Ways:
    """Return how the runs are made. Raises UsageError for numbers that mean nothing."""
    from studio.batch.design.options import amounts
    from studio.batch.design.spec import BUDGET
    from studio.batch.driving.jobs import Budget
    from studio.batch.sessions import Ways

    for name in ("workers", "at_once"):
        if (number := getattr(args, name)) is not None and number < 1:
            raise UsageError(f"`--{name.replace('_', '-')} {number}` makes no run.", hint="Give 1 or more.")
    if args.address and args.engine != "ray":
        raise UsageError("`--address` belongs to `--engine ray`.")
    budget = amounts(args.budget, "--budget")
    for name, value in budget.items():
        if name not in BUDGET:
            raise UsageError(f"There is no budget `{name}`.", hint=near(name, BUDGET) or f"One of {', '.join(BUDGET)}.")
        if not 0 < value < inf:
            raise UsageError(f"`--budget {name}={value:g}` is no bound.", hint="Give a number above 0.")
    return Ways(
        args.engine, args.address, args.workers, args.at_once, args.fresh, Budget(**budget),
        frozenset(args.approve), host,
    )  # fmt: skip


def require_nothing_said(args: argparse.Namespace) -> None:
    """Raise UsageError if an option would change what a batch runs that is gone on with: it would be without effect."""
    for name in _SAID:
        if getattr(args, name):
            option = {"inputs": "input", "scores": "score", "limits": "limit"}.get(name, name)
            raise UsageError(
                f"`--resume` goes on with what the batch began with, so `--{option}` would change nothing.",
                hint="Leave it out, or begin another batch: it takes over all runs that are still the same.",
            )
