"""`TraceFiles`: the service `trace_files`. Opens files of recorded runs that came from elsewhere, for reading only.

A file is checked on a thread before anything of it is shown; of one that is damaged or newer a copy is opened that
holds what could be read, and a bar above its graphs says so for as long as they are open.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from studio.gui.base.bars import BarText
from studio.gui.base.errands import Errands
from studio.gui.replay.session import Session, Source
from studio.gui.workbench import Workbench
from studio.support.errors import EnvironmentProblem, StudioError
from studio.support.paths import same_file

if TYPE_CHECKING:
    from studio.trace.strangers import Stranger

FILTER: Final = "Recorded runs (*.db *.sqlite *.sqlite3);;All files (*)"

BAR: Final = "stranger"


class TraceFiles(QObject):
    """Files of recorded runs that are open beside the profile's own."""

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        self.workbench = workbench
        self.errands = Errands("trace files", self)
        self._folder: Path | None = None
        self._known: dict[Path, Stranger] = {}
        workbench.part("replay").opened.connect(self._on_opened)

    def shutdown(self) -> None:
        """Remove the copies that were made."""
        self.errands.shutdown()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    # -- opening ------------------------------------------------------------------------------

    def ask_open(self) -> QFileDialog:
        """Let the person choose a file of recorded runs."""
        window = self.workbench.parts.get("window")
        dialog = QFileDialog(window if isinstance(window, QWidget) else None, "Open Recorded Runs", "", FILTER)
        dialog.setObjectName("trace_files.open")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self.open(Path(name)))
        dialog.open()
        return dialog

    def open(self, path: Path) -> None:
        """Check a file, then show its run, or, of several, the list of them; why it cannot be is told."""
        if same_file(path, self.workbench.part("live").trace_file()):
            self.workbench.panel_asked.emit("runs")  # the profile's own file: it is open anyway
            return
        self.workbench.say(f"Reading {path.name}…")
        folder = self._scratch()

        def look() -> Stranger:
            from studio.trace.strangers import look_at

            return look_at(path, folder)

        self.errands.run(look, partial(self._looked, path))

    def _looked(self, path: Path, came: Stranger | StudioError) -> None:
        if isinstance(came, StudioError):
            self.workbench.fail(came)
            return
        self._known[came.db] = came
        if not came.runs:
            self.workbench.fail(EnvironmentProblem("There is no run in it.", where=str(path)))
            return
        runs = self.workbench.part("runs") if self.workbench.offers("runs") else None
        if runs is not None:
            runs.show_file(came.db, foreign=True, name=path.name)
        if len(came.runs) == 1 or runs is None:
            if self.workbench.part("replay").open(Source(came.db, came.runs[0], foreign=True)) is None:
                return  # why it cannot be stepped through was told
        else:
            self.workbench.panel_asked.emit("runs")
        if came.salvaged is not None:
            self.workbench.say(came.said(), "warning")
        else:
            self.workbench.say(f"{path.name} is open, for reading only.")

    def about(self, db: Path) -> Stranger | None:
        """Return what was found of a file that was opened here (by the file that is read), None of others."""
        return self._known.get(db)

    def _scratch(self) -> Path:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="studio-read-"))
        return self._folder

    # -- damaged ones -------------------------------------------------------------------------

    def _on_opened(self, session: Session) -> None:
        """The bar stands above all graphs of the run; it goes only with them, so that nobody takes a part for all."""
        stranger = self.about(session.source.db)
        if stranger is None or stranger.salvaged is None:
            return
        wrong = stranger.salvaged.runs.get(session.run.id, [])
        of_it = f" This run: {_few(wrong)}." if wrong else " This run is whole."
        self._put(session, BarText(
            BAR, stranger.said() + of_it, "warning",
            (("Save What Was Read…", partial(self._save_again, session, stranger)),),
        ))  # fmt: skip

    def _put(self, session: Session, said: BarText) -> None:
        self.workbench.part("pages").show_bar(session.document, said)

    def _save_again(self, session: Session, stranger: Stranger) -> None:
        self._on_opened(session)  # pressing a button takes its bar away, and what it says still holds
        self.ask_save(stranger)

    def ask_save(self, stranger: Stranger) -> QFileDialog:
        """Let the person choose where what was read of a damaged file is kept."""
        window = self.workbench.parts.get("window")
        dialog = QFileDialog(window if isinstance(window, QWidget) else None, "Save What Was Read", "", FILTER)
        dialog.setObjectName("trace_files.save")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        dialog.setDefaultSuffix("db")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setDirectory(str(stranger.path.absolute().parent))
        dialog.selectFile(f"{stranger.path.stem}-saved.db")
        dialog.fileSelected.connect(lambda name: self.save(stranger, Path(name)))
        dialog.open()
        return dialog

    def save(self, stranger: Stranger, target: Path) -> None:
        """Write what was read of a damaged file into one of its own."""
        if same_file(target, stranger.path):
            self.workbench.fail(
                EnvironmentProblem(
                    "The damaged file is not written over.", where=str(target), hint="Give another name."
                )
            )
            return

        def write() -> Path:
            try:
                shutil.copyfile(stranger.db, target)
            except OSError as error:
                raise EnvironmentProblem(f"It cannot be written: {error.strerror}.", where=str(target)) from error
            return target

        self.errands.run(write, self._saved)

    def _saved(self, came: Path | StudioError) -> None:
        if isinstance(came, StudioError):
            self.workbench.fail(came)
        else:
            self.workbench.say(f"What could be read is in {came}.")


def _few(wrong: Sequence[str], most: int = 2) -> str:
    more = f", and {len(wrong) - most:,} more" if len(wrong) > most else ""
    return "; ".join(wrong[:most]) + more


def install(workbench: Workbench) -> None:
    """Put the service into the workbench."""
    workbench.parts["trace_files"] = TraceFiles(workbench)
