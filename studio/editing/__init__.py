"""How a graph is changed: primitive ops with inverses, the document that applies them, and the history that undoes.

The window, commands and recovery change graphs through `Document` alone; whoever shows a document follows its
signals. Knows no Qt and runs nothing.
"""

from studio.editing.document.document import Document
from studio.editing.document.history import Entry, History
from studio.editing.document.ops import (
    TOP,
    At,
    InsertEdge,
    Op,
    Place,
    PutGraph,
    PutNode,
    PutStore,
    RemoveEdge,
    RenameGraph,
    RenameNode,
    ReplaceEdge,
    SetComment,
    SetKey,
)

__all__ = [
    "TOP", "At", "Document", "Entry", "History", "InsertEdge", "Op", "Place", "PutGraph", "PutNode", "PutStore",
    "RemoveEdge", "RenameGraph", "RenameNode", "ReplaceEdge", "SetComment", "SetKey",
]  # fmt: skip
