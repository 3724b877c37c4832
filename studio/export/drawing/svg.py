"""A graph as an SVG drawing: cards with ports, solid wires within a tick, dashed ones to the next; bodies below. Frames
of the canvas stand behind the cards.

The drawing needs nothing outside itself. It follows the reader's light or dark setting, or has one theme.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from html import escape

from studio.export.drawing.card import FACE, HEAD, PAD, SMALL_SIZE, Card, make_card, options_text, used_ports
from studio.export.drawing.measure import fitted, text_width
from studio.export.drawing.paths import Lanes, Rect, at, curve, hits, through
from studio.export.drawing.paths import number as _n
from studio.export.drawing.style import FRAME_SIZE, Theme, hue_of, role_of, style_of
from studio.export.drawing.tints import HATCH, Tints, tint_rect, tint_words, tints_key
from studio.graph.frames import Frame, frames
from studio.graph.frames import Rect as FrameRect
from studio.graph.layout import Layout, Point, place_nodes
from studio.graph.model import IMPLICIT_PORTS, Edge, Graph
from studio.graph.ports import node_ports
from studio.graph.scope import Scope
from studio.spec.registry import Registry

Badges = Mapping[tuple[str, str], str]
"""(dotted graph name, node) → "live" or "steady" (see `engine.plan`); nodes left out get no badge."""

MARGIN = 28.0
PANEL_GAP = 36.0


def graph_svg(
    graph: Graph, registry: Registry, *, theme: Theme = "auto", badges: Badges | None = None, tints: Tints | None = None
) -> str:
    """Return the drawing of a graph and its local bodies as SVG text."""
    tints = tints or Tints({})
    drawn = [_Panel(name, inner, scope, registry, badges or {}, tints) for name, inner, scope in panels(graph)]
    places, width, bottom = _packed(drawn)
    parts = [
        f'<g transform="translate({at(place)})">{panel.draw()}</g>' for panel, place in zip(drawn, places, strict=True)
    ]
    parts.append(_legend(bottom + 18, width))
    parts.append(tints_key(tints, MARGIN, bottom + 34, width))
    height = bottom + 42 + tints.key_height(width)
    hues = {hue_of(card.category) for panel in drawn for card in panel.cards.values()}
    roles = {role_of(frame) for panel in drawn for frame in panel.frames}
    label = escape(graph.about or graph.name, quote=True)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_n(width)} {_n(height)}" width="{_n(width)}" '
        f'height="{_n(height)}" role="img" aria-label="{" ".join(label.split())}">\n'
        f"<title>{escape(graph.name)}</title>\n<style>{style_of(theme, hues, roles)}</style>\n"
        f'<rect class="paper" width="{_n(width)}" height="{_n(height)}" rx="0"/>\n'
        + (HATCH if tints.cards else "")
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def panels(graph: Graph, scope: Scope | None = None, name: str = "") -> list[tuple[str, Graph, Scope]]:
    """Return a graph and its local bodies with their dotted names and scopes: what a drawing shows, in order."""
    here = scope or Scope(graph)
    found = [(name, graph, here)]
    for key, inner in graph.graphs.items():
        found += panels(inner, here.find_graph(key), f"{name}.{key}" if name else key)
    return found


def _packed(panels: list[_Panel]) -> tuple[list[Point], float, float]:
    """Places of the panels: the graph above, its bodies below in rows no wider than it; the width and the bottom."""
    width = max(panel.width for panel in panels)
    places: list[Point] = [(0.0, 0.0)]
    x, y, row = MARGIN / 2, panels[0].height + 10, 0.0
    for panel in panels[1:]:
        if x > MARGIN / 2 and x + panel.width > width - MARGIN / 2:
            x, y, row = MARGIN / 2, y + row + PANEL_GAP, 0.0
        places.append((x, y))
        x += panel.width + PANEL_GAP
        row = max(row, panel.height)
        width = max(width, x - PANEL_GAP + MARGIN / 2)
    return places, width, y + row


class _Panel:
    """One graph of the document: its own drawing under its name."""

    def __init__(
        self, name: str, graph: Graph, scope: Scope, registry: Registry, badges: Badges, tints: Tints
    ) -> None:  # fmt: skip
        self.name = name
        self.tints = tints
        self.graph = graph
        used = used_ports(graph)
        self.cards = {
            key: make_card(node, node_ports(scope, node, registry), used[key], badges.get((name, key), ""))
            for key, node in graph.nodes.items()
        }
        placed = place_nodes(graph, {key: card.box() for key, card in self.cards.items()})
        self.layout, self.frames = _at_origin(placed, list(frames(graph).values()))
        self.rects = {key: self._rect(key) for key in self.cards}
        self.lanes = Lanes(self.rects)
        self.wires = [self._wire(position, edge) for position, edge in enumerate(graph.edges)]
        rects = [*self.rects.values(), *(_corners(frame.rect) for frame in self.frames)]
        title = text_width(name or graph.name, 15, bold=True) + 40
        self._left = 44.0 if any(edge.feedback for edge in graph.edges) else 8.0
        self._top = 62.0
        self.width = max(
            max((r[2] for r in rects), default=0.0) + self._left + 52 + 2 * MARGIN, title + 2 * MARGIN, 240
        )
        bottom = max((r[3] for r in rects), default=40.0)
        self.height = self._top + max(self.lanes.bottom, bottom) + MARGIN + 8

    def draw(self) -> str:
        """Return the panel's drawing with its corner at (0, 0)."""
        about = " ".join(self.graph.about.split())
        x, y = MARGIN, MARGIN
        parts = []
        if self.name:
            box = f'width="{_n(self.width)}" height="{_n(self.height)}"'
            parts.append(f'<rect class="panel" {box} rx="14"/>')
        heading = self.name or self.graph.name
        parts.append(f'<text class="heading" x="{_n(x)}" y="{_n(y + 14)}">{escape(heading)}</text>')
        facts = " · ".join(filter(None, [about, *self._bounds()]))
        if facts:
            shown = escape(fitted(facts, SMALL_SIZE, self.width - 2 * MARGIN))
            parts.append(f'<text class="about" x="{_n(x)}" y="{_n(y + 32)}">{shown}</text>')
        areas = "".join(f"{_frame(frame)}\n" for frame in self.frames)
        wires = "\n".join(path for path, _ in self.wires if path)
        labels = "".join(label for _, label in self.wires)
        cards = "\n".join(self._card(key, card) for key, card in self.cards.items())
        parts.append(
            f'<g transform="translate({_n(MARGIN + self._left)} {_n(self._top + 14)})">\n'
            f"{areas}{wires}\n{cards}\n{labels}</g>"
        )
        return "\n".join(parts)

    def _bounds(self) -> list[str]:
        graph = self.graph
        facts = [f"at most {graph.max_ticks} ticks"] if graph.max_ticks is not None else []
        facts += ["until stop"] if graph.until == "stop" else []
        facts += [f"store {store.name} ({store.type})" for store in graph.stores.values()]
        return facts

    def _rect(self, key: str) -> Rect:
        x, y = self.layout.positions[key]
        return x, y, x + self.cards[key].width, y + self.cards[key].height

    # -- wires --------------------------------------------------------------------------------

    def _wire(self, position: int, edge: Edge) -> tuple[str, str]:
        if edge.source not in self.cards or edge.target not in self.cards:
            return "", ""
        source, target = self.cards[edge.source], self.cards[edge.target]
        (sx, sy), (tx, ty) = self.layout.positions[edge.source], self.layout.positions[edge.target]
        start = (sx + source.width, sy + source.port_y(source.outputs.index(edge.source_port)))
        end = (tx, ty + target.port_y(target.inputs.index(edge.target_port)))
        tip = (end[0] - 9, end[1])
        tooltip = f"<title>{escape(str(edge))}</title>"
        arrow = f"M{at((end[0] - 12, end[1] - 4))}L{at((end[0] - 5, end[1]))}L{at((end[0] - 12, end[1] + 4))}Z"
        if not edge.feedback:
            route = self.layout.routes.get(position)
            straight = not route or not hits(start, tip, self.rects, (edge.source, edge.target))
            path = curve(start, tip) if straight else through([start, *_inner(route), tip])
            return f'<g>{tooltip}<path class="wire" d="{path}"/><path class="tip" d="{arrow}"/></g>', ""
        if end[0] > start[0] + 40:
            path, middle = curve(start, tip), ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
        else:
            path, middle = self.lanes.around(start, tip)
        kind = "back hold" if edge.hold else "back"
        drawn = f'<g>{tooltip}<path class="wire {kind}" d="{path}"/><path class="tip backtip" d="{arrow}"/></g>'
        return drawn, _pill(middle, options_text(edge))

    # -- cards --------------------------------------------------------------------------------

    def _card(self, key: str, card: Card) -> str:
        x, y = self.layout.positions[key]
        hue = hue_of(card.category)
        classes = "card" + (" broken" if card.broken else "") + (" out" if card.knocked_out else "")
        parts = [f'<g class="{classes}" transform="translate({_n(x)} {_n(y)})">']
        node = self.graph.nodes[key]
        tint = self.tints.cards.get((self.name, key))
        told = f"\n{tint.told}" if tint is not None and tint.told else ""
        parts.append(f"<title>{escape(f'{key} ({node.type}){told}')}</title>")
        if card.region:
            parts.append(
                f'<rect class="box under" x="5" y="5" width="{_n(card.width)}" height="{_n(card.height)}" rx="9"/>'
            )
        parts.append(f'<rect class="box" width="{_n(card.width)}" height="{_n(card.height)}" rx="9"/>')
        if tint is not None:
            parts.append(tint_rect(tint, card.width, card.height, 9))
        if not card.broken:
            parts.append(f'<path class="band h{hue}" d="{_cap(card.width, HEAD)}"/>')
        parts.append(f'<text class="title" x="{PAD}" y="25">{escape(card.title)}</text>')
        hued = "" if card.broken else f" h{hue}"
        parts.append(f'<text class="type{hued}" x="{PAD}" y="39">{escape(card.type)}</text>')
        if card.badge:
            parts.append(_badge(card.width - PAD - 6, 20.5, card.badge))
        if card.face:
            parts.append(f'<text class="face" x="{PAD}" y="{_n(HEAD + 15)}">{escape(card.face)}</text>')
        rule = HEAD + (FACE if card.face else 0.0)
        if card.inputs or card.outputs:
            parts.append(f'<path class="rule" d="M0 {_n(rule)}H{_n(card.width)}"/>')
        for row, port in enumerate(card.inputs):
            dot = "port" if port in card.required else "port free"
            parts.append(_port(0.0, card.port_y(row), port, dot, "start"))
        for row, port in enumerate(card.outputs):
            parts.append(_port(card.width, card.port_y(row), port, "port", "end"))
        parts.append("" if tint is None else tint_words(tint, card.width))
        parts.append("</g>")
        return "".join(parts)


