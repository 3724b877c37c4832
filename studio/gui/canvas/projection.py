"""The document's graph as items of a scene: what the document says, the items follow, at the end of each edit."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterable, Mapping

from PySide6.QtCore import QPointF, QRectF

from studio.editing import At, Document, InsertEdge, Op, Place, PutNode, RemoveEdge, RenameNode, ReplaceEdge
from studio.editing.placing.annotations import COMMENTS, WIRES, points
from studio.export.drawing.card import Card, make_card, used_ports
from studio.graph.frames import FRAMES, near, point_of
from studio.graph.layout import FARTHEST, PART_GAP, Box, Layout, auto_layout, place_nodes
from studio.graph.model import Edge, Graph
from studio.gui.canvas.graph import CanvasGraph
from studio.gui.canvas.library import IN, OUT
from studio.gui.canvas.node_item import NodeItem
from studio.gui.canvas.routes import Routes
from studio.gui.canvas.wire_item import WireItem, WireKey
from studio.spec.fields import Field
from studio.support.signal import Signal

Point = tuple[float, float]
Ports = tuple[tuple[str, ...], tuple[str, ...]]


class Projection:
    """Cards and wires of one graph.

    `changed` is emitted after items were brought in line; `gone` when the graph is no more in the document.
    """

    def __init__(self, document: Document, at: At, graph: CanvasGraph) -> None:
        self.document = document
        self.at = at
        self.graph = graph
        self.cards: dict[str, NodeItem] = {}
        self.wires: dict[WireKey, WireItem] = {}
        self.positions: dict[str, Point] = {}
        """Where nodes stand, as laid out where the file does not say."""
        self.badges: Mapping[str, str] = {}
        self.changed: Signal[()] = Signal()
        self.rerouted: Signal[frozenset[str]] = Signal()
        """Emitted while cards are dragged, and put back: their names."""
        self.before_change: Signal[()] = Signal()
        """Emitted before items change: whoever holds some must let go."""
        self._of_node: dict[str, set[WireKey]] = {}
        self._used: dict[str, Ports] = {}
        self.is_reconciling = False
        """True while items come and go: what is selected is then told once, at the end."""
        self._routes = Routes(self)
        self.notes_touched = False
        """Whether frames or comments may have changed, when `changed` is emitted."""
        self._nodes_touched: set[str] = set()
        self._edges_touched = False
        self._places_touched: set[str] = set()
        self._ports_touched: set[str] = set()
        self._unhook = [
            document.changed.connect(self._on_changed),
            document.ports_changed.connect(self._on_ports_changed),
            document.settled.connect(self._on_settled),
            document.reset.connect(self._on_reset),
        ]

    def leave(self) -> None:
        """Follow the document no more."""
        for unhook in self._unhook:
            unhook()
        self._unhook.clear()

    @property
    def model(self) -> Graph:
        """The graph that is shown; an empty one if it is no more in the document."""
        return self.document.at(self.at) if self.document.has(self.at) else Graph()

    # -- following the document ----------------------------------------------------------------

    def _on_changed(self, op: Op, inverse: Op) -> None:
        from studio.editing import PutGraph, RenameGraph

        match op:
            case RenameGraph(at, old, new) if self.at[: len(at) + 1] == (*at, old):
                self.at = (*at, new, *self.at[len(at) + 1 :])
            case PutGraph(at, name) if self.at[: len(at) + 1] == (*at, name):
                self._touch_all()
            case _ if op.at != self.at:
                pass
            case PutNode(_, name):
                self._nodes_touched.add(name)
                self._edges_touched = True
            case RenameNode(_, old, new):
                self._rename(old, new)
            case InsertEdge() | RemoveEdge() | ReplaceEdge():
                self._edges_touched = True
            case Place(_, key):
                self._places_touched.add(key)
            case _:
                pass

    def _on_ports_changed(self, at: At, names: frozenset[str]) -> None:
        if at == self.at:
            self._ports_touched |= names

    def _on_reset(self) -> None:
        self._touch_all()

    def _touch_all(self) -> None:
        self._nodes_touched.update(self.cards, self.model.nodes)
        # The notes by their keys: a graph in the place of another may have none where that one had some.
        self._places_touched.update(self.cards, self.model.nodes, (FRAMES, COMMENTS, WIRES))
        self._edges_touched = True

    def _rename(self, old: str, new: str) -> None:
        self._nodes_touched.update((old, new))
        self._edges_touched = True
        if old in self.cards and new not in self.cards:
            self.before_change.emit()
            self.cards[new] = self.cards.pop(old)
            self.graph.rename(old, new)
            if old in self.positions:
                self.positions[new] = self.positions.pop(old)
            self._routes.remove(old)
            self._used.pop(old, None)

    def _on_settled(self) -> None:
        if self._nodes_touched or self._edges_touched or self._places_touched or self._ports_touched:
            self.before_change.emit()
            self.reconcile()

    # -- making items equal the document ---------------------------------------------------------

    def load(self) -> None:
        """Show the whole graph."""
        self._touch_all()
        # Thousands of objects are made here and none becomes garbage: looking for some takes a fifth of the time.
        collects = gc.isenabled()
        gc.disable()
        try:
            self.reconcile()
        finally:
            if collects:
                gc.enable()

    def reconcile(self) -> None:
        """Make items equal the document, as far as it may have changed."""
        self.is_reconciling = True
        try:
            self._reconcile()
        finally:
            self.is_reconciling = False
        self.changed.emit()

    def _reconcile(self) -> None:
        model = self.model
        touched, self._nodes_touched = self._nodes_touched, set()
        ports, self._ports_touched = self._ports_touched, set()
        places, self._places_touched = self._places_touched, set()
        edges, self._edges_touched = self._edges_touched, False
        if WIRES in places:
            self._routes.points = points(model)
        for name in [name for name in touched if name not in model.nodes and name in self.cards]:
            self._remove_card(name)
        stale = {name for name in touched | ports if name in model.nodes}
        routed: set[WireKey] = set()
        if edges or touched:
            used = _used(model)
            stale |= {name for name, ends in used.items() if self._used.get(name) != ends}
            self._used = used
        ordered = [name for name in model.nodes if name in stale]
        new = [name for name in ordered if name not in self.cards]
        self._build(model, ordered)
        moved = self._place(model, new, places)
        if edges or touched:
            routed = self._sync_wires(model)
        self._route_around(stale | moved, routed, everything=WIRES in places)
        self.notes_touched = any(key in (FRAMES, COMMENTS) for key in places)

    def _remove_card(self, name: str) -> None:
        for key in list(self._of_node.get(name, ())):
            self._remove_wire(key)
        del self.cards[name]
        self.graph.drop(name)
        self.positions.pop(name, None)
        self._routes.remove(name)
        self._used.pop(name, None)

    def _build(self, model: Graph, names: Iterable[str]) -> None:
        for name in names:
            item = self.cards.get(name)
            if item is None:
                item = self.cards[name] = self.graph.put(name)
            ports = self.document.ports(self.at, name)
            card = self._card(name)
            fields = {(IN, key): field for key, field in ports.inputs.items()}
            fields.update({(OUT, key): field for key, field in ports.outputs.items()})
            types = {key: field.type for key, field in fields.items()}
            item.show_card(model.nodes[name].title or name, card, types, fields)
            into, out = self._used[name]
            item.set_flag("wired", frozenset([*((IN, port) for port in into), *((OUT, port) for port in out)]))

    def set_badges(self, badges: Mapping[str, str]) -> None:
        """Show other badges (`live`, `steady`) on the cards."""
        before, self.badges = self.badges, dict(badges)
        for name, item in self.cards.items():
            if before.get(name, "") == self.badges.get(name, "") or name not in self._used:
                continue
            card = self._card(name)
            if card.box() == item.card.box():  # its wires stay as they are
                item.show_card(item.title, card, item.types, item.fields)
            else:
                self._ports_touched.add(name)
        if self._ports_touched:
            self.reconcile()

    def _card(self, name: str) -> Card:
        ports = self.document.ports(self.at, name)
        return make_card(self.model.nodes[name], ports, _lists(self._used[name]), self.badges.get(name, ""))

    def boxes(self) -> dict[str, Box]:
        """Return the sizes of all cards, for layouts."""
        return {name: item.card.box() for name, item in self.cards.items()}

    def _place(self, model: Graph, new: list[str], places: set[str]) -> set[str]:
        """Move cards to where they stand; return the names of those that moved."""
        if len(new) == len(self.cards):
            found = place_nodes(model, self.boxes()) if new else Layout()
            self.positions = {name: near(point) for name, point in found.positions.items()}
        else:
            for name in places & model.nodes.keys():
                said = point_of(model.layout.get(name))
                if said is not None:
                    self.positions[name] = said
            homeless = [name for name in new if name not in self.positions or point_of(model.layout.get(name)) is None]
            if homeless:
                self._house(model, homeless)
        moved = set()
        for name in {*new, *places} & self.cards.keys():
            point = _inside(self.positions[name])
            item = self.cards[name]
            if item.pos() != point or name in new:
                item.setPos(point)
                moved.add(name)
        return moved

    def _house(self, model: Graph, names: list[str]) -> None:
        """Lay out nodes that came without a place below those that have one."""
        made = auto_layout(model, self.boxes(), names)
        others = [name for name in self.positions if name in self.cards and name not in names]
        left = min((self.positions[name][0] for name in others), default=0.0)
        bottom = max((self.positions[name][1] + self.cards[name].card.height for name in others), default=-PART_GAP)
        for name, (x, y) in made.positions.items():
            self.positions[name] = near((x + left, y + bottom + PART_GAP))

    def unplaced(self) -> dict[str, Point]:
        """Return the places of nodes for which the file has none."""
        layout = self.model.layout
        return {name: place for name, place in self.positions.items() if point_of(layout.get(name)) is None}

    # -- wires ------------------------------------------------------------------------------------

    def _sync_wires(self, model: Graph) -> set[WireKey]:
        """Make wires equal the edges; return those that have to be routed."""
        wanted: dict[WireKey, Edge] = {}
        counts: Counter[WireKey] = Counter()
        for edge in model.edges:
            key = WireKey.of(edge)
            if key.source in self.cards or key.target in self.cards:
                counts[key] += 1
                wanted.setdefault(key, edge)
        for key in [key for key in self.wires if key not in wanted]:
            self._remove_wire(key)
        fresh: set[WireKey] = set()
        for key, edge in wanted.items():
            known = self.wires.get(key)
            if known is None or known.edge is not edge or known.count != counts[key]:
                fresh.add(key)
                (known or self._add_wire(key, edge)).show_edge(edge, counts[key])
        return fresh

    def _add_wire(self, key: WireKey, edge: Edge) -> WireItem:
        wire = self.wires[key] = WireItem(edge)
        for name in (key.source, key.target):
            self._of_node.setdefault(name, set()).add(key)
        wire.view = self.graph.viewer()
        self.graph.scene().addItem(wire)
        return wire

    def _remove_wire(self, key: WireKey) -> None:
        wire = self.wires.pop(key)
        self._routes.free(key)
        for name in (key.source, key.target):
            self._of_node.get(name, set()).discard(key)
        wire.delete()

    def wires_of(self, names: Iterable[str]) -> list[WireItem]:
        """Return the wires that begin or end at nodes."""
        keys = {key for name in names for key in self._of_node.get(name, ())}
        return [self.wires[key] for key in keys]

    def edge_of(self, key: WireKey) -> Edge | None:
        """Return the last edge that a wire stands for, None if there is none."""
        return next((edge for edge in reversed(self.model.edges) if WireKey.of(edge) == key), None)

    def edge_indices(self, key: WireKey) -> list[int]:
        """Return the places in the file of all edges that a wire stands for."""
        return [number for number, edge in enumerate(self.model.edges) if WireKey.of(edge) == key]

    # -- routes -----------------------------------------------------------------------------------

    def reroute(self, names: Iterable[str], by: QPointF | None = None) -> None:
        """Cards stand elsewhere than before (they are being dragged): their wires follow, and by the same way the
        points of wires between them."""
        moved = set(names) & self.cards.keys()
        for name in moved:
            self._routes.place(name)
        for wire in self.wires_of(moved):
            through = self._routes.points.get(str(wire.edge))
            if through and by is not None and wire.key.source in moved and wire.key.target in moved:
                self._routes.route(wire, [QPointF(x, y) + by for x, y in through])
            else:
                self._routes.route(wire)
        self.rerouted.emit(frozenset(moved))

    def put_back(self, names: Iterable[str]) -> None:
        """Cards stand where the document says again."""
        names = [name for name in names if name in self.cards and name in self.positions]
        for name in names:
            self.cards[name].setPos(_inside(self.positions[name]))
        self.reroute(names)

    def _route_around(self, names: set[str], wires: set[WireKey], *, everything: bool) -> None:
        names &= self.cards.keys()
        for name in names:
            self._routes.place(name)
        keys = set(self.wires) if everything else wires | {key for name in names for key in self._of_node.get(name, ())}
        for key in keys & self.wires.keys():
            self._routes.route(self.wires[key])

    def route_through(self, wire: WireItem, waypoints: list[QPointF]) -> None:
        """Show a wire along points that are not in the document yet (one is being dragged)."""
        self._routes.route(wire, waypoints)

    # -- asking -----------------------------------------------------------------------------------

    def field(self, name: str, side: str, port: str) -> Field | None:
        """Return what is known of a port."""
        return self.document.input(self.at, name, port) if side == IN else self.document.output(self.at, name, port)

    def card(self, name: str) -> Card:
        """Return the card of a node."""
        return self.cards[name].card

    def bounds(self, names: Iterable[str] | None = None) -> QRectF:
        """Return the rectangle around cards, without their margins; an empty one for none."""
        rect = QRectF()
        for name in self.cards if names is None else names:
            if name in self.cards:
                rect = rect.united(self.cards[name].body_rect())
        return rect


def _used(model: Graph) -> dict[str, Ports]:
    return {
        name: (tuple(dict.fromkeys(ends[0])), tuple(dict.fromkeys(ends[1]))) for name, ends in used_ports(model).items()
    }


def _inside(point: Point) -> QPointF:
    return QPointF(max(-FARTHEST, min(FARTHEST, point[0])), max(-FARTHEST, min(FARTHEST, point[1])))


def _lists(ports: Ports) -> tuple[list[str], list[str]]:
    return list(ports[0]), list(ports[1])
