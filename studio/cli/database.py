"""Which database of runs a command means, opened for reading."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from studio.support.errors import UsageError
from studio.support.resources import recorded_run

if TYPE_CHECKING:
    from studio.graph.model import Graph
    from studio.trace import Trace


def run_argument(parser: argparse.ArgumentParser) -> None:
    """Let a command take the run it is about; `open_trace` opens the database it is in."""
    words = "run id, its beginning, or `last`; the name of an example is its recorded run"
    parser.add_argument("run_name", nargs="?", default="last", metavar="RUN", help=words)


def database(args: argparse.Namespace) -> Path:
    """Return the database of runs: `--db`, else STUDIO_DB, else the one in the user's data folder."""
    if args.db:
        return Path(args.db)
    from studio.settings import Settings

    return Settings.load().db_path()


def own_run(args: argparse.Namespace) -> tuple[Path, str, str]:
    """Return the database a command writes to, the whole id of the run it goes on from, and the graph's name.

    The recorded run of an example is first copied into the database, since it may only be read where it is.
    Raises UsageError if there is no such run.
    """
    path = None if args.db else recorded_run(args.run_name or "")
    if path is not None:
        from studio.trace import Trace
        from studio.trace.merging import merge

        with Trace(path) as trace:
            found = trace.run("last")
        merge(path, database(args), [found.id])
        return database(args), found.id, found.graph
    with open_trace(args) as trace:
        found = trace.run(args.run_name)
        return trace.path, found.id, found.graph


def graph_of(db: Path, run: str) -> Graph:
    """Return the graph of a recorded run, as it was run."""
    from studio.graph.model import Graph
    from studio.trace import Trace

    with Trace(db) as trace:
        return Graph.from_text(trace.graph_text(run), name=trace.run(run).graph or "recorded run")


def open_trace(args: argparse.Namespace) -> Trace:
    """Open the database for reading: of an example's recorded run if RUN is its name and no --db is given.

    Raises UsageError if there is none yet, EnvironmentProblem if it is unreadable.
    """
    trace, name = trace_of(args, getattr(args, "run_name", None) or "")
    if hasattr(args, "run_name"):
        args.run_name = name or args.run_name
    return trace


def trace_of(args: argparse.Namespace, name: str) -> tuple[Trace, str]:
    """Open the database that holds the run of this name, and return it with the name the run has there; see
    `open_trace`, which does the same for the command's one run."""
    recorded = None if args.db else recorded_run(name)
    if recorded is not None:
        name = "last"  # the only one in it
    path = recorded or database(args)
    if not path.exists():
        raise UsageError(
            "There are no runs yet: this database does not exist.",
            where=str(path),
            hint="Run a graph first (`studio run inbox_triage`), name an example (`studio replay inbox_triage` opens "
            "its recorded run), or name another file with --db.",
        )
    from studio.trace import Trace

    return Trace(path), name
