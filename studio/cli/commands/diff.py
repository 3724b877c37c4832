"""Compare two runs firing by firing: where they part first, which nodes differ, and whose difference it is.

A node is the *origin* of a difference if it did otherwise with the same inputs: its params, prompt, model or the world
changed. It is *downstream* if what it got differs. Firings are matched by node path and tick. How long something took
is shown, but is no difference. With one RUN, it is compared with the run that it continues. Exit code 4 if they differ.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from studio.cli import exits
from studio.cli.database import open_trace
from studio.cli.output import Output
from studio.support.errors import UsageError
from studio.support.nearest import near

if TYPE_CHECKING:
    from studio.replay.diff import NodeDiff, RunDiff
    from studio.trace import Trace

EXAMPLES = (
    "studio diff last",
    "studio diff 01K3 last",
    "studio diff critic_loop last --node writer",
    "studio diff 01K3 01K4 --db-b other.db --renamed judge=critic --json",
)

FEW = 20
"""Changes per node that --json gives without --full."""


def arguments(parser: argparse.ArgumentParser) -> None:
    words = "run id, its beginning, or `last`; the name of an example is its recorded run"
    parser.add_argument("run_a", metavar="RUN", help=f"the first run (A): {words}")
    parser.add_argument(
        "run_b", nargs="?", metavar="RUN", help="the second run (B); none: RUN is B, and A the run that it continues"
    )
    parser.add_argument("--db-b", metavar="FILE", help="the database of the second run, if it is another")
    parser.add_argument(
        "--node", metavar="NODE", help="show all that differs in this node (path or last part; in a map: of all items)"
    )
    parser.add_argument(
        "--renamed", action="append", default=[], metavar="NEW=OLD", help="node NEW of B is node OLD of A (repeatable)"
    )
    parser.add_argument("--full", action="store_true", help="show whole texts; with --json: all firings that differ")


def run(args: argparse.Namespace, out: Output) -> int:
    from studio.replay.diff import diff

    renamed = dict(_rename(text) for text in args.renamed)
    with ExitStack() as stack:
        traces, names = _open(args, stack)
        found = diff(traces[0], names[0], traces[1], names[1], renamed=renamed)
        if args.node is not None:
            return _node(found, traces, args, out)
        if out.as_json:
            out.json(found.to_json(None if args.full else FEW))
        else:
            _show(found, traces, args.full, out)
    return exits.OK if found.equal else exits.FINDING


def _open(args: argparse.Namespace, stack: ExitStack) -> tuple[tuple[Trace, Trace], tuple[str, str]]:
    """Open the databases of both runs; the two may be one."""
    if args.run_b is None:
        if args.db_b:
            raise UsageError("--db-b names the database of a second run, but there is one run only.")
        trace, name = _side(args.run_a, args.db, stack)
        child = trace.run(name)
        if not child.parent_run:
            raise UsageError(f"The run {child.id} continues no other run.", hint="Name the run to compare it with.")
        return (trace, trace), (child.parent_run, child.id)
    one, name_a = _side(args.run_a, args.db, stack)
    other, name_b = _side(args.run_b, args.db_b or args.db, stack)
    return (one, other), (name_a, name_b)


def _side(run: str, db: str | None, stack: ExitStack) -> tuple[Trace, str]:
    side = argparse.Namespace(run_name=run, db=db)
    trace = stack.enter_context(open_trace(side))
    return trace, side.run_name


def _rename(text: str) -> tuple[str, str]:
    new, equals, old = text.partition("=")
    if not (new and equals and old):
        raise UsageError(f"`{text}` is no renaming.", hint="Write --renamed NEW=OLD, the name in B before that in A.")
    return new, old


def _show(found: RunDiff, traces: tuple[Trace, Trace], full: bool, out: Output) -> None:
    from studio.cli import differing
    from studio.cli.text import plural

    beside = bool(found.graph or found.options or found.inputs or found.ends or found.renamed)
    if found.equal:
        same = f"The runs are equal: {plural(found.compared, 'firing')} did the same"
        out.say(("green", "equal"), f"  {same}{', though not all is alike beside:' if beside else '.'}")
        differing.beside(found, traces, out, full=full)
        return
    differing.head(found, out)
    differing.beside(found, traces, out, full=full)
    if not found.nodes:
        out.say(f"All {plural(found.compared, 'firing')} did the same.")
        return
    out.say()
    differing.divergence(found, out)
    out.say()
    differing.table(found, out)
    shown = found.origin or found.first
    if shown is not None:
        out.say()
        differing.change_in_full(shown, found, traces, out, full=full, heading=False)


def _node(found: RunDiff, traces: tuple[Trace, Trace], args: argparse.Namespace, out: Output) -> int:
    from studio.cli import differing

    nodes = differing.pick(found, args.node)
    if not nodes and not _is_known(args.node, found, traces):
        raise UsageError(f"Neither run has a node `{args.node}`.", hint=near(args.node, found.nodes))
    if out.as_json:
        out.json([differing.node_json(node, found, traces) for node in nodes])
    elif not nodes:
        out.say(("green", "equal"), f"  `{args.node}` did the same in both runs.")
    else:
        _in_full(found, nodes, traces, args.full, out)
    return exits.FINDING if nodes else exits.OK


def _in_full(found: RunDiff, nodes: Sequence[NodeDiff], traces: tuple[Trace, Trace], full: bool, out: Output) -> None:
    from studio.cli import differing

    for number, change in enumerate(differing.changes_of(nodes)):
        if number:
            out.say()
        differing.change_in_full(change, found, traces, out, full=full)


def _is_known(name: str, found: RunDiff, traces: tuple[Trace, Trace]) -> bool:
    """True if one of the runs has a node of this path, or whose path ends so."""
    return any(
        f"/{firing.node}".endswith(f"/{name}")
        for trace, run in zip(traces, (found.a.id, found.b.id), strict=True)
        for firing in trace.firings(run)
    )
