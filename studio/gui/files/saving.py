"""Saving graphs: where, over what, under which name, and what has to come along."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QMessageBox

from studio.editing import TOP, Document
from studio.graph.names import name_problem
from studio.gui.base.bars import BarText
from studio.gui.dialogs.ask import ask
from studio.gui.files.opening import UNTITLED, Opening
from studio.support.errors import StudioError
from studio.support.paths import same_file

Then = Callable[[bool], object]
"""Called when it is over, with whether it was done (False: refused, or the person thought better of it)."""


def nothing(done: bool) -> None:
    """Nothing waits for the end."""


class Saving(Opening):
    """What of the service `files` writes graphs."""

    def save(self, document: Document, then: Then = nothing, *, over_others: bool = False) -> None:
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

    def save_as(self, document: Document, then: Then = nothing) -> QFileDialog:
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

    def save_all(self, then: Then = nothing) -> None:
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
