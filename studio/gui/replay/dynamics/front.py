"""`Front`: the run that a tab is about, recorded or going on, and the way from its modules to nodes and back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from studio.gui.live.watching.places import Places, Spot, way

if TYPE_CHECKING:
    from studio.editing import At, Document
    from studio.gui.live.document_run import DocumentRun
    from studio.gui.replay.session import Session
    from studio.gui.workbench import Workbench


@dataclass(frozen=True, slots=True)
class RunKey:
    """Which run: its trace file and its id."""

    db: Path
    run: str


@dataclass(frozen=True)
class Front:
    """A run and the document that shows it: `session` steps through it, or `mine` ran it (then it may go on).

    `stamp` tells whether there is more of it than before."""

    key: RunKey
    document: Document
    session: Session | None
    mine: DocumentRun | None
    goes_on: bool
    stamp: tuple[str, int] = field(compare=False)

    @cached_property
    def _places(self) -> Places:
        return self.session.places if self.session is not None else Places(self.document.graph)

    def way(self, path: str) -> list[Spot]:
        """Return where the document has the nodes of a module's path, outermost first; empty if it is gone."""
        if self.mine is not None:  # nodes may have been renamed since they ran
            if self.mine.view is not None:
                known = way(self.mine.view.places, path, self.document.registry)
                return [self.mine.spot_now(spot) for spot in known]
        return way(self._places, path, self.document.registry)

    def names_in(self, at: At, paths: Iterable[str]) -> list[str]:
        """Return the nodes of one graph in which modules stand: themselves, or the region nodes around them."""
        found: dict[str, None] = {}
        for path in paths:
            for spot in self.way(path):
                if spot.at == at:
                    found[spot.name] = None
        return list(found)


def front_of(workbench: Workbench) -> Front | None:
    """Return the run that the tab in front is about: the one stepped through, else the present or last one of its
    document; None if there is none."""
    document = workbench.document
    return None if document is None else front_for(workbench, document)


def front_for(workbench: Workbench, document: Document) -> Front | None:
    """Return the same for any open document."""
    session: Session | None = workbench.part("replay").of(document)
    if session is not None:
        source = session.source
        key = RunKey(source.db, session.run.id)
        status = session.run.status
        return Front(key, document, session, None, status == "running", (status, session.last))
    live = workbench.part("live")
    mine: DocumentRun = live.of(document)
    run = mine.known_as if mine.is_running else mine.last_run
    if not run:
        return None
    fired = 0 if mine.view is None else mine.view.fired
    key = RunKey(live.trace_file(), run)
    return Front(
        key, document, None, mine, mine.is_running, ("running" if mine.is_running else mine.stopped.status, fired)
    )


class Work:
    """One piece of work, for who waits for it: how far it is, and that it is given up."""

    def __init__(self) -> None:
        self.done = 0
        self.total = 0
        self.is_given_up = False
