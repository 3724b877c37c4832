"""Saves runs into a file of their own, to be given away or opened elsewhere: small, whole, without side files."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from studio.support.errors import UsageError
from studio.trace.copies import picture, seal
from studio.trace.merging import MergeReport, merge
from studio.trace.reading import Trace

Told = Callable[[int, int], None]
"""Hears how many runs are done, of how many."""


def save_runs(
    source: Path, runs: Sequence[str], target: Path, *, foreign: bool = False, told: Told | None = None
) -> MergeReport:
    """Write runs that have ended, named by whole ids, with all they go on from, into a new file in place of `target`.

    Safe while this process has `source` open: what is copied is a picture of it that the database makes. `foreign`
    says that the file came from elsewhere, and is not written here. Raises UsageError if one of the runs goes on or
    is damaged (nothing is written then), EnvironmentProblem if a file cannot be read or written.
    """
    if not foreign:
        _refuse_living(source, runs)
    with tempfile.TemporaryDirectory(prefix="studio-save-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        taken = source
        if not foreign:
            taken = folder / "picture.db"
            picture(source, taken)
        alone = folder / "runs.db"
        report = merge(taken, alone, runs, told=told)
        for run, why in report.refused:
            if run in runs:
                raise UsageError(f"The run {run} is damaged: {why}.", where=str(source))
        seal(alone, target)
    return report


def _refuse_living(source: Path, runs: Sequence[str]) -> None:
    """In a picture nobody lives: a run that goes on would look like one whose process died."""
    with Trace(source) as trace:
        for run in runs:
            if trace.run(run).status == "running":
                raise UsageError(
                    f"The run {run} goes on: it cannot be saved into a file of its own yet.",
                    hint="Stop it, or wait for its end.",
                )
