"""Which database of runs a command means, opened for reading."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from studio.support.errors import UsageError

if TYPE_CHECKING:
    from studio.trace import Trace


def database(args: argparse.Namespace) -> Path:
    """Return the database of runs: `--db`, else STUDIO_DB, else the one in the user's data folder."""
    if args.db:
        return Path(args.db)
    from studio.settings import Settings

    return Settings.load().db_path()


def open_trace(args: argparse.Namespace) -> Trace:
    """Open the database for reading. Raises UsageError if there is none yet, EnvironmentProblem if it is unreadable."""
    path = database(args)
    if not path.exists():
        raise UsageError(
            "There are no runs yet: this database does not exist.",
            where=str(path),
            hint="Run a graph first (`studio run inbox_triage`), or name another file with --db.",
        )
    from studio.trace import Trace

    return Trace(path)
