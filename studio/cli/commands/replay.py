"""Step through a recorded run in both directions, or execute it again from its record.

Nothing is called and nothing is written. A step is a decided firing, in the order in which they were decided. At each
step it shows what the firing got, gave and asked, and the state of its region at that moment: nodes, wires, stores,
what waits for what, what was used so far. On a terminal keys move (? lists them); from a pipe it reads commands by
line, and prints an object per step with --json. --verify runs the graph again with every effect answered from the
trace, and compares firing by firing; the first difference is reported (exit code 4).
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from studio.cli import exits
from studio.cli.database import open_trace, run_argument
from studio.cli.output import Output
from studio.support.values import Json

if TYPE_CHECKING:
    from studio.replay.cursor import Cursor

EXAMPLES = (
    "studio replay last",
    "studio replay inbox_triage",
    "studio replay last --verify",
    "studio replay last --at 120",
    "echo 'm' | studio replay 01K3",
    "studio replay last --at 120 --json < /dev/null",
)


def arguments(parser: argparse.ArgumentParser) -> None:
    run_argument(parser)
    parser.add_argument("--verify", action="store_true", help="execute again from the trace and compare")
    parser.add_argument("--at", type=int, metavar="SEQ", help="start at this step")


def run(args: argparse.Namespace, out: Output) -> int:
    with open_trace(args) as trace:
        if args.verify:
            from studio.cli.verifying import verify_command

            return verify_command(trace, args.run_name, out)
        from studio.cli.stepping.moves import go_to
        from studio.replay.cursor import Cursor
        from studio.support.errors import UsageError

        cursor = Cursor(trace, args.run_name)
        problem = "" if args.at is None else go_to(cursor, str(args.at))
        if problem:
            raise UsageError(problem, hint="Give another number with --at.")
        if out.interactive and sys.stdin.isatty() and _has_keys():
            from studio.cli.stepping.screen import Screen

            Screen(cursor).run()
        else:
            from studio.cli.stepping.lines import step_by_line

            step_by_line(cursor, out, _cursor_json)
    return exits.OK


def _has_keys() -> bool:
    import importlib.util
    import os

    return importlib.util.find_spec("termios") is not None and os.environ.get("TERM") != "dumb"


def _cursor_json(cursor: Cursor) -> Json:
    from studio.cli.stepping.json_state import cursor_json

    return cursor_json(cursor)
