"""Approval at the terminal: a foreign graph's list of what it may do, and the question, No if nothing is said."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from studio.cli.output import Output
from studio.support.errors import UsageError

if TYPE_CHECKING:
    from studio.graph.model import Graph
    from studio.plugins.files import OwnFile
    from studio.spec.registry import Registry
    from studio.trust.survey import Survey

Line = Callable[..., None]
"""Prints one line of pieces, as `Output.say` does."""


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
    given = list(args.approve)
    if out.as_json or not can_ask():
        return given
    registry = types_of(graph, given, out.note, ask=True)
    from studio.trust.gate import is_approved, is_foreign
    from studio.trust.survey import survey_whole, whole_of

    whole = whole_of(graph)
    asked = survey_whole(whole, registry)
    if not is_foreign(whole) or is_approved(whole, asked, given):
        return given
    out.note("This graph is not from here. It may:")
    show(asked, out.note)
    if not confirmed("Let it, now and from now on?"):
        raise _refused()
    remember(asked, "asked at the terminal", whole.place.file)
    return given


def types_of(graph: Graph, given: list[str], line: Line, *, ask: bool, yes: bool = False) -> Registry:
    """Return the node types of a graph. Its project's own that nobody approved are shown, all of their code, and
    imported only after a yes: to this question (`ask`), or one given before (`yes`).

    Raises UsageError if the answer is no; without asking they stay unknown.
    """
    from studio.plugins.registries import OwnTypesNotApproved, approve_files, own_types, require_own_types

    try:
        return require_own_types(graph, given)
    except OwnTypesNotApproved as waiting:
        files = [file for file in waiting.types.waiting if set(file.types) & set(waiting.used)]
        line("It uses node types of its own project: Python code that would run with all your rights.")
        show_code(files, line)
        if not yes and ask and not confirmed("Let it run, now and from now on, while these files stay the same?"):
            raise _refused() from None
        if not yes and not ask:
            return own_types(graph.base, given).registry
        approve_files(files)
        return require_own_types(graph, given)


def show_code(files: Iterable[OwnFile], line: Line) -> None:
    """Print the whole code of own node types, with every sign that cannot be seen written out."""
    from studio.trust.showing import seen, seen_line

    for file in files:
        line("  ", ("bold", seen_line(file.name)))
        for text in seen(file.source.decode("utf-8", "replace")).rstrip("\n").split("\n"):
            line(f"      | {text}")


def _refused() -> UsageError:
    return UsageError("Nothing was run.", hint="`studio approve GRAPH` shows again what it may do.")


def show(asked: Survey, line: Line) -> None:
    """Print what a graph may do, node by node, and the hash of it."""
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
