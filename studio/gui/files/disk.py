"""Watches the files of open documents: what other programs do to them is told, and never overrules the person."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer

from studio.editing import Document
from studio.gui.base.bars import BarText
from studio.gui.workbench import Workbench
from studio.support.errors import StudioError

SETTLES_MS = 250
"""Programs write in several steps: milliseconds after the last one until the file is looked at."""


class Disk(QObject):
    """The service `disk`. A file that changed is read again if nothing is lost by that; else a bar asks."""

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        self.workbench = workbench
        self._watcher = QFileSystemWatcher(self)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLES_MS)
        self._timer.timeout.connect(self.look)
        self._watcher.fileChanged.connect(lambda *_: self._timer.start())
        self._watcher.directoryChanged.connect(lambda *_: self._timer.start())
        self._told: dict[int, str] = {}
        """The stamp of the file's state that was last asked about, by document: one question per change."""
        workbench.opened.connect(lambda document: self._watch(document))
        workbench.closed.connect(lambda document: self._unwatch(document))

    # -- watching -----------------------------------------------------------------------------

    def _watch(self, document: Document) -> None:
        document.saved.connect(lambda: self._on_saved(document))
        self._add(document)

    def _on_saved(self, document: Document) -> None:
        self._told.pop(id(document), None)
        pages = self.workbench.parts.get("pages")
        if pages is not None:
            pages.hide_bar(document, "disk")
        self._add(document)

    def _add(self, document: Document) -> None:
        """Watch the file and its folder: a file that is replaced, as most programs save, is lost to the watcher."""
        if document.path is not None:
            paths = [document.path.absolute(), document.path.absolute().parent]
            known = {*self._watcher.files(), *self._watcher.directories()}
            new = [str(path) for path in paths if str(path) not in known and path.exists()]
            if new:
                self._watcher.addPaths(new)

    def _unwatch(self, document: Document) -> None:
        self._told.pop(id(document), None)
        wanted = {
            str(path)
            for one in self.workbench.documents
            if one.path is not None
            for path in (one.path.absolute(), one.path.absolute().parent)
        }
        gone = [path for path in (*self._watcher.files(), *self._watcher.directories()) if path not in wanted]
        if gone:
            self._watcher.removePaths(gone)

    # -- looking ------------------------------------------------------------------------------

    def look(self) -> None:
        """Compare every open document with its file, now."""
        for document in list(self.workbench.documents):
            self._add(document)
            document.look_at_bodies()
            if document.changed_on_disk():
                self.workbench.commit()  # what is being typed is a change of the person's own, too
                self._on_change(document)
            elif self._told.pop(id(document), None) is not None:
                self.workbench.part("pages").hide_bar(document, "disk")

    def _on_change(self, document: Document) -> None:
        assert document.path is not None
        state = _state(document.path)
        if self._told.get(id(document)) == state:
            return
        self._told[id(document)] = state
        if not document.path.exists():
            self._tell_gone(document)
        elif document.is_modified:
            self._ask(document)
        else:
            self._read_again(document)

    def _read_again(self, document: Document) -> None:
        if self._took_over(document):
            self.workbench.part("pages").hide_bar(document, "disk")
            self.workbench.say(f"{document.title} was changed by another program and is shown as it is now.", "warning")

    def _took_over(self, document: Document) -> bool:
        """Read the file again; False if it cannot be read as a graph, which is told."""
        try:
            document.reload()
        except StudioError as error:
            self._tell_broken(document, error)
            return False
        self._told.pop(id(document), None)
        return True

    # -- asking -------------------------------------------------------------------------------

    def in_the_way(self, document: Document) -> bool:
        """True if saving would overwrite what another program wrote; then a bar asks what to do."""
        if not document.changed_on_disk() or document.path is None or not document.path.exists():
            return False
        self._told[id(document)] = _state(document.path)
        self._show(
            document,
            f"{document.title} is not saved: another program has changed the file meanwhile.",
            ("Compare", "Reload", "Save Mine"),
        )
        return True

    def _ask(self, document: Document) -> None:
        self._show(
            document,
            f"{document.title} was changed by another program, and you have changes of your own.",
            ("Compare", "Reload", "Keep Mine"),
        )

    def _tell_gone(self, document: Document) -> None:
        self._show(
            document,
            f"The file {document.title} is gone: it was deleted, moved or renamed. What you see is kept here.",
            ("Save It Again", "Keep Open"),
        )

    def _tell_broken(self, document: Document, error: StudioError) -> None:
        self._show(
            document,
            f"{document.title} was changed by another program and cannot be read: {error} What you see is what it was.",
            ("Try Again", "Keep Mine"),
        )

    def _show(self, document: Document, text: str, buttons: tuple[str, ...]) -> None:
        acts = {
            "Compare": lambda: self.compare(document, text, buttons),
            "Reload": lambda: self._reload(document),
            "Try Again": lambda: self._again(document),
            "Keep Mine": lambda: self._keep(document),
            "Keep Open": lambda: self._keep(document),
            "Save Mine": lambda: self.workbench.part("files").save(document, over_others=True),
            "Save It Again": lambda: self.workbench.part("files").save(document, over_others=True),
        }
        said = BarText("disk", text, "warning", tuple((label, acts[label]) for label in buttons))
        self.workbench.part("pages").show_bar(document, said)

    def _again(self, document: Document) -> None:
        self._told.pop(id(document), None)
        self.look()

    def _reload(self, document: Document) -> None:
        if self._took_over(document):
            self.workbench.say(f"{document.title} is as its file says.")

    def _keep(self, document: Document) -> None:
        document.keep_mine()
        self._told.pop(id(document), None)
        self.workbench.say(f"{document.title} stays as you see it; saving writes it over the file.")

    def compare(self, document: Document, text: str, buttons: tuple[str, ...]) -> None:
        """Show the file beside what is open; the bar stays, as nothing is decided by looking."""
        from studio.gui.dialogs.compare import compare

        self._show(document, text, buttons)
        window = self.workbench.parts.get("window")
        compare(window, document)


def _state(path: Path) -> str:
    try:
        about = path.stat()
    except OSError:
        return "gone"
    return f"{about.st_mtime_ns}:{about.st_size}:{about.st_ino}"


def install(workbench: Workbench) -> Disk:
    """Offer the service to the other parts."""
    disk = Disk(workbench)
    workbench.parts["disk"] = disk
    return disk
