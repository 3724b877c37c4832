"""The service `own_types`: each open document has the node types of its own project, as their files are by now.

Files are read and imported in a thread; documents get their new types in one step, in the window's thread, and keep
selection and history. Nothing is imported that was not approved.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from studio.editing import Document
from studio.graph.scope import project_folder
from studio.gui.base.bars import BarText
from studio.gui.base.beside import beside
from studio.gui.base.polling import keep_going
from studio.gui.own_types.bars import FAULTS, NEW, WAITING, faults_bar, waiting_bar
from studio.gui.own_types.dialog import CodeDialog
from studio.gui.own_types.new_type import NewTypeDialog
from studio.gui.own_types.project import OwnProject
from studio.gui.own_types.showing import OPEN, open_file
from studio.gui.workbench import Workbench
from studio.plugins.files import FOLDER, OwnFile
from studio.plugins.installed import enabled_names
from studio.plugins.registries import OwnTypes, approve_files, own_types, trust_folder
from studio.spec.registry import Registry
from studio.support.errors import StudioError
from studio.trust.approvals import Approvals
from studio.trust.showing import seen_line

SETTLES_MS: Final = 200
"""Programs write in several steps: milliseconds after the first one until the folder is looked at."""


class OwnNodeTypes(QObject):
    """Keeps the own node types of the projects whose graphs are open."""

    changed = Signal(object)
    """(folder or None) The node types of a project were loaded, or loaded again."""

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        self.workbench = workbench
        self.dialog: CodeDialog | None = None
        self._projects: dict[Path | None, OwnProject] = {}
        self._of: dict[int, OwnProject] = {}
        """The project of each open document."""
        self._unhook: dict[int, Callable[[], None]] = {}
        self._told: dict[tuple[int, str], str] = {}
        """What the bars of a document said last: one that was closed comes back when it has something else to say."""
        self._watcher = QFileSystemWatcher(self)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SETTLES_MS)
        self._soon.timeout.connect(self.look)
        self._watcher.fileChanged.connect(lambda *_: keep_going(self._soon))
        self._watcher.directoryChanged.connect(lambda *_: keep_going(self._soon))
        workbench.opened.connect(lambda document: self._on_opened(document))
        workbench.closed.connect(lambda document: self._on_closed(document))
        workbench.settings_changed.connect(lambda name: self._on_setting(name))

    # -- asking -------------------------------------------------------------------------------

    def registry_at(self, folder: Path) -> Registry | None:
        """Return the node types of graphs in a folder, None if they are not loaded."""
        known = self._projects.get(project_folder(folder))
        return known.registry if known is not None and not known.is_plain else None

    def project_of(self, document: Document) -> OwnProject | None:
        """Return what is known of a document's project, None while it is not open."""
        return self._of.get(id(document))

    def types_of(self, document: Document) -> OwnTypes | None:
        """Return what was loaded last for a document, None until something was."""
        project = self._of.get(id(document))
        return None if project is None else project.types

    def failures_of(self, plugins: Collection[str]) -> dict[str, str]:
        """Return why plugins of these names give no node types, as far as they were loaded for an open graph."""
        found: dict[str, str] = {}
        for project in self._projects.values():
            if project.types is not None:
                found |= {name: why for name, why in project.types.failures.items() if name in plugins}
        return found

    @property
    def is_idle(self) -> bool:
        """True if nothing is being loaded, and nothing waits for it."""
        return not self._soon.isActive() and not any(project.is_loading for project in self._projects.values())

    # -- following documents ------------------------------------------------------------------

    def _on_opened(self, document: Document) -> None:
        self._unhook[id(document)] = document.saved.connect(partial(self._join, document))
        self._join(document)

    def _on_closed(self, document: Document) -> None:
        self._unhook.pop(id(document))()
        self._leave(document)
        for key in (WAITING, FAULTS):
            self._told.pop((id(document), key), None)

    def _join(self, document: Document) -> None:
        """Give a document the types of the project that it stands in (by now)."""
        folder = self._folder_of(document)
        before = self._of.get(id(document))
        if before is not None and before.folder == folder:
            return
        self._leave(document)
        project = self._of[id(document)] = self._projects.setdefault(folder, OwnProject(folder))
        if project.types is not None or (before is not None and not before.is_plain):
            self._give(document, project)
        self._look_at(project)

    def _leave(self, document: Document) -> None:
        project = self._of.pop(id(document), None)
        if project is not None and project not in self._of.values():
            self._projects = {folder: one for folder, one in self._projects.items() if one is not project}
            self._watch()

    def _folder_of(self, document: Document) -> Path | None:
        """The project of a document; of a recorded run, that of the file it was made of."""
        base = document.graph.base
        replays = self.workbench.parts.get("replay")
        if replays is not None and (session := replays.of(document)) is not None:
            today = replays.today(session)
            base = None if today is None else today.parent
        return None if base is None else project_folder(base)

    # -- looking ------------------------------------------------------------------------------

    def look(self) -> None:
        """Look at every project's folder, and load again what may be another one by now."""
        for document in list(self.workbench.documents):
            self._join(document)  # a `studio.toml` that came or went makes another folder the project's
        for project in list(self._projects.values()):
            self._look_at(project)

    def _look_at(self, project: OwnProject, *, anew: bool = False) -> None:
        if project.is_loading:
            return  # it is looked at again when that has ended
        self._watch()
        stamp = project.now()
        if stamp == project.stamp and not anew:
            return
        project.stamp = stamp
        if project.is_plain and not self._may_have_any(project):
            return
        project.is_loading = True
        beside(self, lambda: own_types(project.folder), partial(self._take, project), partial(self._refused, project))

    def _may_have_any(self, project: OwnProject) -> bool:
        """True if a thread is worth it: most folders have no node types of their own."""
        has_folder = project.folder is not None and (project.folder / FOLDER).is_dir()
        return has_folder or bool(enabled_names(str(self.workbench.settings["plugins.enabled"])))

    def _take(self, project: OwnProject, types: OwnTypes) -> None:
        project.is_loading = False
        project.take(types)
        for document in [one for one in self.workbench.documents if self._of.get(id(one)) is project]:
            self._give(document, project)
        self.changed.emit(project.folder)
        self._look_at(project)  # files may have changed meanwhile

    def _refused(self, project: OwnProject, error: StudioError) -> None:
        project.is_loading = False
        self.workbench.fail(error)

    def _give(self, document: Document, project: OwnProject) -> None:
        registry = self.workbench.registry if project.is_plain or project.registry is None else project.registry
        document.use_registry(registry)
        self._show_bars(document, project)

    def _watch(self) -> None:
        """Watch what is there now: a file that is replaced, as most programs save, is lost to the watcher."""
        wanted = {str(path) for project in self._projects.values() for path in project.paths()}
        if wanted:
            wanted |= {str(path) for path in (Approvals().path, Approvals().path.parent) if path.exists()}
        known = {*self._watcher.files(), *self._watcher.directories()}
        if gone := sorted(known - wanted):
            self._watcher.removePaths(gone)
        if new := sorted(wanted - known):
            self._watcher.addPaths(new)

    def _on_setting(self, name: str) -> None:
        if name == "plugins.enabled":
            for project in list(self._projects.values()):
                self._look_at(project, anew=True)

    # -- telling ------------------------------------------------------------------------------

    def _show_bars(self, document: Document, project: OwnProject) -> None:
        pages = self.workbench.parts.get("pages")
        if pages is None or document.locked is not None:
            return
        types = project.types or OwnTypes(self.workbench.registry)
        bars = {
            WAITING: waiting_bar(types, lambda: self.show_code(document)),
            FAULTS: faults_bar(types, project.kept, open_file),
        }
        for key, said in bars.items():
            text = "" if said is None else said.text
            if text == self._told.get((id(document), key), ""):
                continue
            self._told[id(document), key] = text
            if said is None:
                pages.hide_bar(document, key)
            else:
                pages.show_bar(document, said)

    # -- a new type ---------------------------------------------------------------------------

    def why_no_new(self, document: Document) -> str:
        """Return why a document's project cannot have a new node type, "" if it can."""
        if document.locked is not None:
            return "A recorded run is shown: open its graph."
        if document.graph.base is None or self.workbench.part("files").from_bundle(document):
            return "Save the graph first: its own node types stand in a folder beside it."
        return ""

    def ask_new(self, document: Document) -> NewTypeDialog:
        """Ask for the name of a new node type of a document's project, and write it."""
        assert document.graph.base is not None
        window = self.workbench.parts.get("window")
        dialog = NewTypeDialog(
            project_folder(document.graph.base), partial(self._on_written, document),
            window if isinstance(window, QWidget) else None,
        )  # fmt: skip
        dialog.open()
        return dialog

    def _on_written(self, document: Document, path: Path, name: str) -> None:
        """Say where the file is. Nothing opens it before the person asks for that."""
        project = self._of.get(id(document))
        if project is None:
            return  # closed meanwhile
        text = f"The node type {name} is written to {seen_line(str(path))}. What you save there is in use at once."
        pages = self.workbench.parts.get("pages")
        if pages is not None:
            pages.show_bar(document, BarText(NEW, text, "info", ((OPEN, lambda: open_file(path)),)))
        self._look_at(project, anew=True)

    # -- approving ----------------------------------------------------------------------------

    def show_code(self, document: Document) -> CodeDialog | None:
        """Show the code of what waits for approval, and ask; the bar stays until it is approved."""
        types = self.types_of(document)
        if types is None or types.project is None or not types.waiting:
            return None
        self._told.pop((id(document), WAITING), None)
        self._show_bars(document, self._of[id(document)])
        if self.dialog is not None:
            self.dialog.reject()
        window = self.workbench.parts.get("window")
        dialog = CodeDialog(types.project, types.waiting, window if isinstance(window, QWidget) else None)
        self.dialog = dialog
        dialog.accepted.connect(lambda: self._approve(types.project, dialog.files, whole=dialog.is_mine))
        dialog.finished.connect(lambda *_: self._forget(dialog))
        dialog.open()
        return dialog

    def _forget(self, dialog: CodeDialog) -> None:
        if self.dialog is dialog:
            self.dialog = None

    def _approve(self, folder: Path | None, files: tuple[OwnFile, ...], *, whole: bool) -> None:
        """Let exactly those files that were shown run from now on, or all of the folder, whatever it holds."""

        def remember() -> None:
            approve_files(files)
            if whole and folder is not None:
                trust_folder(folder)

        if self.workbench.trying(remember):
            project = self._projects.get(folder)
            if project is not None:
                self._look_at(project, anew=True)


def install(workbench: Workbench) -> OwnNodeTypes:
    """Offer the service to the other parts."""
    own = OwnNodeTypes(workbench)
    workbench.parts["own_types"] = own
    return own
