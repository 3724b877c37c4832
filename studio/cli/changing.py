"""Reads from the command line what a fork changes, each value as the type it is declared with."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from studio.support.errors import UsageError
from studio.support.values import Json, typed_value

if TYPE_CHECKING:
    from studio.graph.model import Graph
    from studio.replay.changes import Changes


def changes_of(args: argparse.Namespace, db: Path, run: str) -> Changes:
    """Return what `--set`, `--output` and `--redo` say. Raises UsageError for what cannot be read."""
    from studio.replay.changes import Changes, gives_text, takes_text
    from studio.trace import Trace

    with Trace(db) as trace:
        text = trace.graph_text(run)
    params: dict[str, dict[str, Json]] = {}
    for item in args.params:
        node, name, value = _parts(item, "--set", "node.param=value")
        params.setdefault(node, {})[name] = _value(value, text=takes_text(text, node, name))
    outputs: dict[str, dict[str, Json]] = {}
    for item in args.outputs:
        node, name, value = _parts(item, "--output", "node.port=value")
        outputs.setdefault(node, {})[name] = _value(value, text=gives_text(text, node, name))
    return Changes(params, outputs, frozenset(args.redo))


def new_graph_and_inputs(args: argparse.Namespace, db: Path, run: str) -> tuple[Graph | None, dict[str, Json]]:
    """Return the graph of `--graph`, None without, and the values of `-i`."""
    from studio.cli.graphs import open_graph
    from studio.cli.inputs import input_types, parse_inputs
    from studio.graph.model import Graph
    from studio.trace import Trace

    graph = open_graph(args.graph) if args.graph else None
    if not args.inputs:
        return graph, {}
    with Trace(db) as trace:
        types = input_types(graph or Graph.from_text(trace.graph_text(run)))
    return graph, parse_inputs(args.inputs, types)


def _parts(item: str, option: str, form: str) -> tuple[str, str, str]:
    from studio.graph.paths import split_port

    left, equals, value = item.partition("=")
    node, name = split_port(left)
    if not (equals and node and name):
        raise UsageError(f"`{option} {item}` cannot be read.", hint=f"Write `{option} {form}`.")
    return node, name, value


def _value(text_given: str, *, text: bool) -> Json:
    """Read a value: `@file` from a file, text as it stands where text is taken, else JSON or, failing that, text."""
    given = text_given
    if given.startswith("@@"):
        given = given[1:]
    elif given.startswith("@"):
        try:
            given = Path(given[1:]).read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
            raise UsageError(f"The file cannot be read: {reason}.", where=given[1:]) from None
    return given if text else typed_value(given)
