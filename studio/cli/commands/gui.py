"""Open the window, with graphs if any are named, or with a recorded run to be stepped through.

`studio` alone opens it, too. A file of recorded runs, of an example or somebody else's, is opened for reading only.
Needs a screen and the packages of the extra `gui`; all other commands do without.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from studio.cli.database import open_trace
from studio.cli.graphs import graph_path
from studio.cli.output import Output
from studio.support.errors import UsageError

EXAMPLES = (
    "studio gui",
    "studio gui my_graph.yaml",
    "studio gui inbox_triage",
    "studio gui --run last",
    "studio gui --run inbox_triage",
    "studio gui somebody_elses.db",
)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "graphs", nargs="*", metavar="GRAPH", help="graph files to open, or names of examples to open copies of"
    )
    parser.add_argument(
        "--run",
        dest="run_name",
        metavar="RUN",
        help="step through this run: its id, its beginning, or `last`; the name of an example is its recorded run",
    )


def run(args: argparse.Namespace, out: Output) -> int:
    if out.as_json:
        raise UsageError("The window has no output for programs.", hint="Leave out --json.")
    return open_window([graph_path(ref) for ref in args.graphs], db=args.db, run=_recorded(args))


def _recorded(args: argparse.Namespace) -> tuple[Path, str] | None:
    """The file and whole id of the run that is asked for. Raises UsageError if there is none."""
    if args.run_name is None:
        return None
    with open_trace(args) as trace:
        return trace.path.absolute(), trace.run(args.run_name).id


def open_window(paths: list[Path], db: str | None = None, run: tuple[Path, str] | None = None) -> int:
    """Show the window until it is closed; `run` is the file and id of a run to be stepped through.

    Raises EnvironmentProblem with what is missing if it cannot come up.
    """
    from studio.gui.base.display import check_window
    from studio.gui.base.sources import leave_sources

    check_window()
    leave_sources()  # Qt is loaded, nearly all else is not
    if db:
        os.environ["STUDIO_DB"] = str(Path(db).absolute())
    from studio.gui.app import start

    return start(paths) if run is None else start(paths, run=run)
