"""Live checks: what is wrong with each open graph, found out beside the window while it is edited.

After an edit has settled for a moment, a copy of the graph is checked in a thread; what an edit overtakes is given
up. The window never waits. Results are per document, and every canvas shows those of its graph.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal

from studio.editing import At, Document
from studio.graph.diagnostics import Diagnostic
from studio.graph.model import Graph
from studio.gui.base.guard import report
from studio.gui.live.playing.orders import snapshot
from studio.gui.workbench import Workbench

if TYPE_CHECKING:
    from studio.engine.store_order import StoreStep
    from studio.gui.canvas import Canvas
    from studio.lint import Constraint
    from studio.lint.live import Examined
    from studio.lint.worst_case import Bound
    from studio.spec.registry import Registry

LATER_MS: Final = 2500
"""How long a graph that cannot be changed waits for its check, in milliseconds: it is for its badges only, and what
was opened to be gone through is shown first."""

WAIT_MS: Final = 150
"""How long an edit must have settled before the graph is looked at, in milliseconds."""

_POLL_MS: Final = 20


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found out about one revision of a document (see `lint.live.Examined` for the parts)."""

    revision: int
    findings: tuple[Diagnostic, ...]
    constraints: Mapping[str, Constraint]
    badges: Mapping[str, str]
    bound: Bound | None
    store_order: Mapping[str, tuple[StoreStep, ...]]

    def count(self, severity: str) -> int:
        """Return how many findings are of this severity."""
        return sum(found.severity == severity for found in self.findings)

    def of(self, path: str) -> list[Diagnostic]:
        """Return the findings about one graph; `path` as in `Diagnostic.graph`."""
        return [found for found in self.findings if found.graph == path]

    def badges_of(self, path: str) -> dict[str, str]:
        """Return the badges of one graph's nodes."""
        front = f"{path}/" if path else ""
        return {
            name.removeprefix(front): badge
            for name, badge in self.badges.items()
            if (name.startswith(front) if path else "/" not in name)
        }


Check = Callable[[Graph, "Registry", Callable[[], bool]], "Examined | None"]
"""Examines a graph; asks now and then whether the result is still wanted, and returns None if not."""


def check_graph(graph: Graph, registry: Registry, wanted: Callable[[], bool]) -> Examined | None:
    """Find out all that `studio lint` says, and more."""
    from studio.lint.live import examine

    return examine(graph, registry, wanted)


