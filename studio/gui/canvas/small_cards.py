"""Cards from afar: only the title, as large as it fits, or only a box in the colour of the category."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen

from studio.gui.canvas.look import Look, fits, look, pen, width_of
from studio.gui.canvas.port_painting import problem_colour
from studio.gui.theme.theme import mixed

if TYPE_CHECKING:
    from studio.gui.canvas.node_item import NodeItem

STRIPE, SIGN = 14.0, 28.0
"""Height of the stripe of a run's state; size of the sign of a problem."""

_CENTER = Qt.AlignmentFlag.AlignCenter


def outline(item: NodeItem, style: Look) -> tuple[QColor, float]:
    """Return the colour and width of a card's border: chosen, in a run, broken, found, or plain."""
    if item.isSelected():
        return style.accent, 2.0
    status = item.state.status
    if status and status not in ("waiting", "skipped", "held"):
        return style.statuses[status], 2.4 if status == "asks" else 1.6
    if item.card.broken:
        return style.bad, 1.4
    if item.marked:
        return style.accent, 1.6
    return (mixed(style.edge, style.ink, 0.35) if item.hovered else style.edge), 1.0


class Box(NamedTuple):
    """How a card that is shown very small is painted. Few cards differ, so many are painted at once."""

    fill: QColor
    line: QPen
    status: QColor | None
    sign: QColor | None
    opacity: float
    is_strong: bool


BoxKey = tuple[str, bool, str, bool, bool, bool, bool, bool, bool, str]


def box_key(item: NodeItem) -> BoxKey:
    """Return what the box of a card depends on."""
    card = item.card
    return (
        card.category, card.broken, item.state.status, item.state.stale, item.isSelected(), item.marked, item.hovered,
        item.dimmed, card.knocked_out, item.problem[0] if item.problem is not None else "",
    )  # fmt: skip


def box_of(item: NodeItem, key: BoxKey, style: Look) -> Box:
    """Return how the box of a card is painted; kept for all cards with this key."""
    found = style.boxes.get(key)
    if found is None:
        colour, _ = outline(item, style)
        strong = item.isSelected() or item.marked
        line = pen(colour, 2.0 if strong else 1.0)
        line.setCosmetic(True)
        found = style.boxes[key] = Box(
            style.tiny(item.card.category, item.card.broken), line, style.statuses.get(item.state.status),
            problem_colour(item, style) if item.problem is not None else None,
            opacity_of(item), strong,
        )  # fmt: skip
    return found


def opacity_of(item: NodeItem) -> float:
    """Return how solid a card is painted: others are found, it is switched off, or is no longer as it was run."""
    return 0.35 if item.dimmed else 0.5 if item.card.knocked_out else 0.7 if item.state.stale else 1.0


def paint_boxes(painter: QPainter, box: Box, rects: Sequence[QRectF]) -> None:
    """Paint cards as boxes that look alike; there may be thousands, so with few calls."""
    painter.setPen(box.line)
    painter.setBrush(box.fill)
    painter.drawRects(rects)
    painter.setPen(Qt.PenStyle.NoPen)
    if box.status is not None:
        painter.setBrush(box.status)
        painter.drawRects([QRectF(rect.x(), rect.y(), rect.width(), STRIPE) for rect in rects])
    if box.sign is not None:
        painter.setBrush(box.sign)
        painter.drawRects([QRectF(rect.right() - SIGN + 6, rect.y() - 6, SIGN, SIGN) for rect in rects])


def paint_tiny(item: NodeItem, painter: QPainter, style: Look) -> None:
    """Paint one card as a box; its opacity is set already."""
    paint_boxes(painter, box_of(item, box_key(item), style), [QRectF(0, 0, item.card.width, item.card.height)])


def paint_big_title(item: NodeItem, painter: QPainter, style: Look, scale: float) -> None:
    """From afar only the title is legible: it gets the room of everything else."""
    card = item.card
    font = style.title_font
    unit = float(font.pixelSize())
    parts, size = _big_title(item.title, card.width, card.height, round(scale, 2))
    painter.save()
    painter.setPen(style.bad if card.broken else style.ink)
    painter.setFont(font)
    painter.translate(card.width / 2, card.height / 2)
    painter.scale(size / unit, size / unit)
    height = unit * 1.25
    top = -height * len(parts) / 2
    for number, part in enumerate(parts):
        painter.drawText(QRectF(-card.width, top + number * height, 2 * card.width, height), _CENTER, part)
    painter.restore()


@lru_cache(maxsize=4096)
def _big_title(title: str, width: float, height: float, scale: float) -> tuple[list[str], float]:
    """Return the lines of a title and their size: as large as it fits whole, but legible; else cut."""
    font = look().title_font
    unit = float(font.pixelSize())
    largest, least = min(32.0, max(13.0, 12.0 / scale)), max(9.0, 8.5 / scale)
    size = largest
    while True:
        room = (width - 12) * unit / size
        lines = max(1, min(3, int((height - 4) / (size * 1.25))))
        parts = _broken_at(title, font, room, lines)
        if size <= least or not any(part.endswith("…") for part in parts):
            return parts, size
        size = max(least, size - 1.5)


def _broken_at(title: str, font: QFont, room: float, lines: int) -> list[str]:
    """Break a name at its underscores or spaces into lines; what does not fit is cut."""
    words = title[:120].replace("_", "_ ").split(" ")
    made = [""]
    for word in words:
        gap = "" if not made[-1] or made[-1].endswith("_") else " "
        longer = made[-1] + gap + word
        if made[-1] and width_of(longer, font) > room and len(made) < lines:
            made.append(word)
        else:
            made[-1] = longer
    return [fits(part, font, room) for part in made]
