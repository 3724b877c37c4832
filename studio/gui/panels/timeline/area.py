"""`Area`: what all drawings along the axis share. Places to pixels and back, the wheel, pinching, the playhead."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QNativeGestureEvent, QPainter, QPixmap, QWheelEvent
from PySide6.QtWidgets import QWidget

from studio.gui.base.guard import guarded
from studio.gui.panels.timeline.state import State
from studio.gui.theme import current_theme

NOTCH: Final = 120
"""What a wheel tells for one notch."""

ZOOM: Final = 0.8
"""How much of what is seen stays with one notch."""

PAN: Final = 0.1
"""How much of what is seen goes by with one notch."""


class Area(QWidget):
    """A part of the timeline whose width is the axis; its picture is kept until something else is to be seen."""

    def __init__(self, state: State, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.state = state
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._picture: QPixmap | None = None
        self._made_of: object = None
        state.changed.connect(self.update)
        state.placed.connect(self.update)

    # -- places -------------------------------------------------------------------------------

    def place_at(self, x: float) -> float:
        """Return the place of the axis at a pixel."""
        window = self.state.window
        return window.start + x / max(1, self.width()) * window.length

    def x_of(self, place: float) -> float:
        """Return the pixel of a place of the axis."""
        window = self.state.window
        return (place - window.start) / window.length * self.width()

    # -- drawing ------------------------------------------------------------------------------

    def kept_picture(self) -> QPixmap:
        """Return the drawing without what moves, made anew only if it is out of date."""
        scale = self.devicePixelRatioF()
        made_of = (self.state.version, self.drawn_of(), self.size(), scale, current_theme().name)
        if self._picture is None or self._made_of != made_of:
            picture = QPixmap(self.size() * scale)
            picture.setDevicePixelRatio(scale)
            painter = QPainter(picture)
            painter.setFont(self.font())
            self.draw(painter)
            painter.end()
            self._picture, self._made_of = picture, made_of
        return self._picture

    def drawn_of(self) -> object:
        """Return what else the drawing depends on, beside the state's version."""
        return None

    def draw(self, painter: QPainter) -> None:
        """Draw all but what moves."""

    def draw_playhead(self, painter: QPainter, *, handle: bool = False) -> None:
        """Draw where the run stands: as wide as its step, or as a line."""
        at = self.state.place
        if at < 0:
            return
        axis = self.state.axis
        colour = current_theme().colour("replay")
        x = self.x_of(axis.cursor(at))
        if not -20 <= x <= self.width() + 20:
            return
        if axis.kind == "step":
            low, high = (self.x_of(place) for place in axis.span(at))
            band = QColor(colour)
            band.setAlphaF(0.16)
            if high - low >= 3:
                painter.fillRect(QRectF(low, 0, high - low, self.height()), band)
        painter.fillRect(QRectF(round(x) - 0.75, 0, 1.5, self.height()), colour)
        if handle:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            x = round(x)
            painter.drawPolygon(
                [QPointF(x - 5, 0), QPointF(x + 5, 0), QPointF(x + 5, 5), QPointF(x, 10), QPointF(x - 5, 5)]
            )
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)

    # -- the wheel and pinching -----------------------------------------------------------------

    @guarded()
    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta()
        state = self.state
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier or abs(turned.x()) > abs(turned.y()):
            by = turned.x() or turned.y()
            state.pan(-by / NOTCH * PAN * state.window.length)
        elif turned.y():
            state.zoom(ZOOM ** (turned.y() / NOTCH), self.place_at(event.position().x()))
        event.accept()

    @guarded(False)
    def event(self, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self.state.zoom(1 / max(0.1, 1 + event.value()), self.place_at(event.position().x()))
            return True
        return super().event(event)
