"""Wires by keyboard: a list of the wires that could be drawn at a node, to choose from by typing."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from studio.editing.document import Document
from studio.editing.document.ops import At
from studio.editing.edits.connecting import connect
from studio.editing.offering.linking import Offer, offers
from studio.export.drawing.style import hue_of
from studio.gui.popups.picker import Picker, rows_by_text
from studio.gui.popups.rows import Row
from studio.gui.workbench import Workbench


class WiringPopup:
    """Offers the wires of one node."""

    def __init__(self, workbench: Workbench, window: QWidget) -> None:
        self.workbench = workbench
        self._rows: list[Row] = []
        self.picker = Picker(
            window, "Wire to", lambda query: rows_by_text(self._rows, query, lambda row: row.title),
            placeholder="Name of a node or a port", width=520,
        )  # fmt: skip
        self.picker.set_foot("↑↓ choose · Enter connects · Esc cancels")
        self.picker.set_empty("Nothing here fits what this node takes or gives.")
        self.picker.finished.connect(lambda: self._rows.clear())
        self.picker.picked.connect(self._connect)

    def open(self, node: str) -> None:
        """Offer what a node of the graph that is shown could be wired to."""
        tab = self.workbench.current
        if tab is None:
            return
        document, at = tab.document, tab.at
        self._rows[:] = [_row(document, at, node, offer) for offer in offers(document, at, node)]
        self.picker.set_head(f"Wire {node}")
        self.picker.open_at()

    def _connect(self, value: object) -> None:
        assert isinstance(value, tuple)
        document, at, edge = value
        canvas = self.workbench.canvas
        if canvas is not None:
            canvas.cancel_interaction()
            canvas.setFocus()
        label = f"Connect {edge.source} to {edge.target}"
        if self.workbench.trying(lambda: document.do(label, connect(document, at, edge))):
            self.workbench.say(f"Connected {edge}.")


def _row(document: Document, at: At, node: str, offer: Offer) -> Row:
    edge = offer.edge
    is_output = edge.source == node
    other = edge.target if is_output else edge.source
    cls = document.registry.find(document.node(at, other).type)
    if is_output:
        title = f"{edge.source_port} → {edge.target}.{edge.target_port}"
    else:
        title = f"{edge.target_port} ← {edge.source}.{edge.source_port}"
    return Row(
        title, f"{offer.type}, next tick" if edge.feedback else offer.type, f"{edge}\n{offer.about}",
        hue_of(cls.spec.category) if cls is not None else None, cls.spec.icon if cls is not None else "",
        value=(document, at, edge),
    )  # fmt: skip
