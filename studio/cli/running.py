"""Running a graph at the terminal, from its start or from where another run was: progress, report, exit code."""

from __future__ import annotations

import argparse
import asyncio
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.cli import exits
from studio.cli.approving import approval_arguments
from studio.cli.debugging.options import debugging_arguments
from studio.cli.output import Output
from studio.cli.showing import status_piece, value_lines
from studio.cli.text import Piece, duration, money, plural, usage
from studio.dynamics.policy import ACTIONS
from studio.support.errors import EnvironmentProblem, UsageError
from studio.support.plain import plain, plain_line

if TYPE_CHECKING:
    from studio.cli.progress import Progress
    from studio.engine.result import RunResult
    from studio.engine.reuse import Saved
    from studio.graph.model import Graph

Watch = dict[str, Any]
"""What a run is told so that it can be watched and steered: `listener`, `on_text`, `human`, `control`."""


def running_arguments(parser: argparse.ArgumentParser) -> None:
    """Let a command take the options that every way of running has."""
    parser.add_argument("--model", metavar="MODEL", help="use this model for every role (see `studio models`)")
    parser.add_argument("--embedder", metavar="MODEL", help="use this embedding model")
    parser.add_argument(
        "--answers", metavar="FILE", help='answers to questions a person would be asked, one a line; "" for Enter'
    )
    parser.add_argument(
        "--limit", action="append", default=[], metavar="NAME=N", dest="limits",
        help="pause when used up: firings, ticks, calls, tokens, cost_usd, seconds; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--on-alarm", choices=ACTIONS, dest="on_alarm",
        help="when it stalls, circles, puts work off or wanders: off, warn, pause, or stop (the run fails); default: "
        "as the graph says, else warn",
    )  # fmt: skip
    approval_arguments(parser)
    debugging_arguments(parser)


def play(
    args: argparse.Namespace,
    out: Output,
    name: str,
    db: Path,
    start: Callable[[Watch], RunResult],
    graph: Callable[[], Graph],
    *,
    look_first: str = "",
    advice: Callable[[RunResult], str] | None = None,
) -> int:
    """Run with progress on a terminal, report what it gives, and return the exit code.

    `start` gets what it should hand to the run so that it can be watched and steered; `graph` gives the graph that
    will run, for orders to be checked against before it does. `look_first` is the command that best shows what came of
    it, `advice` gives a sentence about what to do now, or "".
    """
    from studio.cli.debugging.options import control_for, wants_debugger
    from studio.cli.debugging.session import Session
    from studio.cli.progress import LiveProgress, Progress

    control = control_for(args, graph, db)
    progress = Progress()
    watched = sys.stderr.isatty() and not out.as_json
    live = LiveProgress(progress, name) if watched else None
    there = f" --db {shlex.quote(args.db)}" if args.db else ""
    watch: Watch = {"listener": progress.take, "on_text": None, "human": None, "control": control}
    if live is not None:
        watch["on_text"] = progress.say
        if args.answers is None:
            from studio.cli.asking import AsideHuman

            watch["human"] = AsideHuman(live)
    try:
        with live if live is not None else nullcontext(), Session(control, out, live, by_line=wants_debugger(args)):
            result = start(watch)
    except (KeyboardInterrupt, asyncio.CancelledError):
        return _aborted(db, progress, out, there)
    unrecorded = _settle(db)
    told = "" if advice is None else advice(result)
    code = _report(result, out, unrecorded, look_first, told or _nothing_came(result, graph), there)
    if unrecorded is not None and not out.as_json:
        raise unrecorded  # after the outputs: they were paid for
    return code if unrecorded is None else exits.ENVIRONMENT


def parse_limits(given: Sequence[str]) -> dict[str, float]:
    """Read `--limit name=number` options. Raises UsageError."""
    limits = {}
    for item in given:
        name, _, text = item.partition("=")
        try:
            limits[name] = float(text)
        except ValueError:
            raise UsageError(f"`--limit {item}` is no limit.", hint="Write `--limit cost_usd=0.50`.") from None
    return limits


