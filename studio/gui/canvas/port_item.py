"""A port as NodeGraphQt knows it: where a wire ends. It is painted, and found under the mouse, by its node's card."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QGraphicsItem

from studio.gui.canvas.library import PortItem
from studio.gui.guard import guarded

_RECT = QRectF(-8.0, -8.0, 16.0, 16.0)


class Port(PortItem):  # type: ignore[misc]
    """The end of wires on a card; made when the first wire needs it. Its place is the middle of the port's dot."""

    def __init__(self, parent: QGraphicsItem, side: str, name: str) -> None:
        QGraphicsItem.__init__(self, parent)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemHasNoContents)
        self._pipes: list[Any] = []
        self._width = self._height = 16.0
        self._hovered = False
        self._name = name
        self._display_name = True
        self._color = self._border_color = (0, 0, 0, 255)
        self._border_size = 1
        self._port_type = side
        self._multi_connection = True
        self._locked = False

    # No Python callback for changes of the item: wires are routed by the projection.
    itemChange = QGraphicsItem.itemChange

    @guarded(QRectF)
    def boundingRect(self) -> QRectF:
        """A small square around the dot."""
        return _RECT

    @guarded()
    def paint(self, painter: Any, option: Any, widget: Any = None) -> None:
        """Nothing: the card paints its ports."""
