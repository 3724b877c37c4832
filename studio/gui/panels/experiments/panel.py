"""The panel of experiments: the list of batches, the one that runs here, and what the chosen one shows."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QButtonGroup,
    QHBoxLayout,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio.gui.base.guard import guarded
from studio.gui.base.seen import SeenPanel
from studio.gui.experiments.service import Experiments
from studio.gui.panels.experiments.columns import batch_columns
from studio.gui.panels.experiments.drive_bar import DriveBar
from studio.gui.panels.experiments.rows import Rows, Table
from studio.gui.widgets.labels import Elided, Note, small_button
from studio.gui.workbench import Workbench
from studio.support.plain import plain_line

if TYPE_CHECKING:
    from studio.gui.experiments.results import Results
    from studio.gui.panels.experiments.results_view import ResultsView
    from studio.trace.batches import Batch

LOOK_MS: Final = 3000
"""How often is looked whether batches of other processes have gone on, in milliseconds."""

WIDE: Final = 700
"""Pixels from which on the list of batches stands beside the results; in less it is a view among them."""

LIST: Final = 380
"""Pixels that the list has there at first."""

EMPTY: Final = (
    "No experiments yet. One runs a graph on many rows, under variants and with several seeds, and tells what differs."
)
NONE_CHOSEN: Final = "Choose an experiment to see what it shows."

VIEWS: Final = (
    ("batches", "All", "The list of experiments"),
    ("variants", "Variants", "What each variant scores, and how it differs"),
    ("modules", "Modules", "What modules that were switched off are worth"),
    ("runs", "Runs", "The runs of the experiment"),
    ("figures", "Figures", "Scores, differences, cost and modules as pictures"),
)


class ExperimentsPanel(SeenPanel):
    """The part `experiments_panel`: actions ask it what is chosen."""

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(LOOK_MS, parent)
        self.setObjectName("experiments")
        self.setAccessibleName("Experiments")
        self.setAutoFillBackground(True)
        self.workbench = workbench
        workbench.parts["experiments_panel"] = self
        self.service: Experiments = workbench.part("experiments")
        self.results: ResultsView | None = None
        self.view = "variants"
        self._wants_driven = False
        self._make()
        self.service.listed.connect(self._on_listed)
        self.service.progressed.connect(self._on_progress)
        self.service.ended.connect(lambda *_: self.ask_soon())
        self.service.results_came.connect(self._on_results)
        workbench.settings_changed.connect(self.ask_soon)
        workbench.actions_changed.connect(self.show_possible)
        self._show_list()

    @guarded(QSize(900, 260))
    def sizeHint(self) -> QSize:
        return QSize(900, 260)

    def _make(self) -> None:
        self.new = small_button("New…", "Make an experiment of the graph that is shown", "experiments.new", self)
        self.resume = small_button("Resume", "Go on with the chosen experiment", "experiments.resume", self)
        self.colour = small_button("Colour Nodes", "Colour nodes by what modules are worth", "experiments.colour", self)
        self.colour.setCheckable(True)
        self.report = small_button("Report…", "Save a report of the chosen experiment", "experiments.report", self)
        for button in (self.new, self.resume, self.colour, self.report):
            button.clicked.connect(partial(self._trigger, button.objectName()))
        self.answer = Elided("", self)
        self.answer.setObjectName("experiments.answer")
        self.answer.setMinimumWidth(60)
        self.views: dict[str, QToolButton] = {}
        self._group = QButtonGroup(self)
        first, second = QHBoxLayout(), QHBoxLayout()
        for line in (first, second):
            line.setSpacing(2)
        first.addWidget(self.new)
        first.addWidget(self.resume)
        first.addSpacing(8)
        for name, title, help in VIEWS:
            made = small_button(title, help, f"experiments.view.{name}", self)
            made.setCheckable(True)
            made.clicked.connect(partial(self._on_view, name))
            self._group.addButton(made)
            self.views[name] = made
            first.addWidget(made)
        first.addStretch(1)
        second.addStretch(1)
        second.addWidget(self.colour)
        second.addWidget(self.report)
        self._first, self._second = first, second
        self._head = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._head.setContentsMargins(8, 3, 8, 3)
        self._head.setSpacing(2)
        self._head.addLayout(first, 1)
        self._head.addLayout(second)
        self.drive_bar = DriveBar(self.workbench, self)
        rows: Rows[Batch] = Rows(batch_columns(self.service), lambda one: one.id, lambda one: one.name, self)
        self.batches: Table[Batch] = Table("experiments.batches", "Experiments", rows, parent=self)
        self.batches.chosen.connect(self._on_chosen)
        self.batches.opened.connect(lambda *_: self._show_first_view())
        self.note = Note(NONE_CHOSEN, "soft", self)
        self.note.setObjectName("experiments.note")
        self.note.setContentsMargins(14, 12, 14, 12)
        self.note.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.right = QWidget(self)
        column = self._right = QVBoxLayout(self.right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.answer.setContentsMargins(10, 4, 10, 5)
        column.addWidget(self.answer)
        column.addWidget(self.note, 1)
        self.split = QSplitter(Qt.Orientation.Horizontal, self)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(self.batches)
        self.split.addWidget(self.right)
        self.split.setStretchFactor(0, 0)
        self.split.setStretchFactor(1, 1)
        self.split.setSizes([LIST, 900])
        self.empty = self._empty_page()
        self.stack = QStackedWidget(self)
        self.stack.addWidget(self.split)
        self.stack.addWidget(self.empty)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(self._head)
        whole.addWidget(self.drive_bar)
        whole.addWidget(self.stack, 1)
        self.drive_bar.hide()
        self.setFocusProxy(self.batches)

    def _empty_page(self) -> QWidget:
        page = QWidget(self)
        rows = QVBoxLayout(page)
        rows.setContentsMargins(24, 8, 24, 8)
        self.told = Note(EMPTY, "soft", page)
        self.told.setObjectName("experiments.empty")
        self.told.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.first = QPushButton("New Experiment…", page)
        self.first.setObjectName("experiments.first")
        self.first.clicked.connect(partial(self._trigger, "experiments.new"))
        rows.addStretch(1)
        rows.addWidget(self.told)
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(self.first)
        middle.addStretch(1)
        rows.addLayout(middle)
        rows.addStretch(1)
        return page

    def _trigger(self, action: str, *_: object) -> None:
        self.workbench.trigger(action)
        self.show_possible()

    def open_file(self, path: Path) -> None:
        """Show an experiment file in the dialog that makes experiments."""
        from studio.gui.panels.experiments.making.beginning import open_experiment

        open_experiment(self.workbench, path)

    # -- following --------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Look which batches there are, and go on looking while somebody sees it."""
        self.service.look()
        self.follow(True)
        self._on_progress()

    def _on_listed(self) -> None:
        self.batches.of.put(self.service.now.batches)
        if self._wants_driven and self.service.driven and self.batches.select(self.service.driven):
            self._wants_driven = False
        if not self.batches.selected() and self.batches.of.rows:
            self.batches.selectRow(0)
        self._show_list()
        self._show_chosen()

    def _show_list(self) -> None:
        problem = self.service.problem
        some = bool(self.batches.of.rows)
        self.told.set_text(str(problem) if problem is not None else EMPTY)
        before = self.stack.currentWidget()
        self.stack.setCurrentWidget(self.split if some or self.service.drive is not None else self.empty)
        if before is self.empty is not self.stack.currentWidget() and self.focusWidget() in (self.new, self.first):
            self.batches.setFocus()  # there was nothing else to give the focus to
        self._arrange()

    def _on_progress(self) -> None:
        drive = self.service.drive
        self.drive_bar.show_drive(drive)
        rows = self.batches.of
        if rows.rows:
            rows.dataChanged.emit(rows.index(0, 0), rows.index(len(rows.rows) - 1, len(rows.columns) - 1), [])
        if drive is not None and drive.batch and self.service.batch(drive.batch) is None:
            self.ask_soon(milliseconds=200)
        self.show_possible()

    def show_driven(self) -> None:
        """Choose the batch that has just begun here as soon as it is listed."""
        self._wants_driven = True
        self.ask_soon()

    # -- the chosen batch -------------------------------------------------------------------------

    @property
    def chosen(self) -> Batch | None:
        """The batch that is chosen."""
        return next(iter(self.batches.selected()), None)

    def _on_chosen(self) -> None:
        self._show_chosen()

    def _show_chosen(self) -> None:
        chosen = self.chosen
        if chosen is not None and self.is_seen:
            results = self.service.results(chosen.id)
            if results is not None:
                self._show_results(results)
            else:
                refused = self.service.refused.get(chosen.id, "")
                self._say(refused or "Reading …")
        elif chosen is None:
            self._say(NONE_CHOSEN)
        self.show_possible()
        self.workbench.actions_changed.emit()

    def _on_results(self, id: str) -> None:
        chosen = self.chosen
        if chosen is None or chosen.id != id:
            return
        results = self.service.results(id)
        if results is not None:
            self._show_results(results)
        elif id in self.service.refused:
            self._say(self.service.refused[id])
        self.show_possible()
        self.workbench.actions_changed.emit()

    def _say(self, text: str) -> None:
        self.answer.hide()
        self.note.set_text(text)
        if self.results is not None:
            self.results.hide()

    def _show_results(self, results: Results) -> None:
        view = self.results
        if view is None:
            from studio.gui.panels.experiments.results_view import ResultsView

            view = self.results = ResultsView(self.workbench, self)
            view.runs_chosen.connect(self.workbench.actions_changed)
            view.run_opened.connect(lambda *_: self.workbench.trigger("experiments.open_run"))
            self._right.addWidget(view, 1)
            self._second.insertWidget(self._second.indexOf(self.colour), view.words)
        if view.results is not results:
            view.show_results(results)
            if self.service.effects.results is not None and self._is_same(self.service.effects.results, results):
                self.service.effects.colour(results)
        self.note.hide()
        view.show()
        claim = results.claims[0].text if results.claims else ""
        self.answer.set_text(claim)
        self.answer.setVisible(bool(claim))
        self.answer.setToolTip("\n".join(plain_line(one.text) for one in results.claims)[:2000])
        self._arrange()

    @staticmethod
    def _is_same(one: Results, other: Results) -> bool:
        return one.table.batch.id == other.table.batch.id

    @property
    def shown(self) -> Results | None:
        """The results that are shown, those of the chosen batch."""
        view, chosen = self.results, self.chosen
        if view is None or view.results is None or chosen is None:
            return None
        return view.results if view.results.table.batch.id == chosen.id else None

    # -- views ------------------------------------------------------------------------------------

    def _on_view(self, name: str, *_: object) -> None:
        self.show_view(name)

    def show_view(self, name: str) -> None:
        """Show the list, `variants`, `modules`, `runs` or `figures`."""
        self.view = name
        self._arrange()

    def _show_first_view(self) -> None:
        if self.view == "batches":
            self.show_view("variants")

    def _arrange(self) -> None:
        narrow = self.width() < WIDE
        view = "variants" if self.view == "batches" and not narrow else self.view
        self.batches.setVisible(not narrow or view == "batches")
        self.right.setVisible(not narrow or view != "batches")
        self.views["batches"].setVisible(narrow)
        directions = QBoxLayout.Direction
        if narrow != (self._head.direction() == directions.TopToBottom):
            self._head.setDirection(directions.TopToBottom if narrow else directions.LeftToRight)
            for place, button in enumerate((self.new, self.resume)):  # beside the views there is no room for them
                (self._second if narrow else self._first).insertWidget(place, button)
        self.views[view].setChecked(True)
        if self.results is not None:
            self.results.show_view("variants" if view == "batches" else view)
        self.show_possible()

    @guarded()
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is no room beside the results, the list is one of the views."""
        super().resizeEvent(event)
        self._arrange()

    def show_possible(self) -> None:
        """Enable what can be done."""
        from studio.gui.base.action import all_actions

        for button in (self.new, self.resume, self.colour, self.report, self.first):
            name = "experiments.new" if button is self.first else button.objectName()
            button.setEnabled(all_actions()[name].when(self.workbench))
        self.colour.setChecked(self.service.effects.on)
        shown = self.shown
        for name in ("variants", "modules", "runs", "figures"):
            self.views[name].setEnabled(shown is not None and (name != "modules" or bool(shown.modules)))
        if self.view == "modules" and shown is not None and not shown.modules:
            self.show_view("variants")
