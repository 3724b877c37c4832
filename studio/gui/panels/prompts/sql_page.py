"""The page that asks in SQL: saved queries at the left, the query over its answer, the views at the right."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMenu,
    QPushButton,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio.gui.base.beside import beside
from studio.gui.base.guard import guarded
from studio.gui.panels.prompts.asker import Asker
from studio.gui.panels.prompts.file_dialogs import file_dialog
from studio.gui.panels.prompts.keeping import Keeping
from studio.gui.panels.prompts.kept import Kept
from studio.gui.panels.prompts.library import Library
from studio.gui.panels.prompts.saving_bar import SavingBar
from studio.gui.panels.prompts.sql_editor import SqlEditor
from studio.gui.panels.prompts.sql_results import EMPTY, Results
from studio.gui.panels.prompts.tables_view import TablesView
from studio.gui.widgets.folding import Folding
from studio.gui.widgets.labels import Elided, Note, colour_text, small_button
from studio.replay.sql import ask
from studio.settings.saved_queries import SavedQueries, SavedQuery
from studio.support.errors import EnvironmentProblem, StudioError
from studio.support.pieces import plural
from studio.support.plain import plain_line
from studio.trace.found import Table
from studio.trace.table_text import FORMATS, table_text

ROWS: Final = 1_000
MOST_ROWS: Final = 100_000
SECONDS: Final = 60.0
"""How many rows are read at first and at most, and how long a query may take."""

WIDE: Final = 760
"""Width in pixels from which on the views are shown at first."""

KEY: Final = "sql"


class SqlPage(QWidget):
    """`opened(target)`: go to what a row names."""

    opened = Signal(object)
    said = Signal(str)

    def __init__(self, asker: Asker, kept: Kept, queries: SavedQueries, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("prompts.sql")
        self._asker = asker
        self._kept = kept
        self._limit = ROWS
        self._began = 0.0
        self._make()
        self._make_bar()
        self.library.chosen.connect(lambda query, is_own: self._choose(query))
        self.library.run_asked.connect(self.run)
        self.editor.run_asked.connect(self.run)
        self.editor.stop_asked.connect(self.stop)
        self.tables.taken.connect(lambda name: self._insert(name))
        self.results.opened.connect(self.opened.emit)
        self.results.said.connect(self.said.emit)
        self.saving.left.connect(self.editor.setFocus)
        asker.answered.connect(lambda key, answer: self._take(key, answer))
        self.keeping = Keeping(queries, self.library, self.saving, self.editor.text, self)
        self.keeping.said.connect(self.said.emit)
        self.save_button.clicked.connect(lambda *_: self.keeping.save())
        self.keeping.reload()
        self._show_state()

    # -- how it is built ----------------------------------------------------------------------

    def _make(self) -> None:
        self.library = Library(self)
        self.editor = SqlEditor(self)
        self.setFocusProxy(self.editor)
        self.saving = SavingBar(self)
        self.note = Note("", "soft", self)
        self.note.setObjectName("prompts.sql.note")
        self.note.setContentsMargins(6, 2, 6, 2)
        self.results = Results(self)
        self.tables = TablesView(self)
        self.tables.setVisible(self._kept.text("tables") == "shown")
        written = QWidget(self)
        column = QVBoxLayout(written)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addWidget(self.editor, 1)
        answer = QWidget(self)
        column = QVBoxLayout(answer)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.note)
        column.addWidget(self.results, 1)
        self.middle = QSplitter(Qt.Orientation.Vertical, self)
        self.middle.setChildrenCollapsible(False)
        self.middle.addWidget(written)
        self.middle.addWidget(answer)
        self.middle.setSizes(self._kept.numbers("sql_middle") or [76, 160])
        self.split = QSplitter(Qt.Orientation.Horizontal, self)
        self.split.setChildrenCollapsible(False)
        for part, stretch in ((self.library, 0), (self.middle, 1), (self.tables, 0)):
            self.split.addWidget(part)
            self.split.setStretchFactor(self.split.count() - 1, stretch)
        self.split.setSizes(self._kept.numbers("sql_split") or [190, 520, 240])
        self.split.splitterMoved.connect(lambda *_: self._kept.note("sql_split", self.split.sizes()))
        self.middle.splitterMoved.connect(lambda *_: self._kept.note("sql_middle", self.middle.sizes()))
        rows = QVBoxLayout(self)
        rows.setContentsMargins(6, 0, 6, 0)
        rows.setSpacing(4)
        rows.addWidget(self.saving)
        rows.addWidget(self.split, 1)

    def _make_bar(self) -> None:
        self.bar = QWidget(self)
        row = QHBoxLayout(self.bar)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self.go = QPushButton("Run", self.bar)
        self.go.setObjectName("prompts.sql.run")
        self.go.setToolTip("Run the query (Ctrl+Enter)")
        self.go.clicked.connect(lambda *_: self.stop() if self.is_running else self.run())
        row.addWidget(self.go)
        self.save_button = small_button("Save…", "Keep the query under a name", "prompts.sql.save", self.bar)
        row.addWidget(self.save_button)
        self.export = small_button("Export", "Copy the answer, or write it to a file", "prompts.sql.export", self.bar)
        self.export.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.export)
        for format in FORMATS:
            menu.addAction(f"Copy as {format}", partial(self.results.copy, format))
        menu.addSeparator()
        menu.addAction("Write to a CSV File…", self.export_answer)
        self.export.setMenu(menu)
        row.addWidget(self.export)
        self.show_tables = small_button(
            "Views", "Show the views and what their columns mean", "prompts.sql.views", self.bar
        )
        self.show_tables.setCheckable(True)
        self.show_tables.setChecked(not self.tables.isHidden())
        self.show_tables.toggled.connect(self._show_views)
        row.addWidget(self.show_tables)
        self.state = Elided("", self.bar, role="soft")
        self.state.setObjectName("prompts.sql.state")
        self.state.setMinimumWidth(60)
        row.addWidget(self.state, 1)
        self.more = small_button("More rows", "Read ten times as many rows", "prompts.sql.more", self.bar)
        self.more.clicked.connect(lambda *_: self._run_more())
        self.more.hide()
        row.addWidget(self.more)
        # Where there is no room for the views, their button goes first; words are not cut.
        parts = (self.show_tables.setHidden, self.export.setHidden, self.state.setHidden)
        Folding(self.bar, row, parts, narrowest=100)

    def _show_views(self, on: bool) -> None:
        self.tables.setVisible(on)
        self._kept.note("tables", "shown" if on else "hidden")

    @guarded()
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is room the views stand beside the query, until a person says otherwise."""
        super().resizeEvent(event)
        if not self._kept.text("tables"):
            on = event.size().width() >= WIDE
            self.tables.setVisible(on)
            self.show_tables.blockSignals(True)
            self.show_tables.setChecked(on)
            self.show_tables.blockSignals(False)

    # -- asking -------------------------------------------------------------------------------

    @property
    def is_running(self) -> bool:
        """True while a query is asked."""
        return self._asker.is_asked(KEY)

    def run(self) -> None:
        """Run what stands in the field."""
        self._limit = ROWS
        self._run()

    def _run_more(self) -> None:
        self._limit = min(MOST_ROWS, 10 * self._limit)
        self._run()

    def _run(self) -> None:
        query, limit = self.editor.text(), self._limit
        if not query.strip():
            self._refuse("There is no query yet: take one at the left, or write one.")
            return
        if self._asker.file is None:
            return
        self._began = time.monotonic()
        self._asker.ask(KEY, lambda trace, stop: ask(trace, query, limit=limit, seconds=SECONDS, stop=stop))
        self.state.set_role("soft")
        self.state.set_text("asking …")
        self._show_state()

    def stop(self) -> None:
        """End the query that is asked."""
        if self.is_running:
            self._asker.drop(KEY)
            self.state.set_text("stopped")
            self._show_state()

    def file_changed(self) -> None:
        """Another file is asked from now on: what was answered is not of this one."""
        self._asker.drop(KEY)
        self.results.show_table(EMPTY)
        self.state.set_text("")
        self._show_state()

    def _take(self, key: Any, answer: Any) -> None:
        if key != KEY:
            return
        if isinstance(answer, Table):
            if self.note.property("role") == "bad":
                self._say("", "soft")
            self.results.show_table(answer)
            took = time.monotonic() - self._began
            count = plural(len(answer.rows), "row")
            large = ", which are very large" if answer.more and len(answer.rows) < self._limit else ""
            self.state.set_text(f"{'the first ' if answer.more else ''}{count}{large}, {took:.2f} s")
        elif isinstance(answer, StudioError):
            self._refuse(str(answer))
        self._show_state()

    def _refuse(self, text: str) -> None:
        self.results.show_table(EMPTY)
        self.state.set_text("")
        self._say(text, "bad")

    def _say(self, text: str, role: str) -> None:
        colour_text(self.note, role)
        self.note.set_text(text)

    def _show_state(self) -> None:
        table = self.results.answer.table
        self.go.setText("Stop" if self.is_running else "Run")
        # Fewer rows than were asked for: they are so large that asking for more of them brings no more.
        is_full = len(table.rows) >= self._limit
        self.more.setVisible(table.more and is_full and not self.is_running and self._limit < MOST_ROWS)
        self.export.setEnabled(bool(table.columns))

    def _insert(self, name: str) -> None:
        self.editor.insertPlainText(name)
        self.editor.setFocus()

    def _choose(self, query: SavedQuery) -> None:
        self.editor.setPlainText(query.sql)
        self._say(plain_line(query.help), "soft")

    def show_query(self, name: str) -> bool:
        """Take a saved query into the field by its name; False if there is none."""
        if not self.library.select(name):
            return False
        query = self.library.query()
        assert query is not None
        self._choose(query)
        return True

    # -- files ------------------------------------------------------------------------------

    def export_answer(self) -> None:
        """Write the answer to a CSV file."""
        dialog = file_dialog(self, "Write the Answer", "prompts.sql.answer_to", "csv", save=True)
        dialog.selectFile("answer.csv")
        dialog.fileSelected.connect(lambda path: self.write_answer(Path(path)))
        dialog.open()

    def write_answer(self, path: Path) -> None:
        """Write the answer as CSV, beside the window's work."""
        table = self.results.answer.table
        kept = Table(table.columns, list(table.rows), table.more)

        def write() -> None:
            try:
                path.write_text(table_text(kept, "CSV"), encoding="utf-8", newline="")
            except (OSError, UnicodeEncodeError) as error:
                raise EnvironmentProblem(f"The answer cannot be written: {error}.", where=str(path)) from error

        beside(
            self,
            write,
            lambda _: self.said.emit(f"Written to {path.name}: {plural(len(kept.rows), 'row')}."),
            lambda error: self.saving.tell(str(error)),
        )