class Checks(QObject):
    """The service `checks` of the workbench."""

    checked = Signal(object)
    """There are new results for a document (`of`)."""
    started = Signal(object)
    """A document is to be checked; what is known of it may be out of date."""

    def __init__(self, workbench: Workbench, check: Check = check_graph) -> None:
        super().__init__(workbench)
        self.workbench = workbench
        self._check = check
        self._results: dict[int, Checked] = {}
        self._due: dict[int, Document] = {}
        self._unhook: dict[int, Callable[[], None]] = {}
        self._running: _Job | None = None
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(WAIT_MS)
        self._wait.timeout.connect(self._start_next)
        self._poll = QTimer(self)
        self._poll.setInterval(_POLL_MS)
        self._poll.timeout.connect(self._collect)
        workbench.opened.connect(lambda document: self._on_opened(document))
        workbench.settled.connect(lambda document: self.check(document))
        workbench.closed.connect(lambda document: self._on_closed(document))
        workbench.current_changed.connect(self._show_current)

    def of(self, document: Document | None) -> Checked | None:
        """Return what is known of a document; None until it was checked once."""
        return self._results.get(id(document)) if document is not None else None

    def at_node(self, document: Document, at: At, name: str) -> list[Diagnostic]:
        """Return what is known to be wrong with a node, as the document was when it was checked last."""
        known = self.of(document)
        return [found for found in known.of(path_of(at)) if found.node == name] if known is not None else []

    def is_current(self, document: Document) -> bool:
        """True if what is known is about the document as it is now."""
        known = self.of(document)
        return known is not None and known.revision == document.revision and id(document) not in self._due

    @property
    def is_idle(self) -> bool:
        """True if nothing is being checked and nothing waits for it."""
        return self._running is None and not self._due

    def check(self, document: Document) -> None:
        """Have a document checked soon; what is being found out about an older state of it is given up."""
        if document not in self.workbench.documents:
            return
        self._due[id(document)] = document
        if self._running is not None and self._running.document is document:
            self._running.wanted = False
        self._wait.start()
        self.started.emit(document)

    def _on_opened(self, document: Document) -> None:
        # In another folder other bodies are found.
        self._unhook[id(document)] = document.saved.connect(lambda: self.check(document))
        self.check(document)
        self._wait.start(0 if document.locked is None else LATER_MS)

    def _on_closed(self, document: Document) -> None:
        self._unhook.pop(id(document))()
        self._due.pop(id(document), None)
        self._results.pop(id(document), None)
        if self._running is not None and self._running.document is document:
            self._running.wanted = False

    def _start_next(self) -> None:
        self._wait.setInterval(WAIT_MS)
        if self._running is not None or not self._due:
            return  # `_collect` comes back here
        current = self.workbench.document
        key = id(current) if id(current) in self._due else next(iter(self._due))
        self._running = _Job(self._due.pop(key), self._check)
        self._running.start()
        self._poll.start()

    def _collect(self) -> None:
        job = self._running
        if job is None or not job.done:
            return
        self._running = None
        self._poll.stop()
        result = job.done[0]
        document = job.document
        if isinstance(result, Exception):
            report("checks", result)
        elif result is not None and document in self.workbench.documents and job.wanted:
            if document.locked is not None:  # nobody can mend a graph as it once ran
                result = replace(result, findings=())
            self._results[id(document)] = result
            for canvas in self._canvases():
                if canvas.document is document:
                    self._show(canvas)
            self.checked.emit(document)
        if self._due and not self._wait.isActive():
            self._start_next()

    # -- canvases -----------------------------------------------------------------------------

    def _canvases(self) -> list[Canvas]:
        pages = self.workbench.parts.get("pages")
        return list(pages.canvases()) if pages is not None else []

    def _show_current(self) -> None:
        if self.workbench.canvas is not None:
            self._show(self.workbench.canvas)

    def _show(self, canvas: Canvas) -> None:
        known = self.of(canvas.document)
        if known is None:
            return
        path = path_of(canvas.at)
        worst: dict[str, tuple[str, str]] = {}
        for found in known.of(path):
            if not found.node:
                continue
            severity, text = worst.get(found.node, (found.severity, ""))
            severity = "error" if "error" in (severity, found.severity) else severity
            worst[found.node] = (severity, f"{text}\n{found.message}".strip())
        canvas.set_problems(worst)
        canvas.set_badges(known.badges_of(path))
        canvas.set_store_order(known.store_order.get(path, ()))


class _Job:
    """One check of one document in a thread of its own. Nothing of Qt is touched there."""

    def __init__(self, document: Document, check: Check) -> None:
        self.document = document
        self.wanted = True
        self.done: deque[Checked | Exception | None] = deque()
        self._revision = document.revision
        self._graph = snapshot(document.graph)
        self._registry = document.registry
        self._check = check

    def start(self) -> None:
        """Begin. `done` holds the result, or None if there is none, when the check has ended."""
        threading.Thread(target=self._work, name="checks", daemon=True).start()

    def _work(self) -> None:
        try:
            one = self._check(self._graph, self._registry, lambda: self.wanted)
            found = (one.findings, one.constraints, one.badges, one.bound, one.store_order) if one is not None else None
            self.done.append(Checked(self._revision, *found) if found is not None else None)
        except Exception as fault:  # noqa: BLE001 - a fault of ours in a rule; told in the window's thread
            self.done.append(fault)


def path_of(at: At) -> str:
    """Return how findings name a graph of a document (`Diagnostic.graph`)."""
    return ".".join(at)


def install(workbench: Workbench) -> Checks:
    """Offer the service to the other parts."""
    checks = workbench.parts["checks"] = Checks(workbench)
    return checks
