"""`History`: what was done to a document, in entries that a person would name, to be undone and done again."""

from __future__ import annotations

from dataclasses import dataclass, field

from studio.editing.document.ops import Op, Place, PutNode, PutStore, ReplaceEdge, SetKey
from studio.support.signal import Signal

MOST = 1000
"""Entries kept; the oldest fall away."""


@dataclass(slots=True, eq=False)
class Entry:
    """One thing done: `label` for the menus ("Delete 3 nodes"), the ops, and those that take them back, in order.

    `merge` says with which later entry it may become one (typing, a drag, a slider); "" with none.
    """

    label: str
    ops: list[Op] = field(default_factory=list)
    inverse: list[Op] = field(default_factory=list)
    merge: str = ""


class History:
    """Entries done and undone. The document applies ops; this remembers them.

    `changed` is emitted whenever what can be undone or redone, or whether it is saved, has changed.
    """

    def __init__(self) -> None:
        self.changed: Signal[()] = Signal()
        self._done: list[Entry] = []
        self._undone: list[Entry] = []
        self._clean: Entry | bool | None = None
        """The last entry done when the document was saved; None: before the first; False: not to be reached."""

    @property
    def undo_label(self) -> str:
        """What `undo` would take back, or ""."""
        return self._done[-1].label if self._done else ""

    @property
    def redo_label(self) -> str:
        """What `redo` would do again, or ""."""
        return self._undone[-1].label if self._undone else ""

    @property
    def labels(self) -> list[str]:
        """The labels of all entries done, oldest first."""
        return [entry.label for entry in self._done]

    @property
    def is_clean(self) -> bool:
        """True if the document is as it was saved last."""
        return self._clean is (self._done[-1] if self._done else None)

    def mark_clean(self) -> None:
        """The document was saved as it is now."""
        self._clean = self._done[-1] if self._done else None
        self.end_merge()
        self.changed.emit()

    def mark_dirty(self) -> None:
        """The document is not what its file says, whatever is undone."""
        self._clean = False
        self.changed.emit()

    def end_merge(self) -> None:
        """Whatever is done next is an entry of its own (the drag ended, the field was left)."""
        if self._done:
            self._done[-1].merge = ""

    def push(self, entry: Entry) -> None:
        """Remember an entry that was just applied; what was undone before can no more be redone."""
        if self._undone:
            if self._clean in self._undone:
                self._clean = False
            self._undone.clear()
        last = self._done[-1] if self._done else None
        if last is not None and entry.merge and last.merge == entry.merge and last is not self._clean:
            if _replaces(last, entry):
                # Each key typed into a long prompt, each step of an arrow key would else be kept.
                last.ops = entry.ops
            else:
                last.ops += entry.ops
                last.inverse[:0] = entry.inverse
            last.label = entry.label
        else:
            self._done.append(entry)
            if len(self._done) > MOST:
                gone = self._done.pop(0)
                if self._clean is gone or self._clean is None:
                    # What was saved is now what stands before the first entry, or it can no more be reached.
                    self._clean = None if self._clean is gone else False
        self.changed.emit()

    def take_undo(self) -> Entry | None:
        """Move the last entry done to those undone and return it."""
        if not self._done:
            return None
        entry = self._done.pop()
        entry.merge = ""
        self.end_merge()
        self._undone.append(entry)
        return entry

    def take_redo(self) -> Entry | None:
        """Move the last entry undone to those done and return it."""
        if not self._undone:
            return None
        entry = self._undone.pop()
        self._done.append(entry)
        return entry

    def clear(self) -> None:
        """Forget everything (the file was read again)."""
        self._done.clear()
        self._undone.clear()
        self._clean = None
        self.changed.emit()


def _replaces(last: Entry, entry: Entry) -> bool:
    """True if both entries do nothing but put something in the place of the same nodes, edges, keys or points."""
    places = [_place_of(op) for op in last.ops]
    return (
        None not in places
        and len(set(places)) == len(places)
        and places == [_place_of(op) for op in entry.ops]
        and None not in {_place_of(op) for op in (*last.inverse, *entry.inverse)}
    )


def _place_of(op: Op) -> tuple[object, ...] | None:
    """Return what an op replaces, None if it adds, removes or moves."""
    match op:
        case PutNode(at, name, node, None) if node is not None:
            return "node", at, name
        case PutStore(at, name, store, None) if store is not None:
            return "store", at, name
        case ReplaceEdge(at, index, _):
            return "edge", at, index
        case SetKey(at, key, _):
            return "key", at, key
        case Place(at, key, value, None, is_null) if value is not None or is_null:
            return "place", at, key
        case _:
            return None
