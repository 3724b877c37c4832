"""A recorded run is never taken for the design: the strip above it, what it offers, and what is refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from studio.gui.frame.window import MainWindow
from studio.gui.replay.session import Session, Source
from studio.gui.replay.strip import ReplayStrip
from tests.gui.replay.runs import look_at_all, opened, press, replays, settle
from tests.gui.support import assert_view_equals_document, drag, empty_place, head_of
from tests.support.runs import FAULTY, made, recorded

Key = Qt.Key


@pytest.fixture
def session(window: MainWindow) -> Session:
    return opened(window, recorded("order_desk"))


def strip_of(window: MainWindow) -> ReplayStrip:
    page = window.pages.current_page()
    assert page is not None
    strip = page.findChild(ReplayStrip)
    assert strip is not None
    return strip


def text(strip: QWidget, name: str) -> str:
    label = strip.findChild(QLabel, name)
    assert label is not None
    return label.text()


def press_button(window: MainWindow, name: str) -> None:
    window.resize(1600, 900)
    settle(window)
    button = strip_of(window).findChild(QPushButton, name)
    assert button is not None
    assert button.isVisible()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    QApplication.processEvents()


def back_to(window: MainWindow, session: Session) -> None:
    """Show the run, at its first step."""
    window.workbench.show(session.document)
    session.seek(1)
    settle(window)


def test_a_run_and_what_it_offers_and_refuses(
    window: MainWindow, session: Session, qtbot: Any, subtests: pytest.Subtests
) -> None:
    looks = (
        every_tab_of_a_run_says_which_and_where,
        in_a_narrow_window_seldom_things_are_in_a_menu,
        nothing_can_be_changed_by_hand_and_nothing_breaks,
        a_key_that_would_change_it_says_why_not,
        todays_graph_is_opened_beside_the_run,
        a_copy_of_the_graph_as_it_ran_can_be_changed,
    )
    look_at_all(subtests, looks, window, session, qtbot)


def every_tab_of_a_run_says_which_and_where(window: MainWindow, session: Session, qtbot: Any) -> None:
    back_to(window, session)
    session.seek(37)
    settle(window)
    for at in ((), ("sentence",)):
        window.workbench.show(session.document, at)
        settle(window)
        strip = strip_of(window)
        assert text(strip, "replay.mark") == "REPLAY"
        assert text(strip, "replay.facts").startswith(f"order_desk · {session.run.id[:10]} · ")
        assert text(strip, "replay.step") == "step 37 of 111 · tick 0.0"
        assert "reading [1] › like · fired" in text(strip, "replay.where")
        assert strip.warning.isHidden()
        qtbot.waitUntil(lambda strip=strip: "embedded/" in text(strip, "replay.facts"))
    session.seek(111)
    settle(window)
    assert "step 111" in text(strip_of(window), "replay.step")


def test_a_graph_that_is_designed_has_no_strip(window: MainWindow, small: Path) -> None:
    window.workbench.open(small)
    settle(window)
    page = window.pages.current_page()
    assert page is not None
    assert page.findChild(ReplayStrip) is None
    assert page.canvas.view.tint == ""


@pytest.mark.thorough
def test_a_reason_stands_in_the_strip(window: MainWindow, tmp_path: Path) -> None:
    session = opened(window, made(FAULTY, tmp_path / "faulty.db"))
    press(window, Key.Key_E)

    assert session.here.node == "risky"
    assert "risky · failed: " in text(strip_of(window), "replay.where")


def todays_graph_is_opened_beside_the_run(window: MainWindow, session: Session, qtbot: Any) -> None:
    back_to(window, session)
    press_button(window, "replay.strip.replay.today")
    document = window.workbench.document

    assert document is not session.document
    assert document is not None
    assert document.locked is None
    assert document.graph.name == "order_desk"


def test_without_its_file_a_run_has_no_graph_of_today_and_says_so(window: MainWindow, tmp_path: Path) -> None:
    opened(window, made(FAULTY, tmp_path / "faulty.db"))
    button = strip_of(window).findChild(QPushButton, "replay.strip.replay.today")

    assert button is not None
    assert not button.isEnabled()
    assert "not there any more" in button.toolTip()


def a_copy_of_the_graph_as_it_ran_can_be_changed(window: MainWindow, session: Session, qtbot: Any) -> None:
    back_to(window, session)
    press_button(window, "replay.strip.replay.edit_copy")
    document = window.workbench.document

    assert document is not None
    assert document.path is None
    assert document.graph.to_text() == session.document.graph.to_text()
    canvas = settle(window)
    canvas.select(["message"])
    before = canvas.projection.cards["message"].pos().x()
    press(window, Key.Key_Right)
    assert canvas.projection.cards["message"].pos().x() > before, "arrows move nodes here"
    assert document.is_modified


def in_a_narrow_window_seldom_things_are_in_a_menu(window: MainWindow, session: Session, qtbot: Any) -> None:
    back_to(window, session)
    strip = strip_of(window)
    strip.resize(500, strip.height())
    QApplication.processEvents()
    assert strip.deeds["replay.today"].isHidden()
    menu = strip.more.menu()
    menu.aboutToShow.emit()
    titles = [action.text() for action in menu.actions()]
    assert titles[:2] == ["Edit a Copy", "Today's Graph"]


# -- refused --------------------------------------------------------------------------------------


def nothing_can_be_changed_by_hand_and_nothing_breaks(window: MainWindow, session: Session, qtbot: Any) -> None:
    back_to(window, session)
    canvas = settle(window)
    canvas.view.reset_zoom(canvas.projection.cards["message"].body_rect().center())
    before = session.document.graph.to_text()
    start = head_of(canvas, "message")
    drag(canvas, start, start + QPoint(120, 90))
    assert canvas.selected() == ["message"]
    assert_view_equals_document(canvas)
    QTest.mouseDClick(canvas.view.viewport(), Qt.MouseButton.LeftButton, pos=empty_place(canvas))
    for which, mods in (
        (Key.Key_Delete, Qt.KeyboardModifier.NoModifier), (Key.Key_V, Qt.KeyboardModifier.ControlModifier),
        (Key.Key_D, Qt.KeyboardModifier.ControlModifier), (Key.Key_M, Qt.KeyboardModifier.NoModifier),
        (Key.Key_Up, Qt.KeyboardModifier.NoModifier), (Key.Key_Z, Qt.KeyboardModifier.ControlModifier),
        (Key.Key_L, Qt.KeyboardModifier.NoModifier), (Key.Key_C, Qt.KeyboardModifier.NoModifier),
        (Key.Key_S, Qt.KeyboardModifier.ControlModifier), (Key.Key_F5, Qt.KeyboardModifier.NoModifier),
    ):  # fmt: skip
        press(window, which, mods)

    assert session.document.graph.to_text() == before
    assert not session.document.is_modified
    assert_view_equals_document(settle(window))


def a_key_that_would_change_it_says_why_not(window: MainWindow, session: Session, qtbot: Any) -> None:
    back_to(window, session)
    said: list[str] = []
    window.workbench.said.connect(lambda text, kind: said.append(text))
    settle(window).select(["message"])
    press(window, Key.Key_Delete)

    assert said == [
        "Delete: This is the graph as it ran: it cannot be changed. Fork the run to change it from a step on, or open"
        " the graph as it is today."
    ]
    assert not window.actions_bar.actions["graph.knock_out"].isEnabled()
    assert not window.actions_bar.actions["file.save"].isEnabled()
    assert window.actions_bar.actions["edit.copy"].isEnabled()


def test_a_graph_as_it_ran_has_no_problems_to_mend(window: MainWindow, qtbot: Any) -> None:
    session = opened(window, recorded("critic_loop"))
    checks = window.workbench.part("checks")
    qtbot.waitUntil(lambda: checks.is_current(session.document))

    assert checks.of(session.document).findings == ()
    assert checks.of(session.document).badges, "what is live and steady is known all the same"


def test_a_run_that_is_not_there_is_refused_with_a_sentence(window: MainWindow) -> None:
    said: list[tuple[str, str]] = []
    window.workbench.said.connect(lambda text, kind: said.append((text, kind)))
    assert replays(window).open(Source(recorded("critic_loop"), "no such run")) is None
    assert said[0][1] == "error"
    assert not replays(window).sessions


def test_a_trace_that_goes_away_is_told_and_shown_on(window: MainWindow, tmp_path: Path) -> None:
    db = tmp_path / "gone.db"
    shutil.copy(recorded("critic_loop"), db)
    session = opened(window, db)
    db.unlink()
    press(window, Key.Key_Right)

    assert session.seq == 2
    assert "gone from its place" in text(strip_of(window), "replay.warning")
    shutil.copy(recorded("order_desk"), db)
    press(window, Key.Key_Right)
    assert session.seq == 3
    assert "replaced by another one" in text(strip_of(window), "replay.warning")


def test_a_trace_that_cannot_be_read_any_more_leaves_the_run_where_it_stands(
    window: MainWindow, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    from studio.support.errors import EnvironmentProblem

    said: list[tuple[str, str]] = []
    window.workbench.said.connect(lambda text, kind: said.append((text, kind)))
    replays(window).player.play(session)

    def broken(*_: object, **__: object) -> None:
        raise EnvironmentProblem("The disk is gone.", where="trace.db")

    monkeypatch.setattr(session.cursor.steps, "next", broken)
    press(window, Key.Key_Right)

    assert session.seq == 1
    assert not replays(window).player.is_playing
    assert any("The disk is gone." in text and kind == "error" for text, kind in said)


def test_a_strangers_name_for_the_graph_is_cut_and_on_one_line(window: MainWindow, tmp_path: Path) -> None:
    name = json.dumps("ab\u202ecd\nef <b>" + "x" * 100_000)
    session = opened(window, made(FAULTY.replace("name: faulty", f"name: {name}"), tmp_path / "run.db"))
    page = window.pages.current_page()
    assert page is not None
    strip = page.findChild(ReplayStrip)
    assert strip is not None

    assert session.called.startswith("abcd ef <b>xxx")
    assert len(session.document.title) < 120
    for text in (window.windowTitle(), window.pages.tabText(window.pages.currentIndex()), strip.facts.text()):
        assert "abcd ef <b>xxx" in text
        assert len(text) < 300