def _frame(frame: Frame) -> str:
    """The area behind nodes, and its title above them."""
    area = frame.rect
    place = f'x="{_n(area.x)}" y="{_n(area.y)}" width="{_n(area.width)}" height="{_n(area.height)}"'
    role = role_of(frame)
    title = escape(fitted(" ".join(frame.title.split()), FRAME_SIZE, area.width - 28, bold=True))
    words = f'<text class="areaname a-{role}" x="{_n(area.x + 14)}" y="{_n(area.y + 22)}">{title}</text>'
    return f'<rect class="area a-{role}" {place} rx="12"/>{words if title else ""}'


def _corners(area: FrameRect) -> Rect:
    return area.x, area.y, area.x + area.width, area.y + area.height


def _inner(route: list[tuple[float, float]] | None) -> list[tuple[float, float]]:
    return list(route[1:-1]) if route else []


def _port(x: float, y: float, name: str, classes: str, anchor: str) -> str:
    inside = x + PAD if anchor == "start" else x - PAD
    implied = " implied" if name in IMPLICIT_PORTS else ""
    return (
        f'<circle class="{classes}" cx="{_n(x)}" cy="{_n(y)}" r="4"/>'
        f'<text class="name {anchor}{implied}" x="{_n(inside)}" y="{_n(y + 3.8)}">{escape(name)}</text>'
    )


