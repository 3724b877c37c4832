"""How a card is painted: in full, small (title only) and tiny (a coloured box), see `paint_card`."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath

from studio.export.drawing.card import FACE, HEAD, PAD
from studio.graph.model import IMPLICIT_PORTS
from studio.gui.canvas.compared import paint_compared
from studio.gui.canvas.here import paint_here
from studio.gui.canvas.library import IN
from studio.gui.canvas.look import NAMED, RADIUS, SMALL, TINY, Look, faded, fits, look, pen, width_of, wrapped
from studio.gui.canvas.port_painting import paint_ports, paint_problem
from studio.gui.canvas.small_cards import opacity_of, outline, paint_big_title, paint_tiny
from studio.gui.canvas.state import NodeState, shown_text
from studio.gui.canvas.tints import paint_tint, paint_tint_words
from studio.gui.theme.theme import mixed

if TYPE_CHECKING:
    from studio.gui.canvas.node_item import NodeItem

STRIP_LINE = 14.0
"""Height of a line of the text below a card."""

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_CENTER = Qt.AlignmentFlag.AlignCenter
_NO_PEN = Qt.PenStyle.NoPen
_NO_BRUSH = Qt.BrushStyle.NoBrush


def paint_card(item: NodeItem, painter: QPainter, scale: float, style: Look) -> None:
    """Paint a node's card at a scale (pixels per scene unit, without the screen's own factor)."""
    if (opacity := opacity_of(item)) < 1:
        painter.setOpacity(painter.opacity() * opacity)
    if scale < TINY:
        paint_tiny(item, painter, style)
        if item.tint is not None:
            paint_tint(painter, item.tint, QRectF(0, 0, item.card.width, item.card.height))
        if scale >= NAMED:
            paint_big_title(item, painter, style, scale)
        _paint_current(item, painter, style, scale)
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _paint_sheet(item, painter, style, scale)
    if scale < SMALL:
        paint_big_title(item, painter, style, scale)
    else:
        _paint_head(item, painter, style)
        _paint_rows(item, painter, style)
        _paint_strip(item, painter, style)
    paint_ports(item, painter, style, with_free=scale >= SMALL)
    if item.problem is not None:
        paint_problem(item, painter, style, large=scale < SMALL)
    _paint_current(item, painter, style, scale)


def _paint_current(item: NodeItem, painter: QPainter, style: Look, scale: float) -> None:
    if item.current:
        paint_here(painter, QRectF(0, 0, item.card.width, item.card.height), scale, style)
    if item.compared is not None:
        paint_compared(painter, item.compared, QRectF(0, 0, item.card.width, item.card.height), scale, style)
    if item.tint is not None and scale >= SMALL:
        paint_tint_words(painter, item.tint, item.card.width, style)


# -- the box --------------------------------------------------------------------------------------


def _paint_sheet(item: NodeItem, painter: QPainter, style: Look, scale: float) -> None:
    card = item.card
    rect = QRectF(0, 0, card.width, card.height)
    colour, width = outline(item, style)
    if item.isSelected() or item.marked:
        painter.setPen(pen(faded(style.accent, 0.22), 7.0))
        painter.setBrush(_NO_BRUSH)
        painter.drawRoundedRect(rect, RADIUS, RADIUS)
    if scale >= SMALL:
        painter.setPen(_NO_PEN)
        painter.setBrush(style.shadow)
        painter.drawRoundedRect(rect.translated(0, 2.5).adjusted(0.5, 0, -0.5, 0), RADIUS, RADIUS)
    if card.region:
        painter.setPen(pen(mixed(style.edge, style.hue(card.category), 0.4), 1.0))
        painter.setBrush(mixed(style.card, style.hue(card.category), 0.06))
        painter.drawRoundedRect(rect.translated(5, 5), RADIUS, RADIUS)
    painter.setPen(_NO_PEN)
    small = scale < SMALL and not card.broken
    painter.setBrush(style.band(card.category) if small else style.card)
    painter.drawRoundedRect(rect, RADIUS, RADIUS)
    if not card.broken and not small:
        painter.setBrush(style.band(card.category))
        painter.drawPath(_cap(card.width, HEAD))
    if item.tint is not None:
        paint_tint(painter, item.tint, rect)
    dash = Qt.PenStyle.DashLine if card.broken or card.knocked_out else Qt.PenStyle.SolidLine
    painter.setPen(pen(colour, width, dash))
    painter.setBrush(_NO_BRUSH)
    painter.drawRoundedRect(rect, RADIUS, RADIUS)
    _paint_progress(item, painter, style)


def _paint_progress(item: NodeItem, painter: QPainter, style: Look) -> None:
    """A bar along the lower edge of the head: how far a node is; for an unknown length a short piece of it."""
    state = item.state
    if state.progress is None or state.status not in ("running", "paused", "waiting"):
        return
    part = max(0.0, min(1.0, state.progress))
    painter.setPen(_NO_PEN)
    painter.setBrush(faded(style.statuses[state.status], 0.25))
    painter.drawRect(QRectF(1, HEAD - 3, item.card.width - 2, 3))
    painter.setBrush(style.statuses[state.status])
    painter.drawRect(QRectF(1, HEAD - 3, (item.card.width - 2) * part, 3))


@lru_cache(maxsize=512)
def _cap(width: float, height: float) -> QPainterPath:
    """The outline of a card's head: round above, square below."""
    path = QPainterPath()
    path.moveTo(0, height)
    path.lineTo(0, RADIUS)
    path.quadTo(0, 0, RADIUS, 0)
    path.lineTo(width - RADIUS, 0)
    path.quadTo(width, 0, width, RADIUS)
    path.lineTo(width, height)
    path.closeSubpath()
    return path


