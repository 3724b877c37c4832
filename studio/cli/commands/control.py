"""Steer a run that is going in another terminal or window: pause, step, break, freeze, abort.

The order is written into the trace database, where the run finds it within a moment; what came of it is printed. A
run that is held waits as long as it takes: its time limits stand still. `studio control RUN help` lists all orders.

Exit codes: 0 the order was obeyed, 2 it makes no sense or the run has ended, 5 the database or the run does not answer.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from studio.cli import exits
from studio.cli.database import open_trace
from studio.cli.output import Output

if TYPE_CHECKING:
    from studio.trace.found import Run

EXAMPLES = (
    "studio control last status",
    "studio control last pause",
    "studio control last step",
    "studio control last break 'critic:confidence < 0.5'",
    "studio control 01K3 freeze 'writer.text=\"A fixed draft.\"'",
    "studio control last resume",
)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run_name", metavar="RUN", help="run id, its beginning, or `last`")
    parser.add_argument(
        "words", nargs="*", default=[], metavar="ORDER", help="what to do, such as `step 3` or `to NODE`"
    )
    parser.add_argument("--once", action="store_true", help="with `break`: stop there one time only")
    parser.add_argument("--hits", type=int, metavar="N", help="with `break`: stop from the N-th time on")


def run(args: argparse.Namespace, out: Output) -> int:
    from studio.cli.debugging.talk import answer_lines
    from studio.control.orders import ORDERS, read_words
    from studio.control.sending import send

    if args.words in ([], ["help"]):
        if out.as_json:
            out.json({name: {"usage": kind.usage, "help": kind.help} for name, kind in ORDERS.items()})
        else:
            out.table(("order", ""), [(f"{name} {kind.usage}".strip(), kind.help) for name, kind in ORDERS.items()])
        return exits.OK
    order = read_words(args.words)
    if order["do"] == "break":
        order.update({"once": args.once, **({} if args.hits is None else {"from_hit": args.hits})})
    path, found = _running(args)
    answer = send(path, found.id, order)
    if out.as_json:
        out.json(answer)
    else:
        for line in answer_lines(order, answer, out.columns or 100):
            out.line(line)
    return exits.OK


def _running(args: argparse.Namespace) -> tuple[Path, Run]:
    """The database and the run. Raises UsageError if the run does not go any more."""
    from studio.control.sending import running

    with open_trace(args) as trace:
        return trace.path, running(trace, args.run_name)
