"""Go on with a run that was paused, failed, aborted or interrupted, as a new run.

Everything that was decided is taken over and not done again; a model call, tool or answer that had come is not asked
for again. What was under way goes on from there; a failure that ended the run is tried again. A run that waits for a
person asks at this terminal, or takes --answers FILE.

The new run has the model, seed, clock and limits that the run had, where nothing else is said. Limits count what the
run had used before, so one that was reached has to be widened: --limit cost_usd=2. A script goes on where it was: the
lines that were used are passed over. Mend one that failed in its place; a script of another name, given with --model,
begins at its first line.

The graph is the one that was run, not today's file. If a node type or the world is not as the record says, the new
run stops there and says what differs (exit code 4): fork the run instead.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from studio.cli.approving import approved_for
from studio.cli.database import graph_of, own_run, run_argument
from studio.cli.output import Output
from studio.cli.running import Watch, parse_limits, play, running_arguments

if TYPE_CHECKING:
    from studio.engine.result import RunResult

EXAMPLES = (
    "studio resume last",
    "studio resume last --limit cost_usd=2",
    "studio resume 01K3 --answers answers.txt",
)


def arguments(parser: argparse.ArgumentParser) -> None:
    run_argument(parser)
    running_arguments(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    limits = parse_limits(args.limits)
    db, name, graph = own_run(args)
    approve = approved_for(graph_of(db, name), args, out)

    def start(watch: Watch) -> RunResult:
        from studio.replay.continuing import resume

        return resume(
            db, name, limits=limits, model=args.model, embedder=args.embedder, answers=args.answers, approve=approve,
            on_alarm=args.on_alarm, **watch,
        )  # fmt: skip

    def advice(result: RunResult) -> str:
        return "" if (result.error or {}).get("code") != "divergence" else _instead(db, name, result)

    return play(args, out, graph, db, start, lambda: graph_of(db, name), advice=advice)


def _instead(db: Path, name: str, result: RunResult) -> str:
    """Say how to go on from a run whose record no longer holds at some step."""
    from studio.trace import Trace

    assert result.error is not None
    with Trace(db) as trace:
        firings = trace.firings(name, str(result.error["node"]), str(result.error["tick"]))
        step = next((firing.seq for firing in firings if firing.seq), None)
    at = "" if step is None else f" --at {step}"
    return f"`studio fork {name}{at}` goes on from there: what still holds is taken over, the rest fires again."
