"""The popup that adds a node by typing: where one stands, or at the end of a wire that was dropped into empty space."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget

from studio.editing.offering.catalogue import TypeEntry, catalogue, document_entries
from studio.editing.offering.ranking import advice, marks, rank
from studio.editing.offering.suggesting import Suggestion, for_port
from studio.export.drawing.style import hue_of
from studio.graph.model import Edge
from studio.gui.edits.adding import add
from studio.gui.popups.picker import Picker
from studio.gui.popups.rows import Row
from studio.gui.workbench import Workbench

FIRST: Final = (
    "flow.input", "llm.function", "llm.function:decide", "llm.function:extract", "llm.function:write", "flow.switch",
    "text.template", "flow.output", "human.ask", "flow.map", "flow.stop", "logic.expression",
)  # fmt: skip
"""What most graphs begin with: shown first while nothing is typed and nothing was added yet."""


@dataclass(frozen=True, slots=True)
class Loose:
    """The port at which a wire hangs loose."""

    node: str
    port: str
    is_output: bool


class AddPopup:
    """Offers node types for a point of the canvas. `recent` are the keys added last, the latest first."""

    def __init__(self, workbench: Workbench, window: QWidget) -> None:
        self.workbench = workbench
        self.recent: deque[str] = deque(maxlen=6)
        self.loose: Loose | None = None
        self._wire: Edge | None = None
        self._xy = (0.0, 0.0)
        self._entries: list[TypeEntry] = []
        self._suggestions: list[Suggestion] = []
        self.picker = Picker(window, "Add a node", self.rows, placeholder="Search node types")
        self.picker.set_foot("↑↓ choose · Enter adds · Esc cancels")
        self.picker.picked.connect(self._add)
        self.picker.list.selectionModel().currentChanged.connect(lambda *_: self._tell_wire())

    def open(self, xy: tuple[float, float], point: QPoint | None, loose: Loose | None = None) -> None:
        """Offer what can be added at a point of the scene, next to a point of the screen; with a wire, what fits it."""
        tab = self.workbench.current
        if tab is None:
            return
        self._xy, self.loose, self._wire = xy, loose, None
        document, at = tab.document, tab.at
        if loose is not None:
            self._suggestions = for_port(document, at, loose.node, loose.port, loose.is_output)
            self._entries = []
        else:
            self._suggestions = []
            self._entries = [*document_entries(document, at), *catalogue(document.registry)]
        self.picker.set_head("")
        self.picker.open_at(point)
        self._tell_wire()

    def open_on_wire(self, xy: tuple[float, float], point: QPoint | None, edge: Edge) -> None:
        """Offer what fits into a wire: what takes what it brings and gives something back."""
        self.open(xy, point, Loose(edge.source, edge.source_port, True))
        self._wire = edge
        self._suggestions = [one for one in self._suggestions if one.port != "when" and one.entry.outputs]
        self.picker.search()
        self._tell_wire()

    def rows(self, query: str) -> Sequence[Row]:
        """Return what fits a query, best first."""
        if self.loose is not None:
            found = rank(self._suggestions, query, lambda one: one.entry)
            rows = [_row(one.entry, query, one.why, one) for one in found]
        else:
            entries = rank(self._entries, query) if query.strip() else self._usual()
            rows = [_row(entry, query, entry.type, entry) for entry in entries]
        if not rows:
            said = advice(query) or ("Nothing takes what this wire brings." if self.loose and not query.strip() else "")
            self.picker.set_empty(said or f"No node type fits “{query.strip()[:60]}”.")
        return rows

    def _usual(self) -> list[TypeEntry]:
        order = {key: place for place, key in enumerate(dict.fromkeys((*self.recent, *FIRST)))}
        return sorted(self._entries, key=lambda entry: order.get(entry.key, len(order)))

    def _tell_wire(self) -> None:
        """Say which ports will be wired if the current row is taken."""
        row = self.picker.current()
        if self.loose is None:
            return
        here = f"{self.loose.node}.{self.loose.port}"
        if self._wire is not None:
            between = row.value.entry.title if row is not None else "…"
            self.picker.set_head(f"{here}  →  {between}  →  {self._wire.target}.{self._wire.target_port}")
            return
        there = f"{row.value.entry.title} · {row.value.port}" if row is not None else "…"
        self.picker.set_head(f"{here}  →  {there}" if self.loose.is_output else f"{there}  →  {here}")

    def _add(self, value: object) -> None:
        wire = value if isinstance(value, Suggestion) else None
        entry = wire.entry if wire is not None else value
        assert isinstance(entry, TypeEntry)
        if self.workbench.trying(lambda: add(self.workbench, entry, self._xy, wire, into=self._wire, apart=True)):
            if entry.key in self.recent:
                self.recent.remove(entry.key)
            self.recent.appendleft(entry.key)


def _row(entry: TypeEntry, query: str, detail: str, value: object) -> Row:
    return Row(
        entry.title, detail, f"{entry.summary}\n{_ports(entry)}", hue_of(entry.category), entry.icon,
        tuple(marks(entry.title, query)), value=value,
    )  # fmt: skip


def _ports(entry: TypeEntry) -> str:
    takes = f"Takes {', '.join(entry.inputs)}. " if entry.inputs else ""
    return f"{takes}Gives {', '.join(entry.outputs)}." if entry.outputs else takes.strip()
