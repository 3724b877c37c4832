"""List the recorded runs, newest first."""

from __future__ import annotations

import argparse
from datetime import datetime

from studio.cli import exits
from studio.cli.database import open_trace
from studio.cli.output import Output
from studio.cli.showing import status_piece
from studio.cli.text import Piece, duration, money

EXAMPLES = ("studio runs", "studio runs --limit 5", "studio runs --graph inbox_triage --status failed --json")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--limit", type=int, default=20, metavar="N", help="how many (default 20; 0: all)")
    parser.add_argument("--graph", metavar="NAME", help="only runs of the graph of this name")
    parser.add_argument("--status", metavar="STATUS", help="only runs of this status: ok, failed, paused, …")


def run(args: argparse.Namespace, out: Output) -> int:
    found = []
    with open_trace(args) as trace:
        for one in trace.runs():
            if args.graph not in (None, one.graph) or args.status not in (None, one.status):
                continue
            found.append(one)
            if len(found) == args.limit:
                break
    if out.as_json:
        out.json([
            {
                "run": one.id, "graph": one.graph, "file": one.file, "status": one.status, "ended": one.ended,
                "started_at": _iso(one.started_at), "duration_s": one.duration_s,
                **{key: one.totals.get(key) for key in ("firings", "ticks", "calls", "tokens_in", "tokens_out")},
                "cost_usd": one.totals.get("cost_usd"), "parent_run": one.parent_run or None,
            }
            for one in found
        ])  # fmt: skip
        return exits.OK
    if not found:
        out.note("No such runs." if args.graph or args.status else "No runs yet; try `studio run inbox_triage`.")
        return exits.OK
    rows: list[list[Piece]] = []
    for one in found:
        totals = one.totals
        cost = money(totals.get("cost_usd")) if totals else ""
        rows.append([
            ("bold", one.id), one.graph, status_piece(one.status), one.ended,
            f"{datetime.fromtimestamp(one.started_at):%Y-%m-%d %H:%M:%S}",
            duration(one.duration_s), _count(totals.get("firings")), _count(totals.get("calls")), cost,
        ])  # fmt: skip
    headers = ["run", "graph", "status", "ended", "started", "took", "firings", "calls", "cost"]
    out.table(headers, rows, right=(5, 6, 7, 8))
    return exits.OK


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).astimezone().isoformat(timespec="milliseconds")


def _count(number: object) -> str:
    return f"{number:,}" if isinstance(number, int) else ""
