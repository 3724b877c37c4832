"""Find words in the prompts and replies of all runs."""

from __future__ import annotations

import argparse

from studio.cli import exits
from studio.cli.database import open_trace
from studio.cli.output import Output
from studio.support.plain import plain_line

EXAMPLES = ("studio search tide pools", "studio search --run last 'nothing to do'", "studio search refund --json")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("words", nargs="+", metavar="TEXT", help="what to look for; all words must be there")
    parser.add_argument("--run", dest="run_name", metavar="RUN", help="only in this run (id, its beginning, or `last`)")
    parser.add_argument("--limit", type=int, default=50, metavar="N", help="how many finds (default 50)")


def run(args: argparse.Namespace, out: Output) -> int:
    with open_trace(args) as trace:
        run_id = None if args.run_name is None else trace.run(args.run_name).id
        found = trace.search(" ".join(args.words), run_id, args.limit)
    if out.as_json:
        out.json([
            {"run": one.run, "node": one.node, "tick": one.tick, "firing": one.firing, "excerpt": one.excerpt}
            for one in found
        ])  # fmt: skip
        return exits.OK
    if not found:
        out.note("Found nowhere.")
    for one in found:
        out.say(("bold", one.run), "  ", ("heading", one.node), ("dim", f"  tick {one.tick}"))
        out.say("  ", plain_line(one.excerpt))
    return exits.OK
