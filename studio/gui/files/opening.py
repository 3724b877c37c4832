"""Opening graphs: new ones, files, copies of what ships with the studio, and which were open last."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from studio.editing import Document
from studio.editing.keeping.recent import Recent
from studio.graph.model import Graph
from studio.gui.workbench import Workbench
from studio.importers.opening import is_script, open_graph_file
from studio.support.errors import StudioError
from studio.support.resources import resource_root

FILTER: Final = "Graphs (*.yaml *.yml);;Scripts (*.py);;Recorded runs (*.db *.sqlite *.sqlite3);;All files (*)"
UNTITLED: Final = "untitled"

TRACES: Final = (".db", ".sqlite", ".sqlite3")
"""How names of files of recorded runs end."""

EXPERIMENTS: Final = ".experiment.yaml"
"""How names of experiment files end; whoever reads them knows it, too, and is loaded when one is opened."""

_DATABASE: Final = b"SQLite format 3\0"

_log = logging.getLogger(__name__)


class Opening(QObject):
    """What of the service `files` brings graphs into the window."""

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        self.workbench = workbench
        self.recents = Recent()
        self._untitled: dict[int, str] = {}
        """Documents that have no name of their own yet, with the one they were given."""
        self._bundled: set[int] = set()
        workbench.opened.connect(lambda document: self._on_opened(document))
        workbench.closed.connect(lambda document: self._on_closed(document))

    @property
    def _window(self) -> QWidget | None:
        window = self.workbench.parts.get("window")
        return window if isinstance(window, QWidget) else None

    # -- opening ------------------------------------------------------------------------------

    def new(self) -> Document:
        """Show an empty graph that has no file yet."""
        taken = {document.title for document in self.workbench.documents}
        name, number = UNTITLED, 1
        while name in taken:
            number += 1
            name = f"{UNTITLED}_{number}"
        return self._add_unsaved(Document(Graph(name=name), None, self.workbench.registry), name)

    def _add_unsaved(self, document: Document, name: str) -> Document:
        self._untitled[id(document)] = name
        return self.workbench.add(document)

    def open(self, path: Path) -> Document | None:
        """Show a graph's file; one that ships with the studio as a copy. A refusal is told and gives None.

        A file of recorded runs is checked first and shown later, an experiment in its dialog: None, too.
        """
        if holds_runs(path):
            self.workbench.part("trace_files").open(path)
            return None
        if is_experiment(path) and self.workbench.offers("experiments_panel"):
            self.workbench.part("experiments_panel").open_file(path)
            return None
        if is_bundled(path):
            return self.open_template(path)
        if is_script(path):
            return self.open_script(path)
        return self.workbench.open(path)

    def open_script(self, path: Path) -> Document | None:
        """Show the graph of a script, which is read and not executed; saving asks where, since the script is not
        written over. Files that the graph reads are looked for where the script says."""
        told: list[str] = []
        try:
            graph = open_graph_file(path, told.append)
        except StudioError as error:
            self.workbench.fail(error)
            return None
        document = self._add_unsaved(Document(graph, None, self.workbench.registry), graph.name)
        self.workbench.say(f"{path.name} was read, not run; saving makes a graph file of it. {' '.join(told)}".strip())
        return document

    def open_template(self, path: Path) -> Document | None:
        """Show a copy of a graph that ships with the studio, without a file: saving asks where.

        Until then, files that it reads are looked for where it came from.
        """
        try:
            graph = Graph.load(path)
        except StudioError as error:
            self.workbench.fail(error)
            return None
        document = Document(graph, None, self.workbench.registry)
        self._bundled.add(id(document))
        return self._add_unsaved(document, graph.name)

    def from_bundle(self, document: Document) -> bool:
        """True for a copy of a graph that ships with the studio, until it is closed."""
        return id(document) in self._bundled

    def ask_open(self) -> QFileDialog:
        """Let the person choose files to open."""
        dialog = self._dialog("Open Graph", "files.open")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(lambda names: self._open_chosen(names))
        dialog.open()
        return dialog

    def _open_chosen(self, names: Sequence[str]) -> None:
        for name in names:
            self._remember_folder(Path(name))
            self.open(Path(name))

    def recent(self) -> list[Path]:
        """Return the files that were open last, the latest first."""
        return [file.path for file in self.recents.files() if not file.missing]

    def has_recent(self) -> bool:
        """True if one of them is still there."""
        return self.recents.has_any()

    def _note(self, path: Path, *, first: bool = False) -> None:
        """Remember that a file was open, and that it is the person's own if it was first saved here."""
        try:
            self.recents.opened(path)
            if first:
                self.recents.first_saved(path)
        except StudioError as error:
            _log.warning("%s", error)  # a list that is not kept is no reason to disturb

    def is_foreign(self, document: Document) -> bool:
        """True for a graph that came from elsewhere: it was neither made here nor ships with the studio."""
        return self.recents.is_foreign(document.path)

    def clear_recent(self) -> None:
        """Forget which files were open."""
        self.workbench.trying(self.recents.clear)
        self.workbench.actions_changed.emit()

    def compare(self, document: Document) -> None:
        """Show how a document differs from its file."""
        from studio.gui.dialogs.compare import compare

        self.workbench.commit()
        compare(self._window, document)

    def _on_opened(self, document: Document) -> None:
        if document.path is not None:
            self._note(document.path)

    def _on_closed(self, document: Document) -> None:
        self._untitled.pop(id(document), None)
        self._bundled.discard(id(document))

    # -- helpers ------------------------------------------------------------------------------

    def _dialog(self, title: str, name: str) -> QFileDialog:
        dialog = QFileDialog(self._window, title, self._folder(), FILTER)
        dialog.setObjectName(name)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return dialog

    def _folder(self) -> str:
        document = self.workbench.document
        if document is not None and document.path is not None:
            return str(document.path.absolute().parent)
        state = getattr(self._window, "state", None)
        last = state.text("folder") if state is not None else ""
        return last if last and Path(last).is_dir() else str(Path.cwd())

    def _remember_folder(self, path: Path) -> None:
        state = getattr(self._window, "state", None)
        if state is not None:
            state.put("folder", str(path.absolute().parent))


def holds_runs(path: Path) -> bool:
    """True if a file is one of recorded runs: by its name, or because it begins like a database."""
    if path.suffix.lower() in TRACES:
        return True
    try:
        with path.open("rb") as file:
            return file.read(len(_DATABASE)) == _DATABASE
    except (OSError, ValueError):
        return False  # whoever opens it says why it cannot be


def is_experiment(path: Path) -> bool:
    """True if a file is one of an experiment, by its name."""
    return path.name.lower().endswith(EXPERIMENTS)


def is_bundled(path: Path) -> bool:
    """True if this is a graph that ships with the studio."""
    return path.absolute().resolve().parent == resource_root("graphs").resolve()
