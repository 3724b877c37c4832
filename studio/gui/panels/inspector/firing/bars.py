"""Labels or tokens with how likely each is, as bars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.gui.base.guard import guarded
from studio.gui.panels.inspector.firing.pool import set_shown
from studio.gui.panels.inspector.firing.texts import visible
from studio.gui.theme import current_theme


def bar_label(label: str) -> str:
    """Return the beginning of a label; one of blanks alone, which would look like none, has a sign for each."""
    return visible(label[:60]) if label.strip() else "␣" * min(len(label), 8)


class Bars(QWidget):
    """Labels or tokens with how likely each is, as bars, the likeliest first."""

    MOST: Final = 8

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("firing.bars")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.rows: tuple[tuple[str, float], ...] = ()
        self.left = 0

    def show_rows(self, rows: Sequence[tuple[str, float]], about: str) -> None:
        """Show these, with a name for screen readers."""
        ordered = sorted(rows, key=lambda row: -row[1])
        self.left = max(0, len(ordered) - self.MOST)
        self.rows = tuple(ordered[: self.MOST])
        set_shown(self, bool(rows))
        self.setAccessibleName(about)
        self.setAccessibleDescription(", ".join(f"{label} {value:.3f}" for label, value in self.rows))
        self.setFixedHeight(self._high() * (len(self.rows) + bool(self.left)) or 1)
        self.update()

    def _high(self) -> int:
        return QFontMetrics(self.font()).height() + 4

    @guarded()
    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics = QFontMetrics(self.font())
        number = metrics.horizontalAdvance("0.0000")
        widest = max((metrics.horizontalAdvance(bar_label(label)) for label, _ in self.rows), default=0)
        name = min(widest + 4, int(self.width() * 0.42))
        high = self._high()
        for at, (label, value) in enumerate(self.rows):
            top = at * high
            painter.setPen(theme.colour("ink" if at == 0 else "text"))
            shown = metrics.elidedText(bar_label(label), Qt.TextElideMode.ElideRight, name)
            middle = Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(0, top, name, high), middle | Qt.AlignmentFlag.AlignLeft, shown)
            painter.drawText(
                QRectF(self.width() - number, top, number, high),
                middle | Qt.AlignmentFlag.AlignRight,
                f"{value:.3f}" if value >= 0.0005 else f"{value:.0e}" if value > 0 else "0",
            )
            bar = QRectF(name + 8, top + 5, max(10, self.width() - name - number - 20), high - 10)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("line"))
            painter.drawRoundedRect(bar, 3, 3)
            bar.setWidth(max(2.0, bar.width() * max(0.0, min(value, 1.0))))
            painter.setBrush(theme.colour("accent" if at == 0 else "soft"))
            painter.drawRoundedRect(bar, 3, 3)
        if self.left:
            painter.setPen(theme.colour("soft"))
            area = QRectF(0, len(self.rows) * high, self.width(), high)
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, f"and {self.left} more")
