"""Comments of the file follow what they speak of: renamed with it, moved with it, gone with it."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping

from studio.editing.document.ops import At, Op, SetComment
from studio.graph.comments import BEHIND, END
from studio.graph.model import Edge, Graph

Change = str | None
"""The new path of an item, or None if it is gone."""


def follow(at: At, graph: Graph, changes: Mapping[str, Change]) -> list[Op]:
    """Return the ops by which comments follow items: `changes` has paths (`nodes.writer`) with their new ones or None.

    What is said of parts of an item (`nodes.writer.labels.0`) goes with it.
    """
    if not graph.comments or not changes:
        return []
    left = dict.fromkeys(graph.comments)
    moved: dict[str, tuple[str, ...]] = {}
    ops: list[Op] = []
    for key, lines in graph.comments.items():
        owner = owner_of(key, changes)
        if owner is None:
            continue
        ops.append(SetComment(at, key, None))
        del left[key]
        to = changes[owner]
        if to is not None:
            new = to + key[len(owner) :]
            moved[new] = (*moved.get(new, ()), *lines)
    for key, said in moved.items():
        before = tuple(graph.comments[key]) if key in left else ()
        ops.append(SetComment(at, key, before + said))
    return ops


def owner_of(key: str, changes: Container[str]) -> str | None:
    """Return the item among some (`nodes.writer`) that the comment kept under a key belongs to, if any."""
    if key in changes:
        return key
    for kind in (BEHIND, END):
        if key.endswith(kind) and key.removesuffix(kind) in changes:
            return key.removesuffix(kind)
    # Paths of edges hold dots themselves, so every beginning that ends before a dot is tried.
    dot = key.rfind(".")
    while dot > 0:
        if key[:dot] in changes:
            return key[:dot]
        dot = key.rfind(".", 0, dot)
    return None


def edges_follow(graph: Graph, changed: Iterable[tuple[Edge, Edge | None]]) -> dict[str, Change]:
    """Return the changes of paths when edges are replaced by others or (None) removed.

    An edge that stands twice keeps its comments until the last one changes.
    """
    standing: dict[str, int] = {}
    for edge in graph.edges:
        text = str(edge)
        standing[text] = standing.get(text, 0) + 1
    changes: dict[str, Change] = {}
    for old, new in changed:
        text = str(old)
        if new is not None and str(new) == text:
            continue
        standing[text] = standing.get(text, 1) - 1
        if not standing[text]:
            changes[f"edges.{text}"] = None if new is None else f"edges.{new}"
    return changes


def renamed(graph: Graph, path: Callable[[str], str | None]) -> dict[str, list[str]]:
    """Return the comments of a graph under other paths; those for which `path` gives None are left out."""
    found: dict[str, list[str]] = {}
    for key, lines in graph.comments.items():
        new = path(key)
        if new is not None:
            found.setdefault(new, []).extend(lines)
    return found
