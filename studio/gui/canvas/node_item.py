"""A node as a card: title, type, what it does, ports, state of a run. Everything is painted in one `paint`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsItem

from studio.export.drawing.card import HEAD, Card
from studio.gui.base.guard import guarded
from studio.gui.canvas.card_painting import STRIP_LINE, paint_card, strip_room
from studio.gui.canvas.compared import Compared
from studio.gui.canvas.library import IN, OUT, AbstractNodeItem
from studio.gui.canvas.look import look
from studio.gui.canvas.state import IDLE, NodeState
from studio.spec.fields import Field

if TYPE_CHECKING:
    from studio.export.drawing.tints import Tint
    from studio.gui.canvas.viewer import Viewer

MARGIN = 12.0
"""Room around a card for ports, outlines and the second sheet of a region."""

_SELECTABLE = QGraphicsItem.GraphicsItemFlag.ItemIsSelectable
_CACHED = QGraphicsItem.CacheMode.DeviceCoordinateCache
_AT_HEAD = {"done": -7.0, "error": 9.0}

REACH = 11.0
"""How near to a port's middle the mouse counts as on it."""


class PortId(NamedTuple):
    """A port of a node: `side` is `in` or `out`."""

    node: str
    side: str
    name: str

    @property
    def is_output(self) -> bool:
        """True for an output."""
        return self.side == OUT


Offer = Callable[[PortId], bool]
"""Whether a wire that is being dragged may end at a port."""


