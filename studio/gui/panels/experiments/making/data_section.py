"""Which rows the graph is run on: the file, its first rows, and which column goes into which input."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from studio.gui.widgets.choices import QuietCombo
from studio.gui.widgets.labels import Note, tip
from studio.support.plain import plain_line
from studio.support.values import Json, preview

if TYPE_CHECKING:
    from studio.gui.panels.experiments.making.draft import Draft, Looked

FILES: Final = "Rows (*.csv *.tsv *.jsonl *.ndjson *.json *.parquet);;All files (*)"
NO_DATA: Final = "Without data the graph runs once for each variant and seed, on its own inputs."
MOST_COLUMNS: Final = 40
CELL: Final = 80
"""Signs of a value in the preview."""


class DataSection(QWidget):
    """`changed(key, value)`: a person says `data` or `inputs` otherwise."""

    changed = Signal(str, object)

    def __init__(self, draft: Draft, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._draft = draft
        self._mapped: dict[str, QuietCombo] = {}
        self._shown: tuple[Any, ...] = ()
        self.file = QLineEdit(self)
        self.file.setObjectName("experiment.data")
        self.file.setAccessibleName("File of rows")
        self.file.setPlaceholderText("rows.csv, rows.jsonl, … (none: the graph's own inputs)")
        data = draft.said.get("data")
        if isinstance(data, list):
            self.file.setPlaceholderText(f"{len(data):,} rows in the experiment itself")
        else:
            self.file.setText(str(data or ""))
        self.file.textEdited.connect(self._typed)
        self.choose = QPushButton("Choose…", self)
        self.choose.setObjectName("experiment.choose_data")
        self.choose.setAutoDefault(False)
        self.choose.clicked.connect(lambda *_: self.ask())
        line = QHBoxLayout()
        line.addWidget(self.file, 1)
        line.addWidget(self.choose)
        self.rows = QTableWidget(self)
        self.rows.setObjectName("experiment.rows")
        self.rows.setAccessibleName("The first rows")
        self.rows.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.rows.setFixedHeight(132)
        self.rows.setTabKeyNavigation(False)
        self.rows.verticalHeader().hide()
        self.rows.verticalHeader().setDefaultSectionSize(20)
        self.rows.hide()
        self.note = Note(NO_DATA, "soft", self)
        self.note.setObjectName("experiment.data_note")
        self._grid = QGridLayout()
        self._grid.setColumnStretch(1, 1)
        self._grid.setVerticalSpacing(3)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(line)
        column.addWidget(self.rows)
        column.addWidget(self.note)
        column.addLayout(self._grid)

    def ask(self) -> QFileDialog:
        """Let the person choose a file of rows."""
        dialog = QFileDialog(self.window(), "Rows of the Experiment", str(self._draft.base), FILES)
        dialog.setObjectName("experiment.open_data")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.take(Path(name)))
        dialog.open()
        return dialog

    def take(self, path: Path) -> None:
        """Take the rows of a file."""
        self.file.setText(self._draft.named(path))
        self._typed(self.file.text())

    def _typed(self, text: str) -> None:
        self.changed.emit("data", text.strip())

    # -- what it comes to -----------------------------------------------------------------------

    def show_looked(self, looked: Looked) -> None:
        """Show the rows as they were read, and where their columns go."""
        shown = (looked.columns, looked.rows, dict(looked.inputs), looked.row_count)
        wrong = looked.data_problem
        if wrong is not None:
            self.note.set_text(str(wrong))
        elif looked.row_count:
            unused = [one for one in looked.columns if one not in self._used(looked)]
            kept = (
                f" Not given to the graph, but known to scores: {', '.join(map(plain_line, unused))}." if unused else ""
            )
            self.note.set_text(f"{looked.row_count:,} rows.{kept}")
        else:
            self.note.set_text(NO_DATA)
        self.note.setProperty("role", "bad" if wrong is not None else "soft")
        self.note.style().polish(self.note)
        if shown == self._shown:
            return
        self._shown = shown
        self._fill(looked)
        self._map(looked)

    def _used(self, looked: Looked) -> set[str]:
        said: Mapping[str, Json] = self._draft.said.get("inputs") or {}
        return {str(said.get(one, one)) for one in looked.inputs}

    def _fill(self, looked: Looked) -> None:
        columns = list(looked.columns)[:MOST_COLUMNS]
        self.rows.setVisible(bool(columns))
        self.rows.setColumnCount(len(columns))
        self.rows.setRowCount(len(looked.rows))
        self.rows.setHorizontalHeaderLabels([plain_line(one[:CELL]) for one in columns])
        for at, row in enumerate(looked.rows):
            for number, name in enumerate(columns):
                text = preview(row[name], CELL) if name in row else ""
                item = QTableWidgetItem(plain_line(text))
                item.setToolTip(tip(preview(row[name], 600) if name in row else "no value"))
                self.rows.setItem(at, number, item)

    def _map(self, looked: Looked) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            if (gone := item.widget()) is not None:
                gone.deleteLater()
        self._mapped = {}
        if not looked.columns:
            return
        said: Mapping[str, Json] = self._draft.said.get("inputs") or {}
        for row, (name, kind) in enumerate(looked.inputs.items()):
            label = QLabel(f"{plain_line(name)}  ({kind})", self)
            label.setTextFormat(Qt.TextFormat.PlainText)
            box = QuietCombo(self)
            box.setObjectName(f"experiment.input.{name}")
            box.setAccessibleName(f"Column for the input {name}")
            own = f"column {plain_line(name)}" if name in looked.columns else "its own value"
            box.addItem(own, None)
            for column in looked.columns:
                if column != name:
                    box.addItem(f"column {plain_line(column)}", column)
            source = said.get(name)
            if isinstance(source, dict):
                box.addItem(f"always {preview(source.get('value'), CELL)}", source)
            if source is not None:
                box.setCurrentIndex(max(0, next((at for at in range(box.count()) if box.itemData(at) == source), 0)))
            box.activated.connect(partial(self._mapped_to, name, box))
            label.setBuddy(box)
            self._grid.addWidget(label, row, 0)
            self._grid.addWidget(box, row, 1)
            self._mapped[name] = box

    def _mapped_to(self, name: str, box: QuietCombo, index: int) -> None:
        said = dict(self._draft.said.get("inputs") or {})
        source = box.itemData(index)
        if source is None:
            said.pop(name, None)
        else:
            said[name] = source
        self.changed.emit("inputs", said)
