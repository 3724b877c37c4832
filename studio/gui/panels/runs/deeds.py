"""What can be done with selected runs: opened, compared with today's graph, copied, saved, gone on with."""

from __future__ import annotations

import shlex
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from studio.gui.base.beside import beside
from studio.gui.dialogs.ask import ask
from studio.gui.replay.session import Source
from studio.gui.workbench import Workbench
from studio.support.errors import UsageError
from studio.support.resources import bundled_graphs

if TYPE_CHECKING:
    from studio.editing import Document
    from studio.trace.merging import MergeReport
    from studio.trace.run_list import RunRow

MOST_OPENED: Final = 8
"""Runs that are opened at once."""

FILES: Final = "Recorded runs (*.db);;All files (*)"


def open_runs(workbench: Workbench, sources: list[Source], *, at_error: bool = False) -> None:
    """Open runs in replay, at their first step or at the first that failed."""
    for source in sources[:MOST_OPENED]:
        session = workbench.part("replay").open(source)
        if session is None or not at_error:
            continue
        first = session.cursor.steps.next_error(0)
        if first is None:
            workbench.say(f"No step of the run {session.run.id} failed.", "warning")
        else:
            session.seek(first)
    if len(sources) > MOST_OPENED:
        workbench.say(f"The first {MOST_OPENED} of {len(sources):,} runs are open.", "warning")


def watch_run(workbench: Workbench, source: Source) -> None:
    """Open a run that goes on, at its end, and stay there as it grows."""
    session = workbench.part("replay").open(source)
    if session is not None:
        session.follow_end(True)


def open_graph(workbench: Workbench, row: RunRow) -> None:
    """Show the graph of a run as it is today. Raises UsageError if it is nowhere to be found."""
    path = graph_file(row)
    if path is None:
        raise UsageError(
            f"The graph file of the run is not there any more: {row.file or '(none)'}.",
            hint="Open the run in replay: it holds the graph as it ran.",
        )
    workbench.part("files").open(path)


def graph_file(row: RunRow) -> Path | None:
    """Return the file of a run's graph, of an example the one that ships with the studio; None if it is gone."""
    if row.file:
        path = Path(row.file)
        if path.is_file() and path.suffix in (".yaml", ".yml"):
            return path.absolute()
    return next((one for one in bundled_graphs() if one.stem == row.graph), None)


def copy_ids(workbench: Workbench, rows: list[RunRow]) -> None:
    """Copy the ids of runs, one a line."""
    QGuiApplication.clipboard().setText("\n".join(row.id for row in rows))
    workbench.say("The run's id is copied." if len(rows) == 1 else f"{len(rows):,} ids are copied.")


def copy_command(workbench: Workbench, row: RunRow, db: Path, *, own: bool) -> None:
    """Copy the command that shows a run in a terminal."""
    words = ["studio", "show", row.id] if own else ["studio", "--db", str(db), "show", row.id]
    QGuiApplication.clipboard().setText(shlex.join(words))
    workbench.say(f"Copied: {shlex.join(words)}"[:300])


# -- saving ---------------------------------------------------------------------------------------


def save_runs(workbench: Workbench, owner: QWidget, rows: list[RunRow], source: Source) -> QFileDialog:
    """Ask for a file, and save runs there, with all they go on from, in a thread of their own."""
    window = workbench.parts.get("window")
    state = getattr(window, "state", None)
    folder = state.text("folder") if state is not None else ""
    dialog = QFileDialog(
        window if isinstance(window, QWidget) else owner,
        "Save Run As" if len(rows) == 1 else "Save Runs As",
        folder if folder and Path(folder).is_dir() else str(Path.cwd()),
        FILES,
    )
    dialog.setObjectName("runs.save")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setFileMode(QFileDialog.FileMode.AnyFile)
    dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)  # it would wait for its own answer; asked below
    dialog.setDefaultSuffix("db")
    name = "".join(sign if sign.isalnum() or sign in "-_" else "_" for sign in rows[0].graph)[:60] or "run"
    dialog.selectFile(f"{name}-{rows[0].id[:10]}.db")
    ids = [row.id for row in rows]
    dialog.fileSelected.connect(lambda chosen: _save_chosen(workbench, owner, ids, source, Path(chosen)))
    dialog.open()
    return dialog


def _save_chosen(workbench: Workbench, owner: QWidget, ids: list[str], source: Source, target: Path) -> None:
    if target.exists():
        if _is_in_use(workbench, source, target):
            workbench.say(f"{target.name} is the file that runs are recorded in, or is shown. Choose another.", "error")
            return
        replace = "Replace"

        def answered(answer: str) -> None:
            if answer == replace:
                _save(workbench, owner, ids, source, target)

        ask(
            owner.window(), "Replace the file?", f"{target.name} is there already. Its runs would be lost.",
            (("Cancel", QMessageBox.ButtonRole.RejectRole), (replace, QMessageBox.ButtonRole.DestructiveRole)),
            answered, name="runs.replace",
        )  # fmt: skip
        return
    _save(workbench, owner, ids, source, target)


def _is_in_use(workbench: Workbench, source: Source, target: Path) -> bool:
    from studio.support.paths import same_file

    open_files = [session.source.db for session in workbench.part("replay").sessions]
    return any(same_file(one, target) for one in (source.db, workbench.part("live").trace_file(), *open_files))


def _save(workbench: Workbench, owner: QWidget, ids: list[str], source: Source, target: Path) -> None:
    from studio.trace.saving import save_runs as save

    workbench.say(f"Saving into {target.name}…")

    def done(report: MergeReport) -> None:
        more = len(report.added) - len(ids)
        with_parents = f", with {more} that it goes on from" if more > 0 else ""
        workbench.say(f"Saved in {target}: {len(ids)} {'run' if len(ids) == 1 else 'runs'}{with_parents}.")

    work = partial(save, source.db, ids, target, foreign=source.foreign)
    beside(owner, work, done, lambda problem: workbench.fail(problem))


# -- going on -------------------------------------------------------------------------------------


def resume_run(workbench: Workbench, row: RunRow, db: Path) -> None:
    """Go on with a run that stopped before its end, in its graph's tab, which is opened if need be.

    Raises UsageError if its graph is not there or another run goes on.
    """
    document = _document_of(workbench, row)
    if document is None:
        raise UsageError(
            "The graph of the run is not open, and its file is not there any more.",
            hint=f"`studio resume {row.id}` goes on with it in a terminal.",
        )
    workbench.show(document)
    workbench.part("live").resume_run(document, row.id, db)


def _document_of(workbench: Workbench, row: RunRow) -> Document | None:
    """The open document whose run it is, or the one of its file."""
    live = workbench.part("live")
    for document in workbench.documents:
        if document.locked is None and row.id in (live.of(document).last_run, live.of(document).known_as):
            return document
    path = graph_file(row)
    if path is None:
        return next((one for one in workbench.documents if one.locked is None and one.graph.name == row.graph), None)
    opened: Document | None = workbench.part("files").open(path)
    return opened


def why_not_resumed(row: RunRow) -> str:
    """Say why a run cannot be gone on with, "" if it can."""
    from studio.gui.live.runs import STOPPED

    if row.is_live:
        return "The run still goes on."
    return "" if row.status in STOPPED else "The run came to its end: there is nothing left to do."
