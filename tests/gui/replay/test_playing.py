"""Playing: by a clock of the test, forwards and back, to the end, until somebody takes over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton

from studio.gui.frame.window import MainWindow
from studio.gui.replay.player import Player
from studio.gui.replay.session import Session
from studio.replay.pace import USUAL, pace_of
from tests.gui.replay.runs import look_at_all, opened, press, replays, settle
from tests.gui.support import drag
from tests.support.runs import recorded

Key = Qt.Key
SHIFT = Qt.KeyboardModifier.ShiftModifier


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def session(window: MainWindow) -> Session:
    return opened(window, recorded("critic_loop"))


@pytest.fixture
def clock(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    """The clock of the window's player, whose timer never rings by itself."""
    made = Clock()
    player = replays(window).player
    monkeypatch.setattr(player, "clock", made)
    monkeypatch.setattr(player, "pace", player.pace)
    player._timer.timeout.disconnect()
    yield made
    player._timer.timeout.connect(player.beat)


def beat(player: Player, clock: Clock, seconds: float) -> None:
    clock.now += seconds
    player.beat()


def begin(window: MainWindow, session: Session) -> None:
    """Stand at the first step, at the usual pace, with nothing played."""
    player = replays(window).player
    player.stop()
    player.set_pace(USUAL)
    session.seek(1)
    settle(window)


def test_a_run_is_played(
    window: MainWindow, session: Session, clock: Clock, qtbot: Any, subtests: pytest.Subtests
) -> None:
    looks = (
        steps_come_at_the_pace_that_is_set,
        it_stops_at_the_end_and_begins_anew_from_there,
        backwards_to_the_beginning,
        who_moves_by_hand_has_taken_over,
        space_plays_and_pauses_unless_it_moved_the_view,
        the_strip_shows_whether_it_plays_and_how_fast,
    )
    look_at_all(subtests, looks, window, session, clock, qtbot)


def steps_come_at_the_pace_that_is_set(window: MainWindow, session: Session, clock: Clock, qtbot: Any) -> None:
    begin(window, session)
    player = replays(window).player
    player.set_pace(pace_of("2"))
    player.play(session)
    beat(player, clock, 0.4)
    assert session.seq == 1
    beat(player, clock, 0.1)
    assert session.seq == 2
    beat(player, clock, 1.5)
    assert session.seq == 5, "what was missed is made up for"
    player.set_pace(pace_of("10"))
    beat(player, clock, 0.1)
    assert session.seq == 6


def it_stops_at_the_end_and_begins_anew_from_there(
    window: MainWindow, session: Session, clock: Clock, qtbot: Any
) -> None:
    begin(window, session)
    player = replays(window).player
    player.play(session)
    beat(player, clock, 1000.0)
    assert session.seq == session.last
    assert not player.is_playing
    player.play(session)
    assert session.seq == 1
    assert player.is_playing


def backwards_to_the_beginning(window: MainWindow, session: Session, clock: Clock, qtbot: Any) -> None:
    begin(window, session)
    player = replays(window).player
    session.seek(6)
    press(window, Key.Key_Space, SHIFT)
    assert player.back
    beat(player, clock, 0.2)
    assert session.seq == 5
    beat(player, clock, 100.0)
    assert session.seq == 1
    assert not player.is_playing


@pytest.mark.thorough
def test_as_it_was_timed(window: MainWindow, clock: Clock, qtbot: Any) -> None:
    session = opened(window, recorded("order_desk"))
    player = replays(window).player
    steps = session.cursor.steps
    times = [(step.ended_at, seq) for seq in range(1, session.last + 1) if (step := steps.step(seq)) is not None]
    gap, at = max((times[n + 1][0] - times[n][0], n + 1) for n in range(len(times) - 1))
    assert gap > 1_000_000, "the run waited for a model somewhere"
    player.set_pace(pace_of("timed"))
    session.seek(at)
    player.play(session)
    beat(player, clock, min(gap / 1e9, 2.0) * 0.9)
    assert session.seq == at
    beat(player, clock, min(gap / 1e9, 2.0) * 0.2)
    assert session.seq > at


def who_moves_by_hand_has_taken_over(window: MainWindow, session: Session, clock: Clock, qtbot: Any) -> None:
    begin(window, session)
    player = replays(window).player
    player.play(session)
    press(window, Key.Key_Right)
    assert session.seq == 2
    assert not player.is_playing
    player.play(session)
    session.seek(9)
    assert not player.is_playing


@pytest.mark.thorough
def test_another_tab_or_closing_stops_it(window: MainWindow, session: Session, clock: Clock, small: Path) -> None:
    player = replays(window).player
    player.play(session)
    window.workbench.open(small)
    assert not player.is_playing
    window.workbench.show(session.document)
    player.play(session)
    window.workbench.part("files").close(session.document)
    assert not player.is_playing
    player.beat()


def space_plays_and_pauses_unless_it_moved_the_view(
    window: MainWindow, session: Session, clock: Clock, qtbot: Any
) -> None:
    begin(window, session)
    player = replays(window).player
    press(window, Key.Key_Space)
    assert player.is_playing
    press(window, Key.Key_Space)
    assert not player.is_playing
    canvas = settle(window)
    view = canvas.view
    before = view.scene_at(QPointF(0, 0))
    QTest.keyPress(view, Key.Key_Space)
    middle = view.viewport().rect().center()
    drag(canvas, middle, middle + QPoint(40, 30))
    QTest.keyRelease(view, Key.Key_Space)
    assert view.scene_at(QPointF(0, 0)) != before
    assert not player.is_playing


def test_it_really_plays(window: MainWindow, session: Session, qtbot: Any) -> None:
    player = replays(window).player
    player.set_pace(pace_of("paint"))
    press(window, Key.Key_Space)
    qtbot.waitUntil(lambda: session.seq == session.last)
    qtbot.waitUntil(lambda: not player.is_playing)


def the_strip_shows_whether_it_plays_and_how_fast(
    window: MainWindow, session: Session, clock: Clock, qtbot: Any
) -> None:
    begin(window, session)
    page = window.pages.current_page()
    assert page is not None
    play = page.findChild(QToolButton, "replay.strip.replay.play")
    speed = page.findChild(QToolButton, "replay.speed")
    assert play is not None
    assert speed is not None
    assert window.docks["timeline"].isVisible() != play.isVisible(), "nobody needs the buttons twice"
    window.docks["timeline"].hide()
    qtbot.waitUntil(play.isVisible)
    assert play.accessibleName() == "Play"
    QTest.mouseClick(play, Qt.MouseButton.LeftButton)
    QApplication.processEvents()
    assert replays(window).player.is_playing
    assert play.accessibleName() == "Pause"
    assert speed.text() == "5/s"
    press(window, Key.Key_Period)
    assert speed.text() == "10/s"
    assert replays(window).player.is_playing, "another pace is no other step"
    press(window, Key.Key_Comma)
    press(window, Key.Key_Comma)
    assert speed.text() == "2/s"
