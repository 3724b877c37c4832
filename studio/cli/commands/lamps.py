"""Ask whether more lamps give more heat: how much n answers say together, against what each says alone.

U(n) is the compressed size of n answers together; when another answer adds hardly more than its own copy would, more
of them add nothing. The answers are what a node said in a run (in a map: all items), or with -n what n copies of the
node say that are given what it was given at a firing (--tick), each with a seed of its own. Or they are files.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from studio.cli import exits
from studio.cli.database import database, trace_of
from studio.cli.output import Output
from studio.support.errors import UsageError
from studio.support.files import read_limited

if TYPE_CHECKING:
    from studio.dynamics.measuring.lamps import Lamps

EXAMPLES = (
    "studio lamps critic_loop writer",
    "studio lamps last planner -n 12 --temperature 1",
    "studio lamps --files answer1.txt answer2.txt answer3.txt",
    "studio lamps last judge -n 20 --longer essay.txt --png lamps.png",
)

MOST_BYTES = 20_000_000


def arguments(parser: argparse.ArgumentParser) -> None:
    words = "run id, its beginning, or `last`; the name of an example is its recorded run"
    parser.add_argument("run_name", nargs="?", metavar="RUN", help=words)
    parser.add_argument("node", nargs="?", metavar="NODE", help="node path or its last part")
    parser.add_argument("-n", type=int, dest="copies", metavar="N", help="ask so many copies of the node anew")
    parser.add_argument("--tick", default="", metavar="TICK", help="with -n: the firing whose inputs they are given")
    parser.add_argument("--temperature", type=float, metavar="T", help="with -n: how varied (default: as it is)")
    parser.add_argument("--model", metavar="MODEL", help="with -n: use this model")
    parser.add_argument("--files", nargs="+", metavar="FILE", help="answers, a file each")
    parser.add_argument("--longer", metavar="FILE", help="one longer or better informed answer to compare with")
    parser.add_argument("--orders", type=int, default=16, metavar="N", help="orders that are averaged (default 16)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="seed of the orders and of the copies")
    parser.add_argument("--png", metavar="FILE", help="draw the curve into this .png or .svg file")


def run(args: argparse.Namespace, out: Output) -> int:
    from studio.dynamics.measuring.lamps import lamps

    texts = [_read(name) for name in args.files] if args.files else _answers(args, out)
    found = lamps(texts, orders=args.orders, seed=args.seed, longer=_read(args.longer) if args.longer else None)
    if args.png:
        from studio.cli.commands.dynamics import drawn
        from studio.dynamics.pictures import figures

        drawn(lambda: figures.save_lamps(found, Path(args.png)), args.png)
    if out.as_json:
        out.json(found.as_json())
    else:
        _tell(found, out)
    return exits.OK


def _answers(args: argparse.Namespace, out: Output) -> list[str]:
    from studio.cases.lamps import MOST_COPIES, answer_of, answers_of, copy_of

    if not args.run_name or not args.node:
        raise UsageError("Name a run and a node, or give --files.", hint="As in `studio lamps critic_loop writer`.")
    trace, name = trace_of(args, args.run_name)
    with trace:
        if args.copies is None:
            return answers_of(trace, name, args.node)
        if not 2 <= args.copies <= MOST_COPIES:
            raise UsageError(f"Between 2 and {MOST_COPIES:,} copies can be asked, not {args.copies}.")
        graph = copy_of(trace, name, args.node, tick=args.tick, temperature=args.temperature)
    from studio.engine.run import run as run_graph

    texts = []
    for number in range(args.copies):
        out.note(("dim", f"lamp {number + 1} of {args.copies}"))
        result = run_graph(graph, model=args.model, seed=args.seed + number, db=database(args), on_alarm="off")
        texts.append(answer_of(result))
    return texts


def _read(name: str) -> str:
    return read_limited(Path(name), MOST_BYTES).decode("utf-8", "replace")


def _tell(found: Lamps, out: Output) -> None:
    out.say(("bold", found.suggests))
    if found.ceiling is not None:
        between = f" ({found.ceiling_low:,.0f} to {found.ceiling_high:,.0f})" if found.ceiling_low is not None else ""
        out.say(f"  ceiling: {found.ceiling:,.0f} bytes{between}, by {found.orders} orders, {found.compressor}")
    if found.longer is not None:
        out.say(f"  one longer answer: {found.longer:,} bytes")
    out.say()
    count = len(found.together)
    shown = sorted({*range(min(count, 8)), *(round(count * part / 8) - 1 for part in range(1, 9))} - {-1})
    rows = [
        [str(n + 1), f"{found.together[n]:,.0f}", f"{found.alone[n]:,.0f}", f"{found.marginal[n]:,.0f}",
         f"{found.redundancy[n]:.2f}"]
        for n in shown
    ]  # fmt: skip
    out.table(("n", "together (bytes)", "each alone", "the last added", "shared"), rows, right=range(5))
