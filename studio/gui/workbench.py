"""`Workbench`: what all parts of the window share. Which documents are open, what is shown, what is selected."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from studio.editing import TOP, At, Document
from studio.gui.base.action import all_actions
from studio.settings.declared import Value
from studio.settings.settings import Settings
from studio.spec.registry import Registry, default_registry
from studio.support.errors import StudioError
from studio.support.paths import same_file

if TYPE_CHECKING:
    from studio.gui.canvas import Canvas


@dataclass(frozen=True, slots=True)
class Tab:
    """One graph that is shown: a document and the place of the graph in it. Two are equal if they show the same."""

    document: Document
    at: At

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tab) and other.document is self.document and other.at == self.at

    def __hash__(self) -> int:
        return hash((id(self.document), self.at))


class Workbench(QObject):
    """The shared state of one window. Parts know the workbench and each other only through it."""

    opened = Signal(object)
    """A document was opened."""
    closed = Signal(object)
    """A document was closed."""
    shown = Signal(object)
    """A tab should be shown (`Tab`); the window obeys."""
    current_changed = Signal()
    """Another tab, or none, is the current one; `canvas` is set by then."""
    selection_changed = Signal()
    """Other nodes are selected, or the current tab has changed."""
    settled = Signal(object)
    """A document was edited (after each whole edit, also undo and redo)."""
    said = Signal(str, str)
    """(text, kind): a sentence for the person; kind is `info`, `refused` (keys or a gesture that can do nothing here),
    `warning` or `error`."""
    acts = Signal(str)
    """(id) An action is about to be done."""
    actions_changed = Signal()
    """What can be done now may have changed."""
    panel_asked = Signal(str)
    """A panel should be shown and get the focus (its id)."""
    open_failed = Signal(object, object)
    """(path, StudioError): a file could not be opened as a graph."""
    settings_changed = Signal(str)
    """A setting has another value (its name); `settings` has it by then."""

    def __init__(self, settings: Settings, registry: Registry | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.settings = settings
        self.registry = registry or default_registry()
        self.documents: list[Document] = []
        self.current: Tab | None = None
        self.canvas: Canvas | None = None
        self.parts: dict[str, Any] = {}
        """Services that parts offer each other, by name (`live`, `checks`); see `part`."""
        self.waiting: dict[str, Callable[[], object]] = {}
        """How parts that nobody has asked for yet are made, by name: panels that nobody has seen."""
        self._unhook: dict[int, Callable[[], None]] = {}

    # -- documents ----------------------------------------------------------------------------

    @property
    def document(self) -> Document | None:
        """The document that is shown, if any."""
        return self.current.document if self.current is not None else None

    @property
    def selection(self) -> list[str]:
        """The names of the selected nodes of the current graph, in file order."""
        return self.canvas.selected() if self.canvas is not None else []

    def add(self, document: Document, *, show: bool = True) -> Document:
        """Take a document in and show its top graph, unless somebody shows it himself."""
        self.documents.append(document)
        self._unhook[id(document)] = document.settled.connect(lambda: self._on_settled(document))
        document.history.changed.connect(self.actions_changed.emit)
        self.opened.emit(document)
        if show:
            self.show(document)
        return document

    def document_of(self, path: Path) -> Document | None:
        """Return the open document of a file, however the file is named."""
        return next((one for one in self.documents if same_file(one.path, path)), None)

    def open(self, path: Path) -> Document | None:
        """Open a file, or show it if it is open; a refusal is told to the person and gives None."""
        known = self.document_of(path)
        if known is not None:
            self.show(known)
            return known
        try:
            return self.add(Document.open(path, self.registry))
        except StudioError as error:
            self.open_failed.emit(path, error)
            self.fail(error)
            return None

    def remove(self, document: Document) -> None:
        """Close a document without asking; what is not saved is lost."""
        if document not in self.documents:
            return
        self.documents.remove(document)
        self._unhook.pop(id(document))()
        self.closed.emit(document)

    def show(self, document: Document, at: At = TOP, select: Sequence[str] = ()) -> None:
        """Show a graph of a document in its tab, with nodes selected and in view."""
        if not document.has(at):
            at = TOP
        self.shown.emit(Tab(document, at))
        if select and self.canvas is not None and self.current == Tab(document, at):
            self.canvas.select(list(select))
            self.canvas.reveal(select[0])

    def set_current(self, tab: Tab | None, canvas: Canvas | None) -> None:
        """The window has brought another tab to the front."""
        self.current, self.canvas = tab, canvas
        self.current_changed.emit()
        self.selection_changed.emit()
        self.actions_changed.emit()

    def _on_settled(self, document: Document) -> None:
        self.settled.emit(document)
        self.actions_changed.emit()

    # -- settings -----------------------------------------------------------------------------

    def change_setting(self, name: str, value: Value | None) -> None:
        """Give a setting a value, or (None) its default, in the settings file.

        Raises UsageError if the value will not do, EnvironmentProblem if the file cannot be written.
        """
        fresh = Settings.load(self.settings.path)  # what another window or command has written since stays
        if value is None:
            fresh.reset(name)
        else:
            fresh.set(name, value)
        fresh.save()
        self.settings = fresh
        self.settings_changed.emit(name)

    # -- telling ------------------------------------------------------------------------------

    def say(self, text: str, kind: str = "info") -> None:
        """Tell the person a sentence, in the status line."""
        self.said.emit(text, kind)

    def fail(self, error: StudioError) -> None:
        """Tell the person what was refused and what to do next."""
        self.said.emit(str(error), getattr(error, "told_as", "error"))

    def trying(self, call: Callable[[], Any]) -> bool:
        """Call, and tell the person if it is refused. Returns whether it was done."""
        try:
            call()
        except StudioError as error:
            self.fail(error)
            return False
        return True

    def commit(self) -> None:
        """What is being typed somewhere, and waits to be told, counts as done: before saving, running, undoing."""
        for part in list(self.parts.values()):
            commit = getattr(part, "commit", None)
            if callable(commit):
                commit()

    # -- node types ---------------------------------------------------------------------------

    def registry_at(self, folder: Path) -> Registry:
        """Return the node types of graphs in a folder: its project's own among them, if they are loaded."""
        own = self.parts.get("own_types")
        found = None if own is None else own.registry_at(folder)
        return found or self.registry

    # -- parts --------------------------------------------------------------------------------

    def part(self, name: str) -> Any:
        """Return the service of this name, made now if it waits for that. Raises KeyError if no part offers it."""
        if name not in self.parts and (make := self.waiting.pop(name, None)) is not None:
            make()
        return self.parts[name]

    def offers(self, name: str) -> bool:
        """True if there is a service of this name, or will be once it is asked for; `parts` has only what was made."""
        return name in self.parts or name in self.waiting

    def trigger(self, action_id: str) -> None:
        """Do what an action does, if it can be done now. Raises KeyError for an unknown id."""
        action = all_actions()[action_id]
        if action.when(self):
            self.acts.emit(action_id)
            self.trying(lambda: action.run(self))
