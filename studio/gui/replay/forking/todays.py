"""The graph file that a recorded run was made from, as it is today, and a draft's params set in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from studio.editing import Document
from studio.editing.edits.nodes import set_key, set_param
from studio.graph.model import NODE_KEYS
from studio.graph.paths import node_at
from studio.graph.scope import Scope
from studio.replay.continuing import file_of
from studio.support.errors import UsageError

if TYPE_CHECKING:
    from studio.editing import At
    from studio.replay.drafts import Draft, Piece
    from studio.trace.found import Run


def todays_file(run: Run) -> Path:
    """Return the graph file of a run. Raises UsageError if it is not there any more."""
    file = file_of(run)
    if file is None:
        named = run.file or run.graph
        raise UsageError(
            f"The graph file of this run is not there: `{named}`.",
            hint="A fork still runs with the graph as it was.",
        )
    return file


def apply_params(document: Document, draft: Draft) -> tuple[int, list[str]]:
    """Set the params of a draft in a graph, as one edit that can be undone. Returns how many were set, and for which
    nodes there is no place any more. Raises StudioError for what the graph refuses; then nothing is changed."""
    gone: list[str] = []
    count = 0
    params = [piece for piece in draft.pieces if piece.key.kind == "param"]
    with document.edit(f"Apply {len(params)} {'change' if len(params) == 1 else 'changes'} of a fork"):
        for piece in params:
            found = _place_of(document, piece)
            if found is None:
                gone.append(piece.key.node)
                continue
            at, name = found
            key, value = piece.key.name, piece.value
            edit = set_key if key in NODE_KEYS else set_param
            document.do("", edit(document, at, name, key, value))
            count += 1
    return count, gone


def _place_of(document: Document, piece: Piece) -> tuple[At, str] | None:
    """Return where the node of a change stands in the document itself, None if it is not there, or in another file."""
    found = node_at(Scope(document.graph), piece.key.node, document.registry)
    if found is None:
        return None
    place = next((at for at, graph in document.walk() if graph is found[0].graph), None)
    return None if place is None else (place, found[1].name)