# -- the head -------------------------------------------------------------------------------------


def _paint_head(item: NodeItem, painter: QPainter, style: Look) -> None:
    card, state = item.card, item.state
    right = card.width - PAD
    if state.status and state.status not in ("waiting",):
        _paint_status(painter, QPointF(right - 5, 20.5), state, style)
        right -= 17
    if card.badge:
        _paint_badge(painter, QPointF(right - 6, 20.5), card.badge, style)
        right -= 18
    if state.badge:
        words = fits(state.badge, style.tiny_bold, 60)
        wide = width_of(words, style.tiny_bold) + 10
        pill = QRectF(right - wide, 13, wide, 15)
        painter.setPen(_NO_PEN)
        painter.setBrush(faded(style.accent, 0.22))
        painter.drawRoundedRect(pill, 7.5, 7.5)
        painter.setPen(style.ink)
        painter.setFont(style.tiny_bold)
        painter.drawText(pill, _CENTER, words)
        right -= wide + 4
    title = fits(item.title, style.title_font, right - PAD)
    painter.setFont(style.title_font)
    painter.setPen(style.ink)
    painter.drawText(QPointF(PAD, 22), title)
    if card.knocked_out:
        painter.setPen(pen(style.ink, 1.3))
        painter.drawLine(QPointF(PAD, 17.5), QPointF(PAD + width_of(title, style.title_font), 17.5))
    painter.setFont(style.small_font)
    room = card.width - 2 * PAD
    meta = meta_line(state)
    if meta:
        meta = fits(meta, style.small_font, room)
        wide = width_of(meta, style.small_font)
        painter.setPen(style.statuses.get(state.status, style.soft))
        painter.drawText(QPointF(card.width - PAD - wide, 37), meta)
        room -= wide + 8
    if room > 24:
        painter.setPen(style.soft if card.broken else style.hue(card.category))
        painter.drawText(QPointF(PAD, 37), fits(card.type, style.small_font, room))


def meta_line(state: NodeState) -> str:
    """Return tick, time and cost of a state in one short line."""
    parts = [f"t{state.tick}" if state.tick else "", state.duration, state.cost]
    return " · ".join(part for part in parts if part)


def _paint_status(painter: QPainter, centre: QPointF, state: NodeState, style: Look) -> None:
    """A sign, not only a colour: tick, cross, bars, circle, dash."""
    colour = style.statuses[state.status]
    x, y = centre.x(), centre.y() - 1
    painter.setPen(pen(colour, 1.9))
    painter.setBrush(_NO_BRUSH)
    match state.status:
        case "ok":
            path = QPainterPath(QPointF(x - 4.5, y + 0.3))
            path.lineTo(x - 1.4, y + 3.6)
            path.lineTo(x + 4.8, y - 3.6)
            painter.drawPath(path)
        case "error":
            painter.drawLine(QPointF(x - 3.6, y - 3.6), QPointF(x + 3.6, y + 3.6))
            painter.drawLine(QPointF(x - 3.6, y + 3.6), QPointF(x + 3.6, y - 3.6))
        case "paused":
            painter.drawLine(QPointF(x - 2.4, y - 3.6), QPointF(x - 2.4, y + 3.6))
            painter.drawLine(QPointF(x + 2.4, y - 3.6), QPointF(x + 2.4, y + 3.6))
        case "running":
            painter.setBrush(colour)
            painter.drawEllipse(centre + QPointF(0, -1), 3.4, 3.4)
            painter.setBrush(_NO_BRUSH)
            painter.setPen(pen(faded(colour, 0.35), 2.0))
            painter.drawEllipse(centre + QPointF(0, -1), 5.6, 5.6)
        case "asks":
            painter.setBrush(colour)
            painter.drawEllipse(centre + QPointF(0, -1), 6.4, 6.4)
            painter.setPen(style.card)
            painter.setFont(style.tiny_bold)
            painter.drawText(QRectF(x - 7, y - 7, 14, 14), _CENTER, "?")
        case "held":
            painter.drawEllipse(centre + QPointF(0, -1), 3.8, 3.8)
        case _:
            painter.drawLine(QPointF(x - 4, y), QPointF(x + 4, y))


