"""Tab in a form that is scrolled."""

from __future__ import annotations

from typing import Any

import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

from studio.gui.widgets.tab_order import OrderedArea


def test_leaving_the_form_leaves_everything_with_its_owner(qtbot: Any) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    area, inside = OrderedArea(window), QWidget()
    first, second, after = QLineEdit(), QLineEdit(), QLineEdit(window)
    rows = QVBoxLayout(inside)
    rows.addWidget(first)
    rows.addWidget(second)
    area.setWidget(inside)
    column.addWidget(area)
    column.addWidget(after)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    second.setFocus()

    QTest.keyClick(second, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is after
    second.setFocus()
    QTest.keyClick(second, Qt.Key.Key_Backtab)
    assert QApplication.focusWidget() is first
    QTest.keyClick(first, Qt.Key.Key_Backtab)

    assert QApplication.focusWidget() is after, "from the beginning of the window it goes on at its end"
    assert shiboken6.ownedByPython(window), "the window is nobody's child"  # type: ignore[no-untyped-call]
