"""Keys, clicks, drags, tabs and items of a run in any order: nothing breaks, and canvases say what the states say."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.gui.frame.window import MainWindow
from studio.gui.replay.session import Session
from studio.gui.replay.showing import STATUS
from tests.gui.replay.runs import opened, press, replays, settle
from tests.gui.support import assert_view_equals_document, drag
from tests.support.runs import recorded
from tests.support.thorough import thorough_but

Key = Qt.Key
MODS = Qt.KeyboardModifier
KEYS = [
    *((Key.Key_Right, MODS.NoModifier),) * 4, *((Key.Key_Left, MODS.NoModifier),) * 2,
    (Key.Key_Right, MODS.ShiftModifier), (Key.Key_Left, MODS.ShiftModifier), (Key.Key_Right, MODS.ControlModifier),
    (Key.Key_Home, MODS.NoModifier), (Key.Key_End, MODS.NoModifier), (Key.Key_P, MODS.NoModifier),
    (Key.Key_T, MODS.ShiftModifier), (Key.Key_N, MODS.NoModifier), (Key.Key_I, MODS.NoModifier),
    (Key.Key_Up, MODS.ControlModifier), (Key.Key_Down, MODS.ControlModifier), (Key.Key_V, MODS.NoModifier),
    (Key.Key_Space, MODS.NoModifier), (Key.Key_Space, MODS.ShiftModifier), (Key.Key_Period, MODS.NoModifier),
    (Key.Key_Delete, MODS.NoModifier), (Key.Key_M, MODS.NoModifier), (Key.Key_A, MODS.ControlModifier),
    (Key.Key_Z, MODS.ControlModifier), (Key.Key_Up, MODS.AltModifier), (Key.Key_F, MODS.NoModifier),
    (Key.Key_Up, MODS.NoModifier), (Key.Key_Comma, MODS.NoModifier),
]  # fmt: skip


class Hands:
    """What a person does to a run, at random."""

    def __init__(self, window: MainWindow, session: Session, chance: random.Random) -> None:
        self.window, self.session, self.chance = window, session, chance
        self.deeds: list[Callable[[], object]] = [
            *([self.key] * 8), self.click, self.drag, self.double_click, self.tab, self.item, self.seek, self.zoom,
        ]  # fmt: skip

    def key(self) -> None:
        press(self.window, *self.chance.choice(KEYS))

    def _point(self) -> QPoint:
        room = settle(self.window).view.viewport().rect()
        return QPoint(self.chance.randrange(room.width()), self.chance.randrange(room.height()))

    def click(self) -> None:
        at = self._point()
        QTest.mouseClick(settle(self.window).view.viewport(), Qt.MouseButton.LeftButton, pos=at)

    def drag(self) -> None:
        drag(settle(self.window), self._point(), self._point())

    def double_click(self) -> None:
        at = self._point()
        QTest.mouseDClick(settle(self.window).view.viewport(), Qt.MouseButton.LeftButton, pos=at)

    def tab(self) -> None:
        places = [at for at, _ in self.session.document.walk()]
        self.window.workbench.show(self.session.document, self.chance.choice(places))

    def item(self) -> None:
        canvas = settle(self.window)
        items = self.session.items_in(canvas.at, 50)
        if items is not None:
            self.session.pick(canvas.at, self.chance.choice(items.keys))

    def seek(self) -> None:
        self.session.seek(self.chance.randint(1, self.session.last))

    def zoom(self) -> None:
        settle(self.window).view.zoom_to(self.chance.choice([0.15, 0.4, 0.8, 1.0, 2.0]))


@pytest.mark.parametrize("walk", thorough_but(lambda walk: walk[1] < 60, [(4, 25), (1, 60), (2, 60), (3, 60)]))
def test_whatever_hands_do_the_canvas_says_what_the_state_says(
    window: MainWindow, qtbot: Any, walk: tuple[int, int]
) -> None:
    seed, deeds = walk
    session = opened(window, recorded("order_desk"))
    text = session.document.graph.to_text()
    hands = Hands(window, session, random.Random(seed))
    for _ in range(deeds):
        hands.chance.choice(hands.deeds)()
        QApplication.processEvents()
        assert window.workbench.document is session.document

    replays(window).player.stop()
    qtbot.waitUntil(lambda: not session.lookup.is_busy and not session.lookup.answers)
    canvas = settle(window)
    qtbot.waitUntil(lambda: not replays(window)._canvases._later.isActive())
    canvas = settle(window)
    assert session.document.graph.to_text() == text
    assert_view_equals_document(canvas)
    state = session.state_at(canvas.at)
    for name, card in canvas.projection.cards.items():
        expected = "" if state is None else STATUS.get(state.nodes[name].state, "")
        assert card.state.status == expected, (seed, name)


def test_closing_the_window_lets_go_of_the_traces(lone_window: MainWindow, tmp_path: Path) -> None:
    session = opened(lone_window, recorded("order_desk"))
    closed: list[object] = []
    replays(lone_window).closed.connect(closed.append)
    replays(lone_window).player.play(session)
    replays(lone_window).shutdown()

    assert closed == [session]
    assert not replays(lone_window).sessions
    assert not replays(lone_window).player.is_playing
