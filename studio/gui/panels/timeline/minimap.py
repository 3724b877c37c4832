"""`Strip`: the whole run in a strip, with what is seen of it as a frame to drag."""

from __future__ import annotations

from typing import Final, Literal

import numpy
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from studio.gui.base.guard import guarded
from studio.gui.panels.timeline.area import NOTCH, ZOOM, Area
from studio.gui.panels.timeline.painting import colours_of, image_of
from studio.gui.panels.timeline.state import State
from studio.gui.theme import current_theme
from studio.replay.overview.raster import count, palette, picture

HEIGHT: Final = 24

EDGE: Final = 5
"""Pixels at the frame's edges by which it is made wider or narrower."""

LEAST: Final = 4.0
"""Width in pixels of the frame, however little is seen."""

Grip = Literal["", "left", "right", "move", "new"]


class Strip(Area):
    """The strip above the ruler."""

    def __init__(self, state: State, parent: QWidget | None = None) -> None:
        super().__init__(state, parent)
        self.setObjectName("timeline.strip")
        self.setAccessibleName("Whole run")
        self.setToolTip("The whole run. Drag the frame to move, its edges to zoom; drag beside it to see a range")
        self.setFixedHeight(HEIGHT)
        self._grip: Grip = ""
        self._from = 0.0
        self._drawn: QImage | None = None
        self._drawn_of: object = None

    # -- places: the strip shows all, not the window ----------------------------------------------

    def place_at(self, x: float) -> float:
        """Return the place of the axis at a pixel of the strip."""
        return x / max(1, self.width()) * self.state.window.whole

    def x_of(self, place: float) -> float:
        """Return the pixel of the strip of a place of the axis."""
        return place / max(1e-12, self.state.window.whole) * self.width()

    def frame(self) -> tuple[float, float]:
        """Return the left and right pixel of what is seen."""
        left, right = self.x_of(self.state.window.start), self.x_of(self.state.window.end)
        if right - left < LEAST:
            middle = (left + right) / 2
            left, right = middle - LEAST / 2, middle + LEAST / 2
        return left, right

    # -- drawing ------------------------------------------------------------------------------

    def draw(self, painter: QPainter) -> None:
        """Draw all tracks, each as a line, and the frame."""
        theme = current_theme()
        painter.fillRect(self.rect(), theme.colour("panel"))
        image = self._lines()
        if image is not None:
            painter.drawImage(QRectF(0, 2, self.width(), HEIGHT - 5), image)
        left, right = self.frame()
        if not self.state.window.is_fitted:
            veil = QColor(theme.colour("panel"))
            veil.setAlphaF(0.65)
            painter.fillRect(QRectF(0, 0, left, HEIGHT), veil)
            painter.fillRect(QRectF(right, 0, self.width() - right, HEIGHT), veil)
            painter.setPen(theme.colour("accent"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(left + 0.5, 0.5, right - left - 1, HEIGHT - 2))
        painter.fillRect(0, HEIGHT - 1, self.width(), 1, theme.colour("line"))

    def _lines(self) -> QImage | None:
        """A picture of the whole run with a line of pixels for one or more tracks; kept while it only moves."""
        state = self.state
        tracks = state.overview.tracks
        if not len(state.overview):
            return None
        theme = current_theme()
        scale = self.devicePixelRatioF()
        lit = state.lit
        key = (
            state.overview.version, self.width(), scale, state.axis.kind, state.window.whole, state.colouring,
            state.showing, None if lit is None else id(state.session.lit), theme.name,
        )  # fmt: skip
        if self._drawn is None or self._drawn_of != key:
            most = max(1, round((HEIGHT - 5) * scale))
            order = tracks.rows()
            lines = min(most, len(order))
            level = numpy.full(len(tracks.all), -1, numpy.int32)
            level[order] = numpy.arange(len(order)) * lines // max(1, len(order))
            kinds = colours_of(state, theme)
            size = (lines, max(1, round(self.width() * scale)), len(kinds))
            chosen = state.chosen
            if lit is not None:
                chosen = lit if chosen is None else lit & chosen
            counts = count(state.axis, [level], state.kinds(), (0.0, state.window.whole), size, chosen)
            shades = palette([(one.redF(), one.greenF(), one.blueF()) for one in kinds])
            self._drawn = image_of(picture(counts, shades, by_rank=state.colouring == "state"))
            self._drawn_of = key
        return self._drawn

    @guarded()
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self.kept_picture())
        at = self.state.place
        if at >= 0:
            x = self.x_of(self.state.axis.cursor(at))
            painter.fillRect(QRectF(x - 0.75, 0, 1.5, HEIGHT), current_theme().colour("replay"))

    # -- the mouse ----------------------------------------------------------------------------

    def grip_at(self, x: float) -> Grip:
        """Return what a drag from a pixel would do."""
        if self.state.window.is_fitted:
            return "new"
        left, right = self.frame()
        if abs(x - left) <= EDGE and x < (left + right) / 2:
            return "left"
        if abs(x - right) <= EDGE:
            return "right"
        return "move" if left < x < right else "new"

    @guarded()
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._grip = self.grip_at(event.position().x())
            self._from = event.position().x()

    @guarded()
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = min(max(event.position().x(), 0.0), float(self.width()))
        window = self.state.window
        if self._grip == "left":
            self.state.look_at(min(self.place_at(x), window.end - window.least), window.end)
        elif self._grip == "right":
            self.state.look_at(window.start, max(self.place_at(x), window.start + window.least))
        elif self._grip == "move":
            self.state.pan(self.place_at(x - self._from))
            self._from = x
        elif self._grip == "new" and abs(x - self._from) >= LEAST:
            low, high = sorted((self.place_at(self._from), self.place_at(x)))
            self.state.look_at(low, high)
        else:
            shapes = {"left": Qt.CursorShape.SizeHorCursor, "right": Qt.CursorShape.SizeHorCursor,
                      "move": Qt.CursorShape.OpenHandCursor}  # fmt: skip
            self.setCursor(shapes.get(self.grip_at(x), Qt.CursorShape.ArrowCursor))

    @guarded()
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        if self._grip == "new" and abs(x - self._from) < LEAST and not self.state.window.is_fitted:
            window = self.state.window
            self.state.pan(self.place_at(x) - (window.start + window.end) / 2)
        self._grip = ""

    @guarded()
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.state.fit()

    @guarded()
    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier or abs(turned.x()) > abs(turned.y()):
            super().wheelEvent(event)
            return
        window = self.state.window
        around = self.place_at(event.position().x())
        inside = window.start <= around <= window.end
        self.state.zoom(ZOOM ** (turned.y() / NOTCH), around if inside else (window.start + window.end) / 2)
        event.accept()
