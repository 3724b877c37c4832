"""A spin box in a panel: arrows that can be seen and clicked, keys, and a wheel that scrolls the panel."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QSpinBox, QStyle, QStyleOptionSpinBox

from studio.gui.theme import apply_theme
from studio.gui.widgets.spin import QuietSpin

pytestmark = pytest.mark.gui


@pytest.fixture
def spin(qtbot: Any) -> QuietSpin:
    apply_theme("dark")
    made = QuietSpin()
    made.setRange(0, 9)
    made.setValue(5)
    made.resize(104, 28)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


def arrow(spin: QSpinBox, part: QStyle.SubControl) -> QPoint:
    option = QStyleOptionSpinBox()
    spin.initStyleOption(option)
    return spin.style().subControlRect(QStyle.ComplexControl.CC_SpinBox, option, part, spin).center()


UP, DOWN = QStyle.SubControl.SC_SpinBoxUp, QStyle.SubControl.SC_SpinBoxDown


def test_its_arrows_are_where_they_are_drawn(spin: QuietSpin) -> None:
    for part, value in ((UP, 6), (UP, 7), (DOWN, 6)):
        at = arrow(spin, part)
        assert spin.rect().contains(at)
        QTest.mouseClick(spin, Qt.MouseButton.LeftButton, pos=at)
        assert spin.value() == value


def test_an_arrow_that_leads_nowhere_is_drawn_weaker(spin: QuietSpin) -> None:
    def part_of(image: QImage, part: QStyle.SubControl) -> QImage:
        at = arrow(spin, part)
        return image.copy(at.x() - 6, at.y() - 4, 13, 9)

    between = spin.grab().toImage()
    spin.setValue(9)
    highest = spin.grab().toImage()

    assert part_of(between, UP) != part_of(highest, UP)
    assert part_of(between, DOWN) == part_of(highest, DOWN)


def test_the_wheel_changes_it_only_once_it_has_the_focus(spin: QuietSpin, qtbot: Any) -> None:
    def turn() -> bool:
        at = QPointF(10, 10)
        event = QWheelEvent(
            at, QPointF(spin.mapToGlobal(at.toPoint())), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        event.ignore()
        QApplication.sendEvent(spin, event)
        return event.isAccepted()

    spin.clearFocus()
    assert not turn(), "the panel gets it"
    assert spin.value() == 5
    spin.activateWindow()
    spin.setFocus()
    qtbot.waitUntil(spin.hasFocus)
    assert turn()
    assert spin.value() == 6
    QTest.keyClick(spin, Qt.Key.Key_Down)
    assert spin.value() == 5
