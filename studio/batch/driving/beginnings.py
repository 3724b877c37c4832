"""What earlier attempts left in the trace: the beginning of a run to go on from, the outputs of one to be scored."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from studio.trace.batches import facts_of
from studio.trace.log import EXECUTED, ORIGIN_NAMES, BatchResult
from studio.trace.merging import excerpt
from studio.trace.reading import Trace


def beginning_of_run(db: Path, run: str) -> bytes:
    """Return a trace file that holds a run that was broken off, with those it continues; b"" if there is nothing in it
    that is worth going on from: then it is cheaper to begin anew."""
    with Trace(db) as trace:
        if not trace.has_run(run) or not _has_answers(trace, run):
            return b""
    with tempfile.TemporaryDirectory(prefix="studio-past-") as folder:
        part = Path(folder) / "past.db"
        report = excerpt(db, run, part)
        return part.read_bytes() if run in report.added else b""


def _has_answers(trace: Trace, run: str) -> bool:
    return any(effect.status == "ok" and effect.origin == ORIGIN_NAMES[EXECUTED] for effect in trace.effects(run))


def outputs_of_run(db: Path, known: BatchResult) -> dict[str, Any]:
    """Return the outcome of a run as a worker would tell it, with the run's outputs. Raises `StudioError` if the run is
    not there any more."""
    with Trace(db) as trace:
        run = trace.run(known.run)
        facts = {name: value for name, value in facts_of(known).items() if name not in ("missing", "scoring")}
        return {**facts, "outputs": trace.decoded(run.outputs)}
