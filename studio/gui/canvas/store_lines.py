"""The order in which nodes use stores (design rule 2.9), as dotted lines from use to use, under the wires.

All lines are one item of the scene, the names of stores another above the wires; both are there only while there is
something to show. The order itself is found out with the problems (`lint.live`); here it is only drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem

from studio.export.drawing.style import hue_of
from studio.gui.base.guard import guarded
from studio.gui.canvas.look import TINY, Look, fits, look, pen, width_of
from studio.gui.canvas.node_item import NodeItem
from studio.gui.canvas.paper import LEAST
from studio.gui.canvas.store_routes import Route, route
from studio.gui.canvas.wire_painting import FADED
from studio.gui.theme.theme import mixed

if TYPE_CHECKING:
    from studio.engine.store_order import StoreStep
    from studio.gui.canvas.projection import Projection
    from studio.gui.canvas.viewer import Viewer

QUIET: Final = 0.8
"""How much of its colour a store's line has while nobody asks about it."""

WIDE: Final = 1.0
STRONG: Final = 2.2
"""Width of a line in pixels, and of one of a store that a chosen node uses in scene units. Qt paints dots of one pixel
in a small part of the time of larger ones."""

DOTS: Final = [0.1, 3.6]
"""A dot and the gap behind it, in widths of the line."""

APART: Final = 26
"""By how many degrees the hues of two stores differ at least, as long as there is room."""

NAME: Final = 150.0
HIGH: Final = 16.0
"""How wide a store's name is at most, and how high it stands."""

NEAR: Final = 64.0
"""How far from the node along its line, in scene units, a store's name stands: it is in view where the node is."""

READ: Final = 0.9
"""The scale (pixels per scene unit) below which names grow, so that they can be read."""

_EDGE: Final = 8.0
"""How far paint goes beyond a line."""


class StoreLines:
    """The order of stores on one canvas."""

    def __init__(self, view: Viewer, projection: Projection) -> None:
        self._view = view
        self._projection = projection
        self._steps: Sequence[StoreStep] = ()
        self._pointed = ""
        self._routes: dict[StoreStep, Route] = {}
        self._of_node: dict[str, list[StoreStep]] = {}
        self._lines: _Lines | None = None
        self._names: _Names | None = None
        self._stores: dict[str, list[tuple[StoreStep, Route]]] = {}
        self._hues: Mapping[str, int] = {}
        projection.rerouted.connect(self._on_rerouted)

    @property
    def routes(self) -> Mapping[StoreStep, Route]:
        """What is drawn: the line of each step."""
        return self._routes

    @property
    def strong(self) -> frozenset[str]:
        """The stores whose lines stand out, as a node that is selected or under the mouse uses them."""
        return frozenset(step.store for node in self._chosen() for step in self._of_node.get(node, ()))

    @property
    def names(self) -> Mapping[str, QRectF]:
        """The stores whose names are shown, and where."""
        return self.names_at(1.0)

    def names_at(self, scale: float) -> dict[str, QRectF]:
        """Return the same at a scale (pixels per scene unit)."""
        chosen, grown = self._chosen(), grown_at(scale)
        made: dict[str, QRectF] = {}
        for step in (step for node in sorted(chosen) for step in self._of_node.get(node, ())):
            if step.store not in made:
                at = self._routes[step].place(NEAR * grown, from_end=step.earlier not in chosen)
                made[step.store] = _room_of(step.store, at, grown, made.values())
        return made

    def set(self, steps: Sequence[StoreStep]) -> None:
        """Draw these steps and no others."""
        if tuple(steps) != tuple(self._steps):
            self._steps = tuple(steps)
            self.follow()

    def point_at(self, node: str) -> None:
        """Another node, or none (""), is under the mouse."""
        before, self._pointed = self._pointed, node
        if before != node and (before in self._of_node or node in self._of_node):
            self.repaint()

    def follow(self) -> None:
        """Cards have come, gone, or stand elsewhere."""
        cards = self._projection.cards
        steps = [step for step in self._steps if step.earlier in cards and step.later in cards]
        before, self._routes, self._of_node = self._routes, {}, {}
        lanes: dict[frozenset[str], int] = {}
        for step in steps:
            pair = frozenset(step[1:])
            lane = lanes[pair] = lanes.get(pair, -1) + 1
            ends = cards[step.earlier].body_rect(), cards[step.later].body_rect()
            for node in step[1:]:
                self._of_node.setdefault(node, []).append(step)
            known = before.get(step)
            self._routes[step] = known if known is not None and known.is_for(*ends, lane) else route(*ends, lane)
        self._stores = {}
        for step, line in self._routes.items():
            self._stores.setdefault(step.store, []).append((step, line))
        self._hues = hues_of(self._stores)
        if self._routes or self._lines is not None:
            self._show()

    def _on_rerouted(self, names: frozenset[str]) -> None:
        if not names.isdisjoint(self._of_node):
            self.follow()

    def _show(self) -> None:
        scene = self._projection.graph.scene()
        if not self._routes:
            for item in (self._lines, self._names):
                scene.removeItem(item)
            self._lines = self._names = None
            self._view.repaint_far()
            return
        if self._lines is None or self._names is None:
            self._lines, self._names = _Lines(self), _Names(self)
            scene.addItem(self._lines)
            scene.addItem(self._names)
        self._lines.follow()
        self.repaint()

    def repaint(self) -> None:
        """Other nodes are selected, under the mouse, or faded."""
        if self._lines is not None and self._names is not None:
            self._lines.update()
            self._names.follow()
            self._view.repaint_far()

    def _chosen(self) -> frozenset[str]:
        chosen = [item.name for item in self._view.shown_scene().selectedItems() if isinstance(item, NodeItem)]
        return frozenset((*chosen, self._pointed) if self._pointed else chosen)

    # -- painting, for the items and from afar -----------------------------------------------------

    def paint(self, painter: QPainter, scale: float, exposed: QRectF | None = None) -> None:
        """Paint the lines at a scale (pixels per scene unit); only what may be in a rectangle, if there is one."""
        style, strong, cards = look(), self.strong, self._projection.cards
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for store in sorted(self._stores, key=lambda one: one in strong):
            solid, dotted = _pens(colour_of(store, self._hues, style), scale, style, strong=store in strong)
            for step, line in self._stores[store]:
                if exposed is None or line.box.intersects(exposed):
                    painter.setOpacity(FADED if any(cards[name].dimmed for name in step[1:]) else 1.0)
                    painter.setPen(solid)
                    painter.drawPath(line.tip)
                    painter.setPen(dotted)
                    painter.drawPath(line.path)
        painter.setOpacity(1.0)

    def paint_names(self, painter: QPainter, scale: float) -> None:
        """Paint the names of stores that a chosen node uses, large enough to be read."""
        style, grown = look(), grown_at(scale)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(style.tiny_font)
        for store, rect in self.names_at(scale).items():
            painter.save()
            painter.translate(rect.center())
            painter.scale(grown, grown)
            wide, high = rect.width() / grown, rect.height() / grown
            room = QRectF(-wide / 2, -high / 2, wide, high)
            painter.setPen(pen(colour_of(store, self._hues, style), 1.0))
            painter.setBrush(style.card)
            painter.drawRoundedRect(room, HIGH / 2, HIGH / 2)
            painter.setPen(style.text)
            text = fits(store, style.tiny_font, room.width() - 12)
            painter.drawText(room, int(Qt.AlignmentFlag.AlignCenter), text)
            painter.restore()


