"""Adds what palettes offer to the graph that is shown: from a list, by a drop, or at the loose end of a wire."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QMimeData

from studio.editing.document import Document
from studio.editing.document.ops import At
from studio.editing.edits import stores
from studio.editing.edits.connecting import connect
from studio.editing.edits.naming import free_name
from studio.editing.edits.nodes import add_node, insert_on_edge
from studio.editing.offering.catalogue import TypeEntry, catalogue, document_entries, starting
from studio.editing.offering.suggesting import Suggestion
from studio.editing.placing.arranging import free_place
from studio.editing.placing.places import snap
from studio.graph.model import Edge, StoreDecl
from studio.gui.workbench import Workbench
from studio.support.errors import UsageError

MIME: Final = "application/x-studio-node-type"
"""What is dragged from the palette: the key of an entry, or `store:KIND`, as UTF-8."""

STORE: Final = "store:"

STORE_KINDS: Final = {
    "kv": ("Key-value store", "memory", "A memory of values by name: set, get, list."),
    "list": ("List store", "notes", "A memory that grows: append, read, clear."),
    "queue": ("Queue store", "tasks", "Work that waits in order: push, pop, peek."),
    "priority_queue": ("Priority queue", "waiting", "Work that waits by urgency: push, pop, change, remove."),
    "table": ("Table", "rows", "Rows with columns: insert, select by a filter, update, count."),
    "board": ("Board", "board", "Slots that nodes write and watch: each learns what changed."),
    "messages": ("Conversation", "conversation", "Messages, of which the newest are packed into a window of tokens."),
    "stream": ("Memory stream", "memories", "Memories retrieved by recency, importance and relevance."),
}  # fmt: skip
"""Kinds of stores that can be declared: title, the name a new one gets, and what it is for."""

_BESIDE: Final = 220.0
"""How far left of a wire's loose end a node stands that feeds it; cards are about that wide."""
_SIZE: Final = 200.0, 100.0
"""About how large a new card is."""
_ABOVE: Final = 32.0
"""How far above a wire's loose end the card begins, so that the wire ends at about its first port."""


def mime(key: str) -> QMimeData:
    """Return what a drag of the entry with this key carries."""
    made = QMimeData()
    made.setData(MIME, key.encode())
    return made


def key_of(data: QMimeData) -> str:
    """Return the key that a drag carries, or ""; what other programs put there may be anything."""
    return bytes(data.data(MIME).data())[:500].decode(errors="replace") if data.hasFormat(MIME) else ""


def find_entry(document: Document, at: At, key: str) -> TypeEntry | None:
    """Return the entry of a key, as this graph offers it."""
    entries = (*document_entries(document, at), *catalogue(document.registry))
    return next((entry for entry in entries if entry.key == key), None)


def add(
    workbench: Workbench,
    entry: TypeEntry,
    xy: tuple[float, float],
    wire: Suggestion | None = None,
    *,
    into: Edge | None = None,
    apart: bool = False,
) -> str:
    """Add a node of an entry to the graph that is shown, wire it, select it, as one entry of the history.

    `into` is a wire that the node is put into instead: what the wire brought then goes through the node. `apart`: a
    place that is not meant to the pixel is moved on where other nodes are.
    Returns its name. Raises StudioError if it is refused; then nothing has changed.
    """
    tab = workbench.current
    if tab is None:
        raise UsageError("There is no graph to add to.", hint="Open or make one first.")
    document, at = tab.document, tab.at
    canvas = workbench.canvas
    if canvas is not None:
        canvas.cancel_interaction()
    boxes = canvas.boxes() if canvas is not None else None
    if into is not None:
        xy = (xy[0] - _BESIDE / 2, xy[1] - _ABOVE)
    elif wire is not None:
        xy = (xy[0] if wire.is_output else xy[0] - _BESIDE, xy[1] - _ABOVE)
    elif apart:
        xy = free_place(document, at, xy, _SIZE, boxes)
    if canvas is not None and canvas.snaps:
        xy = snap(xy)
    label = f"Add {entry.title}"
    with document.edit(label):
        start = starting(document, at, entry)
        document.do(label, start.ops)
        name, ops = add_node(document, at, entry.type, xy, start.params, entry.name, boxes=boxes)
        document.do(label, ops)
        if into is not None:
            port = wire.port if wire is not None else ""
            document.do(label, insert_on_edge(document, at, into, name, input_port=port))
        elif wire is not None:
            document.do(label, connect(document, at, wire.edge(name)))
    if canvas is not None:
        canvas.select([name])
        if apart or name not in canvas.visible_nodes():
            canvas.reveal(name)
        canvas.setFocus()
    return name


def add_store(workbench: Workbench, kind: str) -> str:
    """Declare a store of a kind in the graph that is shown; return its name. Raises UsageError if there is no graph."""
    tab = workbench.current
    if tab is None or kind not in STORE_KINDS:
        raise UsageError("There is no graph to add to.", hint="Open or make one first.")
    title, wanted, _ = STORE_KINDS[kind]
    name = free_name(wanted, set(tab.document.scope(tab.at).store_names()))
    tab.document.do(f"Declare store {name}", stores.add_store(tab.document, tab.at, StoreDecl(name, kind)))
    workbench.say(f"Declared the {title.lower()} {name}. Nodes of the category Stores use it by this name.")
    return name


def add_by_key(workbench: Workbench, key: str, xy: tuple[float, float], *, apart: bool = False) -> str:
    """Add what a drag or a list names by key; return the name. Raises StudioError if it is refused or unknown."""
    if key.startswith(STORE):
        return add_store(workbench, key.removeprefix(STORE))
    tab = workbench.current
    entry = find_entry(tab.document, tab.at, key) if tab is not None else None
    if entry is None:
        raise UsageError("What was dropped is no node type of this graph.", hint="Drag one out of the palette.")
    return add(workbench, entry, xy, apart=apart)
