"""What is under the mouse: a port, a card, a point of a wire, a wire, a comment, a frame or its corner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtWidgets import QGraphicsScene

from studio.gui.canvas.annotation_items import CommentItem, FrameItem
from studio.gui.canvas.look import TINY
from studio.gui.canvas.node_item import REACH, NodeItem, PortId
from studio.gui.canvas.wire_item import WireItem, WireKey
from studio.gui.canvas.wire_painting import HANDLE

Kind = Literal["port", "node", "handle", "wire", "comment", "frame", "corner"]

BY_BOX = Qt.ItemSelectionMode.IntersectsItemBoundingRect


@dataclass(frozen=True, slots=True)
class Target:
    """Something that the mouse can be on.

    `node` names the card of a port or node; `wire` the wire of a handle or wire; `number` is that of the handle,
    frame or comment; `owner` says whose corner it is (`frame` or `comment`).
    """

    kind: Kind
    node: str = ""
    port: PortId | None = None
    wire: WireKey | None = None
    number: int = -1
    owner: str = ""


def find_target(scene: QGraphicsScene, point: QPointF, scale: float) -> Target | None:
    """Return what is at a point of the scene; things are as easy to hit when they are shown small."""
    reach = min(24.0, max(REACH, 8.0 / scale))
    items = scene.items(QRectF(point.x() - reach, point.y() - reach, 2 * reach, 2 * reach), BY_BOX)
    cards = [item for item in items if isinstance(item, NodeItem)]
    if scale >= TINY:
        for card in cards:
            port = card.port_at(point, reach)
            if port is not None:
                return Target("port", card.name, port)
            if card.body_rect().contains(point):
                break
    for card in cards:
        if card.body_rect().contains(point):
            return Target("node", card.name)
    wires = [item for item in items if isinstance(item, WireItem)]
    for wire in wires:
        for number, handle in enumerate(wire.handles):
            if max(abs(handle.x() - point.x()), abs(handle.y() - point.y())) <= max(HANDLE + 3, 6.0 / scale):
                return Target("handle", wire=wire.key, number=number)
    found = _note_at(items, point, scale)
    if found is not None:
        return found
    near = min(((wire.distance(point), number) for number, wire in enumerate(wires)), default=None)
    if near is not None and near[0] <= min(14.0, max(6.0, 5.0 / scale)):
        return Target("wire", wire=wires[near[1]].key)
    return _frame_at(items, point, scale)


def _note_at(items: Sequence[object], point: QPointF, scale: float) -> Target | None:
    for item in items:
        if isinstance(item, CommentItem) and item.area().contains(point):
            if item.on_corner(point, scale):
                return Target("corner", number=item.number, owner="comment")
            return Target("comment", number=item.number)
    return None


def _frame_at(items: Sequence[object], point: QPointF, scale: float) -> Target | None:
    """Frames are held at their title, their rim and their corner; inside, the paper is as free as elsewhere."""
    for item in items:
        if isinstance(item, FrameItem) and item.area().adjusted(-4, -4, 4, 4).contains(point):
            if item.on_corner(point, scale):
                return Target("corner", number=item.number, owner="frame")
            if item.on_rim(point, scale):
                return Target("frame", number=item.number)
    return None
