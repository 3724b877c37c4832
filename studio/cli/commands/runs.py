"""List the recorded runs, newest first.

← marks a run that goes on from another one (`studio resume`, `studio fork`); a wide terminal and `studio show` say from
which and at which step. In a narrow terminal only the beginnings of ids are shown, which name a run just as well.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from studio.cli import exits
from studio.cli.database import open_trace
from studio.cli.output import Output
from studio.cli.parsing import age_seconds
from studio.cli.showing import SHORT_ID, lineage, status_piece
from studio.cli.text import Piece, duration, iso_moment, moment, money

if TYPE_CHECKING:
    from studio.trace.found import Run

EXAMPLES = (
    "studio runs",
    "studio runs --limit 5",
    "studio runs --graph inbox_triage --status failed --json",
    "studio runs --text 'tide pools' --since 7d",
    "studio runs --model openai/gpt-4o-mini --cost-over 0.10",
    "studio runs --single",
    "studio runs --batch last --status failed",
)

WIDE = 112
"""Columns of a terminal in which a table with everything about a run fits."""
WIDEST = 138
"""Columns in which it also says from which run one goes on."""
CROWD = 5
"""Runs of batches among all from which on the list says how to leave them out."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--limit", type=int, default=20, metavar="N", help="how many (default 20; 0: all)")
    parser.add_argument("--graph", metavar="NAME", help="only runs of the graph of this name")
    parser.add_argument("--status", metavar="STATUS", help="only runs of this status: ok, failed, paused, …")
    parser.add_argument(
        "--text", metavar="WORDS", help="only runs in whose graph, id, inputs, outputs or error all these words stand"
    )
    parser.add_argument("--model", metavar="MODEL", help="only runs that this model answered")
    parser.add_argument("--since", metavar="AGE", help="only runs that began no longer ago: 12h, 7d, 2w")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--batch", metavar="ID", help="only runs of this batch: its id, the beginning of it, or `last`")
    which.add_argument("--single", action="store_true", help="leave out runs of batches")
    parser.add_argument("--cost-over", type=float, metavar="USD", help="only runs that cost more")


def run(args: argparse.Namespace, out: Output) -> int:
    from dataclasses import replace

    from studio.trace.run_filter import RunFilter

    wanted = RunFilter(
        text=args.text or "",
        graph=args.graph or "",
        statuses=frozenset(() if args.status is None else (args.status,)),
        model=args.model or "",
        since=None if args.since is None else time.time() - age_seconds(args.since),
        cost_over=args.cost_over,
        single=args.single,
    )
    with open_trace(args) as trace:
        if args.batch is not None:
            wanted = replace(wanted, batch=_batch(trace.path, args.batch))
        runs = trace.run_list()
        keys = runs.keys(wanted)
        crowd = len(keys) - len(runs.keys(replace(wanted, single=True))) if wanted.lets_all_through else 0
        found = [trace.run(row.id) for row in runs.rows(keys[: args.limit if args.limit > 0 else None])]
    if out.as_json:
        out.json([
            {
                "run": one.id, "graph": one.graph, "file": one.file, "status": one.status, "ended": one.ended,
                "started_at": iso_moment(one.started_at), "duration_s": one.duration_s,
                **{key: one.totals.get(key) for key in ("firings", "ticks", "calls", "tokens_in", "tokens_out")},
                "cost_usd": one.totals.get("cost_usd"), "parent_run": one.parent_run or None,
                "fork_seq": one.fork_seq,
            }
            for one in found
        ])  # fmt: skip
        return exits.OK
    if not found:
        out.note("No runs yet; try `studio run inbox_triage`." if wanted.lets_all_through else "No such runs.")
        return exits.OK
    room = out.columns or WIDEST
    out.table(*_wide(found, whole=room >= WIDEST) if room >= WIDE else _narrow(found), right=(5, 6, 7, 8))
    if crowd > CROWD:
        out.note(f"Of all {len(keys):,} runs {crowd:,} are those of batches: --single leaves them out.")
    return exits.OK


def _batch(path: Path, name: str) -> str:
    """Return the whole id of a batch. Raises UsageError if there is none, or several, of this name."""
    from studio.trace.batches import Batches

    with Batches(path) as batches:
        return batches.batch(name).id


def _wide(found: Sequence[Run], *, whole: bool) -> tuple[list[str], list[list[Piece]]]:
    """Return headers and rows with all there is to tell, the lineage as a mark if not `whole`."""
    headers = ["run", "graph", "status", "ended", "started", "took", "firings", "calls", "cost"]
    rows: list[list[Piece]] = [
        [
            ("bold", one.id), one.graph, status_piece(one.status), one.ended,
            moment(one.started_at),
            duration(one.duration_s), _count(one.totals.get("firings")), _count(one.totals.get("calls")), _cost(one),
            ("dim", lineage(one, short=True) if whole else _mark(one)),
        ]
        for one in found
    ]  # fmt: skip
    return [*headers, "goes on from" if whole and any(one.parent_run for one in found) else ""], rows


def _narrow(found: Sequence[Run]) -> tuple[list[str], list[list[Piece]]]:
    """Return headers and rows of what matters most; the beginning of an id is enough to name a run."""
    rows: list[list[Piece]] = [
        [
            ("bold", one.id[:SHORT_ID]), one.graph, status_piece(one.status), one.ended,
            moment(one.started_at, short=True), duration(one.duration_s), _cost(one),
            ("dim", _mark(one)),
        ]
        for one in found
    ]  # fmt: skip
    return ["run", "graph", "status", "ended", "started", "took", "cost", ""], rows


def _mark(run: Run) -> str:
    return "←" if run.parent_run else ""


def _cost(run: Run) -> str:
    return money(run.totals.get("cost_usd")) if run.totals else ""


def _count(number: object) -> str:
    return f"{number:,}" if isinstance(number, int) else ""
