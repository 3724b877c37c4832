"""A node as a card: what is written on it and where its ports stand. Shared by the drawing of shapes and of wires."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from studio.export.drawing.measure import LONGEST, fitted, text_width
from studio.graph.layout import Box
from studio.graph.model import Edge, Graph, NodeInstance
from studio.graph.ports import NodePorts
from studio.support.values import Json, preview

TITLE_SIZE = 13.0
SMALL_SIZE = 11.0
HEAD = 44.0
ROW = 20.0
FACE = 22.0
PAD = 12.0
SLIM, WIDEST = 128.0, 260.0

FACE_PARAMS = (
    "instructions", "labels", "routes", "expression", "condition", "template", "cases", "question", "system", "graph",
    "value", "store", "name", "text", "model",
)  # fmt: skip
"""Params worth showing on the card, the most telling first."""


@dataclass(slots=True)
class Card:
    """A node's card. `face` is a line about what it does, `category` colours it, `broken` marks an unknown type;
    `badge` is "live", "steady" or ""; `region` names the body it runs."""

    name: str
    title: str
    type: str
    category: str
    inputs: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    required: frozenset[str] = frozenset()
    face: str = ""
    badge: str = ""
    region: str = ""
    broken: bool = False
    knocked_out: bool = False
    width: float = SLIM
    height: float = HEAD

    def port_y(self, row: int) -> float:
        """How far below the card's top a port's row is."""
        return HEAD + (FACE if self.face else 0.0) + ROW * row + ROW / 2 + 2

    def box(self) -> Box:
        """Return the card's size and ports for the layout."""
        return Box(
            self.width,
            self.height,
            {port: self.port_y(row) for row, port in enumerate(self.inputs)},
            {port: self.port_y(row) for row, port in enumerate(self.outputs)},
        )


Used = tuple[list[str], list[str]]
"""Input ports and output ports of a node that edges name."""


def used_ports(graph: Graph) -> dict[str, Used]:
    """Return for each node the ports that edges name, declared or not."""
    used: dict[str, Used] = {name: ([], []) for name in graph.nodes}
    for edge in graph.edges:
        first, _, port = edge.initial_from.partition(".")
        for name, side, which in (
            (edge.target, 0, edge.target_port),
            (edge.source, 1, edge.source_port),
            (first, 1, port),
        ):
            if name in used:
                used[name][side].append(which)
    return used


def make_card(node: NodeInstance, ports: NodePorts, used: Used, badge: str = "") -> Card:
    """Return the card of a node with its declared ports, those that wires use, and a line about what it does."""
    used_in, used_out = used
    inputs = list(dict.fromkeys([*ports.inputs, *used_in]))
    outputs = list(dict.fromkeys([*ports.outputs, *used_out]))
    card = Card(
        name=node.name,
        title=(node.title or node.name)[:LONGEST],
        type=node.type[:LONGEST],
        category=ports.cls.spec.category if ports.cls is not None else "",
        inputs=sorted(inputs, key=lambda port: port == "when"),
        outputs=sorted(outputs, key=lambda port: port in ("done", "error")),
        required=frozenset(name for name, port in ports.inputs.items() if port.required),
        face=_face(node.params),
        badge=badge,
        region=str(node.params.get("graph", "")) if ports.cls and ports.cls.spec.role in ("subgraph", "map") else "",
        broken=ports.cls is None,
        knocked_out=bool(node.knockout),
    )
    _size(card)
    return card


def _size(card: Card) -> None:
    badge_room = 26.0 if card.badge else 0.0
    title = text_width(card.title, TITLE_SIZE, bold=True) + badge_room
    rows = max(len(card.inputs), len(card.outputs))
    both = max(
        (
            text_width(card.inputs[row] if row < len(card.inputs) else "", SMALL_SIZE)
            + text_width(card.outputs[row] if row < len(card.outputs) else "", SMALL_SIZE)
            for row in range(rows)
        ),
        default=0.0,
    )
    face = min(text_width(card.face, SMALL_SIZE), WIDEST - 2 * PAD - 40)
    wanted = max(title, text_width(card.type, SMALL_SIZE), both + 24, face) + 2 * PAD
    card.width = float(math.ceil(min(WIDEST, max(SLIM, wanted)) + 0.5))
    card.title = fitted(card.title, TITLE_SIZE, card.width - 2 * PAD - badge_room, bold=True)
    card.type = fitted(card.type, SMALL_SIZE, card.width - 2 * PAD)
    card.face = fitted(card.face, SMALL_SIZE, card.width - 2 * PAD)
    card.height = HEAD + (FACE if card.face else 0.0) + ROW * rows + (8.0 if rows else 0.0)


def _face(params: Mapping[str, Json]) -> str:
    for name in FACE_PARAMS:
        value = params.get(name)
        if value in (None, "", [], {}):
            continue
        if isinstance(value, list) and all(isinstance(part, str) for part in value):
            return preview(" · ".join(value), 80)
        if isinstance(value, dict):
            return preview(" · ".join(value), 80)
        return preview(value, 80)
    return ""


def options_text(edge: Edge) -> str:
    """Return the options of a feedback edge in a few words."""
    parts = []
    if edge.has_initial:
        parts.append("first " + ('""' if edge.initial == "" else preview(edge.initial, 18)))
    if edge.initial_from:
        parts.append(f"first {edge.initial_from}")
    if edge.hold:
        parts.append("hold")
    return ", ".join(parts)
