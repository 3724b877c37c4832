"""A card that one presses: an example with its small drawing, its name, what it is for and what it needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QFont,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QAbstractButton, QPushButton, QWidget

from studio.gui.base.guard import guarded
from studio.gui.theme import current_theme, themes
from studio.gui.theme.icons import icon
from studio.gui.theme.theme import mixed, small_font
from studio.gui.welcome.preview import rendered
from studio.gui.widgets.labels import tip

WIDTH, HEIGHT = 244, 232
"""Pixels of a card: its least width where there is room for two, and its height."""

PICTURE = 118
_PAD = 12
_STEP = 24
"""Pixels by which a drawing grows with its card: it is not drawn anew for each pixel of a window that is resized."""

_LINES = 3


class Card(QAbstractButton):
    """One example. Space, Enter or a click presses it; one with a recorded run has a button for that, too."""

    run_asked = Signal()
    """The recorded run should be shown."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(name)
        self.about = ""
        self.facts: list[str] = []
        self.setObjectName(f"template.{name}")
        self.setAccessibleName(f"Template {name}")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFixedHeight(HEIGHT)
        self.see: QPushButton | None = None
        self._svg = b""
        self._picture: QPixmap | None = None
        self._drawn_for = 0.0
        self._hovered = False

    def tell(self, about: str, facts: Sequence[str]) -> None:
        """Say what it is for, and its size and needs: a line for each fact, at most two."""
        self.about, self.facts = " ".join(about.split())[:400], [fact[:200] for fact in facts[:2]]
        self.setAccessibleDescription(" ".join((self.about, *self.facts)))
        self.setToolTip(tip("\n".join((self.about, *self.facts))))
        self.update()

    def offer_run(self) -> None:
        """Have a button in the picture that shows the recorded run."""
        made = self.see = QPushButton("See it run", self)
        made.setObjectName(f"see.{self.text()}")
        made.setAccessibleName(f"Step through the recorded run of {self.text()}")
        made.setToolTip("Step through a recorded run of this example. It needs no key and no model.")
        made.setProperty("small", "true")
        made.setCursor(Qt.CursorShape.PointingHandCursor)
        made.setIconSize(QSize(12, 12))
        made.clicked.connect(lambda *_: self.run_asked.emit())
        themes().changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        if self.see is not None:
            self.see.setIcon(icon("run", current_theme().colour("accent")))
            if self.isVisible():
                self._fit()

    def _fit(self) -> None:
        """Give the button its size, which its looks decide, and put it into its corner."""
        if self.see is not None:
            self.see.adjustSize()
            self._place()

    def _place(self) -> None:
        if self.see is not None:
            self.see.move(self.width() - self.see.width() - 9, PICTURE - self.see.height() - 7)

    @guarded()
    def showEvent(self, event: QShowEvent) -> None:
        """Put the button where it belongs: only now is it known how large it is."""
        super().showEvent(event)
        self._fit()

    @guarded()
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the button in its corner."""
        super().resizeEvent(event)
        self._place()

    @property
    def is_drawn(self) -> bool:
        """Whether its picture is there."""
        return bool(self._svg)

    def show_drawing(self, svg: bytes) -> None:
        """Show a drawing."""
        self._svg = svg
        self._picture = None
        self.update()

    @guarded(lambda: QSize(WIDTH, HEIGHT))
    def sizeHint(self) -> QSize:
        """All cards are of one height, and share the width there is."""
        return QSize(WIDTH, HEIGHT)

    @guarded()
    def enterEvent(self, event: QEnterEvent) -> None:
        """Show that it can be pressed."""
        self._hovered = True
        self.update()

    @guarded()
    def leaveEvent(self, event: QEvent) -> None:
        """The pointer is elsewhere."""
        self._hovered = False
        self.update()

    @guarded()
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint sheet, drawing and words."""
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        sheet = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        outline = QPainterPath()
        outline.addRoundedRect(sheet, 8, 8)
        painter.fillPath(outline, self._ground(theme.colour("card"), theme.colour("accent")))
        painter.save()
        painter.setClipPath(outline)
        picture = QRectF(sheet.left(), sheet.top(), sheet.width(), PICTURE)
        painter.fillRect(picture, theme.colour("paper"))
        self._paint_picture(painter, picture)
        painter.restore()
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.drawLine(picture.bottomLeft(), picture.bottomRight())
        active = self._hovered or self.hasFocus()
        painter.setPen(QPen(theme.colour("accent" if active else "edge"), 2 if self.hasFocus() else 1))
        painter.drawPath(outline)
        self._paint_words(painter, sheet)

    def _ground(self, card: QColor, accent: QColor) -> QColor:
        return mixed(card, accent, 0.14) if self.isDown() else mixed(card, accent, 0.05) if self._hovered else card

    def _paint_picture(self, painter: QPainter, room: QRectF) -> None:
        inner = room.adjusted(6, 4, -6, -4)
        width = max(_STEP, inner.width() // _STEP * _STEP)
        if self._svg and (self._picture is None or self._drawn_for != width):
            self._picture = rendered(self._svg, QSizeF(width, inner.height()), self.devicePixelRatioF())
            self._drawn_for = width
        if self._picture is not None:
            painter.drawPixmap(QPointF(inner.left() + (inner.width() - width) / 2, inner.top()), self._picture)

    def _paint_words(self, painter: QPainter, sheet: QRectF) -> None:
        theme = current_theme()
        bold = QFont(self.font())
        bold.setBold(True)
        painter.setFont(bold)
        painter.setPen(theme.colour("ink"))
        width = sheet.width() - 2 * _PAD
        top = sheet.top() + PICTURE + 8
        title = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, int(width))
        line = painter.fontMetrics().height()
        painter.drawText(QRectF(sheet.left() + _PAD, top, width, line), Qt.AlignmentFlag.AlignLeft, title)
        painter.setFont(small_font(self.font()))
        painter.setPen(theme.colour("soft"))
        metrics = painter.fontMetrics()
        top += line + 3
        for text in cut_lines(self.about, lambda words: metrics.horizontalAdvance(words) <= width, _LINES):
            painter.drawText(
                QRectF(sheet.left() + _PAD, top, width, metrics.height()), Qt.AlignmentFlag.AlignLeft, text
            )
            top += metrics.lineSpacing()
        painter.setPen(mixed(theme.colour("soft"), theme.colour("accent"), 0.5))
        top = sheet.bottom() - 7 - metrics.lineSpacing() * len(self.facts)
        for fact in self.facts:
            text = metrics.elidedText(fact, Qt.TextElideMode.ElideRight, int(width))
            painter.drawText(
                QRectF(sheet.left() + _PAD, top, width, metrics.height()), Qt.AlignmentFlag.AlignLeft, text
            )
            top += metrics.lineSpacing()


def cut_lines(text: str, fits: Callable[[str], bool], most: int) -> list[str]:
    """Break a text into at most so many lines that fit; the last ends in `…` if there is more."""
    lines: list[str] = []
    line = ""
    words = text.split(" ")
    for position, word in enumerate(words):
        longer = f"{line} {word}".strip()
        if fits(longer) or not line:
            line = longer
            continue
        if len(lines) == most - 1:
            rest = " ".join([line, *words[position:]])
            while rest and not fits(f"{rest}…"):
                rest = rest[:-1]
            return [*lines, f"{rest.rstrip()}…"]
        lines.append(line)
        line = word
    return [*lines, line] if line else lines
