"""The tests panel: the recorded cases of the graph that is shown, played offline, and what is wrong where one fails."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QDockWidget,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio.gui.base.guard import guarded
from studio.gui.panels.tests.bench import Bench
from studio.gui.panels.tests.detail import Detail
from studio.gui.panels.tests.empty_page import EmptyPage
from studio.gui.panels.tests.model import FAILED, NAME, NEW, NODE, PASSED, PLAYING, Row, TestsModel
from studio.gui.panels.tests.table import tests_menu, tests_table
from studio.gui.theme import current_theme, themes
from studio.gui.theme.icons import icon
from studio.gui.widgets.labels import Elided, small_button
from studio.gui.workbench import Workbench
from studio.support.pieces import plural

if TYPE_CHECKING:
    from studio.gui.panels.tests.form import MakeTest
    from studio.gui.replay.session import Source

TITLE: Final = "Tests"
FAILED_SIGN: Final = "✕"
"""Stands before the number of tests that failed, where there is no room for words."""
_SIDE_BY_SIDE: Final = 640
"""Width in pixels from which on what is said about a test stands beside the list, not below it."""
_ALL_COLUMNS: Final = 960
"""Width in pixels from which on there is room for the column of nodes."""
_WHOLE_BAR: Final = 600
"""Width in pixels from which on all of the bar has room."""

_NARROWEST: Final = 300

_FILTERS: Final = ((FAILED, "close", "bad"), (PASSED, "check", "ok"), (NEW, "clock", "soft"))


class TestsPanel(QWidget):
    """Lists the tests of the document that is shown."""

    __test__ = False

    def __init__(self, workbench: Workbench) -> None:
        super().__init__()
        self.setObjectName("tests")
        self.workbench = workbench
        workbench.parts["tests"] = self
        self.bench = Bench(workbench, self)
        self.model = TestsModel(self)
        self.form: MakeTest | None = None
        self._make()
        self.setFocusProxy(self.table)
        self.setMinimumWidth(_NARROWEST)
        self.bench.changed.connect(self.refresh)
        themes().changed.connect(self._recolour)
        self._recolour()
        self.refresh()

    def shutdown(self) -> None:
        """The window is closed."""
        self.bench.shutdown()

    # -- how it is built ----------------------------------------------------------------------

    def _make(self) -> None:
        self.run_all = self._button("Run All", "tests.run_all")
        self.run_failed = self._button("Run Failed", "tests.run_failed")
        self.stop = self._button("Stop", "tests.stop")
        self.filters: dict[str, QToolButton] = {}
        bar = QHBoxLayout()
        bar.setContentsMargins(8, 4, 8, 4)
        bar.setSpacing(6)
        for button in (self.run_all, self.run_failed, self.stop):
            bar.addWidget(button)
        bar.addSpacing(6)
        for state, _, _ in _FILTERS:
            toggle = small_button("0", f"Show tests that are {state}", f"tests.filter.{state.replace(' ', '_')}")
            toggle.setCheckable(True)
            toggle.setChecked(True)
            toggle.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            toggle.toggled.connect(self.refresh)
            self.filters[state] = toggle
            bar.addWidget(toggle)
        self.words = QLineEdit()
        self.words.setObjectName("tests.filter")
        self.words.setPlaceholderText("Filter tests")
        self.words.setAccessibleName("Filter tests by words")
        self.words.setClearButtonEnabled(True)
        self.words.setMaximumWidth(220)
        self.words.setMinimumWidth(60)
        self.words.textChanged.connect(self.refresh)
        bar.addWidget(self.words)
        self.on_save = QCheckBox("Run on save")
        self.on_save.setObjectName("tests.on_save")
        self.on_save.setToolTip("Run all tests each time the graph is saved")
        self.on_save.toggled.connect(self._set_on_save)
        bar.addWidget(self.on_save)
        self.progress = QProgressBar()
        self.progress.setObjectName("tests.progress")
        self.progress.setAccessibleName("Tests that were played")
        self.progress.setMaximumWidth(120)
        self.progress.setMaximumHeight(12)
        self.progress.setTextVisible(False)
        bar.addWidget(self.progress)
        self.note = Elided(role="soft")
        self.note.setObjectName("tests.note")
        bar.addWidget(self.note, 1)

        self.table = tests_table(self.model)
        self.table.activated.connect(lambda *_: self.workbench.trigger("tests.run_selected"))
        self.table.customContextMenuRequested.connect(self._show_menu)
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._on_row())
        self.table.selectionModel().selectionChanged.connect(lambda *_: self.workbench.actions_changed.emit())
        self.detail = Detail(self.workbench.trigger)
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(self.table)
        self.split.addWidget(self.detail)
        self.split.setSizes([500, 400])
        self.split.setStretchFactor(0, 1)
        self.split.setStretchFactor(1, 1)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.split)
        self.empty_page = EmptyPage(self.workbench)
        self.empty, self.first, self.runs = self.empty_page.told, self.empty_page.first, self.empty_page.runs
        self.stack.addWidget(self.empty_page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(self.stack, 1)

    def _button(self, label: str, action_id: str) -> QToolButton:
        button = small_button(label, label, action_id)
        button.clicked.connect(lambda *_: self.workbench.trigger(action_id))
        return button

    @guarded()
    def resizeEvent(self, event: QResizeEvent) -> None:
        wide = event.size().width() >= _SIDE_BY_SIDE
        self.split.setOrientation(Qt.Orientation.Horizontal if wide else Qt.Orientation.Vertical)
        self.table.setColumnHidden(NODE, event.size().width() < _ALL_COLUMNS)
        has_room = event.size().width() >= _WHOLE_BAR
        self.on_save.setVisible(has_room)  # an action, too
        self.run_failed.setVisible(has_room)

    # -- what is listed -----------------------------------------------------------------------

    def refresh(self) -> None:
        """Show what is known now. What is selected stays selected."""
        suite, play = self.bench.suite, self.bench.play
        playing = play.now if play is not None and play.suite is suite else ""
        rows = [] if suite is None else [
            Row(case, suite.results.get(case.name), case.name == playing) for case in suite.cases
        ]  # fmt: skip
        for state, button in self.filters.items():
            count = sum(row.state == state for row in rows)
            button.setText(f"{count:,}")
            button.setAccessibleName(f"Show tests that are {state} ({count})")
        selected = self.selected_names()
        if self.model.show([row for row in rows if self._fits(row)]):
            self._select_again(selected)
        self._show_play()
        self._title(rows)
        self._say_empty(bool(rows))
        self._on_row()
        self.workbench.actions_changed.emit()

    def _fits(self, row: Row) -> bool:
        state = row.state
        if state != PLAYING and not self.filters[state].isChecked():
            return False
        words = self.words.text().lower().split()
        text = f"{row.case.name} {row.case.node} {row.case.about} {row.said}".lower()
        return all(word in text for word in words)

    def _show_play(self) -> None:
        play = self.bench.play
        self.stop.setEnabled(play is not None)
        can = play is None and self.bench.suite is not None and bool(self.bench.suite.cases)
        self.run_all.setEnabled(can)
        self.run_failed.setEnabled(can and bool(self.failed_names()))
        self.progress.setVisible(play is not None)
        if play is not None:
            self.progress.setRange(0, len(play.names))
            self.progress.setValue(play.done)
            self.note.set_text(f"{play.done} of {len(play.names)} · {play.now}")
        else:
            suite = self.bench.suite
            where = "" if suite is None else suite.where.tests.name
            unsaved = suite is not None and suite.where.document is not None and suite.where.document.is_modified
            self.note.set_text(f"{where} · played over the graph as it stands here, not saved" if unsaved else where)

    def _title(self, rows: list[Row]) -> None:
        dock = self.parentWidget()
        if isinstance(dock, QDockWidget):
            failed = sum(row.state == FAILED for row in rows)
            said = f"{FAILED_SIGN}{failed}" if failed else f"{len(rows)}" if rows else ""
            dock.setWindowTitle(f"{TITLE}  {said}" if said else TITLE)  # short: it stands on a tab among many
            dock.setAccessibleName(f"{TITLE}, {failed} of {len(rows)} failed" if failed else TITLE)

    def placed(self) -> None:
        """It stands in the window: its tab tells how many there are."""
        self.refresh()

    def _say_empty(self, has_any: bool) -> None:
        self.empty_page.say(self.bench.suite, has_any=has_any)
        self.stack.setCurrentIndex(0 if self.model.rows else 1)

    def _on_row(self) -> None:
        row = self.table.currentIndex().row()
        if row >= 0 and not self.table.selectionModel().isRowSelected(row, QModelIndex()):
            self.table.selectRow(row)
        self.detail.show_row(self.current())

    def _select_again(self, names: list[str]) -> None:
        flags = QItemSelectionModel.SelectionFlag
        model = self.table.selectionModel()
        rows = [number for number, row in enumerate(self.model.rows) if row.case.name in names]
        for row in rows or ([0] if self.model.rows else []):
            model.setCurrentIndex(self.model.index(row, NAME), flags.Select | flags.Rows)

    def _recolour(self) -> None:
        for state, name, role in _FILTERS:
            self.filters[state].setIcon(icon(name, current_theme().colour(role)))
        self.model.recolour()

    def _set_on_save(self, on: bool) -> None:
        self.bench.plays_on_save = on
        self.workbench.actions_changed.emit()

    # -- what is selected ---------------------------------------------------------------------

    def current(self) -> Row | None:
        """Return the test that is shown in full."""
        row = self.table.currentIndex().row()
        return self.model.rows[row] if 0 <= row < len(self.model.rows) else None

    def selected_names(self) -> list[str]:
        """Return the names of the selected tests, from above."""
        rows = sorted(index.row() for index in self.table.selectionModel().selectedRows())
        return [self.model.rows[row].case.name for row in rows if row < len(self.model.rows)]

    def failed_names(self) -> list[str]:
        """Return the names of tests that failed last."""
        suite = self.bench.suite
        if suite is None:
            return []
        return [name for name, one in suite.results.items() if not one.outcome.passed]

    def select(self, name: str) -> None:
        """Select a test and bring it into view."""
        row = self.model.row_where(lambda one: one.case.name == name)
        if row >= 0:
            self.table.selectRow(row)
            self.table.scrollTo(self.model.index(row, NAME))

    # -- what can be done ---------------------------------------------------------------------

    def make_test(self, source: Source, node: str = "", tick: str = "", firing: int = 0) -> MakeTest:
        """Open the form that makes a test of a run, or of the firing of a node at a tick: of the one with this id, if a
        region was tried again."""
        from studio.gui.panels.tests.form import MakeTest

        if self.form is not None:
            self.form.close()
        self.form = MakeTest(self, source, node, tick, firing)
        self.form.finished.connect(self._on_form_closed)
        self.form.show()
        return self.form

    def _on_form_closed(self) -> None:
        self.form = None

    def was_added(self, tests: Path, name: str) -> None:
        """A test was put into a file: show it, and play it once over the graph as it is now."""
        self.workbench.panel_asked.emit("tests")
        self.bench.follow()
        suite = self.bench.suite
        if suite is None or suite.where.tests != tests:
            self.workbench.say(f"The test {name} was added to {tests}.")
            return
        self.words.clear()
        self.filters[NEW].setChecked(True)
        self.bench.read_then(lambda: self._play_new(name))

    def _play_new(self, name: str) -> None:
        self.select(name)
        self.bench.run([name])

    def ask_junit(self) -> QFileDialog:
        """Let the person choose where the results are written as JUnit XML."""
        dialog = QFileDialog(self, "Results as JUnit XML")
        dialog.setObjectName("tests.junit_dialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        dialog.setDefaultSuffix("xml")
        suite = self.bench.suite
        if suite is not None:
            dialog.selectFile(suite.where.tests.name.removesuffix(".tests.yaml") + ".junit.xml")
        dialog.fileSelected.connect(lambda name: self.workbench.trying(lambda: self.write_junit(Path(name))))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    def write_junit(self, path: Path) -> None:
        """Write the results that are known. Raises EnvironmentProblem if the file cannot be written."""
        from studio.cases.junit import write_junit

        suite = self.bench.suite
        outcomes = [] if suite is None else [one.outcome for one in suite.results.values()]
        write_junit(path, outcomes)
        self.workbench.say(f"{plural(len(outcomes), 'result')} written to {path}.")

    def _show_menu(self, point: QPoint) -> None:
        if self.current() is not None:
            tests_menu(self, self.workbench).popup(self.table.viewport().mapToGlobal(point))
