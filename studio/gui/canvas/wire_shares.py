"""How much goes over the wires of a run: a band along each wire, the wider the more, with the share in words.

All bands are one item of the scene, above the wires and below the cards; it is there only while there is something to
show.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath
from PySide6.QtWidgets import QGraphicsItem

from studio.gui.base.guard import guarded
from studio.gui.canvas.look import SMALL, Look, faded, look, pen, width_of
from studio.gui.theme.theme import mixed

if TYPE_CHECKING:
    from studio.gui.canvas.projection import Projection
    from studio.gui.canvas.wire_item import WireKey

BAND: Final = (2.0, 9.0)
"""Width of a band for nothing and for all, in scene units."""

HIGH: Final = 16.0
"""How high the words stand on a band."""

ABOVE: Final = 6.0
"""How far above the wire they stand: what lies on it stands on it."""

WHERE: Final = 0.4
"""Part of the way along the wire at which they do."""


class _Band(NamedTuple):
    path: QPainterPath
    words: QRectF
    share: float


class WireShares:
    """The shares on the wires of one canvas."""

    def __init__(self, projection: Projection) -> None:
        self._projection = projection
        self._shares: dict[WireKey, float] = {}
        self._item: _Bands | None = None

    @property
    def shares(self) -> Mapping[WireKey, float]:
        """What was set last."""
        return self._shares

    def set(self, shares: Mapping[WireKey, float]) -> None:
        """Show these shares (0 to 1), and none on other wires."""
        if shares != self._shares:
            self._shares = dict(shares)
            self.follow()

    def follow(self) -> None:
        """Wires have come, gone, or run elsewhere."""
        if not self._shares and self._item is None:
            return
        scene = self._projection.graph.scene()
        if not self._shares:
            scene.removeItem(self._item)
            self._item = None
            return
        if self._item is None:
            self._item = _Bands()
            scene.addItem(self._item)
        wires = self._projection.wires
        self._item.put([_band(wires[key].path(), share) for key, share in self._shares.items() if key in wires])


def share_text(share: float) -> str:
    """Return a share as it stands on a wire."""
    return f"{share:.0%}"


def _band(path: QPainterPath, share: float) -> _Band:
    wide = width_of(share_text(share), look().tiny_bold) + 12
    middle = path.pointAtPercent(WHERE) if path.length() else QPointF()
    return _Band(path, QRectF(middle.x() - wide / 2, middle.y() - HIGH - ABOVE, wide, HIGH), min(1.0, max(0.0, share)))


class _Bands(QGraphicsItem):
    def __init__(self) -> None:
        super().__init__()
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.setZValue(0.5)
        self._bands: list[_Band] = []
        self._area = QRectF()

    def put(self, bands: list[_Band]) -> None:
        self.prepareGeometryChange()
        self._bands = bands
        boxes = (one.path.controlPointRect().united(one.words) for one in bands)
        self._area = reduce(QRectF.united, boxes, QRectF()).adjusted(-BAND[1], -BAND[1], BAND[1], BAND[1])
        self.update()

    # Nothing under the mouse: wires are found, not what stands on them.
    @guarded(QPainterPath)
    def shape(self) -> QPainterPath:
        return QPainterPath()

    @guarded(QRectF)
    def boundingRect(self) -> QRectF:
        return self._area

    @guarded()
    def paint(self, painter: QPainter, option: Any, widget: Any = None) -> None:
        scale = option.levelOfDetailFromTransform(painter.worldTransform())
        style, exposed = look(), option.exposedRect
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        seen = [one for one in self._bands if one.path.controlPointRect().united(one.words).intersects(exposed)]
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for one in seen:
            colour = faded(_colour(style, one.share), 0.3 + 0.45 * one.share)
            painter.setPen(pen(colour, BAND[0] + (BAND[1] - BAND[0]) * one.share))
            painter.drawPath(one.path)
        if scale < SMALL:
            return
        painter.setFont(style.tiny_bold)
        for one in seen:
            colour = _colour(style, one.share)
            painter.setPen(pen(colour, 1.0))
            painter.setBrush(style.card)
            painter.drawRoundedRect(one.words, HIGH / 2, HIGH / 2)
            painter.setPen(style.ink)
            painter.drawText(one.words, int(Qt.AlignmentFlag.AlignCenter), share_text(one.share))


def _colour(style: Look, share: float) -> Any:
    """Grey where nothing is taken up, the accent where all is."""
    return mixed(style.soft, style.accent, min(1.0, 0.15 + share))