class NodeItem(AbstractNodeItem):  # type: ignore[misc]
    """The card of one node. Facts come from the projection; it knows no document."""

    def __init__(self, name: str = "node", parent: QGraphicsItem | None = None) -> None:
        # Not NodeGraphQt's own, which sets a dozen properties that are never used, a thousand times.
        QGraphicsItem.__init__(self, parent)
        self.setFlag(_SELECTABLE)
        self.setCacheMode(_CACHED)
        self.setZValue(1)
        self.view: Viewer | None = None
        """Told when it looks other than before."""
        self._properties: dict[str, Any] = {"id": name, "name": name}
        self._width = self._height = 0.0
        self.card = Card(name, name, "", "")
        self.title = name
        """The whole title; the card's is cut to the width that drawings have for it."""
        self.types: dict[tuple[str, str], str] = {}
        self.fields: dict[tuple[str, str], Field] = {}
        self.ghosts: frozenset[tuple[str, str]] = frozenset()
        """Ports that only a wire names: the type does not have them."""
        self.wired: frozenset[tuple[str, str]] = frozenset()
        self.state: NodeState = IDLE
        self.problem: tuple[str, str] | None = None
        self.hovered = False
        self.marked = False
        """Drawn as found or followed (see `Canvas.set_highlight`)."""
        self.dimmed = False
        self.current = False
        """Whether a run stands at it (see `Canvas.set_current`)."""
        self.compared: Compared | None = None
        """What is not the same in another run, or graph (see `Canvas.set_compared`)."""
        self.tint: Tint | None = None
        """What was measured of it, as a colour (see `Canvas.set_tints`)."""
        self.offer: Offer | None = None
        self.hot: tuple[str, str] | None = None
        """The port under the mouse."""
        self._places: dict[tuple[str, str], QPointF] = {}
        self._rect = QRectF()
        self._body: QRectF | None = None
        self._strip = 0

    # -- what NodeGraphQt asks of an item ------------------------------------------------------

    @property
    def name(self) -> str:
        """The node's name."""
        return str(self._properties["name"])

    @name.setter
    def name(self, name: str) -> None:
        self._properties["name"] = name  # without the tool tip that NodeGraphQt sets

    def post_init(self, viewer: Any, pos: Any = None) -> None:
        """It was added to the scene."""

    # -- facts --------------------------------------------------------------------------------

    def show_card(
        self, title: str, card: Card, types: dict[tuple[str, str], str], fields: dict[tuple[str, str], Field]
    ) -> None:
        """Show another card; wires have to be routed anew by whoever calls."""
        self.prepareGeometryChange()
        self.title = title[:200]
        self.card = card
        self.types = types
        self.fields = fields
        self.ghosts = frozenset(
            (side, port)
            for side, ports in ((IN, card.inputs), (OUT, card.outputs))
            for port in ports
            if (side, port) not in fields and port not in ("when", "done", "error")
        )
        self._measure()
        self.update()

    def set_state(self, state: NodeState) -> None:
        """Show what a run says about the node."""
        if state == self.state:
            return
        lines = strip_room(state, self.card.width)
        if lines != self._strip:
            self.prepareGeometryChange()
            self._strip = lines
            self.state = state
            self._bound()
        self.state = state
        self.update()

    def _repaint_far(self) -> None:
        if self.view is not None:
            self.view.repaint_far()

    def set_flag(self, name: str, value: Any) -> None:
        """Set one of the marks (`hovered`, `marked`, `current`, `problem`, and so on), or `wired`, and repaint."""
        if getattr(self, name) != value:
            setattr(self, name, value)
            self.update()

    # -- places -------------------------------------------------------------------------------

    def setPos(self, *place: Any) -> None:
        """Stand elsewhere."""
        QGraphicsItem.setPos(self, *place)
        self._body = None
        self._repaint_far()

    def update(self, *rect: Any) -> None:
        """Be painted anew."""
        QGraphicsItem.update(self, *rect)
        self._repaint_far()

    def type_of(self, side: str, name: str) -> str:
        """Return the type of a port; ports that are not declared take or give anything, but for `done`."""
        return self.types.get((side, name)) or ("boolean" if name == "done" else "any")

    def port_place(self, side: str, name: str) -> QPointF:
        """Return where a port is in the scene; ports that it has not are in the middle of the head."""
        return QPointF(self.pos() + self._place_of(side, name))

    def places(self) -> dict[tuple[str, str], QPointF]:
        """Return the places of all ports within the card: (side, name) → point."""
        if not self._places:
            card = self.card
            places = {(IN, port): QPointF(0.0, card.port_y(row)) for row, port in enumerate(card.inputs)}
            places.update({(OUT, port): QPointF(card.width, card.port_y(row)) for row, port in enumerate(card.outputs)})
            # Ports that every node has, and few use, sit at the head until a wire gives them a row.
            for key in ((IN, "when"), (OUT, "done"), (OUT, "error")):
                places.setdefault(key, self._place_of(*key))
            self._places = places
        return self._places

    def _place_of(self, side: str, name: str) -> QPointF:
        card = self.card
        names = card.inputs if side == IN else card.outputs
        x = 0.0 if side == IN else card.width
        if name in names:
            return QPointF(x, card.port_y(names.index(name)))
        return QPointF(x, HEAD / 2 + _AT_HEAD.get(name, 0.0))

    def port_at(self, point: QPointF, reach: float = REACH) -> PortId | None:
        """Return the port nearest to a point of the scene, if one is within reach (scene units)."""
        local = point - self.pos()
        x, y = local.x(), local.y()
        width = self.card.width
        if not (abs(x) <= reach or abs(x - width) <= reach):
            return None
        best: tuple[float, PortId] | None = None
        for (side, name), place in self.places().items():
            distance = max(abs(place.x() - x), abs(place.y() - y) * 1.05)
            if distance <= reach and (best is None or distance < best[0]):
                best = (distance, PortId(self.name, side, name))
        return best[1] if best is not None else None

    def body_rect(self) -> QRectF:
        """Return the card's rectangle in the scene, without margins; it is kept and must not be changed."""
        if self._body is None:
            place = self.pos()
            self._body = QRectF(place.x(), place.y(), self.card.width, self.card.height)
        return self._body

    def _measure(self) -> None:
        card = self.card
        self._width, self._height = card.width, card.height
        self._places = {}
        self._body = None
        self._strip = strip_room(self.state, card.width)
        self._bound()

    def _bound(self) -> None:
        below = self._strip * STRIP_LINE + (12.0 if self._strip else 0.0)
        rect = QRectF(-MARGIN, -MARGIN, self._width + 2 * MARGIN, self._height + 2 * MARGIN + below)
        if rect != self._rect:
            self.prepareGeometryChange()
            self._rect = rect

    # -- Qt -----------------------------------------------------------------------------------

    # The mouse is the viewer's: an item never grabs it, so it can be removed at any moment.
    itemChange = QGraphicsItem.itemChange

    @guarded(QRectF)
    def boundingRect(self) -> QRectF:
        """The card and what stands out of it."""
        return self._rect

    @guarded()
    def paint(self, painter: QPainter, option: Any, widget: Any = None) -> None:
        """Paint the card, with less detail the smaller it is shown."""
        paint_card(self, painter, option.levelOfDetailFromTransform(painter.worldTransform()), look())
