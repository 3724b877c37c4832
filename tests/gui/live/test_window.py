"""Running in the real window: keys, the status of buttons, and closing."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from studio.gui.frame.window import MainWindow
from studio.gui.live.bridge import Live
from studio.trace import Trace
from tests.gui.live.conftest import PATIENCE_MS
from tests.gui.live.test_session import ASKING, GOOD
from tests.gui.shell.conftest import opened, press_answer
from tests.support.graphs import CRITIC_LOOP


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    """The window, shown and in front."""
    yield from opened(qtbot)


def open_graph(window: MainWindow, folder: Path, text: str, *replies: Any) -> Live:
    path = folder / "graph.yaml"
    path.write_text(text, encoding="utf-8")
    script = folder / "script.jsonl"
    script.write_text("".join(json.dumps(reply) + "\n" for reply in replies), encoding="utf-8")
    document = window.workbench.open(path)
    assert document is not None
    live: Live = window.workbench.part("live")
    live.of(document).options["model"] = f"scripted:{script}"
    return live


def press(qtbot: Any, window: MainWindow, key: Qt.Key, modifiers: Any = Qt.KeyboardModifier.NoModifier) -> None:
    canvas = window.workbench.canvas
    assert canvas is not None
    canvas.setFocus()
    action = "run.abort" if modifiers else "run.run"
    qtbot.waitUntil(lambda: window.actions_bar.actions[action].isEnabled(), timeout=PATIENCE_MS)
    qtbot.keyClick(canvas.focusProxy() or canvas, key, modifiers)


def test_f5_runs_the_graph_and_its_states_are_seen(window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    live = open_graph(window, tmp_path, CRITIC_LOOP, *GOOD)
    ended: list[Any] = []
    live.ended.connect(lambda document, outcome: ended.append(outcome))
    press(qtbot, window, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: bool(ended), timeout=PATIENCE_MS)
    assert ended[0].status == "ok"
    canvas = window.workbench.canvas
    assert canvas is not None
    qtbot.waitUntil(lambda: canvas.projection.cards["writer"].state.text == "Three.", timeout=PATIENCE_MS)
    picture = canvas.grab().toImage()
    live.forget(live.current.document)  # type: ignore[union-attr]
    assert canvas.grab().toImage() != picture  # the control: the states were painted


def test_a_question_raises_its_panel_and_stop_takes_it_away(window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    live = open_graph(window, tmp_path, ASKING)
    dock = window.docks["questions"]
    assert not dock.isVisible()
    press(qtbot, window, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: bool(live.questions), timeout=PATIENCE_MS)
    qtbot.waitUntil(dock.isVisible, timeout=PATIENCE_MS)
    press(qtbot, window, Qt.Key.Key_F5, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: live.active is None, timeout=PATIENCE_MS)
    assert not dock.isVisible()


def test_closing_the_window_ends_the_run_and_its_threads(window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    live = open_graph(window, tmp_path, ASKING)
    press(qtbot, window, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: bool(live.questions), timeout=PATIENCE_MS)
    window.close()
    press_answer(qtbot, window, "Stop It")
    assert not window.isVisible()
    assert not [thread for thread in threading.enumerate() if thread.name == "engine"]
    with Trace(live.trace_file()) as trace:
        assert trace.run().status == "aborted"


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
    qtbot.waitUntil(lambda: live.state() == "paused", timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: actions["run.run"].text() == "Go On", timeout=PATIENCE_MS)
    qtbot.keyClick(field, Qt.Key.Key_F5, Qt.KeyboardModifier.AltModifier)
    assert window.status.text == "Run Only This: A run is under way: stop it first."
    qtbot.keyClick(field, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: bool(ended), timeout=PATIENCE_MS)
    assert ended[0].status == "ok"
