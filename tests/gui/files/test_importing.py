"""Import in the window: the report is read, the graph is saved where one says, and opens as a stranger's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QFileDialog, QPushButton

from studio.gui.files.importing import ImportReport
from studio.gui.frame.window import MainWindow

DATA = Path(__file__).parents[2] / "data" / "importers"


def report_of(window: MainWindow, qtbot: Any, path: Path) -> ImportReport:
    window.workbench.part("files").bring_in(path)
    qtbot.waitUntil(lambda: window.findChild(ImportReport) is not None)
    report = window.findChild(ImportReport)
    assert report is not None
    return report


def test_a_project_is_reported_saved_and_opened(window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    report = report_of(window, qtbot, DATA / "desk.rivet-project")
    lines = report.notes.toPlainText().split("\n")
    assert lines[lines.index("code") + 1].startswith("A placeholder for the code node of Rivet")
    save = report.findChild(QPushButton, "import.save")
    assert save is not None
    QTest.mouseClick(save, Qt.MouseButton.LeftButton)
    dialog = window.findChild(QFileDialog, "files.save_imported")
    assert dialog is not None
    dialog.fileSelected.emit(str(tmp_path / "desk.yaml"))

    document = window.workbench.document
    assert document is not None
    assert document.path == tmp_path / "desk.yaml"
    assert window.workbench.part("files").is_foreign(document)
    assert "code" in document.graph.nodes


def test_what_cannot_be_read_is_told(window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    said: list[str] = []
    window.workbench.said.connect(lambda text, kind: said.append(text))
    (tmp_path / "x.yaml").write_text("a: 1\n")
    window.workbench.part("files").bring_in(tmp_path / "x.yaml")

    qtbot.waitUntil(lambda: any("of no kind that can be brought in" in text for text in said))
    assert window.findChild(QDialog, "import") is None
