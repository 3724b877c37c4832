"""How a card is painted: in full, small (title only) and tiny (a coloured box), see `paint_card`."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath

from studio.export.card import FACE, HEAD, PAD
from studio.graph.model import IMPLICIT_PORTS
from studio.gui.canvas.library import IN
from studio.gui.canvas.look import PORT, RADIUS, Look, faded, fits, mixed, pen, width_of, wrapped
from studio.gui.canvas.state import NodeState, shown_text

if TYPE_CHECKING:
    from studio.gui.canvas.node_item import NodeItem

SMALL, TINY = 0.56, 0.3
"""Below these scales a card shows its title only, and nothing but its colour."""

STRIP_LINE = 14.0
"""Height of a line of the text below a card."""

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_CENTER = Qt.AlignmentFlag.AlignCenter
_NO_PEN = Qt.PenStyle.NoPen
_NO_BRUSH = Qt.BrushStyle.NoBrush


def paint_card(item: NodeItem, painter: QPainter, scale: float, look: Look) -> None:
    """Paint a node's card at a scale (pixels per scene unit, without the screen's own factor)."""
    if item.dimmed or item.card.knocked_out:
        painter.setOpacity(painter.opacity() * (0.35 if item.dimmed else 0.5))
    if scale < TINY:
        _paint_tiny(item, painter, look)
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _paint_sheet(item, painter, look, scale)
    if scale < SMALL:
        _paint_big_title(item, painter, look, scale)
    else:
        _paint_head(item, painter, look)
        _paint_rows(item, painter, look)
        _paint_strip(item, painter, look)
    _paint_ports(item, painter, look, with_free=scale >= SMALL)
    if item.problem is not None:
        _paint_problem(item, painter, look, scale)


# -- the box --------------------------------------------------------------------------------------


def _outline(item: NodeItem, look: Look) -> tuple[QColor, float]:
    if item.isSelected():
        return look.accent, 2.0
    status = item.state.status
    if status and status not in ("waiting", "skipped", "held"):
        return look.statuses[status], 1.6
    if item.card.broken:
        return look.bad, 1.4
    if item.marked:
        return look.accent, 1.6
    return (mixed(look.edge, look.ink, 0.35) if item.hovered else look.edge), 1.0


def _paint_tiny(item: NodeItem, painter: QPainter, look: Look) -> None:
    card = item.card
    rect = QRectF(0, 0, card.width, card.height)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    fill = mixed(look.card, look.bad if card.broken else look.hue(card.category), 0.3)
    painter.fillRect(rect, fill)
    status = item.state.status
    if status:
        painter.fillRect(QRectF(0, 0, card.width, 12), look.statuses[status])
    colour, _ = _outline(item, look)
    line = pen(colour, 2.0 if item.isSelected() or item.marked else 1.0)
    line.setCosmetic(True)
    painter.setPen(line)
    painter.setBrush(_NO_BRUSH)
    painter.drawRect(rect)
    if item.problem is not None:
        painter.fillRect(QRectF(card.width - 22, -6, 28, 28), _problem_colour(item, look))


def _paint_sheet(item: NodeItem, painter: QPainter, look: Look, scale: float) -> None:
    card = item.card
    rect = QRectF(0, 0, card.width, card.height)
    colour, width = _outline(item, look)
    if item.isSelected() or item.marked:
        painter.setPen(pen(faded(look.accent, 0.22), 7.0))
        painter.setBrush(_NO_BRUSH)
        painter.drawRoundedRect(rect, RADIUS, RADIUS)
    if scale >= SMALL:
        painter.setPen(_NO_PEN)
        painter.setBrush(look.shadow)
        painter.drawRoundedRect(rect.translated(0, 2.5).adjusted(0.5, 0, -0.5, 0), RADIUS, RADIUS)
    if card.region:
        painter.setPen(pen(mixed(look.edge, look.hue(card.category), 0.4), 1.0))
        painter.setBrush(mixed(look.card, look.hue(card.category), 0.06))
        painter.drawRoundedRect(rect.translated(5, 5), RADIUS, RADIUS)
    painter.setPen(_NO_PEN)
    painter.setBrush(look.card)
    painter.drawRoundedRect(rect, RADIUS, RADIUS)
    if not card.broken:
        painter.setBrush(look.band(card.category))
        painter.drawPath(_cap(card.width, HEAD))
    style = Qt.PenStyle.DashLine if card.broken or card.knocked_out else Qt.PenStyle.SolidLine
    painter.setPen(pen(colour, width, style))
    painter.setBrush(_NO_BRUSH)
    painter.drawRoundedRect(rect, RADIUS, RADIUS)
    _paint_progress(item, painter, look)


def _paint_progress(item: NodeItem, painter: QPainter, look: Look) -> None:
    """A bar along the lower edge of the head: how far a node is; for an unknown length a short piece of it."""
    state = item.state
    if state.progress is None or state.status not in ("running", "paused", "waiting"):
        return
    part = max(0.0, min(1.0, state.progress))
    painter.setPen(_NO_PEN)
    painter.setBrush(faded(look.statuses[state.status], 0.25))
    painter.drawRect(QRectF(1, HEAD - 3, item.card.width - 2, 3))
    painter.setBrush(look.statuses[state.status])
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


def _paint_big_title(item: NodeItem, painter: QPainter, look: Look, scale: float) -> None:
    """From afar only the title is legible: it gets the room of everything else."""
    card = item.card
    font = look.title_font
    size = min(30.0, max(13.0, 11.5 / scale))
    grown = size / max(1, font.pixelSize())
    lines = max(1, min(3, int(card.height / (size * 1.3))))
    parts = wrapped(card.title.replace("_", "_\u200b"), font, (card.width - 14) / grown, 1)
    if lines > 1 and parts[0].endswith("…"):
        parts = _broken_at(card.title, font, (card.width - 14) / grown, lines)
    painter.setPen(look.bad if card.broken else look.ink)
    painter.save()
    painter.setFont(font)
    painter.translate(card.width / 2, card.height / 2)
    painter.scale(grown, grown)
    height = font.pixelSize() * 1.3
    top = -height * len(parts) / 2
    for number, part in enumerate(parts):
        painter.drawText(QRectF(-card.width, top + number * height, 2 * card.width, height), _CENTER, part)
    painter.restore()


def _broken_at(title: str, font: object, room: float, lines: int) -> list[str]:
    """Break a name at its underscores or spaces into lines; what does not fit is cut."""
    from PySide6.QtGui import QFont

    assert isinstance(font, QFont)
    words = title.replace("_", "_ ").split(" ")
    made = [""]
    for word in words:
        gap = "" if not made[-1] or made[-1].endswith("_") else " "
        longer = made[-1] + gap + word
        if made[-1] and width_of(longer, font) > room and len(made) < lines:
            made.append(word)
        else:
            made[-1] = longer
    return [fits(part, font, room) for part in made]


def _paint_head(item: NodeItem, painter: QPainter, look: Look) -> None:
    card, state = item.card, item.state
    right = card.width - PAD
    if state.status and state.status not in ("waiting",):
        _paint_status(painter, QPointF(right - 5, 20.5), state, look)
        right -= 17
    if card.badge:
        _paint_badge(painter, QPointF(right - 6, 20.5), card.badge, look)
        right -= 18
    if state.badge:
        words = fits(state.badge, look.tiny_bold, 60)
        wide = width_of(words, look.tiny_bold) + 10
        pill = QRectF(right - wide, 13, wide, 15)
        painter.setPen(_NO_PEN)
        painter.setBrush(faded(look.accent, 0.22))
        painter.drawRoundedRect(pill, 7.5, 7.5)
        painter.setPen(look.ink)
        painter.setFont(look.tiny_bold)
        painter.drawText(pill, _CENTER, words)
        right -= wide + 4
    title = fits(card.title, look.title_font, right - PAD)
    painter.setFont(look.title_font)
    painter.setPen(look.ink)
    painter.drawText(QPointF(PAD, 22), title)
    if card.knocked_out:
        painter.setPen(pen(look.ink, 1.3))
        painter.drawLine(QPointF(PAD, 17.5), QPointF(PAD + width_of(title, look.title_font), 17.5))
    painter.setFont(look.small_font)
    room = card.width - 2 * PAD
    meta = meta_line(state)
    if meta:
        meta = fits(meta, look.small_font, room)
        wide = width_of(meta, look.small_font)
        painter.setPen(look.statuses.get(state.status, look.soft))
        painter.drawText(QPointF(card.width - PAD - wide, 37), meta)
        room -= wide + 8
    if room > 24:
        painter.setPen(look.soft if card.broken else look.hue(card.category))
        painter.drawText(QPointF(PAD, 37), fits(card.type, look.small_font, room))


def meta_line(state: NodeState) -> str:
    """Return tick, time and cost of a state in one short line."""
    parts = [f"t{state.tick}" if state.tick else "", state.duration, state.cost]
    return " · ".join(part for part in parts if part)


def _paint_status(painter: QPainter, centre: QPointF, state: NodeState, look: Look) -> None:
    """A sign, not only a colour: tick, cross, bars, circle, dash."""
    colour = look.statuses[state.status]
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
        case "held":
            painter.drawEllipse(centre + QPointF(0, -1), 3.8, 3.8)
        case _:
            painter.drawLine(QPointF(x - 4, y), QPointF(x + 4, y))


def _paint_badge(painter: QPainter, centre: QPointF, badge: str, look: Look) -> None:
    """Live: a small circle of an arrow, fires every tick. Steady: a dot in a ring, fires once (as in drawings)."""
    painter.save()
    painter.translate(centre.x(), centre.y() - 1.5)
    if badge == "live":
        painter.setPen(pen(look.back, 1.5))
        painter.setBrush(_NO_BRUSH)
        painter.drawArc(QRectF(-5, -5, 10, 10), 35 * 16, 290 * 16)
        head = QPainterPath(QPointF(6.6, -4.8))
        head.lineTo(6.6, -0.6)
        head.lineTo(2.6, -1.4)
        head.closeSubpath()
        painter.setPen(_NO_PEN)
        painter.setBrush(look.back)
        painter.drawPath(head)
    else:
        painter.setPen(pen(look.soft, 1.5))
        painter.setBrush(_NO_BRUSH)
        painter.drawEllipse(QPointF(0, 0), 4.6, 4.6)
        painter.setPen(_NO_PEN)
        painter.setBrush(look.soft)
        painter.drawEllipse(QPointF(0, 0), 1.9, 1.9)
    painter.restore()


# -- below the head -------------------------------------------------------------------------------


def _paint_rows(item: NodeItem, painter: QPainter, look: Look) -> None:
    card = item.card
    rule = HEAD
    if card.face:
        painter.setFont(look.small_font)
        painter.setPen(look.soft)
        painter.drawText(
            QRectF(PAD, HEAD + 1, card.width - 2 * PAD, FACE), _LEFT, fits(card.face, look.small_font, card.width - 24)
        )
        rule += FACE
    if card.inputs or card.outputs:
        painter.setPen(pen(look.line, 1.0))
        painter.drawLine(QPointF(1, rule), QPointF(card.width - 1, rule))
    half = card.width - 2 * PAD
    for row in range(max(len(card.inputs), len(card.outputs))):
        y = card.port_y(row)
        left = card.inputs[row] if row < len(card.inputs) else ""
        right = card.outputs[row] if row < len(card.outputs) else ""
        room = half
        if right:
            kept = min(width_of(right, look.small_font), half - (30 if left else 0))
            _paint_label(item, painter, look, ("out", right), QRectF(card.width - PAD - kept, y - 10, kept, 20))
            room = half - kept - 8
        if left:
            _paint_label(item, painter, look, ("in", left), QRectF(PAD, y - 10, room, 20))


def _paint_label(item: NodeItem, painter: QPainter, look: Look, key: tuple[str, str], rect: QRectF) -> None:
    side, name = key
    is_input = side == IN
    font = look.italic_font if name in IMPLICIT_PORTS else look.small_font
    if key in item.ghosts:
        painter.setPen(look.bad)
    elif is_input and name in item.card.required and key not in item.wired:
        painter.setPen(look.warn)
    elif name in IMPLICIT_PORTS:
        painter.setPen(look.soft)
    else:
        painter.setPen(look.ink if item.hot == key else look.text)
    painter.setFont(font)
    painter.drawText(rect, _LEFT if is_input else _RIGHT, fits(name, font, rect.width() + 1))


def strip_lines(state: NodeState, width: float) -> list[str]:
    """Return the lines of text shown below a card: the last value, or the end of what streams in."""
    if not state.text:
        return []
    from studio.gui.canvas.look import look

    return wrapped(shown_text(state), look().small_font, width - 2 * PAD + 4, 2, tail=state.status == "running")


def _paint_strip(item: NodeItem, painter: QPainter, look: Look) -> None:
    lines = strip_lines(item.state, item.card.width)
    if not lines:
        return
    top = item.card.height + 4
    rect = QRectF(4, top, item.card.width - 8, STRIP_LINE * len(lines) + 6)
    painter.setPen(_NO_PEN)
    painter.setBrush(mixed(look.paper, look.statuses.get(item.state.status, look.soft), 0.12))
    painter.drawRoundedRect(rect, 5, 5)
    painter.setFont(look.small_font)
    painter.setPen(look.bad if item.state.status == "error" else look.text)
    for number, line in enumerate(lines):
        painter.drawText(QRectF(rect.x() + 6, top + 3 + number * STRIP_LINE, rect.width(), STRIP_LINE), _LEFT, line)


# -- ports ----------------------------------------------------------------------------------------


def _paint_ports(item: NodeItem, painter: QPainter, look: Look, *, with_free: bool) -> None:
    card = item.card
    rows = {("in", port) for port in card.inputs} | {("out", port) for port in card.outputs}
    shows_all = with_free and (item.hovered or item.isSelected() or item.offer is not None)
    for key, place in item.places().items():
        if key in rows:
            if with_free or key in item.wired:
                _paint_port(item, painter, look, (key, place), PORT)
        elif shows_all:
            _paint_port(item, painter, look, (key, place), 3.2)


def _paint_port(
    item: NodeItem, painter: QPainter, look: Look, port: tuple[tuple[str, str], QPointF], radius: float
) -> None:
    key, place = port
    side, name = key
    colour = look.bad if key in item.ghosts else look.type_colour(item.types.get(key, "any"))
    if name in IMPLICIT_PORTS:
        colour = look.bad if name == "error" else look.soft
    offered = None
    if item.offer is not None:
        from studio.gui.canvas.node_item import PortId

        offered = item.offer(PortId(item.name, side, name))
        if not offered:
            colour = mixed(look.card, colour, 0.25)
    missing = side == IN and name in item.card.required and key not in item.wired and offered is None
    if offered or item.hot == key:
        painter.setPen(_NO_PEN)
        painter.setBrush(faded(colour, 0.3))
        painter.drawEllipse(place, radius + 4.5, radius + 4.5)
        radius += 1.0
    elif missing:
        painter.setPen(pen(look.warn, 1.4))
        painter.setBrush(_NO_BRUSH)
        painter.drawEllipse(place, radius + 2.6, radius + 2.6)
    filled = side != IN or key in item.wired
    painter.setPen(pen(look.card if filled else colour, 1.5))
    painter.setBrush(colour if filled else look.card)
    painter.drawEllipse(place, radius, radius)
    if key in item.ghosts:
        painter.setPen(pen(look.card, 1.4))
        painter.drawLine(place + QPointF(-2, -2), place + QPointF(2, 2))
        painter.drawLine(place + QPointF(-2, 2), place + QPointF(2, -2))


def _problem_colour(item: NodeItem, look: Look) -> QColor:
    return look.bad if item.problem is not None and item.problem[0] == "error" else look.warn


def _paint_problem(item: NodeItem, painter: QPainter, look: Look, scale: float) -> None:
    """A sign on the card's corner: something is wrong with the node."""
    size = 7.0 if scale >= SMALL else 11.0
    centre = QPointF(item.card.width - 1, 1)
    painter.setPen(pen(look.paper, 2.0))
    painter.setBrush(_problem_colour(item, look))
    painter.drawEllipse(centre, size, size)
    painter.setPen(look.paper)
    painter.setFont(look.tiny_bold)
    if scale >= SMALL:
        painter.drawText(QRectF(centre.x() - 7, centre.y() - 7, 14, 14), _CENTER, "!")
