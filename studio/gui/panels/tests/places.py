"""Where the tests of what is shown stand: beside the graph's file, whatever of it is open."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from studio.cases.adding import graph_file
from studio.cases.reading import cases_beside
from studio.editing import Document
from studio.graph.model import Graph
from studio.gui.live.playing.orders import snapshot
from studio.gui.replay.session import Session
from studio.gui.workbench import Workbench
from studio.support.paths import same_file
from studio.support.resources import bundled_graphs


@dataclass(frozen=True, slots=True)
class Where:
    """The file of a graph and the tests beside it. `document` is open and says what the graph is now; None: the file
    does. What `is_bundled` ships with the studio, and is left alone."""

    graph: Path
    tests: Path
    document: Document | None
    is_bundled: bool = False

    def load(self) -> Graph | None:
        """Return the graph as it stands in the window now, None if its file says it."""
        return None if self.document is None else snapshot(self.document.graph, self.graph)


def where_of(workbench: Workbench, document: Document | None) -> Where | None:
    """Return where the tests of a document stand: of a recorded run, those of its graph as it is today.

    None for a graph that has no file yet, and for a run of which no file is known.
    """
    if document is None:
        return None
    session = workbench.part("replay").of(document)
    if session is not None:
        path = graph_of(session)
        return None if path is None else _at(path, workbench.document_of(path))
    if document.path is not None:
        return _at(document.path, document)
    if workbench.part("files").from_bundle(document) and document.graph.base is not None:
        path = document.graph.base / f"{document.graph.name}.yaml"
        if path.is_file():
            return _at(path, document)
    return None


def graph_of(session: Session) -> Path | None:
    """Return today's file of the graph a run executed, None if it is not known. What a file from elsewhere says of it
    is not followed."""
    if session.source.foreign:
        return None
    return graph_file(session.run, session.source.db)


def _at(path: Path, document: Document | None) -> Where:
    return Where(path, cases_beside(path), document, is_bundled(path))


def is_bundled(graph: Path) -> bool:
    """Return whether a graph file ships with the studio; nothing is written beside such a one."""
    return any(same_file(graph, one) for one in bundled_graphs())
