"""Show every prompt of a run and its reply, in the order they were asked."""

from __future__ import annotations

import argparse

from studio.cli import exits
from studio.cli.database import open_trace, run_argument
from studio.cli.output import Output
from studio.cli.showing import message_lines, said_in
from studio.cli.text import money
from studio.replay.firing.prompts import with_calls

EXAMPLES = ("studio prompts last", "studio prompts last --node writer", "studio prompts 01K3 --json")


def arguments(parser: argparse.ArgumentParser) -> None:
    run_argument(parser)
    parser.add_argument(
        "--node",
        metavar="NODE",
        help="only calls of this node, or of those inside it (path or last part; in a map: of all items)",
    )
    parser.add_argument("--tick", metavar="TICK", help="only calls at this tick, such as 2 or 3.1")


def run(args: argparse.Namespace, out: Output) -> int:
    with open_trace(args) as trace:
        run_id = trace.run(args.run_name).id
        asking: set[str] | None = None
        inside: tuple[str, ...] = ()
        if args.node is not None:
            from studio.replay.nodes_named import find_nodes

            asking = set(find_nodes(trace.steps(run_id), args.node))
            inside = tuple(f"{path}/" for path in asking)
        found = [
            one
            for one in trace.prompts(run_id)
            if (asking is None or one.node in asking or one.node.startswith(inside)) and args.tick in (None, one.tick)
        ]
    if out.as_json:
        out.json([
            {
                "run": one.run, "seq": one.seq, "node": one.node, "tick": one.tick, "model": one.model,
                "messages": [dict(message) for message in one.messages], "reply": one.reply,
                "tool_calls": one.tool_calls, "status": one.status, "tokens": one.tokens, "cost": one.cost,
            }
            for one in found
        ])  # fmt: skip
        return exits.OK
    if not found:
        out.note(f"The run {run_id} asked no model{' there' if args.node or args.tick else ''}.")
        return exits.OK
    for number, one in enumerate(found, 1):
        if number > 1:
            out.say()
        facts = [f"tick {one.tick}"]
        if one.tokens is not None:
            facts.append(f"{one.tokens:,} tokens")
        if one.cost:
            facts.append(money(one.cost))
        out.say(("bold", f"{number}. "), ("heading", one.node), ("dim", "  " + "  ".join(facts) + "  "),
                ("magenta", one.model))  # fmt: skip
        for message in one.messages:
            for line in message_lines(str(message.get("role", "")), said_in(message), indent="  "):
                out.line(line)
        if one.reply is not None:
            for line in message_lines("reply", with_calls(one.reply, one.tool_calls), indent="  "):
                out.line(line)
        if one.status != "ok":
            out.say("  ", ("red", "no answer" if one.status == "unanswered" else f"status {one.status}"))
    return exits.OK