def _paint_badge(painter: QPainter, centre: QPointF, badge: str, style: Look) -> None:
    """Live: a small circle of an arrow, fires every tick. Steady: a dot in a ring, fires once (as in drawings)."""
    painter.save()
    painter.translate(centre.x(), centre.y() - 1.5)
    if badge == "live":
        painter.setPen(pen(style.back, 1.5))
        painter.setBrush(_NO_BRUSH)
        painter.drawArc(QRectF(-5, -5, 10, 10), 35 * 16, 290 * 16)
        head = QPainterPath(QPointF(6.6, -4.8))
        head.lineTo(6.6, -0.6)
        head.lineTo(2.6, -1.4)
        head.closeSubpath()
        painter.setPen(_NO_PEN)
        painter.setBrush(style.back)
        painter.drawPath(head)
    else:
        painter.setPen(pen(style.soft, 1.5))
        painter.setBrush(_NO_BRUSH)
        painter.drawEllipse(QPointF(0, 0), 4.6, 4.6)
        painter.setPen(_NO_PEN)
        painter.setBrush(style.soft)
        painter.drawEllipse(QPointF(0, 0), 1.9, 1.9)
    painter.restore()


# -- below the head -------------------------------------------------------------------------------


def _paint_rows(item: NodeItem, painter: QPainter, style: Look) -> None:
    card = item.card
    rule = HEAD
    if card.face:
        painter.setFont(style.small_font)
        painter.setPen(style.soft)
        painter.drawText(
            QRectF(PAD, HEAD + 1, card.width - 2 * PAD, FACE), _LEFT, fits(card.face, style.small_font, card.width - 24)
        )
        rule += FACE
    if card.inputs or card.outputs:
        painter.setPen(pen(style.line, 1.0))
        painter.drawLine(QPointF(1, rule), QPointF(card.width - 1, rule))
    half = card.width - 2 * PAD
    for row in range(max(len(card.inputs), len(card.outputs))):
        y = card.port_y(row)
        left = card.inputs[row] if row < len(card.inputs) else ""
        right = card.outputs[row] if row < len(card.outputs) else ""
        room = half
        if right:
            kept = min(width_of(right, style.small_font), half - (30 if left else 0))
            _paint_label(item, painter, style, ("out", right), QRectF(card.width - PAD - kept, y - 10, kept, 20))
            room = half - kept - 8
        if left:
            _paint_label(item, painter, style, ("in", left), QRectF(PAD, y - 10, room, 20))


def _paint_label(item: NodeItem, painter: QPainter, style: Look, key: tuple[str, str], rect: QRectF) -> None:
    side, name = key
    is_input = side == IN
    font = style.italic_font if name in IMPLICIT_PORTS else style.small_font
    if key in item.ghosts:
        painter.setPen(style.bad)
    elif is_input and name in item.card.required and key not in item.wired:
        painter.setPen(style.warn)
    elif name in IMPLICIT_PORTS:
        painter.setPen(style.soft)
    else:
        painter.setPen(style.ink if item.hot == key else style.text)
    painter.setFont(font)
    painter.drawText(rect, _LEFT if is_input else _RIGHT, fits(name, font, rect.width() + 1))


def strip_room(state: NodeState, width: float) -> int:
    """Return how many lines the text below a card takes at most; asked often, so nothing is measured."""
    if not state.text:
        return 0
    return 1 if len(state.text) * 12.0 < width else 2


def strip_lines(state: NodeState, width: float) -> list[str]:
    """Return the lines of text shown below a card: the last value, or the end of what streams in."""
    if not state.text:
        return []
    return wrapped(shown_text(state), look().small_font, width - 2 * PAD + 4, 2, tail=state.status == "running")


def _paint_strip(item: NodeItem, painter: QPainter, style: Look) -> None:
    lines = strip_lines(item.state, item.card.width)
    if not lines:
        return
    top = item.card.height + 4
    rect = QRectF(4, top, item.card.width - 8, STRIP_LINE * len(lines) + 6)
    painter.setPen(_NO_PEN)
    painter.setBrush(mixed(style.paper, style.statuses.get(item.state.status, style.soft), 0.12))
    painter.drawRoundedRect(rect, 5, 5)
    painter.setFont(style.small_font)
    painter.setPen(style.bad if item.state.status == "error" else style.text)
    for number, line in enumerate(lines):
        painter.drawText(QRectF(rect.x() + 6, top + 3 + number * STRIP_LINE, rect.width(), STRIP_LINE), _LEFT, line)
