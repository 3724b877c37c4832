"""`Document`: a graph that is being edited, with its file, its history and the ports of its nodes.

The document is the truth; canvas, inspector, problems and commands read it, change it with `do`, and follow its
signals. Everything happens in one thread.
"""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from studio.editing.document.history import Entry, History
from studio.editing.document.ops import TOP, At, Op, apply, graph_at
from studio.editing.document.port_cache import PortCache
from studio.graph.model import Graph, NodeInstance
from studio.graph.ports import NodePorts
from studio.graph.reading import is_file_reference
from studio.graph.scope import BODY_PARAM, Scope
from studio.graph.tree import MAX_BYTES
from studio.importers.opening import is_script, open_graph_file
from studio.spec.fields import Field
from studio.spec.registry import Registry, default_registry
from studio.support.errors import GraphError, UsageError
from studio.support.signal import Signal


class Document:
    """A graph under edit.

    Signals: `changed(op, inverse)` after each primitive op, also of undo and redo; `settled()` once after each whole
    edit, when the document is consistent again; `ports_changed(at, names)` when nodes may have got other ports than
    they had (other params, another body, other node types), before `settled`; `reset()` when the whole graph was read
    anew; `types_changed()` when it has other node types, before `settled`; `saved()` when it was written.
    """

    def __init__(
        self,
        graph: Graph,
        path: Path | None = None,
        registry: Registry | None = None,
        *,
        name: str = "",
        locked: UsageError | None = None,
    ) -> None:
        self.graph = graph
        self.path = path
        self.name = name
        """What it is called, if neither its file nor its graph says so (a run of it)."""
        self.locked = locked
        """Why nothing can be changed in it: what every edit is refused with; None of one that can be edited."""
        self.registry = registry or default_registry()
        self.history = History()
        self.changed: Signal[Op, Op] = Signal()
        self.settled: Signal[()] = Signal()
        self.ports_changed: Signal[At, frozenset[str]] = Signal()
        self.reset: Signal[()] = Signal()
        self.types_changed: Signal[()] = Signal()
        self.saved: Signal[()] = Signal()
        self.revision = 0
        """Grows with each op, and with other node types."""
        self._ports = PortCache(self)
        self._stamp = file_stamp(path)
        self._open_entry: Entry | None = None
        self._bodies = self._body_stamps()

    @classmethod
    def open(cls, path: Path, registry: Registry | None = None) -> Document:
        """Read a file. Raises GraphError with file and line, EnvironmentProblem if it cannot be read.

        A script is read for its graph, which then has no file yet: what a person wrote around it is not written over.
        """
        if is_script(path):
            return cls(open_graph_file(path), None, registry)
        return cls(Graph.load(path), path, registry)

    # -- reading ------------------------------------------------------------------------------

    @property
    def title(self) -> str:
        """What tabs and messages call it: the file's name, or the graph's for one that was never saved."""
        if self.name:
            return self.name
        return self.path.name if self.path is not None else self.graph.name

    def at(self, at: At) -> Graph:
        """Return the graph at a place. Raises GraphError if there is none."""
        return graph_at(self.graph, at)

    def walk(self) -> Iterator[tuple[At, Graph]]:
        """Yield the graph and its local subgraphs, at any depth, with their places; outer ones first."""
        waiting: list[tuple[At, Graph]] = [(TOP, self.graph)]
        for at, graph in waiting:
            yield at, graph
            waiting.extend(((*at, name), inner) for name, inner in graph.graphs.items())

    def has(self, at: At) -> bool:
        """True if there is a graph at this place."""
        graph = self.graph
        for name in at:
            if name not in graph.graphs:
                return False
            graph = graph.graphs[name]
        return True

    def node(self, at: At, name: str) -> NodeInstance:
        """Return a node. Raises GraphError if there is none."""
        found = self.at(at).nodes.get(name)
        if found is None:
            raise GraphError(f"There is no node `{name}` in {'.'.join(at) or self.title}.")
        return found

    def scope(self, at: At) -> Scope:
        """Return where names are looked up that a graph uses."""
        return self._ports.scope(at)

    def ports(self, at: At, name: str) -> NodePorts:
        """Return the declared ports of a node, as `graph.ports.node_ports` does; kept until they may change."""
        return self._ports.get(at, name)

    def output(self, at: At, name: str, port: str) -> Field | None:
        """Return what is known of an output, `done` and `error` included; None if there is no such port."""
        if port == "done":
            return Field(name="done", kind="port", type="boolean")
        if port == "error":
            return Field(name="error", kind="port", type="any")
        return self.ports(at, name).outputs.get(port) if name in self.at(at).nodes else None

    def input(self, at: At, name: str, port: str) -> Field | None:
        """Return what is known of an input, `when` included; None if there is no such port."""
        if port == "when":
            return Field(name="when", kind="port", type="any")
        return self.ports(at, name).inputs.get(port) if name in self.at(at).nodes else None

    # -- editing ------------------------------------------------------------------------------

    def do(self, label: str, ops: Iterable[Op], *, merge: str = "") -> bool:
        """Apply ops as one entry of the history; entries with the same `merge` in a row become one.

        Raises GraphError for an op that does not fit, and what a listener raises; what was applied is then taken back,
        and nothing is remembered. Returns whether anything was done. Inside `edit` the ops join the entry that is open.
        Raises the UsageError `locked` if nothing can be changed.
        """
        self._refuse_if_locked()
        entry = Entry(label, merge=merge)
        try:
            for op in ops:
                inverse = self._change(op)
                entry.ops.append(op)
                entry.inverse.insert(0, inverse)
                self.changed.emit(op, inverse)
        except BaseException as error:
            self._take_back(entry, error, settle=self._open_entry is None)
            raise
        if not entry.ops:
            return False
        outer = self._open_entry
        if outer is not None:
            outer.ops += entry.ops
            outer.inverse[:0] = entry.inverse
        else:
            self.history.push(entry)
            self._settle()
        return True

    @contextmanager
    def edit(self, label: str) -> Iterator[None]:
        """Make everything done inside one entry. If something is raised inside, all of it is taken back."""
        self._refuse_if_locked()
        if self._open_entry is not None:
            yield
            return
        self._open_entry = entry = Entry(label)
        try:
            yield
        except BaseException as error:
            self._open_entry = None
            self._take_back(entry, error)
            raise
        self._open_entry = None
        if entry.ops:
            self.history.push(entry)
            self._settle()

    def undo(self) -> str:
        """Take the last entry back; return its label, "" if there is none."""
        entry = self.history.take_undo()
        if entry is None:
            return ""
        self._replay(entry.inverse)
        return entry.label

    def redo(self) -> str:
        """Do the last entry that was undone again; return its label, "" if there is none."""
        entry = self.history.take_redo()
        if entry is None:
            return ""
        self._replay(entry.ops)
        return entry.label

    def _refuse_if_locked(self) -> None:
        if self.locked is not None:
            raise UsageError(self.locked.message, where=self.locked.where, hint=self.locked.hint)

    def _replay(self, ops: Iterable[Op]) -> None:
        """Apply ops of the history: all of them, and only then tell of a listener that could not follow."""
        faults = self._apply_all(ops)
        self.history.changed.emit()
        self._settle()
        if faults:
            raise faults[0]

    def _take_back(self, entry: Entry, why: BaseException, *, settle: bool = True) -> None:
        """Undo what was done of an edit that failed; what listeners raise meanwhile is added to the reason."""
        for fault in self._apply_all(entry.inverse):
            why.add_note(f"While it was taken back: {type(fault).__name__}: {fault}")
        if settle and entry.inverse:
            self._settle()

    def _apply_all(self, ops: Iterable[Op]) -> list[Exception]:
        """Apply ops that are known to fit; return what listeners raised."""
        faults: list[Exception] = []
        for op in ops:
            inverse = self._change(op)
            try:
                self.changed.emit(op, inverse)
            except Exception as fault:  # noqa: BLE001 - the caller raises it when the document is whole
                faults.append(fault)
        return faults

    def _change(self, op: Op) -> Op:
        inverse = apply(self.graph, op)
        self.revision += 1
        self._ports.note(op, inverse)
        return inverse

    def _settle(self) -> None:
        self._ports.tell()
        self.settled.emit()

    # -- node types ---------------------------------------------------------------------------

    def use_registry(self, registry: Registry) -> None:
        """Take other node types. Nothing of the graph changes: nodes whose type is another one now, or gone, are asked
        for their ports anew, wires to ports that are no more stay and are told as problems, the history stays."""
        if registry is self.registry:
            return
        old, self.registry = self.registry, registry
        self.revision += 1
        self._ports.forget_types(old)
        self.types_changed.emit()
        self._settle()

    # -- files --------------------------------------------------------------------------------

    @property
    def is_modified(self) -> bool:
        """True if there is something to save."""
        return not self.history.is_clean

    def save(self, path: Path | None = None) -> None:
        """Write the file, here or elsewhere, and be that file's document from then on.

        Raises GraphError for values that no file can hold, EnvironmentProblem if the disk refuses; nothing is lost.
        """
        self._refuse_if_locked()
        target = path or self.path
        if target is None:
            raise UsageError("The graph has no file yet.", hint="Choose where to save it.")
        bases = [(graph, graph.base) for _, graph in self.graph.walk()]
        for graph, _ in bases:
            graph.base = target.absolute().parent
        try:
            self.graph.save(target)
        except BaseException:
            for graph, base in bases:
                graph.base = base
            raise
        self.path = target
        self._stamp = file_stamp(target)
        self.history.mark_clean()
        self.saved.emit()
        if self.graph.base != bases[0][1]:
            self.look_at_bodies()

    def look_at_bodies(self) -> None:
        """Ask the bodies that nodes run from other files for their ports anew, if those files changed or are others."""
        stamps = self._body_stamps()
        if stamps != self._bodies:
            self._bodies = stamps
            self._ports.forget_files()
            self._settle()

    def _body_stamps(self) -> dict[tuple[At, str], tuple[Path, int, int] | None]:
        """Return, for each file that a node names as its body, which file that is and what tells whether it changed."""
        found: dict[tuple[At, str], tuple[Path, int, int] | None] = {}
        for at, graph in self.walk():
            for node in graph.nodes.values():
                reference = node.params.get(BODY_PARAM)
                if isinstance(reference, str) and is_file_reference(reference) and (at, reference) not in found:
                    found[at, reference] = _stamp_of(self.scope(at), reference)
        return found

    @property
    def stamp(self) -> str:
        """What the file was when it was read or written last, as `file_stamp` tells it."""
        return self._stamp

    def changed_on_disk(self) -> bool:
        """True if the file is not what was read or written last; a file that is gone counts."""
        return self.path is not None and file_stamp(self.path) != self._stamp

    def keep_mine(self) -> None:
        """Heed the file's change no more: the document stays as it is and is to be saved."""
        self._stamp = file_stamp(self.path)
        self.history.mark_dirty()

    def reload(self) -> None:
        """Read the file again and forget the history. Raises GraphError or EnvironmentProblem; then nothing changes."""
        if self.path is None:
            raise UsageError("The graph has no file yet.")
        self.replace(Graph.load(self.path))
        self._stamp = file_stamp(self.path)
        self.history.clear()

    def replace(self, graph: Graph) -> None:
        """Show another graph in place of this one (recovery, reload)."""
        self.graph = graph
        self.revision += 1
        self._ports.forget()
        self.reset.emit()
        self.settled.emit()


def _stamp_of(scope: Scope, reference: str) -> tuple[Path, int, int] | None:
    try:
        path = scope.file_of(reference)
        about = path.stat()
    except (GraphError, OSError):
        return None  # there is none now; `graph.check` says so at the node
    return path, about.st_size, about.st_mtime_ns


def file_stamp(path: Path | None) -> str:
    """Return what tells whether a file changed: a hash of its bytes, "" if there is none.

    Nothing but a file is read, and none that is too large to be a graph: of that one size and time count.
    """
    if path is None:
        return ""
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            return ""
        if about.st_size > MAX_BYTES:
            return f"{about.st_size} {about.st_mtime_ns}"
        return hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest()
    except (OSError, ValueError):
        return ""
