"""The way from a node to the graph that it runs."""

from __future__ import annotations

from studio.editing import TOP, At, Document
from studio.graph.scope import BODY_PARAM, Scope
from studio.gui.workbench import Workbench
from studio.support.errors import StudioError


def open_body(workbench: Workbench, document: Document, at: At, node: str) -> bool:
    """Show the graph that a region node runs: a tab of this document, or the file it stands in.

    A refusal (no such body, outside the project) is told. Returns whether something was shown.
    """
    reference = document.node(at, node).params.get(BODY_PARAM)
    if not isinstance(reference, str) or not reference:
        workbench.say(f"`{node}` names no graph yet: choose one in the inspector.", "warning")
        return False
    scope = document.scope(at)
    try:
        found = _place_of(document, scope.find_graph(reference))
        if found is not None:
            workbench.show(document, found)
            return True
        return workbench.open(scope.file_of(reference)) is not None
    except StudioError as error:
        workbench.fail(error)
        return False


def _place_of(document: Document, scope: Scope) -> At | None:
    """Return where a scope's graph stands in the document, or None if it stands in another file."""
    names: list[str] = []
    one: Scope | None = scope
    while one is not None and one.outer is not None:
        names.insert(0, one.name)
        one = one.outer
    at = tuple(names) if names else TOP
    return at if document.has(at) and document.at(at) is scope.graph else None
