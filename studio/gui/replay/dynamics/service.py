"""`Dynamics`: the service `dynamics` of the workbench. Finds out how runs behave, once for all who show it.

A run is read on the thread that has its trace, and thought about on one of its own; the window waits for neither. What
was found is kept by run, and found anew only when there is more of the run.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, QTimer, Signal

from studio.gui.base.beside import beside
from studio.gui.replay.dynamics.front import Front, RunKey, Work, front_for
from studio.gui.workbench import Workbench
from studio.support.errors import StudioError

if TYPE_CHECKING:
    from studio.editing import Document
    from studio.gui.live.bridge import Live
    from studio.gui.replay.dynamics.looking import Looked, Read
    from studio.gui.replay.service import Replays
    from studio.gui.replay.session import Session
    from studio.spec.registry import Registry
    from studio.trace import Trace

KEPT: Final = 12
"""Runs whose dynamics are kept."""

AGAIN_S: Final = 1.0
"""How often a run that goes on is looked at again, in seconds; one that takes long to look at, more seldom."""

REST: Final = 4
"""How many times as long as a look took the next one waits, at least."""


@dataclass(slots=True)
class Known:
    """What is known of a run. `refused` says why it cannot be looked at; `work` is under way, None if nothing is."""

    looked: Looked | None = None
    stamp: tuple[str, int] = ("", -1)
    refused: str = ""
    work: Work | None = None
    wanted: Front | None = None
    """Asked for while the work was under way: there is more of the run."""
    began: float = 0.0
    took: float = 0.0


class Dynamics(QObject):
    """The dynamics of the runs of one window."""

    changed = Signal(object)
    """(RunKey) More is known of a run, or that it cannot be known."""

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        self.workbench = workbench
        self.replays: Replays = workbench.part("replay")
        self.live: Live = workbench.part("live")
        self._known: OrderedDict[RunKey, Known] = OrderedDict()
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._ask_again)
        self.replays.found.connect(lambda session, key, answer: self._take(key, answer))
        self.live.found.connect(lambda key, answer: self._take(key, answer))
        self.live.ended.connect(lambda document, _: self._on_ended(document))
        self.replays.closed.connect(lambda session: self._on_closed(session))

    def of(self, key: RunKey | None) -> Known | None:
        """Return what is known of a run, None if nobody asked."""
        return None if key is None else self._known.get(key)

    def is_busy(self) -> bool:
        """True while something is being found out, or waits to be."""
        return any(known.work is not None or known.wanted is not None for known in self._known.values())

    def ask(self, front: Front) -> Known:
        """Have a run looked at, if there is more of it than is known; `changed` tells when it was."""
        known = self._known.setdefault(front.key, Known())
        self._known.move_to_end(front.key)
        self._forget()
        if known.work is not None:
            if front.stamp != known.stamp:
                known.wanted = front
        elif front.stamp != known.stamp:
            wait = max(AGAIN_S, REST * known.took) - (monotonic() - known.began) if front.goes_on else 0.0
            if wait > 0 and known.looked is not None:
                known.wanted = front
                if not self._later.isActive():
                    self._later.start(round(1000 * wait) + 1)
            else:
                self._begin(front, known)
        return known

    def shutdown(self) -> None:
        """The window closes: nothing is wanted any more."""
        self._later.stop()
        for known in self._known.values():
            if known.work is not None:
                known.work.is_given_up = True
            known.wanted = None

    # -- inside ---------------------------------------------------------------------------------

    def _begin(self, front: Front, known: Known) -> None:
        known.work = Work()
        known.stamp, known.began, known.wanted = front.stamp, monotonic(), None
        key = _Asked(front.key, known.work, not front.goes_on)
        question = partial(_read, front.key.run, front.document.registry)
        if front.session is not None:
            self.replays.look_up(front.session, key, question)
        else:
            self.live.look_up(key, question)

    def _take(self, key: Any, answer: Any) -> None:
        known = self._known.get(key.run) if isinstance(key, _Asked) else None
        if known is None or known.work is not key.work:
            return
        if isinstance(answer, StudioError):
            self._done(key, str(answer))
            return
        work = known.work
        assert work is not None, "keys have one"
        beside(
            self, partial(_look, answer, work, key.whole), partial(self._done, key),
            lambda error: self._done(key, str(error)),
        )  # fmt: skip

    def _done(self, key: _Asked, came: Looked | str | None) -> None:
        known = self._known.get(key.run)
        if known is None or known.work is not key.work:
            return
        known.work = None
        known.took = monotonic() - known.began
        if isinstance(came, str):
            known.refused = came
        elif came is not None:
            known.looked, known.refused = came, ""
        wanted, known.wanted = known.wanted, None
        self.changed.emit(key.run)
        if wanted is not None:
            self._ask_anew(wanted)

    def _ask_anew(self, before: Front) -> None:
        """Ask for a run as it stands by now, if its document is still open."""
        front = front_for(self.workbench, before.document) if before.document in self.workbench.documents else None
        if front is not None and front.key == before.key:
            self.ask(front)

    def _ask_again(self) -> None:
        for known in list(self._known.values()):
            wanted, known.wanted = (None, known.wanted) if known.work is not None else (known.wanted, None)
            if wanted is not None:
                self._ask_anew(wanted)

    def _on_ended(self, document: Document) -> None:
        """A run has ended: what it comes to is found out whoever looks."""
        front = front_for(self.workbench, document) if document in self.workbench.documents else None
        if front is not None:
            self.ask(front)

    def _on_closed(self, session: Session) -> None:
        """Nobody answers for its trace any more."""
        for key, known in list(self._known.items()):
            if key.db == session.source.db and key.run == session.run.id and known.work is not None:
                known.work.is_given_up = True
                del self._known[key]

    def _forget(self) -> None:
        for key in list(self._known)[:-1]:
            if len(self._known) <= KEPT:
                break
            if self._known[key].work is None:
                del self._known[key]


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """The key under which a run is looked up."""

    run: RunKey
    work: Work
    whole: bool


def _read(run: str, registry: Registry, trace: Trace) -> Read:
    """Read a run; what that needs is loaded on the thread that asks."""
    from studio.gui.replay.dynamics.looking import read

    return read(trace, run, registry)


def _look(found: Read, work: Work, whole: bool) -> Looked | None:
    from studio.gui.replay.dynamics.looking import look

    return look(found, work, whole=whole)


def install(workbench: Workbench) -> None:
    """Put the service into the workbench."""
    workbench.parts["dynamics"] = Dynamics(workbench)
