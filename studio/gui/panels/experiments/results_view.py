"""What the chosen batch shows: its answer, variants, modules, runs and figures. Made with the first results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from studio.gui.experiments.results import JudgedModule, Results, RunLine, run_lines
from studio.gui.panels.experiments.figures_view import FiguresView
from studio.gui.panels.experiments.result_columns import arm_columns, module_columns, run_columns
from studio.gui.panels.experiments.rows import Rows, Table
from studio.gui.widgets.labels import Elided, small_button
from studio.gui.workbench import Workbench
from studio.support.pieces import plural
from studio.support.plain import plain_line

if TYPE_CHECKING:
    from studio.batch.analysing.conclusions import Arm

BESIDE: Final = 860
"""Pixels from which on runs stand beside the variants and modules."""


class ResultsView(QWidget):
    """`runs_chosen`: other runs are selected; `run_opened(run)`: one shall be stepped through."""

    runs_chosen = Signal()
    run_opened = Signal(str)

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("experiments.results")
        self._workbench = workbench
        self.results: Results | None = None
        self.view = "variants"
        self.arm = ""
        """The variant whose runs are listed, "" for all."""
        self._make()

    def _make(self) -> None:
        self.arms: Table[Arm] = self._table("arms", "Variants", (), lambda arm: arm.name)
        self.modules: Table[JudgedModule] = self._table(
            "modules", "Modules", module_columns(False), lambda one: f"{one.graph}: {one.module.name}"
        )
        self.runs: Table[RunLine] = self._table(
            "runs", "Runs", run_columns(""), lambda one: one.line.run, several=True,
            words=lambda one: f"{one.arm} {one.line.status} {one.line.run} {one.why}",
        )  # fmt: skip
        self.figures = FiguresView(self)
        self.whose = Elided("", self, role="soft")
        self.whose.setObjectName("experiments.whose")
        self.all_runs = small_button("All Runs", "List the runs of all variants", "experiments.all_runs", self)
        self.all_runs.clicked.connect(lambda *_: self.show_arm(""))
        self.words = QLineEdit(self)
        self.words.setObjectName("experiments.filter")
        self.words.setPlaceholderText("Filter")
        self.words.setAccessibleName("Filter by words")
        self.words.setClearButtonEnabled(True)
        self.words.setMaximumWidth(150)
        self.words.setMinimumWidth(60)
        self.words.textChanged.connect(self._filter)
        line = QHBoxLayout()
        line.setContentsMargins(8, 3, 8, 3)
        line.addWidget(self.whose, 1)
        line.addWidget(self.all_runs)
        side = self.side = QWidget(self)
        rows = QVBoxLayout(side)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addLayout(line)
        rows.addWidget(self.runs, 1)
        self.stack = QStackedWidget(self)
        for widget in (self.arms, self.modules, self.figures):
            self.stack.addWidget(widget)
        self.split = QSplitter(Qt.Orientation.Horizontal, self)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(self.stack)
        self.split.addWidget(side)
        self.split.setStretchFactor(0, 3)
        self.split.setStretchFactor(1, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.split)
        self.arms.chosen.connect(lambda: self._follow([one.name for one in self.arms.selected()]))
        self.arms.opened.connect(lambda arm: self._go_to_runs(arm.name))
        self.modules.chosen.connect(lambda: self._follow([one.arm for one in self.modules.selected()]))
        self.modules.opened.connect(lambda one: self._go_to_runs(one.arm))
        self.runs.chosen.connect(self.runs_chosen)
        self.runs.opened.connect(lambda one: self.run_opened.emit(one.line.run))
        self.runs.customContextMenuRequested.connect(self._show_menu)

    def _table(
        self, name: str, title: str, columns: Sequence[Any], key: Any, *, several: bool = False, words: Any = None
    ) -> Table[Any]:
        rows: Rows[Any] = Rows(columns, key, words or key, self)
        return Table(f"experiments.{name}", title, rows, several=several, parent=self)

    # -- showing ----------------------------------------------------------------------------------

    def show_results(self, results: Results) -> None:
        """Show other results, or more of the same batch: then what is selected stays so."""
        is_other = self.results is None or self.results.table.batch.id != results.table.batch.id
        self.results = results
        self.arms.of.columns = tuple(arm_columns(results))
        self.modules.of.columns = tuple(module_columns(len(results.found.modules) > 1))
        self.runs.of.columns = tuple(run_columns(results.found.main))
        if is_other:
            self.arm = ""
            self.words.clear()
        self.arms.of.put(results.found.arms)
        self.modules.of.put(results.modules)
        if self.arm and self.arm not in results.table.by_arm:
            self.arm = ""
        self._list_runs()
        self.figures.show_results(results)
        for table in (self.arms, self.modules, self.runs):
            table.fit()

    def show_view(self, view: str) -> None:
        """Show `variants`, `modules`, `runs` or `figures`."""
        self.view = view
        self.arrange()

    def arrange(self) -> None:
        """Give each part its place, by the room there is."""
        alone = self.view == "runs"
        self.stack.setVisible(not alone)
        self.side.setVisible(alone or (self.view != "figures" and self.width() >= BESIDE))
        shown = {"modules": self.modules, "figures": self.figures}.get(self.view, self.arms)
        self.stack.setCurrentWidget(shown)

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        self.arrange()

    def show_arm(self, arm: str) -> None:
        """List the runs of one variant, or ("") all."""
        if not arm:
            self.arms.clearSelection()
            self.modules.clearSelection()
        self.arm = arm
        self._list_runs()

    def _follow(self, arms: list[str]) -> None:
        if arms and arms[0] != self.arm:
            self.arm = arms[0]
            self._list_runs()

    def _go_to_runs(self, arm: str) -> None:
        self.show_arm(arm)
        if not self.side.isVisible():
            self._workbench.part("experiments_panel").show_view("runs")
        self.runs.setFocus()
        if not self.runs.selected() and self.runs.of.rows:
            self.runs.selectRow(0)

    def _list_runs(self) -> None:
        if self.results is None:
            return
        self.runs.of.put(run_lines(self.results, self.arm))
        self._tell_whose()

    def _tell_whose(self) -> None:
        shown, total = len(self.runs.of.rows), self.runs.of.total
        count = plural(total, "run") if shown == total else f"{shown:,} of {plural(total, 'run')}"
        self.whose.set_text(f"{count} of {plain_line(self.arm)}" if self.arm else f"{count} of all variants")
        self.all_runs.setVisible(bool(self.arm))

    def _filter(self, text: str) -> None:
        for table in (self.arms, self.modules, self.runs):
            table.of.filter(text)
        self._tell_whose()

    # -- what is selected -------------------------------------------------------------------------

    def selected_runs(self) -> list[str]:
        """Return the ids of the runs that are selected, from above."""
        return [one.line.run for one in self.runs.selected()]

    def _show_menu(self, point: QPoint) -> None:
        if not self.runs.selected():
            return
        menu = QMenu(self)
        menu.setObjectName("experiments.menu")
        menu.aboutToHide.connect(menu.deleteLater)
        for title, action in (
            ("Open in Replay", "experiments.open_run"), ("Compare Side by Side", "experiments.compare"),
            ("Show in Runs", "experiments.in_runs"),
        ):  # fmt: skip
            made = menu.addAction(title)
            made.setObjectName(action)
            from studio.gui.base.action import all_actions

            made.setEnabled(all_actions()[action].when(self._workbench))
            made.triggered.connect(lambda *_, action=action: self._workbench.trigger(action))
        menu.popup(self.runs.viewport().mapToGlobal(point))
