"""Bringing graphs of other programs in: what became of the original is told first, then asked where it is saved."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontDatabase, QTextBlockFormat, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFileDialog, QTextEdit, QVBoxLayout, QWidget

from studio.gui.base.beside import beside
from studio.gui.files.closing import Closing
from studio.gui.widgets.labels import plain_label
from studio.support.plain import plain

if TYPE_CHECKING:
    from studio.importers.outcome import Imported, Note

INDENT: Final = 16
"""Pixels by which a note stands in from the name of its node."""
FILTER: Final = "Flows and projects (flow.dag.yaml *.rivet-project);;All files (*)"


class Importing(Closing):
    """What of the service `files` brings in what other programs wrote."""

    def ask_import(self) -> QFileDialog:
        """Let the person choose a file, and read it."""
        dialog = self._dialog("Import", "files.import")
        dialog.setNameFilter(FILTER)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.bring_in(Path(name)))
        dialog.open()
        return dialog

    def bring_in(self, path: Path) -> None:
        """Read a file of another program beside the window, and show what became of it. A refusal is told."""
        from studio.importers.projects import import_file

        self._remember_folder(path)
        beside(self, lambda: import_file(path), lambda made: self._show_imported(path, made), self.workbench.fail)

    def _show_imported(self, path: Path, made: Imported) -> None:
        sheet = ImportReport(path, made, self._window)
        sheet.accepted.connect(lambda: self.ask_save_imported(path, made))
        sheet.open()

    def ask_save_imported(self, path: Path, made: Imported) -> QFileDialog:
        """Ask where the graph is saved, save it and open it. It stays a stranger's until what it may do is approved."""
        dialog = self._dialog("Save Imported Graph", "files.save_imported")
        dialog.setNameFilter("Graphs (*.yaml *.yml)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("yaml")
        dialog.setDirectory(str(path.absolute().parent))
        dialog.selectFile(f"{made.graph.name}.yaml")
        dialog.fileSelected.connect(lambda name: self.save_imported(made, Path(name)))
        dialog.open()
        return dialog

    def save_imported(self, made: Imported, path: Path) -> None:
        """Write the graph to a file and open that. A refusal is told."""
        if self.workbench.trying(lambda: made.graph.save(path)):
            self.open(path)


def fill_notes(view: QTextEdit, notes: Sequence[Note]) -> None:
    """Write notes by node: its name, and below what is different. What stands between backticks is set as code."""
    by_node: dict[str, list[str]] = {}
    for note in sorted(notes, key=lambda one: not one.node):  # of the whole: last
        by_node.setdefault(note.node, []).append(note.message)
    strong, usual, code = QTextCharFormat(), QTextCharFormat(), QTextCharFormat()
    strong.setFontWeight(QFont.Weight.Bold)
    code.setFontFamilies(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).families())
    head, line = QTextBlockFormat(), QTextBlockFormat()
    line.setLeftMargin(INDENT)
    line.setBottomMargin(3)
    cursor = QTextCursor(view.document())
    for place, (node, messages) in enumerate(by_node.items()):
        head.setTopMargin(10 if place else 2)
        if place:
            cursor.insertBlock(head)
        else:
            cursor.setBlockFormat(head)
        cursor.insertText(plain(node) or "The graph as a whole", strong)
        for message in messages:
            cursor.insertBlock(line)
            sentence = message[:1].upper() + message[1:]
            for turn, part in enumerate(plain(sentence).split("`")):
                cursor.insertText(part, code if turn % 2 else usual)
            cursor.insertText("" if sentence.endswith((".", "!", "?")) else ".", usual)
    view.moveCursor(QTextCursor.MoveOperation.Start)


class ImportReport(QDialog):
    """What an import became, to be read before it is saved."""

    def __init__(self, path: Path, made: Imported, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("import")
        self.setWindowTitle(f"Import {path.name}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.resize(680, 480)
        left = len(made.placeholders)
        head = plain_label(
            f"{made.heading}."
            + (" One became a placeholder, which keeps the original: replace it before the graph runs." * (left == 1))
            + (
                f" {left:,} became placeholders, which keep the original: replace them before the graph runs."
                if left > 1
                else ""
            )
        )
        head.setObjectName("import.head")
        self.notes = QTextEdit()
        if made.notes:
            fill_notes(self.notes, made.notes)
        else:
            self.notes.setPlainText("Everything came over as it was.")
        self.notes.setObjectName("import.notes")
        self.notes.setAccessibleName("What is different")
        self.notes.setReadOnly(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        save = buttons.addButton("&Save and Open…", QDialogButtonBox.ButtonRole.AcceptRole)
        save.setObjectName("import.save")
        save.setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(18, 18, 18, 14)
        rows.setSpacing(12)
        rows.addWidget(head)
        rows.addWidget(self.notes, 1)
        rows.addWidget(buttons)
