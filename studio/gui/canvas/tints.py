"""Cards tinted by what was measured of their nodes, with a legend in a corner of the canvas.

A tint lies under what a card says, so that it stays readable; what is undecided is hatched.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGraphicsView, QGridLayout, QLabel, QWidget

from studio.gui.base.guard import guarded
from studio.gui.canvas.look import RADIUS, Look, faded, look, pen, theme_changed, width_of
from studio.gui.widgets.labels import small_button

if TYPE_CHECKING:
    from studio.export.drawing.tints import Tint
    from studio.gui.canvas.projection import Projection

HIGH: Final = 16.0
"""How high the words of a tint stand on the upper edge of a card."""

HATCHED: Final = 0.55
"""Opacity of the lines of a hatched tint."""

GAP: Final = 12
"""Pixels between the legend and the edges of the canvas."""


MAP: Final = 230
"""Pixels beside the legend that the map takes."""


def paint_tint(painter: QPainter, tint: Tint, card: QRectF) -> None:
    """Paint a tint over the ground of a card."""
    colour = QColor(tint.colour)
    painter.setPen(Qt.PenStyle.NoPen)
    if tint.hatched:
        painter.setBrush(QBrush(faded(colour, HATCHED), Qt.BrushStyle.BDiagPattern))
    else:
        painter.setBrush(faded(colour, tint.strength))
    painter.drawRoundedRect(card, RADIUS, RADIUS)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def paint_tint_words(painter: QPainter, tint: Tint, width: float, style: Look) -> None:
    """Paint the words of a tint astride the upper edge of a card of a width, at its right."""
    if not tint.words:
        return
    wide = min(width - 12, width_of(tint.words, style.tiny_bold) + 14)
    label = QRectF(width - wide - 8, -HIGH / 2, wide, HIGH)
    painter.setPen(pen(QColor(tint.colour), 1.4))
    painter.setBrush(style.card)
    painter.drawRoundedRect(label, HIGH / 2, HIGH / 2)
    painter.setFont(style.tiny_bold)
    painter.setPen(style.ink)
    painter.drawText(label, int(Qt.AlignmentFlag.AlignCenter), tint.words)


class NodeTints(QObject):
    """The tints on the cards of one canvas, and their legend."""

    def __init__(self, view: QGraphicsView, projection: Projection) -> None:
        super().__init__(view)
        self._view = view
        self._projection = projection
        self._tints: Mapping[str, Tint] = {}
        self.legend: Legend | None = None
        """What tints mean; there only while some are shown."""
        view.installEventFilter(self)

    @property
    def tints(self) -> Mapping[str, Tint]:
        """What was set last, by node."""
        return self._tints

    def set(
        self, tints: Mapping[str, Tint], key: Sequence[tuple[Tint, str]], title: str,
        on_close: Callable[[], object] | None,
    ) -> None:  # fmt: skip
        """See `Canvas.set_tints`."""
        had = bool(self._tints)
        self._tints = dict(tints)
        if self.legend is not None:
            self.legend.hide()
            self.legend.deleteLater()
            self.legend = None
        if key:
            self.legend = Legend(key, title, on_close, self._view)
            self._place()
            self.legend.show()
        if had or self._tints:
            self.follow()

    def follow(self) -> None:
        """Cards have come or gone."""
        for name, card in self._projection.cards.items():
            card.set_flag("tint", self._tints.get(name))

    @guarded(False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _place(self) -> None:
        """Put the legend into the corner where it hides the fewest cards; the lower right one is that of the map."""
        if self.legend is None:
            return
        self.legend.adjustSize()
        size, room = self.legend.size(), self._view.size()
        right, low = room.width() - size.width() - GAP, room.height() - size.height() - GAP
        corners = [QPoint(GAP, low), QPoint(GAP, GAP), QPoint(max(GAP, right), GAP)]
        if room.width() < size.width() + MAP:
            corners = corners[1:]
        shown = [self._view.mapFromScene(one.body_rect()).boundingRect() for one in self._projection.cards.values()]
        self.legend.move(min(corners, key=lambda at: sum(QRect(at, size).intersects(one) for one in shown)))


class Legend(QFrame):
    """What tints mean, with a cross that ends them."""

    def __init__(
        self, key: Sequence[tuple[Tint, str]], title: str, on_close: Callable[[], object] | None, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setObjectName("canvas.legend")
        self.setAccessibleName(title)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(12, 6, 6, 10)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)
        self._line(title, 0, 0, 2).setProperty("strong", True)
        close = small_button("✕", "Colour nodes no more", "canvas.legend.close", self)
        close.clicked.connect(lambda *_: on_close() if on_close is not None else None)
        self._grid.addWidget(close, 0, 2)
        for row, (tint, words) in enumerate(key, 1):
            self._grid.addWidget(_Chip(tint, self), row, 0)
            self._line(words, row, 1, 2)
        self._dress()
        theme_changed().connect(self._dress)  # type: ignore[attr-defined]

    def _line(self, text: str, row: int, column: int, span: int) -> QLabel:
        label = QLabel(text[:200], self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        self._grid.addWidget(label, row, column, 1, span)
        return label

    def _dress(self) -> None:
        style = look()
        self.setStyleSheet(
            f"#canvas\\.legend {{ background: {style.card.name()}; border: 1px solid {style.edge.name()}; "
            f"border-radius: 6px; }} QLabel {{ color: {style.text.name()}; background: transparent; }} "
            f'QLabel[strong="true"] {{ color: {style.ink.name()}; font-weight: 600; }}'
        )


class _Chip(QWidget):
    def __init__(self, tint: Tint, parent: QWidget) -> None:
        super().__init__(parent)
        self._tint = tint
        self.setFixedSize(QSize(24, 15))

    @guarded()
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(pen(QColor(self._tint.colour), 1.0))
        if self._tint.hatched:
            painter.setBrush(QBrush(faded(QColor(self._tint.colour), HATCHED), Qt.BrushStyle.BDiagPattern))
        else:
            painter.setBrush(faded(QColor(self._tint.colour), self._tint.strength))
        painter.drawRoundedRect(box, 4, 4)
