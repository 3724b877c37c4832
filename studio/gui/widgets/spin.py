"""`QuietSpin`: a whole number between bounds, that looks and behaves as the other fields of a panel."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSpinBox, QStyle, QStyleOptionSpinBox, QWidget

from studio.gui.base.guard import guarded
from studio.gui.theme import current_theme

SIDE = 3.5
"""Half of the width of an arrow in pixels."""

INDENT = 4
"""Pixels before the number: a style sheet's padding does not reach it."""


class QuietSpin(QSpinBox):
    """A spin box that leaves the wheel to the panel until it has the focus; its arrows are drawn as a list's are."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty("quiet", True)
        self.lineEdit().setTextMargins(INDENT, 0, 0, 0)

    @guarded()
    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    @guarded()
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        option = QStyleOptionSpinBox()
        self.initStyleOption(option)
        part, enabled = QStyle.SubControl, QSpinBox.StepEnabledFlag
        for control, flag, up in (
            (part.SC_SpinBoxUp, enabled.StepUpEnabled, 1.0), (part.SC_SpinBoxDown, enabled.StepDownEnabled, -1.0)
        ):  # fmt: skip
            can = self.isEnabled() and bool(self.stepEnabled() & flag)
            painter.setPen(QPen(current_theme().colour("text" if can else "line"), 1.5))
            box = self.style().subControlRect(QStyle.ComplexControl.CC_SpinBox, option, control, self)
            middle = QPointF(box.center()) + QPointF(0.5, 0.5)
            painter.drawPolyline(
                [middle + QPointF(x, y * up) for x, y in ((-SIDE, SIDE / 2), (0.0, -SIDE / 2), (SIDE, SIDE / 2))]
            )

    @guarded(QSize(60, 26))
    def minimumSizeHint(self) -> QSize:
        return QSize(56, super().minimumSizeHint().height())
