"""What earlier attempts left in the trace: a run that has ended and needs only be scored, or the beginning of one."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio.support.values import Json
from studio.trace.found import Run
from studio.trace.log import EXECUTED, ORIGIN_NAMES
from studio.trace.merging import excerpt
from studio.trace.reading import Trace

BROKEN_OFF = ("running", "interrupted", "aborted")
"""Status of a run that says nothing about its graph: whatever worked at it was stopped."""

NOT_ITS_OWN = ("environment", "fault")
"""Codes of errors that say as little: the machine refused, or the studio is at fault."""


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of an attempt: `outcome` of a run that has ended, as a worker would tell it, with its outputs; or
    `past`, a trace file that holds the run `parent` that was broken off, with those it continues; or nothing worth
    keeping."""

    outcome: dict[str, Json] | None = None
    past: bytes = b""
    parent: str = ""


def left_of(db: Path, run: str) -> Left:
    """Return what an attempt left. One that was broken off before anything outside had answered is worth nothing: it is
    cheaper to begin anew."""
    with Trace(db) as trace:
        if not trace.has_run(run):
            return Left()
        found = trace.run(run)
        if not _is_broken_off(found):
            return Left(outcome=_outcome(found) | {"outputs": trace.decoded(found.outputs)})
        while not _has_answers(trace, run):  # an attempt that went on from another may not have come as far
            run = trace.run(run).parent_run
            if not run or not trace.has_run(run):
                return Left()
    with tempfile.TemporaryDirectory(prefix="studio-past-") as folder:
        part = Path(folder) / "past.db"
        report = excerpt(db, run, part)
        return Left(past=part.read_bytes() if run in report.added else b"", parent=run)


def _is_broken_off(run: Run) -> bool:
    return run.status in BROKEN_OFF or (run.status == "failed" and (run.error or {}).get("code") in NOT_ITS_OWN)


def _has_answers(trace: Trace, run: str) -> bool:
    return any(effect.status == "ok" and effect.origin == ORIGIN_NAMES[EXECUTED] for effect in trace.effects(run))


def _outcome(run: Run) -> dict[str, Any]:
    """What `studio.batch.work.worker.outcome_of` says of a run, from its record."""
    totals = run.totals
    told = ("firings", "ticks", "calls", "tokens_in", "tokens_out", "cost_usd", "class", "verdict", "confidence")
    return {
        "status": run.status, "ended": run.ended, "error": run.error, "seconds": round(run.duration_s or 0.0, 4),
        **{name: totals[name] for name in told if name in totals},
    }  # fmt: skip
