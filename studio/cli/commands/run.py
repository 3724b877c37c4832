"""Run a graph and show what it gives; everything it does is recorded.

Inputs: -i name=value (read as the type the input declares: text as it stands, else JSON), -i name=@file,
-i name=@- for standard input, -i name=@@text for text that begins with @.

Exit codes: 0 ok, 1 the run failed, 2 something was given wrongly, 3 paused by a limit, 5 disk or database,
130 interrupted with Ctrl-C (the run is recorded as aborted).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.cli import exits
from studio.cli.database import database
from studio.cli.graphs import open_graph
from studio.cli.output import Output
from studio.cli.showing import status_piece, value_lines
from studio.cli.text import duration, usage
from studio.support.errors import EnvironmentProblem, UsageError
from studio.support.plain import plain

if TYPE_CHECKING:
    from studio.cli.progress import LiveProgress, Progress
    from studio.engine.result import RunResult
    from studio.graph.model import Graph

EXAMPLES = (
    "studio run inbox_triage",
    "studio run my_graph.yaml -i topic='tide pools' --model openai/gpt-4.1-mini --limit cost_usd=0.10",
    "studio run my_graph.yaml -i mails=@mails.json --model scripted:replies.jsonl --json",
)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("graph", metavar="GRAPH", help="a graph file, or the name of an example")
    parser.add_argument(
        "-i", "--input", action="append", default=[], metavar="NAME=VALUE", dest="inputs",
        help="a value for an input of the graph; may be repeated",
    )  # fmt: skip
    parser.add_argument("--model", metavar="MODEL", help="use this model for every role (see `studio models`)")
    parser.add_argument("--embedder", metavar="MODEL", help="use this embedding model")
    parser.add_argument("--answers", metavar="FILE", help="answers to questions a person would be asked")
    parser.add_argument("--clock", metavar="ISO", help="start the run's clock at this time, and never wait")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="seed of all random choices (default 0)")
    parser.add_argument(
        "--limit", action="append", default=[], metavar="NAME=N", dest="limits",
        help="pause when used up: firings, ticks, calls, tokens, cost_usd, seconds; may be repeated",
    )  # fmt: skip
    parser.add_argument("--cache", choices=("off", "llm", "all"), default="off", help="reuse earlier answers")
    parser.add_argument("--approve", metavar="HASH", help="approve what a foreign graph may do")


def run(args: argparse.Namespace, out: Output) -> int:
    from studio.cli.inputs import input_types, parse_inputs
    from studio.cli.progress import LiveProgress, Progress

    graph = open_graph(args.graph)
    inputs = parse_inputs(args.inputs, input_types(graph)) if args.inputs else {}
    limits = _limits(args.limits)
    if args.approve:
        out.note("Approval of foreign graphs is not part of this version yet; --approve changes nothing.")
    progress = Progress()
    watched = sys.stderr.isatty() and not out.as_json
    live = LiveProgress(progress, graph.name) if watched else None
    db = database(args)
    try:
        with live if live is not None else nullcontext():
            result = _execute(args, graph, inputs, limits, db, progress, live)
    except KeyboardInterrupt:
        return _aborted(db, progress, out)
    unrecorded = _settle(db)
    code = _report(result, out, unrecorded)
    if unrecorded is not None and not out.as_json:
        raise unrecorded  # after the outputs: they were paid for
    return code if unrecorded is None else exits.ENVIRONMENT


def _execute(
    args: argparse.Namespace,
    graph: Graph,
    inputs: dict[str, Any],
    limits: dict[str, float],
    db: Path,
    progress: Progress,
    live: LiveProgress | None,
) -> RunResult:
    from studio.engine.run import run as run_graph

    human = None
    if live is not None and args.answers is None:
        from studio.cli.asking import AsideHuman

        human = AsideHuman(live)
    return run_graph(
        graph, inputs, model=args.model, embedder=args.embedder, answers=args.answers, clock=args.clock,
        seed=args.seed, limits=limits or None, cache=args.cache, db=db, human=human, listener=progress.take,
        on_text=progress.say if live is not None else None,
    )  # fmt: skip


def _limits(given: Sequence[str]) -> dict[str, float]:
    limits = {}
    for item in given:
        name, _, text = item.partition("=")
        try:
            limits[name] = float(text)
        except ValueError:
            raise UsageError(f"`--limit {item}` is no limit.", hint="Write `--limit cost_usd=0.50`.") from None
    return limits


def _report(result: RunResult, out: Output, unrecorded: EnvironmentProblem | None) -> int:
    if out.as_json:
        told = result.to_json()
        if unrecorded is not None:
            told["error"] = {"code": unrecorded.code, "message": str(unrecorded), "node": "", "tick": ""}
        out.json(told)
        return result.exit_code
    columns = out.columns or 100
    several = len(result.outputs) > 1
    for name, value in result.outputs.items():
        lines = value_lines(value, width=columns)
        if several and len(lines) == 1:
            out.say(("bold", name), "  ", lines[0])
        else:
            if several:
                out.say(("bold", name))
            for line in lines:
                out.say("  " if several else "", line)
    _summary(result, out)
    return result.exit_code


def _summary(result: RunResult, out: Output) -> None:
    if result.outputs and out.interactive:
        out.note()
    tokens = result.tokens_in + result.tokens_out
    facts = usage(result.firings, result.calls, tokens, result.cost_usd, ticks=result.ticks)
    facts.append(duration(result.duration_s))
    out.note(status_piece(result.status), f", ended {result.ended}  ", ("dim", " · ".join(facts)))
    if result.error is not None:
        place = f"`{result.error['node']}` at tick {result.error['tick']}: " if result.error.get("node") else ""
        out.note(("red" if result.status == "failed" else "yellow", place + str(result.error["message"])))
    if result.status == "paused":
        out.note("What it did so far is kept. Give a wider --limit to let it go further.")
    steps = "`studio replay last`, `studio show last`"
    if result.calls:
        steps += ", `studio prompts last`"
    out.note(("dim", f"run {result.run_id}  next: {steps}"))


def _aborted(db: Path, progress: Progress, out: Output) -> int:
    unrecorded = _settle(db)
    if unrecorded is not None:
        raise unrecorded
    if progress.run_id:
        if out.as_json:
            from studio.trace import Trace

            with Trace(db) as trace:
                run = trace.run(progress.run_id)
                totals = {key: run.totals.get(key) for key in _TOTALS}
                out.json({
                    "run": run.id, "status": run.status, "ended": run.ended, "outputs": trace.decoded(run.outputs),
                    **totals, "duration_s": run.duration_s, "error": run.error,
                })  # fmt: skip
        else:
            out.note(("yellow", "aborted"), f"  run {plain(progress.run_id)} is recorded up to here")
    return exits.INTERRUPTED


_TOTALS = ("firings", "ticks", "calls", "tokens_in", "tokens_out", "cost_usd")


def _settle(db: Path) -> EnvironmentProblem | None:
    """Wait until the trace is on disk: a run that could not be recorded must not end as if it had been."""
    from studio.trace.runlog import flush_own

    try:
        flush_own(db)
    except EnvironmentProblem as problem:
        return problem
    return None