def hues_of(stores: Iterable[str]) -> dict[str, int]:
    """Return the hue of each store in degrees: of its name, so that it is the same in every graph, but no two alike.
    Where there is only one, it needs none."""
    names = sorted(set(stores))
    made: dict[str, int] = {}
    for name in names if len(names) > 1 else ():
        hue = hue_of(name)
        for _ in names:
            if all(min((hue - other) % 360, (other - hue) % 360) >= APART for other in made.values()):
                break
            hue = (hue + APART + 5) % 360
        made[name] = hue
    return made


def _pens(colour: QColor, scale: float, style: Look, *, strong: bool) -> tuple[QPen, QPen]:
    """Return the pens of tips and of lines."""
    shown = colour if strong else mixed(style.paper, colour, QUIET)
    solid = pen(shown, STRONG * max(1.0, 0.5 / scale) if strong else WIDE / scale)
    dotted = QPen(solid)
    dotted.setDashPattern(DOTS)
    return solid, dotted


def colour_of(store: str, hues: Mapping[str, int], style: Look) -> QColor:
    """Return the full colour of a store's lines."""
    return style.theme.hue(hues[store]) if store in hues else style.soft


def grown_at(scale: float) -> float:
    """Return how much larger than the scene's measure names are at a scale, so that they can always be read."""
    return max(1.0, READ / max(scale, LEAST))


def _room_of(text: str, at: QPointF, grown: float, taken: Iterable[QRectF]) -> QRectF:
    """Return where a name stands: at its place, or below the names that already stand there."""
    wide, high = grown * min(NAME, width_of(text, look().tiny_font) + 16), grown * HIGH
    rect = QRectF(at.x() - wide / 2, at.y() - high / 2, wide, high)
    for other in sorted(taken, key=QRectF.top):
        if other.intersects(rect):
            rect.moveTop(other.bottom() + 2 * grown)
    return rect


class StoreMark(QGraphicsItem):
    """What the order of stores puts into a scene. Nothing of it is found under the mouse."""

    def __init__(self, height: float) -> None:
        super().__init__()
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.setZValue(height)
        self._area = QRectF()

    def _cover(self, boxes: Iterable[QRectF]) -> None:
        area = reduce(QRectF.united, boxes, QRectF())
        if area != self._area:
            self.prepareGeometryChange()
            self._area = area
        self.update()

    @guarded(QPainterPath)
    def shape(self) -> QPainterPath:
        return QPainterPath()

    @guarded(QRectF)
    def boundingRect(self) -> QRectF:
        return self._area.adjusted(-_EDGE, -_EDGE, _EDGE, _EDGE)


class _Lines(StoreMark):
    def __init__(self, of: StoreLines) -> None:
        super().__init__(-2)  # under the wires
        self._of = of

    def follow(self) -> None:
        self._cover(line.box for line in self._of.routes.values())

    @guarded()
    def paint(self, painter: QPainter, option: Any, widget: Any = None) -> None:
        self._of.paint(painter, option.levelOfDetailFromTransform(painter.worldTransform()), option.exposedRect)


class _Names(StoreMark):
    def __init__(self, of: StoreLines) -> None:
        super().__init__(3)  # above the cards: it is there only while somebody asks
        self._of = of

    def follow(self) -> None:
        # Names grow where the scene is shown small: room is kept for all sizes that this item paints.
        self._cover(rect for scale in (TINY, 0.4, 0.6, 1.0) for rect in self._of.names_at(scale).values())

    @guarded()
    def paint(self, painter: QPainter, option: Any, widget: Any = None) -> None:
        self._of.paint_names(painter, option.levelOfDetailFromTransform(painter.worldTransform()))
