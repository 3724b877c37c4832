"""The window with all of a long text: places are found where they are, whatever signs stand before them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from studio.gui.panels.inspector.firing.whole_window import PART, WholeWindow

WIDE = "\U0001f600"
"""One sign that is two units of Qt's."""


@pytest.fixture
def windows(qapp: QApplication) -> Iterator[list[WholeWindow]]:
    made: list[WholeWindow] = []
    yield made
    for one in made:
        one.close()


@pytest.mark.parametrize(
    ("between", "wanted"),
    [
        (WIDE, "needle"), ("İ", "NEEDLE"),
        *(pytest.param(between, "needle", marks=pytest.mark.thorough) for between in ("\r\n", "-", "ß", "\u202e")),
    ],
)  # fmt: skip
def test_each_place_is_found_in_turn_both_ways(windows: list[WholeWindow], between: str, wanted: str) -> None:
    places = [between * 100, between, between * (PART // len(between)), between * 3]
    window = WholeWindow("all", "".join(f"{before}needle{number}" for number, before in enumerate(places)))
    windows.append(window)

    def here() -> str:
        cursor = window.view.textCursor()
        assert cursor.selectedText() == "needle"
        cursor.setPosition(cursor.selectionEnd())
        cursor.movePosition(cursor.MoveOperation.NextCharacter, cursor.MoveMode.KeepAnchor)
        return cursor.selectedText()

    seen = []
    for back in (False, False, False, False, False, True, True, True):
        assert window.seek(wanted, back=back)
        seen.append(here())

    assert seen == ["0", "1", "2", "3", "0", "3", "2", "1"]
    assert window.parts == 2
    assert window.part == 0


def test_what_is_not_there_is_said(windows: list[WholeWindow]) -> None:
    windows.append(WholeWindow("all", "needle [a]"))

    assert not windows[0].seek("[ab]")
    assert "[ab]" in windows[0].told.text()
    assert windows[0].seek("[A]")
