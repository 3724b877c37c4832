"""Say why a node gave what it gave: every firing and effect that led to it, and nothing else.

The tree starts at the firing asked for; below it stands what each of its inputs came from, back to the beginning of
the run; after `└→` it goes on in the same column. A firing is shown in full once and referred to after that.
With --down the tree shows what the firing led to.

Of a node that was skipped, or an output that holds nothing, it says what decided that; of a node that was not decided
at a tick, why not. NODE is a path or its last part; TICK may be left out if the node was decided at one tick only.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from studio.cli import exits
from studio.cli.database import open_trace
from studio.cli.output import Output
from studio.support.errors import UsageError

if TYPE_CHECKING:
    from studio.replay.causes import Absence, Ancestry, Causes
    from studio.trace.found import Firing

EXAMPLES = (
    "studio why critic_loop result 2",
    "studio why last writer 2",
    "studio why last work/3/refine 3.1 --port text --depth 2",
    "studio why last topic 0 --down",
)

LIMIT = 200
"""Firings shown unless --limit says otherwise."""

FROM_DECIDER = 3
"""Steps shown of what led to whoever decided an absence, unless --depth says otherwise."""

TICKS_NAMED = 12


def arguments(parser: argparse.ArgumentParser) -> None:
    words = "run id, its beginning, or `last`; the name of an example is its recorded run"
    parser.add_argument("run_name", metavar="RUN", help=words)
    parser.add_argument("node", metavar="NODE", help="node path or its last part")
    parser.add_argument("tick", metavar="TICK", nargs="?", help="tick, such as 2 or 3.1")
    parser.add_argument("--port", metavar="PORT", help="only this output")
    parser.add_argument("--down", action="store_true", help="what it led to, not what led to it")
    parser.add_argument("--depth", metavar="N", type=int, help="at most so many steps")
    parser.add_argument("--limit", metavar="N", type=int, default=LIMIT, help=f"at most so many firings ({LIMIT})")


def run(args: argparse.Namespace, out: Output) -> int:
    from studio.replay.causes import Causes

    for name in ("depth", "limit"):
        if getattr(args, name) is not None and getattr(args, name) < 0:
            raise UsageError(f"--{name} takes a number from 0 on.")
    with open_trace(args) as trace:
        causes = Causes(trace, args.run_name)
        node = _node(causes, args.node)
        tick = args.tick if args.tick is not None else _only_tick(causes, node)
        found = causes.firings(node, tick) if _is_tick(causes, node, tick) else []
        if not found:
            _absent(causes, causes.undecided(node, tick), node, tick, "", args, out)
            return exits.OK
        firing = found[-1]
        if args.port is not None and args.port not in causes.ports(firing):
            raise UsageError(
                f"`{node}` has no output `{args.port}`.", hint=f"It has {', '.join(causes.ports(firing))}."
            )
        empty = args.port is not None and args.port != "done" and args.port not in firing.outputs
        if firing.status == "skipped" or (empty and not args.down):
            _absent(causes, causes.absence(firing, args.port), node, tick, args.port or "", args, out)
            return exits.OK
        ask = causes.descendants if args.down else causes.ancestors
        tree = ask(firing, args.port, depth=args.depth, limit=args.limit)
        if out.as_json:
            out.json({**_head(causes, node, tick, args), **_tree_json(causes, tree)})
        else:
            _say(causes, tree, args.down, out)
    return exits.OK


# -- which firing -------------------------------------------------------------------------------


def _node(causes: Causes, name: str) -> str:
    from studio.replay.nodes_named import find_node

    try:
        return find_node(causes.trace.steps(causes.run.id), name)
    except UsageError:
        if causes.in_graph(name):  # the run never came there
            return name
        raise


def _only_tick(causes: Causes, node: str) -> str:
    ticks = causes.ticks(node)
    if len(ticks) > 1:
        raise UsageError(
            f"`{node}` was decided at {len(ticks)} ticks.", hint=f"Name one after the node: {_named(ticks)}."
        )
    return ticks[0] if ticks else causes.first_tick(node)


def _is_tick(causes: Causes, node: str, tick: str) -> bool:
    """True if the tick can be one of the node's. Raises UsageError that names those there are."""
    try:
        if not causes.firings(node, tick):
            causes.undecided(node, tick)
    except UsageError as error:
        ticks = causes.ticks(node)
        raise UsageError(error.message, hint=f"It was decided at {_named(ticks)}." if ticks else error.hint) from error
    return True


def _named(ticks: list[str]) -> str:
    if len(ticks) <= TICKS_NAMED:
        return ", ".join(ticks)
    return ", ".join(ticks[: TICKS_NAMED - 2]) + f" … {ticks[-1]}"


# -- showing ------------------------------------------------------------------------------------


def _say(causes: Causes, tree: Ancestry, down: bool, out: Output) -> None:
    from studio.replay.causes.telling import Tree

    for line in Tree(causes, tree, down=down, width=out.columns or 120).lines():
        out.say(*line)


def _absent(
    causes: Causes, absence: Absence, node: str, tick: str, port: str, args: argparse.Namespace, out: Output
) -> None:
    """Show why there is nothing, and what led to whoever decided that."""
    from studio.replay.causes.telling import absence_lines

    by = absence.decided_by
    tree: Ancestry | None = None
    if by is not None and by.status == "ok" and not args.down:
        depth = FROM_DECIDER if args.depth is None else args.depth
        tree = causes.ancestors(by, depth=depth, limit=args.limit)
    if out.as_json:
        told = {"kind": absence.kind, "decided_by": by.id if by else None, "links": [
            {"firing": link.firing.id if link.firing else None, "node": link.node, "tick": link.tick,
             "port": link.port or None, "why": link.why} for link in absence.links
        ]}  # fmt: skip
        out.json({**_head(causes, node, tick, args), "absence": told, **(_tree_json(causes, tree) if tree else {})})
        return
    for line in absence_lines(absence, node=node, tick=tick, port=port):
        out.line(line)
    ticks = causes.ticks(node)
    if not causes.firings(node, tick) and ticks:
        out.say(("dim", f"It was decided at tick {_named(ticks)}."))
    if tree is not None and len(tree.firings) > 1:
        out.say()
        _say(causes, tree, False, out)


def _head(causes: Causes, node: str, tick: str, args: argparse.Namespace) -> dict[str, Any]:
    return {
        "run": causes.run.id, "node": node, "tick": tick, "port": args.port,
        "direction": "down" if args.down else "up",
    }  # fmt: skip


def _tree_json(causes: Causes, tree: Ancestry) -> dict[str, Any]:
    return {
        "firings": [_firing_json(causes, firing) for firing in tree.firings.values()],
        "edges": [edge._asdict() for edge in tree.edges],
        "more": list(tree.more),
    }


def _firing_json(causes: Causes, firing: Firing) -> dict[str, Any]:
    return {
        "id": firing.id, "seq": firing.seq, "node": firing.node, "type": firing.type, "tick": firing.tick,
        "status": firing.status, "reason": firing.reason, "origin": firing.origin,
        "outputs": causes.trace.outputs(firing),
        "effects": [
            {
                "n": one.n, "kind": one.kind, "name": one.name, "status": one.status, "origin": one.origin,
                "tokens_in": one.tokens_in, "tokens_out": one.tokens_out, "cost_usd": one.cost_usd,
            }
            for one in causes.effects(firing)
        ],
    }  # fmt: skip
