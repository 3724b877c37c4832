"""Export of a graph or a run: what it shall become, how that looks, what stands against it, and where it goes.

What can be chosen comes from `studio.export.targets`; nothing here knows a target by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from threading import Event
from typing import Any, Final, NamedTuple

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from studio.export.targets import GraphSource, Problem, RunSource, RunTarget, Target, all_targets, settled
from studio.graph.writing import save_pieces
from studio.gui.base.beside import beside
from studio.gui.base.guard import report
from studio.gui.base.rows import roomy
from studio.gui.dialogs.compare import lines_view
from studio.gui.dialogs.export_buttons import ExportButtons
from studio.gui.dialogs.export_form import ExportForm
from studio.gui.widgets.labels import plain_label
from studio.gui.workbench import Workbench
from studio.support.errors import StudioError
from studio.support.plain import plain

PREVIEW_BYTES: Final = 48_000
"""How much of an export is made for the preview."""

MOST_LINES: Final = 6
"""How many lines are told below the preview."""

_WAIT_MS: Final = 120


class Sources(NamedTuple):
    """What can be exported: the graph in front and, while a recorded run is in front, how to open its trace."""

    graph: GraphSource
    run: Callable[[], RunSource] | None = None
    name: str = "graph"
    folder: str = ""


class Made(NamedTuple):
    """What a preview shows: the beginning of the export, what stands against it, what it tells, and a refusal."""

    text: str
    problems: tuple[Problem, ...]
    told: tuple[str, ...]
    refusal: str = ""
    cut: bool = False


class ExportSheet(QDialog):
    """Asks what the graph or run shall become, and shows it. Nothing is written before a file is named."""

    def __init__(self, workbench: Workbench, sources: Sources, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workbench = workbench
        self.sources = sources
        self.targets = [one for one in all_targets() if one.of == "graph" or sources.run is not None]
        self.form: ExportForm | None = None
        self.made: Made | None = None
        self._asked = 0
        self._busy = False
        self._previewing = False
        self._stopped = Event()
        self.setObjectName("export")
        self.setWindowTitle("Export")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.resize(980, 640)
        self.setMinimumSize(640, 420)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_WAIT_MS)
        self._later.timeout.connect(self._preview)
        self._make()
        # A script is what most come for, and what the studio is known by.
        scripts = [row for row, one in enumerate(self.targets) if one.guessed and ".py" in one.suffixes]
        self.list.setCurrentRow(next(iter(scripts), 0))
        self.list.setFocus()

    # -- making -------------------------------------------------------------------------------

    def _make(self) -> None:
        self.list = QListWidget()
        self.list.setObjectName("export.targets")
        self.list.setAccessibleName("What it shall become")
        for target in self.targets:
            item = QListWidgetItem(target.title)
            item.setToolTip(target.summary)
            self.list.addItem(item)
        roomy(self.list)
        self.list.currentRowChanged.connect(lambda *_: self._choose())
        self.list.setMinimumWidth(240)
        self.list.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        rows_height = sum(self.list.sizeHintForRow(row) for row in range(self.list.count()))
        self.list.setMaximumHeight(rows_height + 2 * self.list.frameWidth())
        self.summary = plain_label("")
        self.summary.setProperty("look", "soft")
        self.place = QVBoxLayout()
        left = QVBoxLayout()
        left.setSpacing(12)
        left.addWidget(self.list, 8)
        left.addWidget(self.summary)
        left.addLayout(self.place)
        left.addStretch(1)
        self.preview = lines_view("Preview")
        self.preview.setObjectName("export.preview")
        self.said = plain_label("")
        self.said.setObjectName("export.said")
        self.said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        right = QVBoxLayout()
        right.setSpacing(8)
        right.addWidget(self.preview, 1)
        right.addWidget(self.said)
        middle = QHBoxLayout()
        middle.setSpacing(16)
        middle.addLayout(left, 2)
        middle.addLayout(right, 5)
        buttons = ExportButtons("export", self._copy, self.reject, self._export)
        self.copy_button, self.export = buttons.copy, buttons.export
        rows = QVBoxLayout(self)
        rows.setContentsMargins(18, 18, 18, 14)
        rows.setSpacing(14)
        rows.addLayout(middle, 1)
        rows.addLayout(buttons)

    # -- choosing -----------------------------------------------------------------------------

    @property
    def target(self) -> Target:
        """What is chosen."""
        return self.targets[max(0, self.list.currentRow())]

    def _choose(self) -> None:
        if self.form is not None:
            self.place.removeWidget(self.form)
            self.form.deleteLater()
        self.summary.setText(self.target.summary)
        self.form = ExportForm(self.target)
        self.form.changed.connect(self._ask)
        self.place.addWidget(self.form)
        self.preview.setPlainText("")
        # Records are a line each, and long; code and drawings keep their lines.
        wrap = QPlainTextEdit.LineWrapMode
        self.preview.setLineWrapMode(wrap.WidgetWidth if self.target.of == "run" else wrap.NoWrap)
        self._ask()

    def _ask(self) -> None:
        """Make the preview anew, in a moment."""
        self._asked += 1
        self.made = None
        self._tell()
        self._later.start()

    @property
    def sends(self) -> bool:
        """True if it goes to an address instead of a file."""
        target = self.target
        return isinstance(target, RunTarget) and bool(target.send_option and self._chosen().get(target.send_option))

    def _chosen(self) -> dict[str, Any]:
        return {} if self.form is None else self.form.chosen()

    def _preview(self) -> None:
        if self._previewing:
            return  # one after the other: the last that was asked for comes next
        self._previewing = True
        number, target, chosen, sources = self._asked, self.target, self._chosen(), self.sources

        def show(made: Made | Exception) -> None:
            self._previewing = False
            if isinstance(made, Exception):
                report("preview of an export", made)
                made = Made("", (), (), "This is a fault of the studio's own; the details stand under Messages.")
            if number != self._asked:
                self._later.start()
                return
            self.made = made
            self.preview.setPlainText(made.text + ("\n…" if made.cut else ""))
            self._tell()

        def make() -> Made | Exception:
            try:
                return begin(target, sources, chosen)
            except Exception as error:  # noqa: BLE001 - told in the window, as any other fault
                return error

        beside(self, make, show)

    def _tell(self) -> None:
        made = self.made
        stopped = made is not None and (bool(made.refusal) or any(one.stops for one in made.problems))
        lines = [] if made is not None else ["Making a preview…"]
        if made is not None:
            lines = [made.refusal] if made.refusal else [str(one) for one in made.problems]
            lines += [sentence for sentence in made.told if sentence not in lines]
        if stopped and made is not None and not made.refusal:
            lines.insert(0, "This cannot be made:")
        if stopped and len(lines) > MOST_LINES:
            # All of them, where there is room and they can be scrolled: nothing else is to be seen there.
            self.preview.setPlainText("\n".join(plain(line) for line in lines))
            lines = [f"This cannot be made: {len(lines) - 1} things stand against it."]
        shown = lines[:MOST_LINES] + ([f"… and {len(lines) - MOST_LINES} more"] if len(lines) > MOST_LINES else [])
        self.said.setText("\n".join(plain(line) for line in shown))
        self.said.setVisible(bool(shown))
        ready = made is not None and not stopped and not self._busy
        self.export.setText("&Send" if self.sends else "&Export…")
        self.export.setEnabled(ready)
        self.copy_button.setEnabled(ready and made is not None and not made.cut and bool(made.text))

    # -- doing --------------------------------------------------------------------------------

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.preview.toPlainText())
        self.workbench.say("Copied.")

    def _export(self) -> None:
        if self.sends:
            self._do(None)
        else:
            self.ask_where()

    def ask_where(self) -> QFileDialog:
        """Ask for the file, and write it."""
        suffix = self.target.suffixes[0]
        dialog = QFileDialog(self, f"Export {self.target.title}", self.sources.folder)
        dialog.setObjectName("export.file")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(f"{self.target.title} (*{suffix})")
        dialog.setDefaultSuffix(suffix.lstrip("."))
        dialog.selectFile(f"{self.sources.name}{suffix}")
        dialog.fileSelected.connect(lambda chosen: self.write_to(Path(chosen)))
        dialog.open()
        return dialog

    def write_to(self, path: Path) -> None:
        """Write the export; a refusal is told and leaves the sheet open."""
        self._do(path)

    def _do(self, path: Path | None) -> None:
        target, chosen, sources = self.target, self._chosen(), self.sources
        self._busy = True
        self._tell()

        def done(told: list[str]) -> None:
            self.workbench.say(" ".join([f"Exported {path.name}." if path is not None else "", *told]).strip())
            self.accept()

        def refused(error: StudioError) -> None:
            self._busy = False
            self._tell()
            self.workbench.fail(error)

        stopped = self._stopped.is_set
        beside(self, lambda: carry_out(target, sources, chosen, path, stopped), done, refused)

    def reject(self) -> None:
        """Close the sheet. What is being written is broken off, and what was there before stays."""
        self._stopped.set()
        if self._busy and not self.sends:
            self.workbench.say("The export was broken off.")
        super().reject()


def begin(target: Target, sources: Sources, chosen: dict[str, Any]) -> Made:
    """Return the beginning of an export, for a preview. Touches no widget."""
    told: list[str] = []
    try:
        options = settled(target, chosen)
        with _Opened(target, sources) as source:
            problems = tuple(target.problems(source, options))
            if any(one.stops for one in problems):
                return Made("", problems, ())
            data, cut = _first(target.make(source, options, told.append))
    except StudioError as error:
        return Made("", (), (), str(error))
    return Made(plain(data.decode("utf-8", "replace")), problems, tuple(told), cut=cut)


def carry_out(
    target: Target,
    sources: Sources,
    chosen: dict[str, Any],
    path: Path | None,
    stopped: Callable[[], bool] = lambda: False,
) -> list[str]:
    """Write an export to a file, or send it; return what it tells. Touches no widget.

    Raises StudioError, also as soon as `stopped` says so between two pieces; then nothing was written.
    """
    told: list[str] = []
    options = settled(target, chosen)
    with _Opened(target, sources) as source:
        if path is not None:
            save_pieces(_until(stopped, target.make(source, options, told.append)), path, "export")
        elif isinstance(target, RunTarget) and target.send is not None:
            target.send(source, options, told.append)
    return told


class _Opened:
    """The source that a target is made of, its trace open meanwhile."""

    def __init__(self, target: Target, sources: Sources) -> None:
        self._run = sources.run() if target.of == "run" and sources.run is not None else None
        self._graph = sources.graph

    def __enter__(self) -> Any:
        return self._graph if self._run is None else self._run

    def __exit__(self, *_: object) -> None:
        if self._run is not None:
            self._run.trace.close()


def _until(stopped: Callable[[], bool], pieces: Iterable[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        if stopped():
            raise StudioError("The export was broken off.")
        yield piece
    if stopped():
        raise StudioError("The export was broken off.")


def _first(pieces: Iterable[bytes]) -> tuple[bytes, bool]:
    data = b""
    for piece in pieces:
        data += piece
        if len(data) > PREVIEW_BYTES:
            return data[:PREVIEW_BYTES], True
    return data, False
