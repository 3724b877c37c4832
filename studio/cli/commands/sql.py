"""Run a SQL query over the database of runs and print a table.

Without a query it lists the public views and tables with their columns; `studio help trace` says what they mean. Only
reading is possible. The functions store_at(run, store, seq) and stores_at(run, seq) give what stores held at a step as
JSON, for json_each.
"""

from __future__ import annotations

import argparse
import sys

from studio.cli import exits
from studio.cli.database import open_trace
from studio.cli.output import Output
from studio.support.tables import are_numbers, cell_text
from studio.support.values import Json

EXAMPLES = (
    "studio sql",
    'studio sql "SELECT node, count(*), avg(duration_ms) FROM firing GROUP BY node"',
    "studio sql \"SELECT key, value FROM json_each(store_at('last', 'tasks', NULL))\"",
    "studio sql --json - < query.sql",
)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("query", nargs="?", metavar="QUERY", help="a SELECT; `-` reads it from standard input")
    parser.add_argument("--limit", type=int, default=1000, metavar="N", help="at most so many rows (default 1000)")
    parser.add_argument("--seconds", type=float, default=10.0, metavar="S", help="give up after S seconds (default 10)")


def run(args: argparse.Namespace, out: Output) -> int:
    with open_trace(args) as trace:
        if args.query is None:
            return _schema(trace.schema(), out)
        from studio.replay.sql import ask

        query = sys.stdin.read() if args.query == "-" else args.query
        table = ask(trace, query, limit=args.limit, seconds=args.seconds)
    if out.as_json:
        rows = [dict(zip(table.columns, map(_plain, row), strict=True)) for row in table.rows]
        out.json({"columns": list(table.columns), "rows": rows, "more": table.more})
        return exits.OK
    numbers = [i for i in range(len(table.columns)) if are_numbers(row[i] for row in table.rows)]
    out.table(table.columns, [[_shown(cell) for cell in row] for row in table.rows], right=numbers)
    if table.more:
        out.note(f"More rows were left out; --limit {args.limit * 10} shows more.")
    return exits.OK


def _schema(views: dict[str, list[str]], out: Output) -> int:
    if out.as_json:
        out.json(views)
        return exits.OK
    wide = max(map(len, views))
    for name, columns in views.items():
        out.wrapped(("bold", f"{name:<{wide}}"), "  ", ", ".join(columns))
    return exits.OK


def _shown(cell: Json) -> str:
    return f"<{len(cell)} bytes>" if isinstance(cell, bytes) else cell_text(cell)


def _plain(cell: Json) -> Json:
    return cell.hex() if isinstance(cell, bytes) else cell
