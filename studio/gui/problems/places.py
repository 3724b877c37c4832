"""Where a problem stands, and the way there: its tab, its node or wire, and the field of the inspector it is about."""

from __future__ import annotations

from pathlib import Path

from studio.editing import TOP, At, Document
from studio.graph.diagnostics import Diagnostic
from studio.gui.problems.checks import path_of
from studio.gui.workbench import Tab, Workbench


def place_of(document: Document, found: Diagnostic) -> Tab | Path | None:
    """Return where a finding stands: a graph of the document, the file of a body elsewhere, or None (not known)."""
    for at, _ in document.walk():
        if path_of(at) == found.graph:
            return Tab(document, at)
    path = Path(found.place.file)
    return path if found.place.file and path.is_file() else None


def go_to(workbench: Workbench, document: Document, found: Diagnostic) -> None:
    """Show the graph in which a finding stands with what it is about: its wire, or its node and param."""
    place = place_of(document, found)
    if isinstance(place, Path):
        opened = workbench.open(place)
        if opened is not None:
            show_place(workbench, opened, TOP, found.node, found.param)
    elif place is None:
        workbench.say("The place of this problem is gone.", "warning")
    else:
        show_place(workbench, document, place.at, found.node, found.param)
        _select_wire(workbench, place, found)


def show_place(workbench: Workbench, document: Document, at: At, node: str = "", param: str = "") -> None:
    """Show a graph with a node selected and in view, and a param of it ready to be changed."""
    known = document.has(at) and node in document.at(at).nodes
    workbench.show(document, at, [node] if known else [])
    if known and param:
        inspector = workbench.parts.get("inspector")
        if inspector is not None:
            workbench.panel_asked.emit("inspector")
            inspector.reveal_param(param)


def _select_wire(workbench: Workbench, place: Tab, found: Diagnostic) -> None:
    canvas = workbench.canvas
    if canvas is not None and found.edge and workbench.current == place:
        edges = [edge for edge in place.document.at(place.at).edges if str(edge) == found.edge]
        canvas.select_edges(edges)