def _badge(x: float, y: float, badge: str) -> str:
    """Live: a small circle of an arrow, fires every tick. Steady: a dot in a ring, fires once."""
    if badge == "live":
        return (
            f'<g class="badge live" transform="translate({_n(x)} {_n(y)})"><title>live: decided at every tick</title>'
            '<path d="M4.2 -2.6A5 5 0 1 0 5 0.6"/><path class="fill" d="M6.4 -4.6V-0.8L2.6 -1.6Z"/></g>'
        )
    return (
        f'<g class="badge" transform="translate({_n(x)} {_n(y)})"><title>steady: fires once, its result holds</title>'
        '<circle r="4.6"/><circle class="fill" r="1.9"/></g>'
    )


def _pill(middle: tuple[float, float], text: str) -> str:
    if not text:
        return ""
    width = text_width(text, 10) + 12
    x, y = middle
    return (
        f'<rect class="pill" x="{_n(x - width / 2)}" y="{_n(y - 8)}" width="{_n(width)}" height="16" rx="8"/>'
        f'<text class="pilltext" x="{_n(x)}" y="{_n(y + 3.5)}">{escape(text)}</text>'
    )


def _cap(width: float, height: float) -> str:
    """The outline of a card's head: round above, square below, within the card's stroke."""
    return f"M.5 {_n(height)}V9A8.5 8.5 0 0 1 9 .5H{_n(width - 9)}A8.5 8.5 0 0 1 {_n(width - 0.5)} 9V{_n(height)}Z"


