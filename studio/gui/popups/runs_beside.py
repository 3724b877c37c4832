"""The list of runs that the run in front can be shown beside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QWidget

from studio.gui.popups.picker import Picker, rows_by_text
from studio.gui.popups.rows import Row
from studio.gui.replay.session import Session, Source
from studio.gui.workbench import Workbench
from studio.replay.relatives import Relative, relatives, stands_left
from studio.support.errors import StudioError
from studio.support.paths import same_file

if TYPE_CHECKING:
    from pathlib import Path

    from studio.trace.found import Run

_WORDS: Final = {
    "parent": "it goes on from this", "fork": "goes on from it", "beside": "of the same parent", "same graph": "",
}  # fmt: skip


class RunsBeside:
    """Asks which run to show beside one that is open, and shows both."""

    def __init__(self, workbench: Workbench, window: QWidget) -> None:
        self.workbench = workbench
        self._session: Session | None = None
        self._rows: list[Row] = []
        self.picker = Picker(window, "Compare with a run", self._fitting, placeholder="Search runs", width=560)
        self.picker.set_empty("No other run of this graph is recorded.")
        self.picker.picked.connect(lambda value: self._take(value))
        workbench.part("replay").closed.connect(lambda session: self._on_closed(session))

    def ask(self, session: Session) -> None:
        """Show the list for a run."""
        self._session = session
        self._rows = [_row(source, found) for source, found in self._found(session)]
        self.picker.open_at()

    def _on_closed(self, session: Session) -> None:
        if session is self._session:
            self._session, self._rows = None, []
            self.picker.leave()

    def _found(self, session: Session) -> list[tuple[Source, Relative]]:
        """The relatives in the run's own file, then those in the file that the window records to."""
        found = [
            (Source(session.source.db, one.run.id, session.source.foreign), one)
            for one in relatives(session.trace, session.run)
        ]
        own: Path = self.workbench.part("live").trace_file()
        if own.exists() and not same_file(own, session.source.db):
            from studio.trace import Trace

            try:
                with Trace(own) as trace:
                    found += [(Source(own, one.run.id), one) for one in relatives(trace, session.run)]
            except StudioError as error:
                self.workbench.fail(error)
        return found

    def _fitting(self, query: str) -> Sequence[Row]:
        return rows_by_text(self._rows, query)

    def _take(self, value: tuple[Source, Run]) -> None:
        session = self._session
        if session is not None:
            show_beside(self.workbench, (session.source, session.run), value)


def show_beside(workbench: Workbench, one: tuple[Source, Run], other: tuple[Source, Run]) -> None:
    """Show two runs side by side, the earlier one on the left."""
    left, right = (one, other) if stands_left(one[1], other[1]) else (other, one)
    workbench.part("comparing").open(left[0], right[0])


def _row(source: Source, found: Relative) -> Row:
    run = found.run
    detail = " · ".join(word for word in (_WORDS[found.relation], run.status) if word)
    when = run.started_at
    return Row(
        f"{run.graph} · {run.id[:10]}", detail, f"{run.id}\n{_when(when)} · {source.db.name}", value=(source, run)
    )


def _when(seconds: float) -> str:
    from datetime import datetime

    return datetime.fromtimestamp(seconds).strftime("%Y-%m-%d %H:%M:%S")
