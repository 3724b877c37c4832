"""Look after the database of runs: `check` reads every run, and says what is damaged.

Exit code 4 if something is found; the other runs stay readable.
"""

from __future__ import annotations

import argparse

from studio.cli import exits
from studio.cli.database import open_trace
from studio.cli.output import Output
from studio.cli.text import plural

EXAMPLES = ("studio db check", "studio db check last --json")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("check",), metavar="check", help="read everything and compare sums")
    parser.add_argument("run_name", nargs="?", metavar="RUN", help="only this run (id, its beginning, or `last`)")


def run(args: argparse.Namespace, out: Output) -> int:
    with open_trace(args) as trace:
        run_id = None if args.run_name is None else trace.run(args.run_name).id
        found = trace.verify(run_id)
        runs = 1 if run_id else sum(1 for _ in trace.runs())
    if out.as_json:
        out.json({"runs": runs, "findings": [{"run": one.run or None, "what": one.what} for one in found]})
    elif found:
        for finding in found:
            out.say(("bold", finding.run or "whole file"), "  ", ("red", finding.what))
    else:
        out.say(("green", "whole"), f"  {plural(runs, 'run')} read")
    return exits.FINDING if found else exits.OK
