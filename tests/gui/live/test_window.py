"""Running in the real window: keys, the status of buttons, and closing."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt

from studio.gui.frame.window import MainWindow
from studio.trace import Trace
from tests.gui.live.graphs import ASKING, GOOD
from tests.gui.live.hands import open_graph, press
from tests.gui.windows import press_answer
from tests.support.graphs import CRITIC_LOOP


def test_f5_runs_the_graph_and_its_states_are_seen(window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    live = open_graph(window, tmp_path, CRITIC_LOOP, *GOOD)
    ended: list[Any] = []
    live.ended.connect(lambda document, outcome: ended.append(outcome))
    press(qtbot, window, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: bool(ended))
    assert ended[0].status == "ok"
    canvas = window.workbench.canvas
    assert canvas is not None
    qtbot.waitUntil(lambda: canvas.projection.cards["writer"].state.text == "Three.")
    picture = canvas.grab().toImage()
    live.forget(live.current.document)  # type: ignore[union-attr]
    assert canvas.grab().toImage() != picture  # the control: the states were painted


def test_a_question_raises_its_panel_and_stop_takes_it_away(window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    live = open_graph(window, tmp_path, ASKING)
    dock = window.docks["questions"]
    assert not dock.isVisible()
    press(qtbot, window, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: bool(live.questions))
    qtbot.waitUntil(dock.isVisible)
    press(qtbot, window, Qt.Key.Key_F5, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: live.active is None)
    assert not dock.isVisible()


def test_closing_the_window_ends_the_run_and_its_threads(lone_window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    before = set(threading.enumerate())
    live = open_graph(lone_window, tmp_path, ASKING)
    press(qtbot, lone_window, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: bool(live.questions))
    engines = {thread for thread in threading.enumerate() if thread.name == "engine"} - before
    assert len(engines) == 1
    lone_window.close()
    press_answer(qtbot, lone_window, "Stop It")
    assert not lone_window.isVisible()
    assert not engines & set(threading.enumerate())
    with Trace(live.trace_file()) as trace:
        assert trace.run().status == "aborted"


@pytest.mark.thorough
def test_f5_lets_a_held_run_go_on_and_keys_that_cannot_do_anything_say_why(
    window: MainWindow, qtbot: Any, tmp_path: Path
) -> None:
    live = open_graph(window, tmp_path, CRITIC_LOOP, *GOOD)
    canvas = window.workbench.canvas
    assert canvas is not None
    ended: list[Any] = []
    live.ended.connect(lambda document, outcome: ended.append(outcome))
    canvas.select(["critic"])
    canvas.setFocus()
    field = canvas.focusProxy() or canvas
    actions = window.actions_bar.actions

    qtbot.waitUntil(lambda: not actions["run.from_here"].isEnabled() and actions["run.step"].isEnabled())
    qtbot.keyClick(field, Qt.Key.Key_F5, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert window.status.text == "Run from Here: This graph has no run yet: run it first."
    qtbot.keyClick(field, Qt.Key.Key_F10)
    assert window.status.text == "Step Over: No run is under way."

    qtbot.keyClick(field, Qt.Key.Key_F7)
    qtbot.waitUntil(lambda: live.state() == "paused")
    qtbot.waitUntil(lambda: actions["run.run"].text() == "Go On")
    qtbot.keyClick(field, Qt.Key.Key_F5, Qt.KeyboardModifier.AltModifier)
    assert window.status.text == "Run Only This: A run is under way: stop it first."
    qtbot.keyClick(field, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: bool(ended))
    assert ended[0].status == "ok"
