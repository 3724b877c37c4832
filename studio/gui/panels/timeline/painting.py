"""Draws tracks: single bars while there are few, otherwise a picture that counts what falls into each pixel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetrics, QImage, QPainter

from studio.export.drawing.style import hue_of
from studio.gui.live.watching.showing import span
from studio.gui.panels.timeline.state import FEW, ROW, State
from studio.gui.theme import current_theme
from studio.gui.theme.theme import Theme, mixed
from studio.replay.overview.axes import lanes_of
from studio.replay.overview.raster import count, palette, picture

if TYPE_CHECKING:
    from numpy.typing import NDArray

BAR: Final = 11
"""Height of a bar in pixels."""

THIN: Final = 5
"""Height of what a region that is unfolded sums up."""

FADED: Final = 0.2
"""How much of the firings is seen that are not lit, while some are."""

LABELLED: Final = 46
"""Width in pixels from which on a bar says how long it took."""


def colours_of(state: State, theme: Theme) -> list[QColor]:
    """Return the colour of each kind, as the state's colouring counts them."""
    if state.colouring == "state":
        return [theme.colour("ok"), theme.colour("skipped"), theme.colour("bad")]
    if state.colouring == "origin":
        return [theme.colour(role) for role in ("ok", "type_list", "type_messages", "replay")]
    state.kinds()
    return [theme.hue(hue_of(category)) if category else theme.colour("soft") for category in state.categories or [""]]


def image_of(pixels: NDArray[numpy.uint32]) -> QImage:
    """Return pixels of premultiplied alpha, red, green, blue as a picture of its own memory."""
    rows, columns = pixels.shape
    held = numpy.ascontiguousarray(pixels)
    return QImage(held.data, columns, rows, 4 * columns, QImage.Format.Format_ARGB32_Premultiplied).copy()


def paint_tracks(painter: QPainter, state: State, width: int, height: int) -> None:
    """Draw the tracks that are in view into an area at (0, 0)."""
    theme = current_theme()
    painter.fillRect(0, 0, width, height, theme.colour("field"))
    first, rows = state.in_view(height)
    top = first * ROW - state.scroll
    _paint_ground(painter, state, theme, rows, top, width)
    if not rows or not len(state.overview):
        return
    kinds = colours_of(state, theme)
    view = state.window.start, state.window.end
    which = state.axis.between(*view)
    levels = state.levels_of(rows)
    track = state.overview.track[which]
    few = len(track) and sum(int(((level[track] >= 0) & (track >= 0)).sum()) for level in levels) <= FEW
    if few:
        _Bars(painter, state, theme, kinds, width, rows, top).paint(which, levels)
    else:
        _paint_counts(painter, state, kinds, (width, top), rows, levels)
    _paint_under_way(painter, state, theme, width, (first, len(rows)))


def _paint_ground(painter: QPainter, state: State, theme: Theme, rows: list[int], top: int, width: int) -> None:
    line = mixed(theme.colour("field"), theme.colour("line"), 0.7)
    region = mixed(theme.colour("field"), theme.colour("panel"), 0.6)
    for place, number in enumerate(rows):
        y = top + place * ROW
        if state.overview.tracks.all[number].is_region:
            painter.fillRect(0, y, width, ROW, region)
        painter.fillRect(0, y + ROW - 1, width, 1, line)


def _paint_under_way(painter: QPainter, state: State, theme: Theme, width: int, seen: tuple[int, int]) -> None:
    """Hatch what had started and was not decided, up to the end of what is known."""
    colour = theme.colour("running")
    painter.setPen(colour)
    painter.setBrush(QBrush(colour, Qt.BrushStyle.BDiagPattern))
    for row, place in state.under_way():
        if seen[0] <= row < seen[0] + seen[1]:
            scale = width / state.window.length
            left = max(-2.0, (place - state.window.start) * scale)
            right = min(width + 2.0, (state.axis.end - state.window.start) * scale)
            down = row * ROW - state.scroll + (ROW - 1 - BAR) // 2
            painter.drawRect(QRectF(left + 0.5, down + 0.5, max(3.0, right - left) - 1, BAR - 1))


def _room(state: State, number: int) -> tuple[int, int]:
    """Where the bars of a track stand in its row, and how high they are: the sum of an unfolded region is thin."""
    summed = state.overview.tracks.all[number].is_region and number not in state.folded
    high = THIN if summed else BAR
    return (ROW - 1 - high) // 2, high


def _paint_counts(
    painter: QPainter, state: State, kinds: list[QColor], place: tuple[int, int], rows: list[int],
    levels: list[NDArray[numpy.int32]],
) -> None:  # fmt: skip
    width, top = place
    scale = painter.device().devicePixelRatio()
    size = (len(rows), max(1, round(width * scale)), len(kinds))
    view = state.window.start, state.window.end
    by_rank = state.colouring == "state"
    shades = palette([(one.redF(), one.greenF(), one.blueF()) for one in kinds])
    chosen, lit = state.chosen, state.lit
    everything = picture(count(state.axis, levels, state.kinds(), view, size, chosen), shades, by_rank=by_rank)
    _lay(painter, state, image_of(everything), rows, top, width, 1.0 if lit is None else FADED)
    if lit is not None:
        both = lit if chosen is None else lit & chosen
        shown = picture(count(state.axis, levels, state.kinds(), view, size, both), shades, by_rank=by_rank)
        _lay(painter, state, image_of(shown), rows, top, width, 1.0)


