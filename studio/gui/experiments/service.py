"""`Experiments`: the service `experiments` of the workbench. Lists batches, drives one, reads what they show."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal

from studio.gui.base.beside import beside
from studio.gui.base.guard import report
from studio.gui.experiments.driving import Drive
from studio.gui.experiments.effects import Effects
from studio.gui.experiments.parting import LEAVE_S, ask_to_part
from studio.gui.experiments.results import Listed, Lister, Results, Stamp, read_results
from studio.gui.workbench import Workbench
from studio.support.errors import StudioError, UsageError

if TYPE_CHECKING:
    from studio.batch.design.spec import Experiment
    from studio.batch.driving.driver import Outcome
    from studio.batch.sessions import Session, Ways
    from studio.trace.batches import Batch

TELL_MS: Final = 250
"""How often is told how far a batch is that is driven here, in milliseconds."""

MORE_S: Final = 2.0
RARELY: Final = 5.0
"""Results of a batch under way are read anew so many seconds after the last time, or so many times what that took."""

KEPT: Final = 4
"""Batches whose results are kept."""


class Experiments(QObject):
    """Batches of the file that runs are recorded in."""

    listed = Signal()
    """Batches have come or have changed; or they cannot be read (`problem`)."""
    progressed = Signal()
    """The batch that is driven here is further, or begins to be one."""
    ended = Signal(object)
    """(Outcome or None) The batch that was driven here is not driven any more; None if it could not begin."""
    results_came = Signal(str)
    """(batch) What a batch shows is known, or cannot be (`refused`)."""

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        self.workbench = workbench
        self.drive: Drive | None = None
        self.now = Listed()
        self.problem: StudioError | None = None
        self.refused: dict[str, str] = {}
        """Why results of a batch cannot be shown."""
        self.effects = Effects(workbench)
        self._lister = Lister()
        self._is_listing = self._list_again = False
        self._results: dict[str, Results] = {}
        self._reading: dict[str, Stamp] = {}
        self._began: dict[str, float] = {}
        self._read: dict[str, tuple[float, float]] = {}
        """When results of a batch were read last, and how long that took, in seconds."""
        self._then_close: Callable[[], object] | None = None
        self._telling = QTimer(self, interval=TELL_MS)
        self._telling.timeout.connect(self.progressed)

    @property
    def db(self) -> Path:
        """The file whose batches are shown."""
        path: Path = self.workbench.part("live").trace_file()
        return path

    # -- which there are --------------------------------------------------------------------------

    def look(self) -> None:
        """Read which batches there are, beside the window."""
        if self._is_listing:
            self._list_again = True
            return
        self._is_listing = True
        beside(self, partial(self._lister.listed, self.db), self._on_listed, self._on_unreadable)

    def batch(self, id: str) -> Batch | None:
        """Return what is known of a batch."""
        return next((one for one in self.now.batches if one.id == id), None)

    def _on_listed(self, found: Listed) -> None:
        self.now, self.problem = found, None
        self._done_listing()

    def _on_unreadable(self, problem: StudioError) -> None:
        self.problem = problem
        self._done_listing()

    def _done_listing(self) -> None:
        self._is_listing = False
        self.listed.emit()
        if self._list_again:
            self._list_again = False
            self.look()

    # -- what they show ---------------------------------------------------------------------------

    def results(self, id: str) -> Results | None:
        """Return what a batch shows as far as it was read, and have it read if there is more of it by now."""
        known, batch = self._results.get(id), self.batch(id)
        stamp: Stamp = (-1, "") if batch is None else (batch.done, batch.status)
        if (known is None or known.stamp != stamp) and id not in self._reading and self._may_read(id, batch):
            self._reading[id] = stamp
            self._began[id] = monotonic()
            beside(self, partial(read_results, self.db, id), partial(self._on_read, id), partial(self._on_refused, id))
        return known

    def _may_read(self, id: str, batch: Batch | None) -> bool:
        """What a batch under way shows is not read again and again: most of the time is left to its runs."""
        ended, took = self._read.get(id, (0.0, 0.0))
        return batch is None or batch.status != "running" or monotonic() - ended >= max(MORE_S, RARELY * took)

    def _on_read(self, id: str, results: Results) -> None:
        self._reading.pop(id, None)
        self._read[id] = (monotonic(), monotonic() - self._began.pop(id))
        self.refused.pop(id, None)
        self._results.pop(id, None)
        self._results[id] = results
        for old in list(self._results)[:-KEPT]:
            del self._results[old]
        self.results_came.emit(id)

    def _on_refused(self, id: str, error: StudioError) -> None:
        self._reading.pop(id, None)
        self.refused[id] = str(error)
        self.results_came.emit(id)

    # -- driving ----------------------------------------------------------------------------------

    @property
    def driven(self) -> str:
        """The id of the batch that is driven here, "" for none."""
        return "" if self.drive is None else self.drive.batch

    def begin(self, experiment: Experiment, ways: Ways) -> None:
        """Begin a batch. Raises UsageError if one is driven already; what else keeps it from beginning is told."""
        from studio.batch.sessions import begin

        self._start(partial(begin, experiment, self.db, ways))

    def go_on(self, id: str, ways: Ways | None = None) -> None:
        """Go on with a batch; raises as `begin` does."""
        from studio.batch.sessions import go_on

        self._start(partial(go_on, id, self.db, ways))

    def pause(self) -> None:
        """Let what is under way come to its end, and begin nothing more."""
        if self.drive is not None:
            self.drive.pause()
            self.progressed.emit()

    def stop_now(self) -> None:
        """Break off what is under way."""
        if self.drive is not None:
            self.drive.stop_now()
            self.progressed.emit()

    def _start(self, make: Callable[[], Session]) -> None:
        if self.drive is not None:
            raise UsageError("An experiment is being run already.", hint="Pause it, or wait for its end.")
        drive = self.drive = Drive(make, self)
        drive.over.connect(self._on_over)
        drive.start()
        self._telling.start()
        self.progressed.emit()
        self.workbench.actions_changed.emit()

    def _on_over(self, outcome: object, error: object) -> None:
        from studio.batch.driving.driver import Outcome

        drive, self.drive = self.drive, None
        if drive is not None:
            drive.deleteLater()
        self._telling.stop()
        if isinstance(error, StudioError):
            self.workbench.fail(error)
        elif isinstance(error, Exception):
            report("driving an experiment", error)
        elif isinstance(outcome, Outcome):
            self.workbench.say(*_said(outcome))
        self.progressed.emit()
        self.look()
        self.ended.emit(outcome)
        self.workbench.actions_changed.emit()
        then, self._then_close = self._then_close, None
        if then is not None:
            then()

    # -- closing ----------------------------------------------------------------------------------

    def lets_go(self, then: Callable[[], object]) -> bool:
        """Whether the window may close. If runs are being made, the person is asked, and `then` is called when they
        have ended."""
        if self.drive is None:
            return True
        ask_to_part(self, then)
        return False

    def close_when_over(self, then: Callable[[], object]) -> None:
        """Call `then` when the batch is not driven any more."""
        if self.drive is None:
            then()
        else:
            self._then_close = then

    def shutdown(self) -> None:
        """The window closes: runs under way are broken off; what is done is in the file."""
        self._telling.stop()
        self.effects.end()
        if self.drive is not None:
            self.drive.stop_now()
            self.drive.wait(LEAVE_S)


def _said(outcome: Outcome) -> tuple[str, str]:
    progress = outcome.progress
    if outcome.status == "complete":
        failed = f", {progress.failed:,} failed" if progress.failed else ""
        return f"The experiment is complete: {progress.done:,} runs{failed}.", "info"
    why = outcome.reason
    if why.startswith("limit:"):
        why = f"the bound of {why.removeprefix('limit:')} is reached"
    return f"The experiment is paused with {progress.done:,} of {progress.planned:,} runs: {why}.", "warning"


def install(workbench: Workbench) -> None:
    """Put the service into the workbench."""
    workbench.parts["experiments"] = Experiments(workbench)
