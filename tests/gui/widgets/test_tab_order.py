"""Tab in a form that is scrolled."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from studio.gui.widgets.tab_order import OrderedArea, tab_stops


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


def test_stops_go_by_layouts_also_by_those_inside_others(qtbot: Any) -> None:
    form = QWidget()
    qtbot.addWidget(form)
    fields = {name: QLineEdit(form) for name in ("loose", "last", "right", "left", "below", "first")}
    rows, row, grid = QVBoxLayout(form), QHBoxLayout(), QGridLayout()
    rows.addWidget(fields["first"])
    rows.addStretch(1)
    rows.addLayout(row)
    row.addWidget(fields["left"])
    row.addSpacing(4)
    row.addLayout(grid)
    grid.addWidget(fields["right"], 0, 0)
    grid.addWidget(fields["below"], 1, 0)
    rows.addWidget(fields["last"])
    form.show()

    names = {id(field): name for name, field in fields.items()}
    assert [names[id(one)] for one in tab_stops(form)] == ["first", "left", "right", "below", "last", "loose"]


class Page(QWidget):
    """Of a class of Python's own, which the binding keeps as long as Qt has its other half."""


@pytest.mark.parametrize("panes", [1, 2])
def test_pages_that_the_walk_went_past_are_let_go_of(qtbot: Any, panes: int) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    tabs = QTabWidget(window)
    column.addWidget(tabs)
    for _ in range(panes):
        page = Page(tabs)
        QVBoxLayout(page).addWidget(QLineEdit(page))
        tabs.addTab(page, "")
    window.show()
    kept = [weakref.ref(tabs.widget(at)) for at in range(panes)]

    assert len(list(tab_stops(window))) > 1
    gc.collect()
    while (gone := tabs.widget(0)) is not None:
        tabs.removeTab(0)
        gone.setParent(None)
        gone.deleteLater()
    del gone, page
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()

    assert [one() for one in kept] == [None] * panes