def _report(
    result: RunResult, out: Output, unrecorded: EnvironmentProblem | None, look_first: str, advice: str, there: str
) -> int:
    """Tell what came of a run; `there` is the option that names its database in further commands, or ""."""
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
    _summary(result, out, look_first, advice, there)
    return result.exit_code


def _nothing_came(result: RunResult, graph: Callable[[], Graph]) -> str:
    """Return what to say of a run that went well and gave nothing, though its graph has outputs; else ""."""
    if result.status != "ok" or result.outputs or result.ended not in ("quiet", "stop"):
        return ""
    names = [name for name, node in graph().nodes.items() if node.type == "flow.output"]
    if not names:
        return ""
    return f"Nothing reached {'the output' if len(names) == 1 else 'any output:'} {', '.join(f'`{n}`' for n in names)}."


def _summary(result: RunResult, out: Output, look_first: str, advice: str, there: str) -> None:
    if result.outputs and out.interactive:
        out.note()
    tokens = result.tokens_in + result.tokens_out
    facts = usage(result.firings, result.calls, tokens, result.cost_usd, ticks=result.ticks)
    facts.append(duration(result.duration_s))
    if result.taken_over:
        facts.insert(0, f"{plural(result.taken_over, 'firing')} taken over")
    out.note(status_piece(result.status), f", ended {result.ended}  ", ("dim", " · ".join(facts)))
    if result.saved is not None:
        out.note(("dim", f"from the cache: {_saved(result.saved)}"))
    if result.cache_problem is not None:
        out.note(("yellow", f"The cache was not used: {result.cache_problem}"))
    for alarm in _alarm_lines(result.alarms):
        out.note(alarm)
    if result.error is not None:
        place = f"`{result.error['node']}` at tick {result.error['tick']}" if result.error.get("node") else ""
        message = str(result.error["message"])
        said = message if not place or message.startswith(place) else f"{place}: {message}"
        out.note(("red" if result.status == "failed" else "yellow", said))
    if advice:
        out.note(advice)
    if result.status == "paused":
        out.note(f"What it did so far is kept; `studio resume {result.run_id}{there}` goes on{_wider(result.ended)}.")
    elif result.status == "failed" and not advice:
        out.note(f"What it did so far is kept; `studio resume {result.run_id}{there}` tries again what failed.")
    steps = [look_first] if look_first else []
    steps += ["studio replay last", "studio show last"]
    if result.calls or (result.saved is not None and result.saved.calls):
        steps.append("studio prompts last")
    out.note(("dim", f"run {result.run_id}  next: {', '.join(f'`{step}{there}`' for step in steps)}"))


def _alarm_lines(alarms: Sequence[Mapping[str, Any]]) -> list[Piece]:
    """What was noticed about how the run behaves: the last alarm of each kind and module, the grave ones coloured."""
    last = {(alarm["kind"], alarm.get("module")): alarm for alarm in alarms}
    return [("red" if alarm["level"] == "stop" else "yellow", plain_line(alarm["msg"])) for alarm in last.values()]


def _saved(saved: Saved) -> str:
    if not (saved.calls or saved.firings or saved.tokens):
        return "nothing that was known"
    parts = [plural(saved.calls, "model call")] if saved.calls or not saved.firings else []
    if saved.firings:
        parts.append(plural(saved.firings, "firing"))
        parts[-1] += f" of {duration(saved.seconds)}"
    if saved.tokens:
        parts += [f"{saved.tokens:,} tokens", money(saved.cost_usd)]
    return " · ".join(parts)


def _wider(ended: str) -> str:
    limit = ended.removeprefix("limit:")
    if limit == "human":
        return " at a terminal, or with `--answers FILE`"
    return f" with a wider `--limit {limit}=N`" if limit in ("firings", "ticks", "calls", "tokens", "cost_usd") else ""


def _aborted(db: Path, progress: Progress, out: Output, there: str) -> int:
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
            name = plain(progress.run_id)
            out.note(("yellow", "aborted"), f"  recorded up to here; `studio resume {name}{there}` goes on")
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
