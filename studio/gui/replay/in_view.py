"""What of a graph is in view on a canvas: that is shown with a step, everything else after it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt

from studio.gui.canvas.node_item import NodeItem
from studio.gui.canvas.wire_item import WireItem, WireKey

if TYPE_CHECKING:
    from studio.gui.canvas import Canvas

AROUND: Final = 140.0
"""How far what stands on a wire may reach beyond the wire, in scene units."""


def in_view(canvas: Canvas) -> tuple[set[str], set[WireKey]]:
    """Return the names of nodes and the keys of wires of which something can be seen.

    The scene is asked, which finds few items among many without looking at each.
    """
    room = canvas.view.seen().adjusted(-AROUND, -AROUND, AROUND, AROUND)
    names, wires = set[str](), set[WireKey]()
    for item in canvas.view.scene().items(room, Qt.ItemSelectionMode.IntersectsItemBoundingRect):
        if isinstance(item, WireItem):
            wires.add(item.key)
        elif isinstance(item, NodeItem):
            names.add(item.name)
    return names, wires
