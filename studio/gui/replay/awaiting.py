"""Runs that are to be watched and have no step yet: their graph is shown until there is one to stand at."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer

from studio.editing import Document
from studio.gui.base.bars import BarText
from studio.gui.replay.canvases import ROLE
from studio.gui.replay.session import LOCKED, Source, title_of
from studio.replay.as_run import graph_as_run
from studio.support.errors import StudioError
from studio.trace import Trace

if TYPE_CHECKING:
    from studio.gui.replay.service import Replays
    from studio.trace.found import Run

BAR: Final = "replay.awaiting"

LOOK_MS: Final = 250
"""How often it is looked for a first step, in milliseconds."""

WAITS: Final = "Waiting for the first step… The run is held before it, or still at it."


@dataclass(slots=True)
class Awaited:
    """A run without a step, the trace it is looked for in, and the document that shows its graph."""

    source: Source
    run: Run
    trace: Trace
    document: Document


class Awaiting(QObject):
    """The runs of one window that are waited for. As soon as one has a step it is open as every other, and followed."""

    def __init__(self, replays: Replays) -> None:
        super().__init__(replays)
        self._replays = replays
        self._workbench = replays.workbench
        self._awaited: list[Awaited] = []
        self._look = QTimer(self)
        self._look.setInterval(LOOK_MS)
        self._look.timeout.connect(self.look)
        self._workbench.closed.connect(lambda document: self._leave(document))

    def begin(self, source: Source) -> bool:
        """Show the graph of a run that goes on and has no step yet; False for every other one. Raises StudioError for
        a run that is not there, or cannot be read."""
        trace = Trace(source.db, foreign=source.foreign)
        try:
            run = trace.run(source.run)
            known = next((one for one in self._awaited if (one.source.db, one.run.id) == (source.db, run.id)), None)
            if known is not None:
                self._workbench.show(known.document)
            if known is not None or run.status != "running" or trace.steps(run.id).first() is not None:
                trace.close()
                return known is not None
            graph = graph_as_run(trace, run.id)
        except BaseException:
            trace.close()
            raise
        document = Document(
            graph, registry=self._workbench.registry, name=title_of(run, graph.name), locked=LOCKED
        )  # fmt: skip
        self._awaited.append(Awaited(source, run, trace, document))
        self._workbench.add(document)
        canvas = self._workbench.canvas
        if canvas is not None and canvas.document is document:
            canvas.set_tint(ROLE)
        self._say(document, WAITS)
        self._look.start()
        return True

    def look(self) -> None:
        """Open what has a step now, and say what ended without one."""
        for one in list(self._awaited):
            self._workbench.trying(partial(self._look_at, one))
        if not self._awaited:
            self._look.stop()

    def _look_at(self, one: Awaited) -> None:
        try:
            one.run = one.trace.run(one.run.id)
            has_step = one.trace.steps(one.run.id).first() is not None
        except StudioError:
            self._drop(one)
            raise
        if has_step:
            before = self._workbench.current
            self._replays.open(Source(one.source.db, one.run.id, one.source.foreign))
            self._workbench.remove(one.document)
            if before is not None and before.document is not one.document:
                self._workbench.show(before.document, before.at)  # nobody is taken away from what he does
        elif one.run.status != "running":
            self._drop(one)
            self._say(one.document, f"The run ended before its first step: {one.run.status}.")

    def _say(self, document: Document, text: str) -> None:
        self._workbench.part("pages").show_bar(document, BarText(BAR, text))

    def _leave(self, document: object) -> None:
        for one in list(self._awaited):
            if one.document is document:
                self._drop(one)

    def _drop(self, one: Awaited) -> None:
        self._awaited.remove(one)
        one.trace.close()

    def shutdown(self) -> None:
        """Wait for nothing more: the window closes."""
        self._look.stop()
        for one in list(self._awaited):
            self._drop(one)
