"""Frames and comments: what is written on the canvas beside the graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPolygonF
from PySide6.QtWidgets import QGraphicsItem

from studio.editing.placing.annotations import Comment
from studio.graph.frames import HUES, Frame, Rect
from studio.gui.base.guard import guarded
from studio.gui.canvas.look import TINY, Look, faded, fits, look, pen
from studio.gui.theme.theme import mixed

if TYPE_CHECKING:
    from studio.gui.canvas.viewer import Viewer

TITLE = 30.0
CORNER = 16.0
RIM = 7.0
MOST_TEXT = 4_000


class Annotation(QGraphicsItem):
    """A rectangle that can be moved, and resized at its lower right corner."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number
        self.view: Viewer | None = None
        """Told when it looks other than before."""
        self.hovered = False
        self._size = QRectF()
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIsSelectable)

    def area(self) -> QRectF:
        """Return its rectangle in the scene."""
        return self._size.translated(self.pos())

    def set_area(self, rect: QRectF) -> None:
        """Stand elsewhere, or have another size."""
        if rect.size() != self._size.size():
            self.prepareGeometryChange()
            self._size = QRectF(0, 0, rect.width(), rect.height())
        self.setPos(rect.topLeft())
        self.update()

    def update(self, *rect: Any) -> None:
        """Be painted anew."""
        super().update(*rect)
        if self.view is not None:
            self.view.repaint_far()

    def set_flag(self, name: str, value: Any) -> None:
        """Set a mark (`hovered`) and repaint."""
        if getattr(self, name) != value:
            setattr(self, name, value)
            self.update()

    def on_corner(self, point: QPointF, scale: float) -> bool:
        """True if a point of the scene is on the corner by which it is resized."""
        grip = max(CORNER, min(40.0, 10.0 / scale))
        off = self.area().bottomRight() - point
        return -4 <= off.x() <= grip and -4 <= off.y() <= grip

    def _paint_grip(self, painter: QPainter, colour: QColor) -> None:
        right, bottom = self._size.right() - 4, self._size.bottom() - 4
        painter.setPen(pen(colour, 1.3))
        for step in (4.0, 8.0):
            painter.drawLine(QPointF(right - step, bottom), QPointF(right, bottom - step))

    itemChange = QGraphicsItem.itemChange

    @guarded(QRectF)
    def boundingRect(self) -> QRectF:
        """Its rectangle with room for the outline."""
        return self._size.adjusted(-4, -4, 4, 4)


class FrameItem(Annotation):
    """A coloured area behind nodes with a title; moving it moves what stands in it."""

    def __init__(self, number: int, frame: Frame) -> None:
        super().__init__(number)
        self.setZValue(-20 + min(number, 900) / 1000)
        self.frame = frame
        self.show_frame(frame)

    def show_frame(self, frame: Frame) -> None:
        """Show another title, colour or size."""
        self.frame = frame
        self.set_area(_rect(frame.rect))

    def title_rect(self) -> QRectF:
        """Return where its title is, in the scene."""
        return QRectF(self.area().x(), self.area().y(), self.area().width(), TITLE)

    def on_rim(self, point: QPointF, scale: float) -> bool:
        """True if a point of the scene is on the title or near the border."""
        rim = max(RIM, min(20.0, 5.0 / scale))
        return self.title_rect().contains(point) or not self.area().adjusted(rim, rim, -rim, -rim).contains(point)

    @guarded()
    def paint(self, painter: QPainter, option: Any, widget: Any = None) -> None:
        """Paint area, border and title."""
        style = look()
        scale = option.levelOfDetailFromTransform(painter.worldTransform())
        hue = HUES.get(self.frame.colour)
        colour = style.frame if hue is None else style.theme.hue(hue)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, scale >= TINY)
        chosen = self.isSelected()
        painter.setPen(pen(style.accent if chosen else faded(colour, 0.75 if self.hovered else 0.45), 1.6))
        painter.setBrush(faded(colour, 0.09 if style.theme.is_dark else 0.07))
        painter.drawRoundedRect(self._size, 12, 12)
        size = min(34.0, max(15.0, 12.0 / scale))
        if scale < 0.12 or not self.frame.title:
            return
        font = style.heading_font
        grown = size / font.pixelSize()
        painter.save()
        painter.translate(14, 8)
        painter.scale(grown, grown)
        painter.setFont(font)
        painter.setPen(mixed(style.ink, colour, 0.35))
        room = (self._size.width() - 28) / grown
        painter.drawText(QRectF(0, 0, room, 20), Qt.AlignmentFlag.AlignLeft, fits(self.frame.title[:200], font, room))
        painter.restore()
        if scale >= TINY:
            self._paint_grip(painter, faded(colour, 0.8))


class CommentItem(Annotation):
    """A note: plain text on coloured paper."""

    def __init__(self, number: int, comment: Comment) -> None:
        super().__init__(number)
        self.setZValue(0)
        self.comment = comment
        self.show_comment(comment)

    def show_comment(self, comment: Comment) -> None:
        """Show another text or size."""
        self.comment = comment
        self.set_area(_rect(comment.rect))

    @guarded()
    def paint(self, painter: QPainter, option: Any, widget: Any = None) -> None:
        """Paint the paper and as much text as fits."""
        style = look()
        scale = option.levelOfDetailFromTransform(painter.worldTransform())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, scale >= TINY)
        line = style.accent if self.isSelected() else faded(style.comment_ink, 0.55 if self.hovered else 0.25)
        painter.setPen(pen(line, 1.4))
        painter.setBrush(style.comment)
        fold = min(14.0, self._size.width() / 4, self._size.height() / 4)
        right, bottom = self._size.right(), self._size.bottom()
        corners = [(0.0, 0.0), (right - fold, 0.0), (right, fold), (right, bottom), (0.0, bottom)]
        painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in corners]))
        if scale < TINY:
            return
        painter.setPen(style.comment_ink)
        painter.setFont(style.small_font)
        self._paint_text(painter, style)
        self._paint_grip(painter, faded(style.comment_ink, 0.6))

    def _paint_text(self, painter: QPainter, style: Look) -> None:
        flags = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
        painter.save()
        room = self._size.adjusted(10, 8, -10, -8)
        painter.setClipRect(room)
        text = self.comment.text[:MOST_TEXT]
        painter.drawText(room, int(flags), text or "Double-click to write.")
        painter.restore()


def _rect(rect: Rect) -> QRectF:
    return QRectF(rect.x, rect.y, rect.width, rect.height)
