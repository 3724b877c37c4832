"""Saving the report of a batch: its ending says as what."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from studio.gui.base.beside import beside
from studio.gui.workbench import Workbench

if TYPE_CHECKING:
    from studio.trace.batches import Batch

FILES: Final = "Page (*.html);;Markdown (*.md);;Table of runs (*.csv *.jsonl);;Notebook (*.ipynb);;Conclusions (*.json)"


def save_report(workbench: Workbench, owner: QWidget, batch: Batch) -> QFileDialog:
    """Ask for a file and write the report of a batch there, in a thread of its own; a page is opened then."""
    window = workbench.parts.get("window")
    state = getattr(window, "state", None)
    folder = state.text("folder") if state is not None else ""
    dialog = QFileDialog(
        window if isinstance(window, QWidget) else owner, "Save Report",
        folder if folder and Path(folder).is_dir() else str(Path.cwd()), FILES,
    )  # fmt: skip
    dialog.setObjectName("experiments.save_report")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setFileMode(QFileDialog.FileMode.AnyFile)
    dialog.setDefaultSuffix("html")
    name = "".join(sign if sign.isalnum() or sign in "-_" else "_" for sign in batch.name)[:60] or "experiment"
    dialog.selectFile(f"{name}.html")
    dialog.fileSelected.connect(lambda chosen: write(workbench, owner, batch.id, Path(chosen)))
    dialog.open()
    return dialog


def write(workbench: Workbench, owner: QWidget, batch: str, file: Path) -> None:
    """Write the report of a batch into a file, beside the window."""
    workbench.say(f"Writing {file.name} …")

    def done(_: object) -> None:
        workbench.say(f"The report is in {file}.")
        if file.suffix.lower() == ".html":
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(file)))

    work = partial(_write, workbench.part("experiments").db, batch, file)
    beside(owner, work, done, workbench.fail)


def _write(db: Path, batch: str, file: Path) -> None:
    from studio.batch.reporting.report import read_report
    from studio.batch.reporting.writing import ending_of, write_report

    ending_of(file)
    write_report(read_report(db, batch), file, db)
