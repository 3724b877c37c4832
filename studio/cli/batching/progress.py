"""Driving a batch at the terminal: a bar with what is done, what it costs and when it ends; Ctrl-C once and twice."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from studio.cli.output import Output
from studio.cli.text import duration, money, plural
from studio.support.plain import cut, plain_line

if TYPE_CHECKING:
    from studio.batch.driving.driver import Outcome
    from studio.batch.driving.progress import Progress
    from studio.batch.sessions import Session

REDRAW_S = 0.2
TELL_S = 30.0
"""How often a log file, which has no bar, is told how far it is."""


def drive(session: Session, out: Output) -> Outcome:
    """Drive a batch to the end of this session. Ctrl-C lets what is under way come to its end, a second one breaks it
    off; either way `studio batch --resume` goes on."""
    return asyncio.run(_drive(session, out))


async def _drive(session: Session, out: Output) -> Outcome:
    loop = asyncio.get_running_loop()
    pressed = 0

    def stop() -> None:
        nonlocal pressed
        pressed += 1
        session.driver.stop("you stopped it", now=pressed > 1)
        if pressed == 1:
            out.note("Stopping: runs under way come to their end; Ctrl-C once more breaks them off.")

    with suppress(NotImplementedError, ValueError, RuntimeError):  # Windows, or not the main thread
        loop.add_signal_handler(signal.SIGINT, stop)
    telling = loop.create_task(_tell(session.driver.progress, session.start.name, out))
    try:
        return await session.drive()
    finally:
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)


async def _tell(progress: Progress, name: str, out: Output) -> None:
    if out.as_json:
        return
    if not sys.stderr.isatty():
        while True:
            await asyncio.sleep(TELL_S)
            out.note(told(progress))
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    with Bar(
        TextColumn("{task.description}"), BarColumn(bar_width=24), TextColumn("{task.fields[told]}"), console=console,
        transient=True, auto_refresh=False,
    ) as bar:  # fmt: skip
        task = bar.add_task(plain_line(name), total=progress.planned, told="")
        while True:
            bar.update(task, completed=progress.done, told=told(progress), refresh=True)
            await asyncio.sleep(REDRAW_S)


def told(progress: Progress) -> str:
    """Return how far a batch is, on one line."""
    parts = [f"{progress.done:,} of {plural(progress.planned, 'run')}"]
    if progress.failed:
        parts.append(f"{progress.failed:,} failed")
    if progress.before:
        parts.append(f"{progress.before:,} made before")
    if progress.repeated:
        parts.append(f"{progress.repeated:,} repeated")
    if progress.tokens:
        parts.append(f"{progress.tokens:,} tokens")
    if progress.cost_usd:
        parts.append(money(progress.cost_usd))
    left = progress.eta_s
    if left is not None and progress.left:
        parts.append(f"{duration(left)} left")
    if progress.last_error:
        parts.append(cut(plain_line(progress.last_error), 60))
    return " · ".join(parts)


def summary(outcome: Outcome) -> dict[str, Any]:
    """Return how a session ended, as `--json` tells it."""
    progress = outcome.progress
    return {
        "batch": outcome.batch, "status": outcome.status, "reason": outcome.reason, "planned": progress.planned,
        "done": progress.done, "made_before": progress.before, "failed": progress.failed,
        "refused": progress.refused, "repeated": progress.repeated, "calls": progress.calls,
        "tokens": progress.tokens, "cost_usd": round(progress.cost_usd, 6),
        "duration_s": round(time.monotonic() - progress.started, 3),
    }  # fmt: skip
