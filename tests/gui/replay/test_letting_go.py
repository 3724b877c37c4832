"""Nobody holds a run that was closed, whatever was done with it before."""

from __future__ import annotations

import gc
from collections.abc import Callable
from pathlib import Path
from typing import Any
from weakref import ref

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.gui.frame.window import MainWindow
from studio.gui.replay.causes.card import Card
from studio.gui.replay.session import Session, Source
from studio.replay.drafts import Key, Piece
from studio.support.resources import bundled_graphs
from tests.gui.fuzz.machine import settle
from tests.support.thorough import thorough_but


def recorded(name: str) -> Path:
    return next(path for path in bundled_graphs() if path.stem == name).with_suffix(".run.db")


def closed(window: MainWindow, qtbot: Any, act: Callable[[MainWindow, Session], object]) -> ref[Session]:
    """Open a run, do something with it, and close it."""
    replays = window.workbench.part("replay")
    session = replays.open(Source(recorded("critic_loop"), "last"))
    assert isinstance(session, Session)
    QApplication.processEvents()
    act(window, session)
    QApplication.processEvents()
    qtbot.waitUntil(lambda: not session.lookup.is_busy and not session.lookup.answers)
    window.workbench.remove(session.document)
    return ref(session)


def is_gone(window: MainWindow, session: ref[Session]) -> bool:
    QTest.qWait(50)  # timers that ring once more
    settle()
    gc.collect()
    return session() is None


def triggered(action: str) -> Callable[[MainWindow, Session], object]:
    return lambda window, session: window.workbench.trigger(action)


def stepped(window: MainWindow, session: Session) -> None:
    for _ in range(10):
        window.workbench.trigger("replay.next")
        QApplication.processEvents()


def fork_wrongly(window: MainWindow, session: Session) -> None:
    """A draft that cannot run is kept for when the run is opened again, with what is wrong with it."""
    forks = window.workbench.part("forks")
    forks.begin(session).put(Piece(Key("output", session.here.node, "nothing"), "else", None, session.seq))
    assert forks.problems(session)


@pytest.mark.parametrize(
    "act",
    [
        stepped,
        pytest.param(fork_wrongly, marks=pytest.mark.thorough),
        pytest.param(triggered("causes.why"), id="causes.why"),
        *(
            pytest.param(triggered(name), id=name, marks=pytest.mark.thorough)
            for name in ("fork.here", "fork.compare", "replay.search", "firing.raw", "firing.differences")
        ),
        *(
            pytest.param(
                lambda window, session, name=name: window.show_panel(name),
                id=f"panel {name}",
                marks=pytest.mark.thorough,
            )
            for name in ("fork", "timeline", "runs", "prompts", "tests", "inspector")
        ),
    ],
)
def test_a_run_that_is_closed_is_let_go_of(window: MainWindow, qtbot: Any, act: Callable[..., object]) -> None:
    session = closed(window, qtbot, act)

    assert is_gone(window, session)


def test_who_holds_a_run_is_noticed(window: MainWindow, qtbot: Any) -> None:
    kept: list[Session] = []
    session = closed(window, qtbot, lambda _, session: kept.append(session))

    assert not is_gone(window, session)
    kept.clear()
    assert is_gone(window, session)


@pytest.mark.parametrize("ended", thorough_but(lambda ended: ended, [True, False]))
def test_the_canvas_that_the_card_of_causes_stood_over_is_let_go_of(
    window: MainWindow, qtbot: Any, ended: bool
) -> None:
    """Also where the run in front is another's by then, or nothing is lit any more."""
    replays = window.workbench.part("replay")
    session = replays.open(Source(recorded("critic_loop"), "last"))
    assert isinstance(session, Session)
    QApplication.processEvents()
    window.workbench.trigger("causes.why")
    card = window.findChild(Card)
    assert card is not None
    qtbot.waitUntil(card.isVisible)
    if ended:
        window.workbench.part("causes").clear(session)
        QApplication.processEvents()
        assert card.isHidden()
    canvas = ref(window.workbench.canvas)

    window.workbench.remove(session.document)
    settle()

    assert canvas() is None
