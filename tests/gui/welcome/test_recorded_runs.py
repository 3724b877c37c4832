"""The welcome page leads to recorded runs: of every example, with no key, and to the last ones of the profile."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from studio.gui.frame.window import MainWindow
from studio.gui.replay.session import Session
from studio.gui.welcome import Welcome
from studio.support.resources import bundled_graphs, recorded_run
from studio.trace import Trace
from studio.trace.merging import merge

LEFT = Qt.MouseButton.LeftButton
RECORDED = [path.stem for path in bundled_graphs() if recorded_run(path.stem) is not None]
FEW = ("critic_loop", "cellular_automaton")


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has set anything up."""
    for name in [name for name in os.environ if name.endswith(("_API_KEY", "_TOKEN"))]:
        monkeypatch.delenv(name)


def page(window: MainWindow) -> Welcome:
    found = window.pages.currentWidget()
    assert isinstance(found, Welcome)
    return found


def key(which: Qt.Key, qtbot: Any) -> None:
    QApplication.processEvents()
    focused = QApplication.focusWidget()
    assert focused is not None
    qtbot.keyClick(focused, which)
    QApplication.processEvents()


def shown_session(window: MainWindow) -> Session:
    session = window.workbench.part("replay").current
    assert isinstance(session, Session)
    return session


def test_every_example_has_a_recorded_run() -> None:
    assert [path.stem for path in bundled_graphs()] == RECORDED


@pytest.mark.parametrize(
    "names", [FEW, pytest.param(RECORDED, marks=pytest.mark.thorough)], ids=["a few examples", "every example"]
)
def test_the_recorded_run_of_an_example_opens_from_its_card_and_steps(
    window: MainWindow, qtbot: Any, names: Sequence[str]
) -> None:
    window.resize(1440, 900)
    for name in names:
        window.workbench.trigger("help.welcome")
        welcome = page(window)
        card = next(one for one in welcome.cards if one.text() == name)
        welcome.ensureWidgetVisible(card)
        QApplication.processEvents()
        assert card.see is not None
        assert card.childAt(card.see.geometry().center()) is card.see
        qtbot.mouseClick(card.see, LEFT)

        session = shown_session(window)
        assert session.source.db == recorded_run(name)
        assert session.seq == 1
        window.focus_canvas()
        key(Qt.Key.Key_Right, qtbot)
        assert session.seq == 2
        key(Qt.Key.Key_Left, qtbot)
        assert session.seq == 1
        assert session.document.locked is not None
        with Trace(recorded_run(name) or Path()) as trace:
            assert session.last == trace.steps("last").last()
    assert len(window.workbench.part("replay").sessions) == len(names)


def test_enter_presses_the_button_that_has_the_focus(window: MainWindow, qtbot: Any) -> None:
    card = next(one for one in page(window).cards if one.text() == "critic_loop")
    assert card.see is not None
    card.see.setFocus()
    QTest.keyClick(card.see, Qt.Key.Key_Return, Qt.KeyboardModifier.AltModifier)
    assert not window.workbench.part("replay").sessions, "keys of others press nothing"

    QTest.keyClick(card.see, Qt.Key.Key_Return)

    assert shown_session(window).source.db == recorded_run("critic_loop")


@pytest.mark.thorough
def test_the_rest_of_a_card_still_opens_the_template(window: MainWindow, qtbot: Any) -> None:
    card = next(one for one in page(window).cards if one.text() == "critic_loop")

    qtbot.mouseClick(card, LEFT, pos=QPoint(20, card.height() - 20))

    assert window.workbench.document is not None
    assert window.workbench.document.locked is None


def test_somebody_new_is_first_offered_a_run_to_look_at(window: MainWindow, qtbot: Any) -> None:
    welcome = page(window)
    tour = welcome.tour
    assert tour is not None
    assert tour.isVisible()
    assert welcome.new_button.property("primary") == "false", "one thing stands out"
    qtbot.waitUntil(lambda: QApplication.focusWidget() is tour.button)
    key(Qt.Key.Key_Space, qtbot)

    assert shown_session(window).run.graph == "critic_loop"
    assert shown_session(window).seq == 1


def test_whoever_has_runs_sees_them_instead(window: MainWindow, qtbot: Any) -> None:
    trace_file = window.workbench.part("live").trace_file()
    for name in ("critic_loop", "order_desk_twin"):
        merge(recorded_run(name) or Path(), trace_file)
    with Trace(trace_file) as trace:
        newest = trace.run("last")
    page(window)  # the page comes into sight anew
    window.workbench.trigger("file.new")
    window.workbench.trigger("help.welcome")
    welcome = page(window)
    qtbot.waitUntil(lambda: len(welcome.runs.rows) == 2)

    assert welcome.tour is not None
    assert welcome.tour.isHidden()
    assert welcome.new_button.property("primary") == "true"
    link = welcome.findChild(QPushButton, f"welcome.run.{newest.id}")
    assert link is not None
    assert newest.graph in link.accessibleName()
    qtbot.mouseClick(link, LEFT)

    assert shown_session(window).run.id == newest.id
    assert shown_session(window).source.db == trace_file


def test_a_trace_that_cannot_be_read_leaves_the_page_as_it_is(window: MainWindow, qtbot: Any) -> None:
    window.workbench.part("live").trace_file().write_bytes(b"no database at all")
    welcome = page(window)

    welcome.runs.look()

    qtbot.waitUntil(lambda: not welcome.runs._is_looking)
    assert welcome.runs.rows == []
    assert welcome.tour is not None
    assert welcome.tour.isVisible()
