"""What the window knows of one document: whether it is the person's own, and what it may do. Knows no Qt.

A document is the person's own if it may run here as it was opened: it was made here, ships with the studio, asks for
nothing, or was approved.  What the person changes in such a document is their own, too.  Files that it includes are
not part of it: they count as they are approved themselves, or as they were when the document was approved.
"""

from __future__ import annotations

from studio.editing import Document
from studio.graph.model import Graph
from studio.graph.scope import Scope
from studio.spec.registry import Registry
from studio.support.errors import GraphError, StudioError
from studio.trust.gate import is_approved, is_foreign, may_run
from studio.trust.survey import Entry, Survey, survey_whole, whole_of


class Standing:
    """How a document stands. `judge` looks at it as it is; edits in between change nothing of `is_own`."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.is_own = False
        self._included: frozenset[str] = frozenset()
        """Identities of what included files may do, as approved with the document."""
        self._unknown: frozenset[str] = frozenset()
        """Node types that nobody declared when it was judged: what they may do was not among what was asked."""
        self.judge()

    @property
    def registry(self) -> Registry:
        """The node types of the document."""
        return self.document.registry

    def judge(self) -> None:
        """Find out whether the document, as it is now, may run here."""
        try:
            whole = whole_of(self.document.graph)
        except GraphError:
            self.is_own = False  # a file is missing: it cannot run, and is judged again when it can
            return
        asked = survey_whole(whole, self.registry)
        used = {node.type for _, part in whole.walk() for node in part.nodes.values()}
        self._unknown = frozenset(name for name in used if self.registry.find(name) is None)
        self.is_own = not is_foreign(whole) or is_approved(whole, asked) or self._is_recovered()
        if self.is_own:
            self._included = _identities(self._of_files(whole, asked))

    def take_types(self) -> None:
        """The document has other node types: judge it again if some that it uses were not known before."""
        if not self.is_own or any(self.registry.find(name) is not None for name in self._unknown):
            self.judge()

    def _is_recovered(self) -> bool:
        """True for a document that was brought back with changes of this window's to a file that may run."""
        path = self.document.path
        if path is None or not self.document.is_modified or not path.is_file():
            return False
        try:
            return may_run(Graph.load(path), self.registry)
        except StudioError:
            return False

    def approve(self, asked: Survey) -> None:
        """The person has approved what the document may do, as it is now."""
        self.is_own = True
        try:
            self._included = _identities(self._of_files(whole_of(self.document.graph), asked))
        except GraphError:
            self._included = frozenset()

    def survey(self, graph: Graph) -> Survey:
        """Return what a graph of the document (as it stands, or stood) may do. Raises GraphError."""
        return survey_whole(whole_of(graph), self.registry)

    def may_run(self, graph: Graph) -> bool:
        """True if a graph that was the document's just now may run without a question. Raises GraphError."""
        whole = whole_of(graph)
        asked = survey_whole(whole, self.registry)
        if is_approved(whole, asked):
            return True
        return self.is_own and self._files_may(whole, asked)

    def _files_may(self, whole: Graph, asked: Survey) -> bool:
        """True if all that included files may do was approved with the document, or with the files themselves."""
        waiting = [entry for entry in self._of_files(whole, asked) if _identity(entry) not in self._included]
        if not waiting:
            return True
        top = Scope(self.document.graph)
        for key in self._keys(whole):
            if any(_stands_in(entry, key) for entry in waiting):
                try:
                    if not may_run(top.find_graph(key).graph, self.registry):
                        return False
                except GraphError:
                    return False  # named otherwise in the file that includes it: too tangled to be sure
        return True

    def _keys(self, whole: Graph) -> list[str]:
        return [key for key in whole.graphs if key not in self.document.graph.graphs]

    def _of_files(self, whole: Graph, asked: Survey) -> list[Entry]:
        keys = self._keys(whole)
        return [entry for entry in asked.entries if any(_stands_in(entry, key) for key in keys)]


def _stands_in(entry: Entry, key: str) -> bool:
    return entry.path.startswith((f"{key}/", f"{key}."))


def _identity(entry: Entry) -> str:
    return repr(entry.identity)


def _identities(entries: list[Entry]) -> frozenset[str]:
    return frozenset(map(_identity, entries))
