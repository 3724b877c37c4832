"""Approval at the terminal: a foreign graph's list of what it may do, and the question, No if nothing is said."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from studio.cli.output import Output
from studio.support.errors import UsageError

if TYPE_CHECKING:
    from studio.graph.model import Graph
    from studio.trust.survey import Survey


def approval_arguments(parser: argparse.ArgumentParser | argparse._ArgumentGroup) -> None:
    """Let a command take `--approve`."""
    parser.add_argument(
        "--approve", action="append", default=[], metavar="HASH",
        help="let a foreign graph do for this once what the hash stands for (see `studio approve`)",
    )  # fmt: skip


def approved_for(graph: Graph, args: argparse.Namespace, out: Output) -> list[str]:
    """Return the hashes to hand to the run, after asking the person where a terminal is there to ask on.

    Without one the run itself refuses, listing everything. Raises UsageError if the answer is no, GraphError for a
    graph that includes what cannot be read.
    """
    from studio.spec.registry import default_registry
    from studio.trust.gate import is_approved, is_foreign
    from studio.trust.survey import survey_whole, whole_of

    given = list(args.approve)
    if out.as_json or not can_ask():
        return given
    whole = whole_of(graph)
    asked = survey_whole(whole, default_registry())
    if not is_foreign(whole) or is_approved(whole, asked, given):
        return given
    out.note("This graph is not from here. It may:")
    show(asked, out.note)
    if not confirmed("Let it, now and from now on?"):
        raise UsageError("Nothing was run.", hint="`studio approve GRAPH` shows again what it may do.")
    remember(asked, "asked at the terminal", whole.place.file)
    return given


def show(asked: Survey, line: object) -> None:
    """Print what a graph may do, node by node, and the hash of it."""
    assert callable(line)
    for text in asked.lines():
        line("  ", text)
    line(("dim", f"hash {asked.hash}"))


def remember(asked: Survey, how: str, file: str = "") -> None:
    """Approve it in this profile."""
    from studio.trust.approvals import Approvals

    Approvals().remember(asked.hash, asked.name, how, file)


def can_ask() -> bool:
    """True if a person sits at this terminal."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))


def confirmed(question: str) -> bool:
    """Ask on the terminal; anything but yes is no."""
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")
