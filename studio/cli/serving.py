"""What the commands that serve graphs share: their options, and a graph made ready to be called."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from studio.cli.graphs import open_graph
from studio.cli.running import parse_limits

if TYPE_CHECKING:
    from studio.serve.service import GraphService


def serving_arguments(parser: argparse.ArgumentParser) -> None:
    """Let a command take the options of serving."""
    parser.add_argument("--model", metavar="MODEL", help="use this model for every role (see `studio models`)")
    parser.add_argument("--embedder", metavar="MODEL", help="use this embedding model")
    parser.add_argument(
        "--limit", action="append", default=[], metavar="NAME=N", dest="limits",
        help="pause a run when used up: firings, ticks, calls, tokens, cost_usd, seconds; may be repeated",
    )  # fmt: skip
    parser.add_argument("--at-once", type=int, default=4, metavar="N", help="runs at the same time (default 4)")
    parser.add_argument(
        "--approve", action="append", default=[], metavar="HASH", help="approve what a foreign graph may do"
    )


def service_of(args: argparse.Namespace, graph: str, db: Path) -> GraphService:
    """Return a graph made ready to be called. Raises UsageError, GraphError."""
    from studio.serve.service import GraphService

    return GraphService(
        open_graph(graph), db=db, model=args.model, embedder=args.embedder, limits=parse_limits(args.limits),
        approve=args.approve, at_once=max(1, args.at_once),
    )  # fmt: skip
