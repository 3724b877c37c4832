"""Small pictures of graphs: boxes in the colours of their categories, and wires. Kept as SVG in the cache folder."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, QSizeF, Qt
from PySide6.QtGui import QPainter, QPixmap

from studio.gui.theme import Theme
from studio.gui.theme.theme import mixed
from studio.settings.folders import cache_folder
from studio.spec.registry import Registry
from studio.support.errors import StudioError

VERSION = 3
"""Part of the key: grows when drawings look different."""

MOST_REMEMBERED = 200

Point = tuple[float, float]

_log = logging.getLogger(__name__)
_drawn: dict[str, bytes] = {}
"""The last drawings of this session, by key: none is made twice where the folder cannot be written or was emptied."""


def preview_svg(path: Path, theme: Theme, registry: Registry) -> bytes:
    """Return the drawing of a graph file for a theme, from the cache or made now; b"" if it cannot be drawn."""
    try:
        text = path.read_bytes()
    except OSError:
        return b""
    key = hashlib.blake2b(text, digest_size=12, key=f"{VERSION}{theme.name}".encode()).hexdigest()
    kept = cache_folder() / "previews" / f"{path.stem}-{key}.svg"
    try:
        return kept.read_bytes()
    except OSError:
        pass  # not there yet: drawn below
    drawn = _drawn.get(key)
    if drawn is None:
        try:
            drawn = _draw(path, theme, registry).encode()
        except StudioError as error:
            _log.warning("no preview of %s: %s", path, error)
            return b""
        if len(_drawn) >= MOST_REMEMBERED:
            del _drawn[next(iter(_drawn))]
        _drawn[key] = drawn
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(drawn)
    except OSError as error:
        _log.info("the preview of %s is not kept: %s", path, error)
    return drawn


def _draw(path: Path, theme: Theme, registry: Registry) -> str:
    from studio.export.drawing.card import make_card, used_ports
    from studio.export.drawing.style import hue_of
    from studio.graph.layout import place_nodes
    from studio.graph.model import Graph
    from studio.graph.ports import node_ports
    from studio.graph.scope import Scope

    graph = Graph.load(path)
    scope, used = Scope(graph), used_ports(graph)
    cards = {
        name: make_card(node, node_ports(scope, node, registry), used[name], "") for name, node in graph.nodes.items()
    }
    places = place_nodes(graph, {name: card.box() for name, card in cards.items()}).positions
    if not places:
        return '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10" width="10" height="10"/>'
    left = min(x for x, _ in places.values()) - 20
    top = min(y for _, y in places.values()) - 20
    right = max(x + cards[name].width for name, (x, _) in places.items()) + 20
    bottom = max(y + cards[name].height for name, (_, y) in places.items()) + 20
    # Lines and corners look the same whatever the size of the graph.
    unit = max((right - left) / 250, (bottom - top) / 110, 1.0)
    parts = []
    low = max(y + cards[name].height for name, (_, y) in places.items())
    for edge in graph.edges:
        if edge.source in places and edge.target in places:
            (sx, sy), (tx, ty) = places[edge.source], places[edge.target]
            sx, sy = sx + cards[edge.source].width, sy + cards[edge.source].height / 2
            ty += cards[edge.target].height / 2
            parts.append(_wire(theme, edge.feedback, (sx, sy), (tx, ty), low, unit))
    if any(edge.feedback for edge in graph.edges):
        bottom += 14 * unit
    for name, (x, y) in places.items():
        card = cards[name]
        hue = theme.colour("bad") if card.broken else theme.hue(hue_of(card.category))
        fill, line = mixed(theme.colour("card"), hue, 0.32).name(), mixed(theme.colour("card"), hue, 0.8).name()
        head = min(card.height, 12 * unit)
        corner = f'rx="{2.2 * unit:.1f}"'
        box = f'x="{x:.0f}" y="{y:.0f}" width="{card.width:.0f}"'
        parts.append(
            f'<rect {box} height="{card.height:.0f}" {corner} fill="{fill}" stroke="{line}" stroke-width="{unit:.1f}"/>'
            f'<rect {box} height="{head / 3:.0f}" {corner} fill="{line}"/>'
        )
    width, height = right - left, bottom - top
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left:.0f} {top:.0f} {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}">{"".join(parts)}</svg>'
    )


def _wire(theme: Theme, back: bool, start: Point, end: Point, low: float, unit: float) -> str:
    """A wire: within a tick a curve, to the next one (`back`) dashed and below all boxes."""
    (sx, sy), (tx, ty) = start, end
    reach = 16 * unit if back else max(abs(tx - sx) / 2, 12 * unit)
    colour = theme.colour("back" if back else "wire").name()
    if back:
        low += 8 * unit
        path = (
            f"M{sx:.0f} {sy:.0f}C{sx + reach:.0f} {sy:.0f} {sx + reach:.0f} {low:.0f} {sx - reach:.0f} {low:.0f}"
            f"L{tx + reach:.0f} {low:.0f}C{tx - reach:.0f} {low:.0f} {tx - reach:.0f} {ty:.0f} {tx:.0f} {ty:.0f}"
        )
    else:
        path = f"M{sx:.0f} {sy:.0f}C{sx + reach:.0f} {sy:.0f} {tx - reach:.0f} {ty:.0f} {tx:.0f} {ty:.0f}"
    dash = f' stroke-dasharray="{3 * unit:.1f} {2 * unit:.1f}"' if back else ""
    return (
        f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{1.1 * unit:.1f}" '
        f'stroke-opacity="{0.9 if back else 0.7}"{dash}/>'
    )


def rendered(svg: bytes, size: QSizeF, ratio: float) -> QPixmap | None:
    """Return a drawing as a picture of this size, whole and in its middle; None if there is nothing to show."""
    from PySide6.QtSvg import QSvgRenderer

    renderer = QSvgRenderer(QByteArray(svg))
    if not renderer.isValid():
        return None
    pixmap = QPixmap(round(size.width() * ratio), round(size.height() * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    own = QSizeF(renderer.defaultSize()).scaled(size, Qt.AspectRatioMode.KeepAspectRatio)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    left, top = (size.width() - own.width()) / 2, (size.height() - own.height()) / 2
    renderer.render(painter, QRectF(left, top, own.width(), own.height()))
    painter.end()
    return pixmap
