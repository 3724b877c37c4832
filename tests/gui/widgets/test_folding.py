from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from studio.gui.theme.icons import icon
from studio.gui.widgets.folding import Folding, to_icon, to_words
from studio.gui.widgets.labels import small_button

pytestmark = pytest.mark.gui


class Bar(QWidget):
    """Two buttons with long names and a number."""

    def __init__(self) -> None:
        super().__init__()
        self.first = small_button("A button with many words", "First", parent=self)
        self.second = small_button("Another one that has as many", "Second", parent=self)
        self.number = QLabel("1,234 of 5,678", self)
        self.box = QHBoxLayout(self)
        for widget in (self.first, self.second, self.number):
            self.box.addWidget(widget)
        self.second.setIcon(icon("run", QColor("black")))
        to_icon(self.second)(False)
        parts = (to_words(self.first, "A"), to_icon(self.second), self.number.setHidden)
        self.folding = Folding(self, self.box, parts, narrowest=60)

    def shown(self) -> tuple[str, bool, bool]:
        style = self.second.toolButtonStyle()
        return self.first.text(), style == style.ToolButtonIconOnly, self.number.isHidden()


@pytest.fixture
def bar(qtbot: Any) -> Bar:
    made = Bar()
    qtbot.addWidget(made)
    made.resize(900, 40)
    made.show()
    return made


def test_a_wide_bar_shows_all_and_a_narrow_one_folds_in_order(bar: Bar) -> None:
    whole = bar.box.minimumSize().width()
    assert bar.shown() == ("A button with many words", False, False)

    bar.resize(whole - 1, 40)
    assert bar.shown() == ("A", False, False)
    bar.resize(bar.box.minimumSize().width() - 1, 40)
    assert bar.shown() == ("A", True, False)
    bar.resize(bar.box.minimumSize().width() - 1, 40)
    assert bar.shown() == ("A", True, True)

    bar.resize(whole, 40)
    assert bar.shown() == ("A button with many words", False, False)


def test_other_words_are_fitted_in_when_asked(bar: Bar) -> None:
    bar.number.setText("w" * 500)
    bar.folding.fit()

    assert bar.shown() == ("A", True, True)


def test_what_is_around_may_be_as_narrow_as_said(bar: Bar, qtbot: Any) -> None:
    around = QWidget()
    qtbot.addWidget(around)
    QHBoxLayout(around).addWidget(bar)
    least = around.minimumSizeHint().width()
    bar.setParent(None)

    assert least < bar.box.minimumSize().width()
    assert bar.minimumWidth() == 60
