"""Tell what a batch shows: its answer in a sentence with n, effect and interval, then tables and figures.

Without -o it is told in the terminal. With -o, the ending of FILE says what is written: .html (one page with figures,
nothing from elsewhere), .md, .json (conclusions), .csv and .jsonl (all runs, one line each), .ipynb (a notebook that
reads the batch with Python). A batch that is under way is told as far as it has come.

BATCH is a batch's id, its beginning, or `last`; `studio batch --list` lists them.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from studio.cli import exits
from studio.cli.database import database
from studio.cli.output import Output
from studio.cli.text import plural
from studio.support.errors import UsageError

EXAMPLES = (
    "studio report",
    "studio report last -o report.html",
    "studio report 01M8 -o runs.csv",
    "studio report last --by writer.temperature --level 0.99",
    "studio report last --score points --failures left_out -o report.md",
)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("batch", nargs="?", default="last", metavar="BATCH", help="a batch (default: the last)")
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="a file ending in .html, .md, .json, .csv, .jsonl or .ipynb"
    )
    parser.add_argument("--force", action="store_true", help="replace a file that is there already")
    parser.add_argument(
        "--by", default="", metavar="VARIABLE",
        help="results by graph, variant, seed, a setting that was varied, or a column of the data",
    )  # fmt: skip
    parser.add_argument(
        "--score", default="", metavar="NAME", help="the score that claims are about (default: the main)"
    )
    parser.add_argument(
        "--level", type=float, default=0.95, metavar="X", help="confidence of intervals (default: 0.95)"
    )
    parser.add_argument(
        "--failures", choices=("worst", "left_out"), default="worst",
        help="failed runs count as the worst score, or are left out (default: worst)",
    )  # fmt: skip


def run(args: argparse.Namespace, out: Output) -> int:
    from studio.batch.analysing.table import read_table
    from studio.batch.reporting.report import read_report
    from studio.batch.reporting.writing import MAKERS, RECORDS, ending_of, write_records, write_report
    from studio.batch.statistics import Method
    from studio.cli.batching.conclusions import tell_report
    from studio.cli.exporting import check_place

    if args.output:
        ending_of(args.output)  # says so if there is no such report, before anything is asked
        check_place(args, out)
    db = database(args)
    if not db.exists():
        raise UsageError("No batch is recorded yet.", where=str(db), hint="`studio batch GRAPH` makes one.")
    if args.output and ending_of(args.output) in RECORDS:
        table = read_table(db, args.batch)
        write_records(table, Path(args.output))
        return _written(table.batch.id, f"{plural(len(table.lines), 'run')}, one line each", args, out)
    method = Method(level=args.level, failures=args.failures)
    report = read_report(db, args.batch, by=args.by, score=args.score, method=method)
    if args.output:
        write_report(report, Path(args.output), db)
        return _written(report.table.batch.id, MAKERS[ending_of(args.output)][1], args, out)
    if out.as_json:
        out.json(report.as_json())
        return exits.OK
    tell_report(report, out)
    there = f" --db {args.db}" if args.db else ""
    out.note(("dim", f"next: `studio report {report.table.batch.id}{there} -o report.html`"))
    return exits.OK


def _written(batch: str, what: str, args: argparse.Namespace, out: Output) -> int:
    out.note(f"Written: {args.output} ({what})")
    if out.as_json:
        out.json({"file": args.output, "batch": batch, "bytes": Path(args.output).stat().st_size})
    return exits.OK
