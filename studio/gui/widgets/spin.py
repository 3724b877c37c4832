"""`QuietSpin` and `QuietDoubleSpin`: numbers between bounds, that look and behave as the other fields of a panel."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QDoubleSpinBox, QSpinBox, QStyle, QStyleOptionSpinBox, QWidget

from studio.gui.base.guard import guarded
from studio.gui.theme import current_theme

SIDE = 3.5
"""Half of the width of an arrow in pixels."""

INDENT = 4
"""Pixels before the number: a style sheet's padding does not reach it."""

LEAST = 56
"""Pixels down to which a field shrinks in a narrow panel."""


class QuietSpin(QSpinBox):
    """A whole number. The wheel is the panel's until the field has the focus; its arrows are drawn as a list's are."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        _make_quiet(self)

    @guarded()
    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    @guarded()
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        _draw_arrows(self)

    @guarded(QSize(60, 26))
    def minimumSizeHint(self) -> QSize:
        return QSize(LEAST, super().minimumSizeHint().height())


class QuietDoubleSpin(QDoubleSpinBox):
    """A number with decimals; else as `QuietSpin`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        _make_quiet(self)

    @guarded()
    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    @guarded()
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        _draw_arrows(self)

    @guarded(QSize(60, 26))
    def minimumSizeHint(self) -> QSize:
        return QSize(LEAST, super().minimumSizeHint().height())


def _make_quiet(spin: QSpinBox | QDoubleSpinBox) -> None:
    spin.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    spin.setProperty("quiet", True)
    spin.lineEdit().setTextMargins(INDENT, 0, 0, 0)


def _draw_arrows(spin: QSpinBox | QDoubleSpinBox) -> None:
    painter = QPainter(spin)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    option = QStyleOptionSpinBox()
    spin.initStyleOption(option)
    part, enabled = QStyle.SubControl, QSpinBox.StepEnabledFlag
    for control, flag, up in (
        (part.SC_SpinBoxUp, enabled.StepUpEnabled, 1.0), (part.SC_SpinBoxDown, enabled.StepDownEnabled, -1.0)
    ):  # fmt: skip
        can = spin.isEnabled() and bool(spin.stepEnabled() & flag)
        painter.setPen(QPen(current_theme().colour("text" if can else "line"), 1.5))
        box = spin.style().subControlRect(QStyle.ComplexControl.CC_SpinBox, option, control, spin)
        middle = QPointF(box.center()) + QPointF(0.5, 0.5)
        painter.drawPolyline(
            [middle + QPointF(x, y * up) for x, y in ((-SIDE, SIDE / 2), (0.0, -SIDE / 2), (SIDE, SIDE / 2))]
        )
