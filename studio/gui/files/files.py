"""Opening, saving and closing graphs. Nothing that is not saved goes without a question; no question blocks."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from studio.editing import TOP, Document
from studio.editing.keeping.recent import Recent
from studio.graph.model import Graph
from studio.graph.names import name_problem
from studio.gui.base.bars import BarText
from studio.gui.dialogs.ask import ask
from studio.gui.workbench import Workbench
from studio.support.errors import StudioError
from studio.support.paths import same_file
from studio.support.resources import resource_root

FILTER: Final = "Graphs (*.yaml *.yml);;All files (*)"
UNTITLED: Final = "untitled"

_log = logging.getLogger(__name__)

Then = Callable[[bool], object]
"""Called when it is over, with whether it was done (False: refused, or the person thought better of it)."""


def _nothing(done: bool) -> None:
    return None


class Files(QObject):
    """The service `files`."""

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
        """Show a file; one that ships with the studio as a copy. A refusal is told and gives None."""
        if is_bundled(path):
            return self.open_template(path)
        return self.workbench.open(path)

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

    # -- saving -------------------------------------------------------------------------------

    def save(self, document: Document, then: Then = _nothing, *, over_others: bool = False) -> None:
        """Write a document; one without a file asks where.

        A file that another program has changed is not written over unless `over_others`: a bar asks.
        """
        self.workbench.commit()
        if document.path is None:
            self.save_as(document, then)
            return
        disk = self.workbench.parts.get("disk")
        if disk is not None and not over_others and disk.in_the_way(document):
            then(False)
            return
        self._write(document, document.path, then)

    def save_as(self, document: Document, then: Then = _nothing) -> QFileDialog:
        """Ask where to save a document, and save it there."""
        self.workbench.commit()
        dialog = self._dialog("Save Graph As", "files.save_as")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        dialog.setDefaultSuffix("yaml")
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)  # it would wait for its own answer; asked below
        if document.path is not None:
            dialog.setDirectory(str(document.path.absolute().parent))
        dialog.selectFile(document.path.name if document.path is not None else f"{document.graph.name}.yaml")
        dialog.fileSelected.connect(lambda name: self._save_chosen(document, Path(name), then))
        dialog.rejected.connect(lambda: then(False))
        dialog.open()
        return dialog

    def _save_chosen(self, document: Document, path: Path, then: Then) -> None:
        other = next(
            (one for one in self.workbench.documents if one is not document and same_file(one.path, path)), None
        )
        if other is not None:
            self.workbench.say(f"{path.name} is open in another tab. Close it there first, or choose another.", "error")
            then(False)
            return
        self._remember_folder(path)
        if path.exists() and not same_file(document.path, path):
            ask(
                self._window,
                "Replace",
                f"There is a file {path.name} already. Replace it?",
                [("Replace", QMessageBox.ButtonRole.DestructiveRole), ("Cancel", QMessageBox.ButtonRole.RejectRole)],
                lambda answer: self._save_there(document, path, then) if answer == "Replace" else then(False),
                detail=str(path.parent),
                name="files.replace",
            )
            return
        self._save_there(document, path, then)

    def _save_there(self, document: Document, path: Path, then: Then) -> None:
        base = document.graph.base
        named = self._name_after(document, path)

        def written(done: bool) -> None:
            if named and not done:
                document.undo()  # it is not this file's graph
            then(done)

        self._write(document, path, written)
        if document.path == path:
            self._offer_companions(document, base)

    def _name_after(self, document: Document, path: Path) -> bool:
        """A graph that never had a name of its own gets its file's. Returns whether that was done."""
        given = self._untitled.get(id(document))
        if given and given.startswith(UNTITLED) and document.graph.name == given and not name_problem(path.stem):
            from studio.editing.edits.nodes import set_graph_key

            return document.do("Name the graph", set_graph_key(document, TOP, "name", path.stem))
        return False

    def _write(self, document: Document, path: Path, then: Then) -> None:
        first = document.path is None or not same_file(document.path, path)
        try:
            document.save(path)
        except StudioError as error:
            self._tell_unsaved(document, error)
            then(False)
            return
        self._untitled.pop(id(document), None)
        self._note(path, first=first)
        pages = self.workbench.parts.get("pages")
        if pages is not None:
            pages.hide_bar(document, "save")
        self.workbench.say(f"Saved {path.name}.")
        self.workbench.actions_changed.emit()
        then(True)

    def _tell_unsaved(self, document: Document, error: StudioError) -> None:
        said = BarText(
            "save", f"{document.title} is not saved. {error}", "error",
            (("Save As…", lambda: self.save_as(document)), ("Try Again", lambda: self.save(document))),
        )  # fmt: skip
        self.workbench.fail(error)
        self.workbench.part("pages").show_bar(document, said)

    def save_all(self, then: Then = _nothing) -> None:
        """Save every document that has something to save, one after the other; stops where one is not saved."""
        waiting = [one for one in self.workbench.documents if one.is_modified]

        def go_on(done: bool = True) -> None:
            if not done or not waiting:
                then(done)
                return
            document = waiting.pop(0)
            if document.path is None:
                self.workbench.show(document)
            self.save(document, go_on)

        go_on()

    def _offer_companions(self, document: Document, base: Path | None) -> None:
        """Say which files that the graph reads stayed behind, and offer to copy them."""
        from studio.gui.files.companions import companions, copy_companions

        target = document.graph.base
        if base is None or target is None or base == target:
            return
        left = companions(document.graph, base, target)
        if not left:
            return
        names = ", ".join(f"`{one}`" for one in left[:3]) + (f" and {len(left) - 3} more" if len(left) > 3 else "")

        def copy() -> None:
            if self.workbench.trying(lambda: copy_companions(left, base, target)):
                self.workbench.say(f"Copied {names} beside {document.title}.")

        said = BarText(
            "companions", f"{document.title} reads {names}, which is not in its new folder.", "warning",
            (("Copy It There", copy),),
        )  # fmt: skip
        self.workbench.part("pages").show_bar(document, said)

    # -- going back, closing ------------------------------------------------------------------

    def revert(self, document: Document) -> None:
        """Read the file again; asks first if something would be lost."""
        self.workbench.commit()
        if not document.is_modified:
            self._reload(document)
            return
        ask(
            self._window,
            "Revert",
            f"Go back to {document.title} as it was saved?",
            [("Revert", QMessageBox.ButtonRole.DestructiveRole), ("Cancel", QMessageBox.ButtonRole.RejectRole)],
            lambda answer: self._reload(document) if answer == "Revert" else None,
            detail="What was changed since then is lost.",
            name="files.revert",
        )

    def _reload(self, document: Document) -> None:
        if self.workbench.trying(document.reload):
            self.workbench.say(f"{document.title} is as it was saved.")
            self.workbench.part("pages").hide_bar(document, "disk")

    def close(self, document: Document, then: Then = _nothing) -> None:
        """Close a document; asks first if it is not saved."""
        self.workbench.commit()

        def answered(answer: str) -> None:
            if answer == "Save":
                self.save(document, lambda done: self._remove_if(done, document, then))
            else:
                self._remove_if(answer == "Discard", document, then)

        if document.is_modified:
            self._ask_unsaved(document, answered)
        else:
            self._remove_if(True, document, then)

    def _ask_unsaved(self, document: Document, then: Callable[[str], object]) -> None:
        self.workbench.show(document, self._at(document))
        ask(
            self._window,
            "Not Saved",
            f"Save the changes to {document.title}?",
            [
                ("Save", QMessageBox.ButtonRole.AcceptRole),
                ("Discard", QMessageBox.ButtonRole.DestructiveRole),
                ("Cancel", QMessageBox.ButtonRole.RejectRole),
            ],
            then,
            detail="They are lost otherwise.",
            name="files.unsaved",
        )

    def _at(self, document: Document) -> tuple[str, ...]:
        """The place of the document that is shown, or else of its first tab: asking must not open a new one."""
        current = self.workbench.current
        if current is not None and current.document is document:
            return current.at
        pages = self.workbench.part("pages").pages(document)
        return pages[0].at if pages else TOP

    def _remove_if(self, done: bool, document: Document, then: Then) -> None:
        def remove() -> None:
            self._remove(document)
            then(True)

        def later() -> None:
            self.close(document, then)

        if not done or not self._run_lets_go(document, remove, later, lambda: then(False)):
            if not done:
                then(False)
            return
        remove()

    def _run_lets_go(
        self,
        document: Document | None,
        then: Callable[[], object],
        later: Callable[[], object],
        stay: Callable[[], object] = lambda: None,
    ) -> bool:
        """Whether no run is in the way of closing a document (None: all). If one is, the person is asked what is to
        become of it, and one of the calls is made (see `Parting.lets_go`)."""
        live = self.workbench.parts.get("live")
        return live is None or live.lets_go(document, then, later, stay)

    def _remove(self, document: Document) -> None:
        recovery = self.workbench.parts.get("recovery")
        if recovery is not None:
            recovery.forget(document)
        self.workbench.remove(document)

    def close_all(self, documents: Sequence[Document], then: Then = _nothing) -> None:
        """Close documents one after the other; stops where the person thinks better of it."""
        waiting = [one for one in documents if one in self.workbench.documents]

        def go_on(done: bool = True) -> None:
            if not done or not waiting:
                then(done)
            else:
                self.close(waiting.pop(0), go_on)

        go_on()

    def may_leave(self, then: Callable[[], object]) -> bool:
        """Whether the window may close now. If not, the person is asked, and `then` is called if it may after all.

        Nothing is closed before all questions are answered: Cancel at the last one leaves everything as it was.
        """
        self.workbench.commit()
        waiting = [one for one in self.workbench.documents if one.is_modified]

        def later() -> None:
            if self.may_leave(then):
                then()

        if not waiting:
            return self._run_lets_go(None, then, later)

        def go_on(done: bool = True) -> None:
            if not done:
                return
            if not waiting:
                if self._run_lets_go(None, then, later):
                    then()
                return
            document = waiting.pop(0)
            self._ask_unsaved(document, lambda answer: answered(document, answer))

        def answered(document: Document, answer: str) -> None:
            if answer == "Save":
                self.save(document, go_on)
            else:
                go_on(answer == "Discard")

        go_on()
        return False

    def leave(self) -> None:
        """Close all documents without asking: the person was asked."""
        for document in list(self.workbench.documents):
            self._remove(document)

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


def is_bundled(path: Path) -> bool:
    """True if this is a graph that ships with the studio."""
    return path.absolute().resolve().parent == resource_root("graphs").resolve()


def install(workbench: Workbench) -> Files:
    """Offer the service to the other parts."""
    files = Files(workbench)
    workbench.parts["files"] = files
    return files
