"""What lies on the wires of a run at some moment: short texts set on them, and which of them bring nothing.

All texts are one item of the scene, above the wires and below the cards: a thousand items of their own would cost more
than all the wires. It is in the scene only while there is something to show.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath
from PySide6.QtWidgets import QGraphicsItem

from studio.gui.base.guard import guarded
from studio.gui.canvas.look import Look, fits, look, pen, width_of
from studio.gui.canvas.wire_item import WireItem, WireKey
from studio.gui.canvas.wire_painting import FADED
from studio.gui.theme.theme import mixed

if TYPE_CHECKING:
    from studio.gui.canvas.projection import Projection

Kind = Literal["value", "again", "absent", "open"]

SHOWN: Final = 0.6
"""Scale (pixels per scene unit) from which on the texts can be read and are painted."""

WIDEST: Final = 132.0
NARROWEST: Final = 26.0
HIGH: Final = 15.0
"""Room of a text in scene units: at most, at least, and how high it is."""

NEXT: Final = " → "
"""Between what a feedback wire brought and what it brings next."""

_END: Final = 12.0
_TIP: Final = 17.0
"""How far before its end a text stands on a wire, and on one with an arrow."""


@dataclass(frozen=True, slots=True)
class WireValue:
    """What lies on a wire. `kind`: a fresh `value`, one that is repeated (`again`), nothing (`absent`), or not decided
    yet (`open`). `text` is one line; `coming` is what a feedback wire brings at the next tick, "" if not decided."""

    kind: Kind
    text: str = ""
    coming: str = ""

    @property
    def shown(self) -> str:
        """What stands on the wire: nothing where nothing lies on it and nothing comes."""
        now = self.text if self.kind in ("value", "again") else ""
        return f"{now or '–'}{NEXT}{self.coming}" if self.coming else now


class _Chip(NamedTuple):
    rect: QRectF
    text: str
    port_type: str
    is_back: bool
    is_again: bool
    is_faded: bool = False


class WireValues:
    """The values on the wires of one canvas."""

    def __init__(self, projection: Projection) -> None:
        self._projection = projection
        self._values: dict[WireKey, WireValue] = {}
        self._item: WireTexts | None = None

    @property
    def values(self) -> Mapping[WireKey, WireValue]:
        """What was set last."""
        return self._values

    def place_of(self, key: WireKey) -> QRectF | None:
        """Return where the text of a wire stands in the scene, None if none does."""
        return None if self._item is None else self._item.place_of(key)

    def set(self, values: Mapping[WireKey, WireValue]) -> None:
        """Show these values on the wires, and none on others; only what is other than before is painted anew."""
        before, self._values = self._values, dict(values)
        wires = self._projection.wires
        changed = [key for key in before.keys() | values.keys() if before.get(key) != values.get(key)]
        for key in changed:
            if key in wires:
                _mark(wires[key], values.get(key))
        self._show(changed)

    def follow(self) -> None:
        """Wires have come, gone, or run elsewhere."""
        if self._values or self._item is not None:
            for key, wire in self._projection.wires.items():
                _mark(wire, self._values.get(key))
            self._show(list(self._projection.wires), anew=True)

    def fade(self) -> None:
        """Other wires are faded: their texts with them."""
        self._show(list(self._values))

    def _show(self, keys: list[WireKey], *, anew: bool = False) -> None:
        scene = self._projection.graph.scene()
        if not self._values:
            if self._item is not None:
                scene.removeItem(self._item)
                self._item = None
            return
        if self._item is None:
            self._item = WireTexts()
            scene.addItem(self._item)
        if anew:
            self._item.clear()
        joins = Counter((key.target, key.target_port) for key in self._projection.wires)
        made: dict[WireKey, _Chip | None] = {}
        for key in keys:
            wire, value = self._projection.wires.get(key), self._values.get(key)
            is_joined = joins[key.target, key.target_port] > 1
            made[key] = None if wire is None or value is None else _chip_of(wire, value, is_joined)
        self._item.put(made)


def _mark(wire: WireItem, value: WireValue | None) -> None:
    wire.set_flag("carries", value.kind if value is not None and value.kind in ("absent", "open") else "")


def _chip_of(wire: WireItem, value: WireValue, is_joined: bool) -> _Chip | None:
    """Where the text of a wire stands: before its end, where each input has a row of its own; in its middle where
    several wires end; below the options of feedback that is led around the cards."""
    text = value.shown
    if not text or wire.missing:
        return None
    style = look()
    path = wire.path()
    end, start = path.currentPosition(), QPointF(path.elementAt(0).x, path.elementAt(0).y)
    room = min(WIDEST, end.x() - start.x() - 2 * _END)
    is_around = wire.edge.feedback and end.x() <= start.x() + 40
    if is_around:
        room = WIDEST
    elif room < NARROWEST:
        return None
    wide = min(room, width_of(text, style.tiny_font) + 12)
    if is_around:
        middle = wire.label_place + QPointF(0, HIGH + 3 if wire.pill else 0)
    elif is_joined:
        middle = path.pointAtPercent(0.5)
    else:
        middle = QPointF(end.x() - (_TIP if wire.edge.feedback else _END) - wide / 2, end.y())
    rect = QRectF(middle.x() - wide / 2, middle.y() - HIGH / 2, wide, HIGH)
    return _Chip(rect, text, wire.port_type, wire.edge.feedback, value.kind == "again", wire.dimmed)


class WireTexts(QGraphicsItem):
    """Paints the texts that are in view."""

    def __init__(self) -> None:
        super().__init__()
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.setZValue(0)
        self._chips: dict[WireKey, _Chip] = {}
        self._area = QRectF()

    def clear(self) -> None:
        """Show none; what is put next is painted anew."""
        self._chips.clear()
        self.update()

    def place_of(self, key: WireKey) -> QRectF | None:
        """Return where the text of a wire stands."""
        chip = self._chips.get(key)
        return None if chip is None else chip.rect

    def put(self, chips: Mapping[WireKey, _Chip | None]) -> None:
        """Show other texts on some wires."""
        touched: list[QRectF] = []
        for key, chip in chips.items():
            before = self._chips.pop(key, None)
            if chip is not None:
                self._chips[key] = chip
            touched += [one.rect for one in (before, chip) if one is not None]
        area = reduce(QRectF.united, (chip.rect for chip in self._chips.values()), self._area)
        if area != self._area:
            self.prepareGeometryChange()
            self._area = area
        for rect in touched:
            self.update(rect.adjusted(-2, -2, 2, 2))

    # Nothing under the mouse: wires and cards are found, not what stands on them.
    @guarded(QPainterPath)
    def shape(self) -> QPainterPath:
        return QPainterPath()

    @guarded(QRectF)
    def boundingRect(self) -> QRectF:
        return self._area.adjusted(-2, -2, 2, 2)

    @guarded()
    def paint(self, painter: QPainter, option: Any, widget: Any = None) -> None:
        scale = option.levelOfDetailFromTransform(painter.worldTransform())
        if scale < SHOWN:
            return
        exposed = option.exposedRect
        style = look()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(style.tiny_font)
        for chip in self._chips.values():
            if chip.rect.intersects(exposed):
                painter.setOpacity(FADED if chip.is_faded else 1.0)
                _paint_chip(painter, chip, style)


def _paint_chip(painter: QPainter, chip: _Chip, style: Look) -> None:
    colour = style.back if chip.is_back else style.type_colour(chip.port_type)
    ground = style.card if not chip.is_again else style.paper
    painter.setPen(pen(mixed(style.card, colour, 0.45 if chip.is_again else 0.8), 1.0))
    painter.setBrush(ground)
    painter.drawRoundedRect(chip.rect, 5, 5)
    painter.setPen(style.soft if chip.is_again else style.ink)
    inside = chip.rect.adjusted(6, 0, -4, 0)
    flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    painter.drawText(inside, flags, fits(chip.text, style.tiny_font, inside.width() + 1))
