"""The panel of recorded runs: those of this profile, of other processes that go on, or of another file."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QMenu, QStackedWidget, QVBoxLayout, QWidget

from studio.gui.base.guard import guarded
from studio.gui.panels.runs.filter_bar import FilterBar
from studio.gui.panels.runs.listing import Listing
from studio.gui.panels.runs.menu import run_menu
from studio.gui.panels.runs.model import RunsModel
from studio.gui.panels.runs.source_bar import SourceBar
from studio.gui.panels.runs.steering import Steering
from studio.gui.panels.runs.table import MOST_SELECTED, RunsTable
from studio.gui.replay.session import Session, Source
from studio.gui.theme import themes
from studio.gui.workbench import Workbench
from studio.support.errors import StudioError
from studio.trace.run_filter import RunFilter

if TYPE_CHECKING:
    from studio.editing import Document
    from studio.trace.run_list import RunRow

TICK_MS: Final = 1000
"""How often times that pass are shown anew, in milliseconds."""

LONG_MS: Final = 400
"""How long a list is waited for before it is said that one waits, in milliseconds."""


class RunsPanel(QWidget):
    """The part `runs`: others ask it for the selected runs, and have it show a file."""

    MOST: Final = MOST_SELECTED
    """Runs that something is done with at a time."""

    def __init__(self, workbench: Workbench) -> None:
        super().__init__()
        self.setObjectName("runs")
        self.setAccessibleName("Runs")
        self.workbench = workbench
        self.live = workbench.part("live")
        workbench.parts["runs"] = self
        self._name = ""
        self._problem: StudioError | None = None
        self._make()
        self._tick = QTimer(self)
        self._tick.setInterval(TICK_MS)
        self._tick.timeout.connect(self._pass_time)
        self._long = QTimer(self)
        self._long.setSingleShot(True)
        self._long.setInterval(LONG_MS)
        self._long.timeout.connect(self._say_busy)
        self.listing.listed.connect(self._on_listed)
        self.listing.rows_came.connect(self._on_rows)
        self.listing.failed.connect(lambda problem: self._on_failed(problem))
        self.live.started.connect(lambda *_: self._soon())
        self.live.ended.connect(lambda *_: self._soon())
        workbench.current_changed.connect(self._on_current)
        workbench.actions_changed.connect(self._show_steering)
        workbench.settings_changed.connect(lambda *_: self._follow_setting())
        themes().changed.connect(self._recolour)
        self._recolour()
        self.show_own()

    # -- how it is built ----------------------------------------------------------------------

    def _make(self) -> None:
        self.listing = Listing(self)
        self.model = RunsModel(self.listing, self.note, self)
        self.bar = FilterBar(self)
        self.source_bar = SourceBar(self)
        self.bar.row.addWidget(self.source_bar)
        window = self.workbench.parts.get("window")
        self.table = RunsTable(self.model, getattr(window, "state", None), self)
        self.empty = QLabel(self)
        self.empty.setObjectName("runs.empty")
        self.empty.setTextFormat(Qt.TextFormat.PlainText)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        self.empty.setMargin(12)
        self.stack = QStackedWidget(self)
        self.stack.addWidget(self.table)
        self.stack.addWidget(self.empty)
        self.steering = Steering(self.workbench, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self.stack, 1)
        column.addWidget(self.steering)
        self.steering.hide()
        self.setFocusProxy(self.table)
        self.bar.changed.connect(self._ask)
        self.table.sorted.connect(self._ask)
        self.table.tree_toggled.connect(self._ask)
        self.table.opened.connect(lambda: self.workbench.trigger("runs.open"))
        self.table.chosen.connect(self._on_chosen)
        self.table.menu_asked.connect(self._show_menu)
        self.table.delete_asked.connect(self._explain_deleting)
        self.table.typed.connect(self.bar.begin)
        self.bar.left.connect(self._into_table)
        self.source_bar.own_asked.connect(self.show_own)
        self.source_bar.file_asked.connect(lambda: self.workbench.trigger("file.open_runs"))
        self.bar.row.insertWidget(self.bar.row.count() - 1, self.table.tree_button)
        self.bar.fold_with(self.source_bar.fold)
        self.steering.answered.connect(lambda *_: self._on_answer())

    def shutdown(self) -> None:
        """The window closes."""
        self._tick.stop()
        self.table.remember()
        self.listing.close()

    # -- which file ---------------------------------------------------------------------------

    @property
    def is_own(self) -> bool:
        """True while the runs of this profile are shown."""
        return not self.listing.foreign and self.listing.path == self.live.trace_file()

    def show_own(self) -> None:
        """Show the runs of this profile."""
        self._open(self.live.trace_file(), foreign=False, name="")

    def show_file(self, path: Path, *, foreign: bool = True, name: str = "") -> None:
        """Show the runs of another file, for reading only. `name` is what people know it by."""
        self._open(path, foreign=foreign, name=name or path.name)

    def _open(self, path: Path, *, foreign: bool, name: str) -> None:
        self._problem = None
        self._name = name
        self.listing.open(path, foreign=foreign)
        self.source_bar.show_source(path, name, foreign=foreign)
        self.bar.fit()
        self.model.show_listed()
        if self.isVisible():  # else it is asked for when it comes into sight
            self._ask()
            self.listing.watch(True)

    def _follow_setting(self) -> None:
        """Runs may be recorded elsewhere from now on."""
        if not self._name and self.listing.path != self.live.trace_file():
            self.show_own()

    # -- asking -------------------------------------------------------------------------------

    def wanted(self) -> RunFilter:
        """Return which runs are asked for."""
        document = self.workbench.document
        session = None if document is None else self._session(document)
        graph = "" if document is None else session.run.graph if session is not None else document.graph.name
        return self.bar.asked.filter(graph, time.time())

    def _session(self, document: Document) -> Session | None:
        replays = self.workbench.parts.get("replay")
        found: Session | None = None if replays is None else replays.of(document)
        return found

    def _ask(self) -> None:
        self.listing.ask(self.wanted(), self.table.order(), as_forest=self.table.is_tree)
        self._long.start()

    def _soon(self) -> None:
        """A run of this window has begun or ended."""
        if self.isVisible():
            self.listing.look()

    def _say_busy(self) -> None:
        if self.listing.is_loading:
            self.bar.count.setText("Searching…")

    def _on_current(self) -> None:
        if self.bar.asked.this_graph and self.isVisible():
            self._ask()

    # -- showing ------------------------------------------------------------------------------

    def _on_listed(self) -> None:
        self._problem = None
        now = self.listing.now
        self.bar.models, self.bar.behaviours = now.models, now.behaviours
        self.bar.show_count(len(now.keys), now.total)
        self.table.keep(self.model.show_listed)
        self._say_empty()
        self._show_steering()
        self.workbench.actions_changed.emit()

    def _on_rows(self, keys: object) -> None:
        if set(self.table.selected()) & set(keys):  # type: ignore[call-overload]
            self._show_steering()
            self.workbench.actions_changed.emit()

    def _on_failed(self, problem: StudioError) -> None:
        is_news = str(problem) != str(self._problem or "")
        self._problem = problem
        if is_news and len(self.listing.now.keys):  # the list stays as it was: it is not to be taken for how things are
            self.workbench.fail(problem)
        self.bar.count.setText("")
        self._say_empty()

    def _say_empty(self) -> None:
        now = self.listing.now
        if self._problem is not None and not len(now.keys):
            text = str(self._problem)
        elif self.listing.is_loading:
            text = "Reading the runs…"
        elif now.total == 0:
            text = (
                "No runs yet.\nRun a graph (F5), or see a recorded run from the welcome page (Help › Welcome)."
                if self.is_own
                else "There are no runs in this file."
            )
        else:
            text = "No run fits the filters."
        self.empty.setText(text[:1000])
        self.empty.setAccessibleName(text[:1000])
        self.stack.setCurrentWidget(self.table if len(now.keys) else self.empty)

    def _pass_time(self) -> None:
        self.table.viewport().update()

    def _recolour(self) -> None:
        self.model.recolour()
        self.bar.recolour()
        self.steering.recolour()

    # -- what is selected ---------------------------------------------------------------------

    def selected_rows(self) -> list[RunRow]:
        """Return what is known of the selected runs, from above."""
        rows = self.listing.rows
        return [rows[key] for key in self.table.selected() if key in rows]

    def knows_selected(self) -> bool:
        """False if runs are selected of which nothing is known yet: they are read, unless they are too many."""
        selected = self.table.selected()
        return len(selected) <= self.MOST and all(key in self.listing.rows for key in selected)

    def selected(self) -> list[Source]:
        """Return the selected runs, from above."""
        return [self.source(row) for row in self.selected_rows()]

    def source(self, row: RunRow) -> Source:
        """Return where a run is recorded."""
        assert self.listing.path is not None, "rows are of a file"
        return Source(self.listing.path, row.id, self.listing.foreign)

    def is_mine(self, id: str) -> bool:
        """True for the run that goes on in this window."""
        active = self.live.active
        return active is not None and active.known_as == id and self.is_own

    def note(self, id: str) -> str:
        """Return what is known of a run that goes on beyond its trace: that it is of this window, or held."""
        if self.is_mine(id):
            return "here, held" if self.live.state() == "paused" else "here"
        return "held" if id in self.steering.held else ""

    def select(self, ids: list[str]) -> None:
        """Select runs by their ids, as far as they are known and listed."""
        known = {row.id: row.key for row in self.listing.rows.values()}
        self.table.select([known[id] for id in ids if id in known])

    def give(self, order: str) -> None:
        """Give an order to the selected run that goes on: pause, resume, step or abort."""
        row = next((one for one in self.selected_rows() if one.is_live), None)
        if row is None:
            return
        if self.is_mine(row.id):
            steer = {"pause": self.live.pause, "resume": self.live.go_on, "step": self.live.step}
            steer.get(order, self.live.abort)()
        else:
            source = self.source(row)
            self.steering.give(source.db, source.run, order)
        self._show_steering()

    def _on_chosen(self) -> None:
        if not self.knows_selected():
            self.listing.want(self.table.selected()[: self.MOST])
        self._show_steering()
        self.workbench.actions_changed.emit()

    def _on_answer(self) -> None:
        self._show_steering()
        self.table.viewport().update()
        self.listing.look()

    def _show_steering(self) -> None:
        rows = self.selected_rows()
        row = rows[0] if len(rows) == 1 and rows[0].is_live and not self.listing.foreign else None
        self.steering.setVisible(row is not None)
        if row is not None:
            state = self.live.state() if self.is_mine(row.id) else ""
            self.steering.show_run(row.id, f"It goes on in this window: {state}." if state else "")

    # -- what is offered ----------------------------------------------------------------------

    def context_menu(self) -> QMenu:
        """Return the menu of the selected runs."""
        return run_menu(self.workbench, self)

    def _into_table(self) -> None:
        self.table.setFocus()
        if not self.table.currentIndex().isValid():
            self.table.select(list(self.listing.now.keys[:1]))

    def _show_menu(self, point: QPoint) -> None:
        if self.table.selected():
            self.context_menu().popup(point)

    def _explain_deleting(self) -> None:
        self.workbench.say(
            "Recorded runs are not deleted: a trace is only added to. `studio db compact` makes it smaller.", "warning"
        )

    # -- Qt -----------------------------------------------------------------------------------

    @guarded()
    def showEvent(self, event: QShowEvent) -> None:
        """Look at what has happened meanwhile, and from now on."""
        super().showEvent(event)
        self._tick.start()
        self.listing.watch(True)
        if self.listing.now.pulse is None or self.bar.asked.this_graph:
            self._ask()
        else:
            self.listing.look()

    @guarded()
    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks."""
        super().hideEvent(event)
        self._tick.stop()
        self.listing.watch(False)
