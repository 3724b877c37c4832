"""What a run has used of its limits, as small bars: calls, tokens, cost, time."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from studio.gui.base.guard import guarded
from studio.gui.live.watching.showing import count, span
from studio.gui.theme import current_theme
from studio.gui.theme.theme import small_font

KINDS = ("calls", "tokens", "cost_usd", "seconds", "firings")
QWIDGETSIZE_MAX = (1 << 24) - 1
"""Qt's own word for no limit."""

WIDTH = 84
GAP = 10
NEAR = 0.8
"""Part of a limit from which on the bar warns."""


class BudgetBar(QWidget):
    """Painted in one go; the tool tip and the accessible description say the numbers in full."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("run.budget")
        self.setAccessibleName("Budget of the run")
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setFont(small_font(self.font()))
        self.used: dict[str, float] = {}
        self.limits: dict[str, float] = {}
        self._texts: list[tuple[str, float, str]] = []

    def show_budget(self, used: Mapping[str, float], limits: Mapping[str, float]) -> None:
        """Show what is used of which limits."""
        self.used, self.limits = dict(used), dict(limits)
        texts = [self._text(kind) for kind in KINDS if kind in self.used]
        if texts != self._texts:
            self._texts = texts
            self.setAccessibleDescription("; ".join(whole for _, _, whole in texts))
            self.update()

    def _text(self, kind: str) -> tuple[str, float, str]:
        used, limit = self.used[kind], self.limits.get(kind)
        shown, most = _amount(kind, used), "" if limit is None else _amount(kind, limit)
        part = 0.0 if not limit else min(1.0, used / limit)
        whole = f"{_WORDS[kind]}: {shown}" + (f" of {most}" if most else ", no limit")
        unit = _SHORT[kind][:-1] if used == 1 else _SHORT[kind]
        return f"{shown} {unit}".strip(), part, whole

    def fold(self, on: bool) -> None:
        """Take no room, or as much as there is."""
        self.setMaximumWidth(0 if on else QWIDGETSIZE_MAX)

    @guarded(QSize(200, 30))
    def sizeHint(self) -> QSize:
        return QSize(len(KINDS) * (WIDTH + GAP) - GAP, QFontMetrics(self.font()).height() + 9)

    @guarded(QSize(60, 30))
    def minimumSizeHint(self) -> QSize:
        return QSize(60, self.sizeHint().height())

    @guarded()
    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        high = QFontMetrics(self.font()).height()
        for number, (text, part, _) in enumerate(self._texts):
            left = number * (WIDTH + GAP)
            if left + WIDTH > self.width():
                break
            painter.setPen(theme.colour("text"))
            painter.drawText(QRectF(left, 0, WIDTH, high), int(Qt.AlignmentFlag.AlignLeft), text)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("line"))
            painter.drawRoundedRect(QRectF(left, high + 3, WIDTH, 4), 2, 2)
            if part > 0:
                painter.setBrush(theme.colour("bad" if part >= 1 else "warn" if part >= NEAR else "accent"))
                painter.drawRoundedRect(QRectF(left, high + 3, max(3.0, WIDTH * part), 4), 2, 2)

    @guarded(False)
    def event(self, event: object) -> bool:
        if isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), "\n".join(whole for _, _, whole in self._texts), self)
            return True
        return bool(super().event(event))  # type: ignore[arg-type]


_WORDS = {
    "firings": "Firings", "calls": "Model calls", "tokens": "Tokens, in and out", "cost_usd": "Cost", "seconds": "Time",
}  # fmt: skip
_SHORT = {"firings": "firings", "calls": "calls", "tokens": "tokens", "cost_usd": "", "seconds": ""}


def _amount(kind: str, number: float) -> str:
    if kind == "cost_usd":
        return f"${number:.4f}".rstrip("0").rstrip(".") if 0 < number < 0.1 else f"${number:.2f}"
    return span(number) if kind == "seconds" else count(number)
