"""`Listing`: the runs of one trace file as the window knows them, read on a thread of its own.

It asks for the order of all runs at once and for single rows only where they are in view. What other processes write
is noticed by a look a second, as long as somebody looks.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, QTimer, Signal

from studio.gui.base.polling import keep_going
from studio.gui.live.watching.lookup import Lookup
from studio.support.errors import StudioError
from studio.trace.run_filter import RunFilter, RunOrder
from studio.trace.run_forest import Forest, forest

if TYPE_CHECKING:
    from studio.trace import Trace
    from studio.trace.run_list import Pulse, RunRow

LOOK_MS: Final = 1000
"""How often it is looked whether the file has grown, in milliseconds."""

ANSWERS_MS: Final = 15
"""How often answers are taken while some are awaited, in milliseconds."""

AT_ONCE: Final = 400
"""Rows that are asked for together."""

KEPT: Final = 5000
"""Rows that are kept; those asked for first go first."""


@dataclass(slots=True)
class Listed:
    """The answer to one question: the runs in order, as a forest if that was asked for, and what is in the file."""

    wanted: RunFilter
    keys: array[int] = field(default_factory=lambda: array("q"))
    forest: Forest | None = None
    places: dict[int, int] = field(default_factory=dict)
    """Where each run stands among its neighbours."""
    total: int = 0
    models: list[str] = field(default_factory=list)
    behaviours: list[str] = field(default_factory=list)
    pulse: Pulse | None = None
    changes: int = -1


class Listing(QObject):
    """The runs of one file. `rows` has what is known of runs by their numbers."""

    listed = Signal()
    """Other runs are listed, or in another order."""
    rows_came = Signal(object)
    """(numbers) Rows are known now, or are others."""
    failed = Signal(object)
    """(StudioError) The file cannot be read."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.path: Path | None = None
        self.foreign = False
        self.now = Listed(RunFilter())
        self.rows: dict[int, RunRow] = {}
        self.is_loading = False
        self._order = RunOrder()
        self._filter = RunFilter()
        self._as_forest = False
        self._lookup: Lookup | None = None
        self._wanted: dict[int, None] = {}
        self._answers = QTimer(self)
        self._answers.setInterval(ANSWERS_MS)
        self._answers.timeout.connect(self._take)
        self._look = QTimer(self)
        self._look.setInterval(LOOK_MS)
        self._look.timeout.connect(self.look)

    # -- what is shown ------------------------------------------------------------------------

    def open(self, path: Path, *, foreign: bool = False) -> None:
        """Show the runs of a file; nothing is read before `ask`."""
        if (path, foreign) == (self.path, self.foreign):
            return
        self.close()
        self.path, self.foreign = path, foreign
        self.now, self.rows = Listed(RunFilter()), {}
        self._wanted.clear()
        self._lookup = Lookup(path, foreign=foreign)

    def close(self) -> None:
        """End the thread; nothing is asked any more."""
        self._answers.stop()
        self._look.stop()
        if self._lookup is not None:
            self._lookup.stop()
            self._lookup = None
        self.path = None
        self.rows = {}

    def watch(self, on: bool) -> None:
        """Look for what other processes write, or no more."""
        if on and not self.foreign:
            self._look.start()
        else:
            self._look.stop()

    def ask(self, wanted: RunFilter, order: RunOrder, *, as_forest: bool = False) -> None:
        """Have runs listed; `listed` tells when they are."""
        self._filter, self._order, self._as_forest = wanted, order, as_forest
        if self._lookup is None or self.path is None or not self.path.exists():
            self._show(Listed(wanted))
            return
        self.is_loading = True
        self._lookup.ask("list", lambda trace: _listed(trace, wanted, order, as_forest))
        keep_going(self._answers)

    def ask_again(self) -> None:
        """Have the same listed as it is now."""
        self.ask(self._filter, self._order, as_forest=self._as_forest)

    def want(self, keys: Iterable[int]) -> None:
        """Have rows read that are not known yet; `rows_came` tells."""
        for key in keys:
            if key not in self.rows:
                self._wanted.pop(key, None)
                self._wanted[key] = None
        while len(self._wanted) > 4 * AT_ONCE:  # somebody scrolls past: what was in view longest ago is let go
            del self._wanted[next(iter(self._wanted))]
        self._ask_rows()

    def _ask_rows(self) -> None:
        if not self._wanted or self._lookup is None:
            return
        keys = list(self._wanted)[-AT_ONCE:]
        self._lookup.ask("rows", lambda trace: (keys, trace.run_list().rows(keys)))
        keep_going(self._answers)

    # -- what changes -------------------------------------------------------------------------

    def look(self) -> None:
        """Look whether the file has grown, and how runs that go on stand."""
        if self._lookup is None or self.path is None:
            return
        if self.now.pulse is None:
            if self.path.exists() and not self.is_loading:
                self.ask_again()
            return
        seen, has_live = self.now.changes, bool(self.now.pulse.live)
        self._lookup.ask("look", lambda trace: _looked(trace, seen, has_live))
        keep_going(self._answers)

    def _take(self) -> None:
        lookup = self._lookup
        while lookup is not None and lookup is self._lookup and lookup.answers:
            key, answer = lookup.answers.popleft()
            self._took(key, answer)
        if lookup is None or not (lookup.is_busy or lookup.answers):
            self._answers.stop()

    def _took(self, key: Any, answer: Any) -> None:
        if isinstance(answer, StudioError):
            self.is_loading = False
            self.failed.emit(answer)
        elif key == "list":
            self._show(answer)
        elif key == "rows":
            asked, rows = answer
            for one in asked:
                self._wanted.pop(one, None)
            self._know(rows)
            self._ask_rows()
        elif answer is not None:
            changes, pulse, rows = answer
            before, self.now.changes = self.now.pulse, changes
            self._know(rows)
            if before != pulse:
                for gone in before.live - pulse.live if before is not None else ():
                    self.rows.pop(gone, None)
                self.now.pulse = pulse
                self.ask_again()

    def _show(self, listed: Listed) -> None:
        self.is_loading = False
        live = set() if listed.pulse is None else set(listed.pulse.live)
        if self.now.pulse is not None:
            live |= self.now.pulse.live
        for key in live:  # all others stay as they are: a trace is only added to
            self.rows.pop(key, None)
        self.now = listed
        self.listed.emit()

    def _know(self, rows: Iterable[RunRow]) -> None:
        came = []
        for row in rows:
            if self.rows.get(row.key) != row:
                self.rows[row.key] = row
                came.append(row.key)
        while len(self.rows) > KEPT:
            del self.rows[next(iter(self.rows))]
        if came:
            self.rows_came.emit(came)


def _listed(trace: Trace, wanted: RunFilter, order: RunOrder, as_forest: bool) -> Listed:
    """Answer the question for a list; on the listing's thread."""
    changes = trace.changes()
    runs = trace.run_list()
    keys = runs.keys(wanted, order)
    made = Listed(wanted, keys, None, {}, runs.count(), runs.models(), runs.behaviours(), runs.pulse(), changes)
    if as_forest:
        made.forest = forest(keys, runs.parents())
        for row in (made.forest.roots, *made.forest.children.values()):
            made.places.update(zip(row, range(len(row)), strict=True))
    else:
        made.places = dict(zip(keys, range(len(keys)), strict=True))
    return made


def _looked(trace: Trace, seen: int, has_live: bool) -> tuple[int, Pulse, list[RunRow]] | None:
    """Answer what has changed since a look; None if nothing has. Processes may die without a word."""
    changes = trace.changes()
    if changes == seen and not has_live:
        return None
    runs = trace.run_list()
    pulse = runs.pulse()
    return changes, pulse, runs.rows(sorted(pulse.live))
