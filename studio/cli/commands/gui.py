"""Open the window, with graphs if any are named. `studio` alone does the same.

Needs a screen and the packages of the extra `gui`; all other commands do without.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from studio.cli.graphs import graph_path
from studio.cli.output import Output
from studio.support.errors import UsageError

EXAMPLES = (
    "studio gui",
    "studio gui my_graph.yaml",
    "studio gui inbox_triage",
)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "graphs", nargs="*", metavar="GRAPH", help="graph files to open, or names of examples to open copies of"
    )


def run(args: argparse.Namespace, out: Output) -> int:
    if out.as_json:
        raise UsageError("The window has no output for programs.", hint="Leave out --json.")
    return open_window([graph_path(ref) for ref in args.graphs], db=args.db)


def open_window(paths: list[Path], db: str | None = None) -> int:
    """Show the window until it is closed. Raises EnvironmentProblem with what is missing if it cannot come up."""
    from studio.gui.base.display import check_window
    from studio.gui.base.sources import leave_sources

    check_window()
    leave_sources()  # Qt is loaded, nearly all else is not
    if db:
        os.environ["STUDIO_DB"] = str(Path(db).absolute())
    from studio.gui.app import start

    return start(paths)
