"""The options by which a command that runs a graph starts it under control."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from studio.support.errors import UsageError

if TYPE_CHECKING:
    from studio.control import Controller, Door
    from studio.graph.model import Graph

WISHES = ("step", "breaks", "to", "only", "freezes", "knockouts")


def debugging_arguments(parser: argparse.ArgumentParser) -> None:
    """Let a command take the options of the debugger."""
    group = parser.add_argument_group("stepping and changing it while it runs")
    group.add_argument("--step", action="store_true", help="hold the run before its first firing, and step it")
    group.add_argument(
        "--break", action="append", default=[], metavar="NODE[:CONDITION]", dest="breaks",
        help="stop before NODE fires, or where a condition over its inputs or outputs holds; NODE:error, :error",
    )  # fmt: skip
    group.add_argument("--to", metavar="NODE", help="run until NODE has fired, and hold the run there")
    group.add_argument(
        "--only", metavar="NODE", help="run until NODE has fired, and leave the run there, to be resumed"
    )
    group.add_argument(
        "--freeze", action="append", default=[], metavar="NODE.PORT=VALUE", dest="freezes",
        help="let VALUE stand in place of what the node gives",
    )  # fmt: skip
    group.add_argument(
        "--knockout", action="append", default=[], metavar="NODE[=pass]", dest="knockouts",
        help="switch NODE off; with `pass` its input passes through",
    )  # fmt: skip


def wants_debugger(args: argparse.Namespace) -> bool:
    """True if the run is to stop somewhere, so that somebody must be there to let it go on."""
    return any(getattr(args, name, None) for name in ("step", "breaks", "to"))


def door_for(db: Path) -> Door:
    """Return a control for a run that nobody steers yet; other processes may, unless SQLite is too old for that."""
    from studio.control import Door
    from studio.trace.mailbox import may_be_steered

    return Door(db if may_be_steered() else None)


def control_for(args: argparse.Namespace, graph: Callable[[], Graph], db: Path) -> Controller | Door:
    """Return the control of the run that a command line asks for: a door where it asks for none.

    Other processes may steer the run unless SQLite is too old for two to write one file. Raises UsageError or
    ExpressionError where an option makes no sense.
    """
    if not any(getattr(args, name) for name in WISHES):
        return door_for(db)
    from studio.control import Controller
    from studio.control.orders import obey, read_words
    from studio.engine.prepared import prepare
    from studio.plugins.registries import registry_of
    from studio.trace.mailbox import may_be_steered

    document = graph()
    plan = prepare(document, registry_of(document)).plan(ordered_races=False)
    controller = Controller(held=args.step, elsewhere=db if may_be_steered() else None, plan=plan)
    wishes = [
        *(("--break", ["break", text]) for text in args.breaks),
        *(("--freeze", ["freeze", text]) for text in args.freezes),
        *(("--knockout", ["knockout", text]) for text in args.knockouts),
        *(("--to", ["to", text]) for text in [args.to] if text),
        *(("--only", ["only", text]) for text in [args.only] if text),
    ]
    for option, words in wishes:
        if option == "--freeze" and "=" not in words[1]:
            raise UsageError(f"`--freeze {words[1]}` gives no value.", hint="Write `--freeze NODE.PORT=VALUE`.")
        obey(controller, read_words(words)).result()
    return controller
