"""A run that still goes on, opened in replay beside the window that runs it: it is followed, left alone, followed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton

from studio.gui.frame.window import MainWindow
from studio.gui.live.bridge import Live
from studio.gui.replay.session import Session, Source
from studio.gui.replay.strip import ReplayStrip
from studio.replay.cursor import Cursor
from studio.support.errors import StudioError
from studio.trace import Trace
from tests.gui.live.hands import open_graph
from tests.gui.replay.runs import look_at_all, press, replays, settle

COUNTER = """\
studio: 1
name: counter
max_ticks: 20
nodes:
  n: {type: math.expression, expression: x + 1}
  out: {type: flow.output}
edges:
  - n.value ~> n.x: {initial: 0}
  - n.value -> out.value
"""


class Held:
    """A run that is held, of which one firing after the other is let go."""

    def __init__(self, window: MainWindow, live: Live, qtbot: Any) -> None:
        self.window, self.live, self.qtbot = window, live, qtbot

    def decided(self) -> int:
        """How many firings the trace file has."""
        try:
            with Trace(self.live.trace_file()) as trace:
                return trace.steps("last").last() or 0
        except StudioError:
            return 0  # it is not written yet

    def step(self) -> None:
        """Let one firing go, and wait until it is recorded."""
        self.qtbot.waitUntil(lambda: self.live.state() == "paused")
        before = self.decided()
        self.window.workbench.trigger("run.step")
        self.qtbot.waitUntil(lambda: self.decided() == before + 1)


@pytest.fixture
def held(window: MainWindow, tmp_path: Path, qtbot: Any) -> Iterator[Held]:
    live = open_graph(window, tmp_path, COUNTER)
    live.db = tmp_path / "trace.db"
    window.workbench.trigger("run.step")
    made = Held(window, live, qtbot)
    made.step()
    made.step()
    yield made
    live.abort()
    qtbot.waitUntil(lambda: live.active is None)


def opened(window: MainWindow, held: Held) -> Session:
    session = replays(window).open(Source(held.live.trace_file(), "last"))
    assert session is not None
    settle(window)
    return session


def tail_button(window: MainWindow) -> QToolButton:
    page = window.pages.current_page()
    assert page is not None
    strip = page.findChild(ReplayStrip)
    assert strip is not None
    return strip.tail


def test_a_run_that_goes_on(window: MainWindow, held: Held, qtbot: Any, subtests: pytest.Subtests) -> None:
    looks = (
        a_run_that_goes_on_is_followed_until_somebody_steps_back,
        what_has_not_grown_is_not_told,
        who_stepped_back_stays_there_when_the_run_is_opened_again,
        what_is_searched_in_a_run_that_is_followed_is_gone_to,
        the_end_of_the_run_is_told_and_nothing_is_followed_then,
    )
    look_at_all(subtests, looks, window, held, qtbot)


def a_run_that_goes_on_is_followed_until_somebody_steps_back(window: MainWindow, held: Held, qtbot: Any) -> None:
    session = opened(window, held)
    assert session.run.status == "running"
    assert session.tails
    before = session.last
    assert session.seq == before
    assert tail_button(window).isVisible()
    held.step()
    qtbot.waitUntil(lambda: session.seq == before + 1)
    assert settle(window).marks.current_name == session.here.node
    press(window, Qt.Key.Key_Left)
    assert not session.tails
    grown: list[object] = []
    replays(window).grew.connect(grown.append)
    held.step()
    qtbot.waitUntil(lambda: session.last == before + 2 and bool(grown))
    assert session.seq == before
    press(window, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    assert session.tails
    assert session.seq == before + 2


def who_stepped_back_stays_there_when_the_run_is_opened_again(window: MainWindow, held: Held, qtbot: Any) -> None:
    session = opened(window, held)
    press(window, Qt.Key.Key_Left)
    before = session.seq
    assert before < session.last

    assert opened(window, held) is session
    assert (session.seq, session.tails) == (before, False)


def what_is_searched_in_a_run_that_is_followed_is_gone_to(window: MainWindow, held: Held, qtbot: Any) -> None:
    session = opened(window, held)
    session.follow_end(True)
    assert session.tails
    asked = threading.Event()

    def look(cursor: Cursor) -> int:
        assert asked.wait(20)
        return 1

    replays(window).go_later(session, look, "nothing")
    before = session.last
    held.step()
    qtbot.waitUntil(lambda: session.last == before + 1)
    session.refresh()
    asked.set()
    qtbot.waitUntil(lambda: session.seq == 1)


def the_end_of_the_run_is_told_and_nothing_is_followed_then(window: MainWindow, held: Held, qtbot: Any) -> None:
    session = opened(window, held)
    held.live.abort()
    qtbot.waitUntil(lambda: session.run.status == "aborted")
    settle(window)
    qtbot.waitUntil(lambda: not tail_button(window).isVisible())
    page = window.pages.current_page()
    assert page is not None
    strip = page.findChild(ReplayStrip)
    assert strip is not None
    assert "aborted" in strip.facts.text()
    assert not window.actions_bar.actions["replay.tail"].isEnabled()
    qtbot.waitUntil(lambda: not replays(window)._follow.isActive())


def what_has_not_grown_is_not_told(window: MainWindow, held: Held, qtbot: Any) -> None:
    session = opened(window, held)
    grown: list[object] = []
    replays(window).grew.connect(grown.append)
    session.refresh()
    session.refresh()

    assert grown == []
