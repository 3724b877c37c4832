"""A list of places that a question gave (where is this used?), to walk through and go to."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from studio.editing.document import Document
from studio.editing.finding.searching import Hit
from studio.export.drawing.style import hue_of
from studio.gui.popups.commands import go
from studio.gui.popups.picker import Picker, rows_by_text
from studio.gui.popups.rows import Row
from studio.gui.workbench import Workbench

ICONS = {
    "graph": "graph", "edge": "split", "store": "store-read", "comment": "note", "note": "note", "param": "text",
    "type": "node", "title": "text", "node": "node",
}  # fmt: skip
"""The icon of each kind of place."""


class Results:
    """Offers the places that were found; typing narrows them down."""

    def __init__(self, workbench: Workbench, window: QWidget) -> None:
        self.workbench = workbench
        self._rows: list[Row] = []
        self.picker = Picker(
            window, "Places", lambda query: rows_by_text(self._rows, query), placeholder="Narrow down", width=520
        )
        self.picker.set_foot("↑↓ choose · Enter goes there · Esc leaves")
        self.picker.finished.connect(lambda: self._rows.clear())
        self.picker.picked.connect(self._go)

    def open(self, title: str, hits: Sequence[Hit]) -> None:
        """Offer places of the current document."""
        document = self.workbench.document
        if document is None:
            return
        self._rows[:] = [hit_row(document, hit) for hit in hits]
        self.picker.set_name(title)
        self.picker.set_head(f"{title} · {len(hits)}")
        self.picker.open_at()

    def _go(self, value: object) -> None:
        assert isinstance(value, tuple)
        document, hit = value
        go_to_hit(self.workbench, document, hit)


def hit_row(document: Document, hit: Hit) -> Row:
    """Return the row of a place that was found."""
    node = document.at(hit.at).nodes.get(hit.node) if hit.node and document.has(hit.at) else None
    cls = document.registry.find(node.type) if node is not None else None
    hue = hue_of(cls.spec.category) if cls is not None else 0
    name = cls.spec.icon if cls is not None and hit.kind in ("node", "type") else ICONS[hit.kind]
    marks = (hit.span,) if hit.span[1] > hit.span[0] else ()
    return Row(hit.text, hit.place, f"In {hit.place or document.title}.", hue, name, marks, value=(document, hit))


def go_to_hit(workbench: Workbench, document: Document, hit: Hit) -> None:
    """Show the place; a param is shown in the inspector, too."""
    go(workbench, document, hit.at, hit.node)
    inspector = workbench.parts.get("inspector")
    if hit.kind == "param" and inspector is not None:
        inspector.reveal_param(hit.key.partition(".")[0].partition("[")[0])
        if workbench.canvas is not None:
            workbench.canvas.setFocus()  # whoever walks on with F3 must not type into a prompt
