"""What differs in two runs as a tree: what they were begun with, and the nodes with their firings.

Rows are made when they are seen: a node may have a hundred thousand firings that differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, Qt

from studio.gui.base.guard import guarded
from studio.gui.theme import current_theme
from studio.gui.widgets.labels import cut, tip
from studio.replay.diff.telling import fact_line, folded, told_change, what, when, whose
from studio.support.plain import plain_line

if TYPE_CHECKING:
    from studio.replay.diff.found import Change, Fact, NodeDiff, RunDiff

COLUMNS: Final = ("What differs", "Whose", "In what")
MOST_FACTS: Final = 500
_WHOSE: Final = {"origin": "its own", "downstream": "follows", "unreached": "not reached"}
_COLOURS: Final = {"origin": "bad", "downstream": "warn", "unreached": "soft"}

AnyIndex = QModelIndex | QPersistentModelIndex


class FactRow(NamedTuple):
    """Something that differs beside the firings; `kind` says of what it is a part."""

    kind: str
    fact: Fact


class NodeRow(NamedTuple):
    """A node that differs, with its firings; of a map, in all items."""

    name: str
    nodes: list[NodeDiff]
    changes: list[Change]


class Differences(QAbstractItemModel):
    """A model over a `RunDiff`."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.rows: list[FactRow | NodeRow] = []

    def show(self, found: RunDiff | None) -> None:
        """Show another comparison."""
        self.beginResetModel()
        self.rows = []
        if found is not None:
            kinds = (("graph", found.graph), ("option", found.options), ("input", found.inputs), ("end", found.ends))
            self.rows += [FactRow(kind, fact) for kind, facts in kinds for fact in facts[:MOST_FACTS]]
            self.rows += [
                NodeRow(name, nodes, [change for node in nodes for change in node.changes])
                for name, nodes in folded(found.nodes).items()
            ]
        self.endResetModel()

    def at(self, index: AnyIndex) -> FactRow | NodeRow | Change | None:
        """Return what a row is about."""
        if not index.isValid():
            return None
        inside = int(index.internalId())
        if not inside:
            return self.rows[index.row()] if index.row() < len(self.rows) else None
        row = self.rows[inside - 1]
        return row.changes[index.row()] if isinstance(row, NodeRow) else None

    def index_of(self, change: Change) -> QModelIndex:
        """Return where a firing that differs stands."""
        for number, row in enumerate(self.rows):
            if isinstance(row, NodeRow) and change in row.changes:
                return self.createIndex(row.changes.index(change), 0, number + 1)
        return QModelIndex()

    # -- Qt -------------------------------------------------------------------------------------

    @guarded(QModelIndex())
    def index(self, row: int, column: int, parent: AnyIndex = QModelIndex()) -> QModelIndex:  # noqa: B008
        if not 0 <= row < self.rowCount(parent) or not 0 <= column < len(COLUMNS):
            return QModelIndex()
        return self.createIndex(row, column, parent.row() + 1 if parent.isValid() else 0)

    @guarded(QModelIndex())
    def parent(self, index: AnyIndex = QModelIndex()) -> QModelIndex:  # type: ignore[override]  # noqa: B008
        inside = int(index.internalId()) if index.isValid() else 0
        return self.createIndex(inside - 1, 0, 0) if inside else QModelIndex()

    @guarded(0)
    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        if not parent.isValid():
            return len(self.rows)
        if int(parent.internalId()) or parent.column() or parent.row() >= len(self.rows):
            return 0
        row = self.rows[parent.row()]
        return len(row.changes) if isinstance(row, NodeRow) else 0

    @guarded(0)
    def columnCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        return len(COLUMNS)

    @guarded(None)
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        shown = role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal
        return COLUMNS[section] if shown else None

    @guarded(None)
    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.at(index)
        if row is None:
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return _cells(row)[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(_cells(row)[index.column()])
        if role == Qt.ItemDataRole.ForegroundRole and index.column() == 1:
            kind = "" if isinstance(row, FactRow) else _kind(row)
            return current_theme().colour(_COLOURS.get(kind, "accent"))
        return None


def _kind(row: NodeRow | Change) -> str:
    return whose(row.nodes).partition(",")[0] if isinstance(row, NodeRow) else row.kind


def _cells(row: FactRow | NodeRow | Change) -> tuple[str, str, str]:
    if isinstance(row, FactRow):
        return cut(plain_line(fact_line(row.fact)), 300), row.kind, "changed" if row.fact.a is not None else "new"
    if isinstance(row, NodeRow):
        count = len(row.changes)
        kind, _, more = whose(row.nodes).partition(", ")
        name = f"{row.name}  ({count:,} {'firing' if count == 1 else 'firings'})"
        return plain_line(name), _WHOSE[kind] + (f", {more}" if more else ""), what(row.nodes)
    return when(row), _WHOSE[row.kind], told_change(row)
