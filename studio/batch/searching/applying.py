"""What a search found, as a change of a graph file: shown as a diff, written as a copy when a person asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import unified_diff
from pathlib import Path

from studio.batch.design.variants import found_setting
from studio.editing.document.document import Document
from studio.editing.edits.nodes import set_key, set_params
from studio.graph.model import NODE_KEYS, Graph
from studio.graph.reading import is_file_reference
from studio.graph.scope import bundle, shallow_copy
from studio.spec.registry import Registry
from studio.support.errors import UsageError
from studio.support.values import Json


def with_settings(graph: Graph, settings: Mapping[str, Json], registry: Registry) -> Document:
    """Return a copy of a graph, as it stands in its file, with values set by `node.param`; nothing is written.

    Raises UsageError for a node that is not in this file, or a value that cannot be.
    """
    doc = Document(shallow_copy(graph), registry=registry)
    whole = bundle(graph)
    with doc.edit("apply"):
        for path, value in settings.items():
            place, at, node, key = found_setting(whole, path, registry)
            if file := next((name for name in at if is_file_reference(name)), ""):
                hint = "Search that graph itself."
                raise UsageError(f"`{place}` stands in another file, {file}.", where=graph.place.file, hint=hint)
            edits = set_key(doc, at, node.name, key, value) if key in NODE_KEYS else None
            doc.do(path, edits if edits is not None else set_params(doc, at, node.name, {key: value}))
    return doc


def write_copy(graph: Graph, settings: Mapping[str, Json], registry: Registry, path: Path, *, force: bool) -> None:
    """Write a copy of the graph with the settings. Raises UsageError if there is such a file already, unless `force`;
    and as `with_settings` does."""
    if path.exists() and not force:
        raise UsageError("There is such a file already.", where=str(path), hint="`--force` writes over it.")
    with_settings(graph, settings, registry).save(path)


def unified(before: str, after: str, name: str) -> str:
    """Return what differs between two texts in the form that `patch` reads; "" if nothing does."""
    lines = unified_diff(_lines(before), _lines(after), f"a/{name}", f"b/{name}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _lines(text: str) -> list[str]:
    """The lines, each with its end: only line feeds end one, as in files."""
    parts = text.split("\n")
    return [f"{part}\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])