def _lay(painter: QPainter, state: State, image: QImage, rows: list[int], top: int, width: int, opacity: float) -> None:
    painter.setOpacity(opacity)
    for place, number in enumerate(rows):
        down, high = _room(state, number)
        painter.drawImage(
            QRectF(0, top + place * ROW + down, width, high), image, QRectF(0, place, image.width(), 1)
        )  # fmt: skip
    painter.setOpacity(1.0)


class _Bars:
    """Draws firings one by one."""

    def __init__(
        self, painter: QPainter, state: State, theme: Theme, kinds: list[QColor], width: int, rows: list[int], top: int
    ) -> None:
        self.painter, self.state, self.theme, self.kinds = painter, state, theme, kinds
        self.width, self.rows, self.top = width, rows, top
        self.scale = width / state.window.length

    def paint(self, which: slice | NDArray[numpy.int64], levels: list[NDArray[numpy.int32]]) -> None:
        """Draw the firings of these indexes, in each row that they count in."""
        state = self.state
        indexes = numpy.arange(len(state.overview))[which]
        if state.chosen is not None:
            indexes = indexes[state.chosen[indexes]]
        indexes = indexes[state.overview.track[indexes] >= 0]
        drawn = []
        for level in levels:
            row = level[state.overview.track[indexes]]
            drawn.append((indexes[row >= 0], row[row >= 0]))
        index = numpy.concatenate([one for one, _ in drawn])
        row = numpy.concatenate([one for _, one in drawn])
        down, tall = self._rooms(index, row)
        lit = state.lit
        if lit is None:
            self._layer(index, down, tall)
            return
        mine = lit[index]
        self.painter.setOpacity(FADED)
        self._layer(index[~mine], down[~mine], tall[~mine])
        self.painter.setOpacity(1.0)
        self._layer(index[mine], down[mine], tall[mine])

    def _rooms(
        self, index: NDArray[numpy.int64], row: NDArray[numpy.int32]
    ) -> tuple[NDArray[numpy.int64], NDArray[numpy.int64]]:
        """How far down each bar begins, and how high it is: what ran side by side in a track shares its row."""
        state = self.state
        rooms = numpy.array([_room(state, number) for number in self.rows])
        down, tall = rooms[row, 0] + self.top + row * ROW, rooms[row, 1].copy()
        if state.axis.kind == "step":
            return down, tall
        for place, number in enumerate(self.rows):
            mine = numpy.flatnonzero(row == place)
            if len(mine) > 1 and state.has_lanes(number):
                lane, count = lanes_of(state.axis.low[index[mine]], state.axis.high[index[mine]])
                if count > 1:
                    edges = numpy.linspace(1, ROW - 2, count + 1).astype(numpy.int64)
                    down[mine] = self.top + place * ROW + edges[lane]
                    tall[mine] = numpy.maximum(2, edges[lane + 1] - edges[lane] - 1)
        return down, tall

    def _layer(self, index: NDArray[numpy.int64], y: NDArray[numpy.int64], tall: NDArray[numpy.int64]) -> None:
        state, painter = self.state, self.painter
        low = (state.axis.low[index] - state.window.start) * self.scale
        high = (state.axis.high[index] - state.window.start) * self.scale
        left = numpy.maximum(low, -2.0)
        wide = numpy.minimum(high, self.width + 2.0) - left
        wide = numpy.where(wide >= 4, wide - 1, numpy.maximum(wide, 2.0))
        kind = state.kinds()[index]
        painter.setPen(Qt.PenStyle.NoPen)
        for one, colour in enumerate(self.kinds):
            mine = numpy.flatnonzero(kind == one)
            if len(mine):
                painter.setBrush(colour)
                painter.drawRects([
                    QRectF(*place)
                    for place in zip(left[mine].tolist(), y[mine].tolist(), wide[mine].tolist(), tall[mine].tolist(),
                                     strict=True)
                ])  # fmt: skip
        asked = numpy.flatnonzero(state.overview.asked[index] & (wide >= 5) & (tall == BAR))
        painter.setBrush(self.theme.colour("card"))
        for at in asked:
            painter.drawEllipse(QRectF(left[at] + wide[at] - 4.5, y[at] + 1.5, 3, 3))
        self._label(index, left, wide, y, tall)

    def _label(
        self, index: NDArray[numpy.int64], left: NDArray[numpy.float64], wide: NDArray[numpy.float64],
        y: NDArray[numpy.int64], tall: NDArray[numpy.int64],
    ) -> None:  # fmt: skip
        """Say on wide bars how long the firing took."""
        painter = self.painter
        font = QFont(painter.font())
        font.setPixelSize(9)
        painter.setFont(font)
        painter.setPen(self.theme.colour("card"))
        metrics = QFontMetrics(font)
        for at in numpy.flatnonzero((wide >= LABELLED) & (tall == BAR)):
            begin = max(0.0, float(left[at]))
            room = QRect(round(begin) + 4, int(y[at]), round(left[at] + wide[at] - begin) - 10, BAR)
            text = span(int(self.state.overview.duration[index[at]]) / 1e9)
            if metrics.horizontalAdvance(text) <= room.width():
                painter.drawText(room, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), text)