def _legend(y: float, width: float) -> str:
    """One line that says what the signs mean."""
    entries = (
        ('<path class="wire" d="M0 0H26"/>', 32, "same tick"),
        ('<path class="wire back" d="M0 0H26"/>', 32, "next tick"),
        (_badge(6, 0, "live"), 18, "live: decided every tick"),
        (_badge(6, 0, "steady"), 18, "steady: fires once"),
        ('<circle class="port free" cx="5" r="4"/>', 14, "optional input"),
    )
    parts, x = [], MARGIN
    for drawing, room, text in entries:
        words = text_width(text, 10)
        if x + room + words > width - 8:
            break
        parts.append(
            f'<g transform="translate({_n(x)} {_n(y)})">{drawing}<text class="key" x="{room}" y="3.5">{text}</text></g>'
        )
        x += room + words + 18
    return "".join(parts)


def _at_origin(layout: Layout, shown: list[Frame]) -> tuple[Layout, list[Frame]]:
    """Return where nodes and frames stand if the upper left corner of all of them is at (0, 0)."""
    corners = [*layout.positions.values(), *((frame.rect.x, frame.rect.y) for frame in shown)]
    if not corners:
        return layout, shown
    left = min(x for x, _ in corners)
    # Wires around the nodes may run above all of them, where the heading stands.
    bends = [y for points in layout.routes.values() for _, y in _inner(points)]
    top = min([y for _, y in corners] + bends)
    moved = Layout(
        {key: (x - left, y - top) for key, (x, y) in layout.positions.items()},
        {number: [(x - left, y - top) for x, y in points] for number, points in layout.routes.items()},
    )
    return moved, [replace(frame, rect=frame.rect.moved((-left, -top))) for frame in shown]
