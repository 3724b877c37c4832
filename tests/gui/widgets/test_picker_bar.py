"""The bar that chooses what a canvas shows: what is typed is asked for once, however often the list has changed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from studio.gui.widgets.picker_bar import Choices, PickerBar


class Growing:
    """A list that has what was typed last at its end, cut, unless there is none of that name."""

    def __init__(self) -> None:
        self.named: list[str] = []

    def choices(self) -> Choices:
        items = ("a", "b", *(name[:5] for name in self.named[-1:] if name != "none"))
        return Choices(items=items, item=len(items) - 1, can_type=True, places=9, place=len(self.named))

    def pick_item(self, index: int) -> None:
        raise AssertionError("nothing was chosen from the list")

    def pick_named(self, name: str) -> None:
        self.named.append(name)

    def pick_place(self, place: int) -> None:
        raise AssertionError("the slider was not moved")

    def let_go(self) -> None:
        raise AssertionError("nothing was let go")


@pytest.fixture
def canvas(qapp: QApplication) -> Iterator[QWidget]:
    made = QWidget()
    made.resize(600, 300)
    made.show()
    yield made
    made.close()


def test_what_is_typed_is_asked_for_once(canvas: QWidget) -> None:
    source = Growing()
    bar = PickerBar(source, canvas)
    for name in ("x", "none", "a long one", "z"):
        editor = bar.items.lineEdit()
        assert editor is not None
        editor.selectAll()
        QTest.keyClicks(editor, name)
        QTest.keyClick(editor, Qt.Key.Key_Return)

    assert source.named == ["x", "none", "a long one", "z"]
