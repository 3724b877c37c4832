from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QDockWidget, QWidget

from studio.gui.frame.window import MainWindow
from studio.gui.replay.session import Source
from studio.support.resources import recorded_run
from tests.support.thorough import thorough_but

pytestmark = pytest.mark.gui

BOTTOM = (
    "run", "timeline", "runs", "prompts", "stores", "experiments", "problems", "chat", "tests", "fork", "questions",
)  # fmt: skip
NARROW, LOW = 400, 180


def settle() -> None:
    for _ in range(5):
        QApplication.processEvents()


def dock_of(window: MainWindow, id: str) -> QDockWidget:
    found = window.findChild(QDockWidget, f"panel.{id}")
    assert isinstance(found, QDockWidget)
    return found


def too_large(window: MainWindow) -> dict[str, tuple[int, int]]:
    sizes = {id: dock_of(window, id).minimumSizeHint() for id in BOTTOM}
    return {id: (one.width(), one.height()) for id, one in sizes.items() if one.width() > NARROW or one.height() > LOW}


@pytest.mark.parametrize("replaying", thorough_but(lambda replaying: replaying, [False, True]))
def test_a_window_of_900_shows_canvas_and_panels_with_both_sides_open(window: MainWindow, replaying: bool) -> None:
    if replaying:
        run = recorded_run("critic_loop")
        assert run is not None
        assert window.workbench.part("replay").open(Source(run, "last")) is not None
    for id in BOTTOM:
        window.workbench.panel_asked.emit(id)
        settle()

    window.resize(900, 650)
    settle()

    assert too_large(window) == {}
    assert (window.width(), window.height()) == (900, 650)


def test_a_file_with_a_long_name_and_many_filters_leave_the_runs_narrow(window: MainWindow, qtbot: Any) -> None:
    from dataclasses import replace

    run = recorded_run("critic_loop")
    assert run is not None
    window.workbench.panel_asked.emit("runs")
    runs = window.workbench.part("runs")
    runs.show_file(run, foreign=False, name="the_name_of_a_file_that_goes_on_and_on_and_on.db")
    runs.bar.ask(
        replace(runs.bar.asked, statuses=frozenset({"ok", "failed", "paused"}), days=30, cost_over=0.01, model="m" * 80)
    )
    settle()
    assert runs.bar.findChild(QWidget, "runs.chip.3") is not None

    assert too_large(window) == {}


def test_a_panel_that_wants_more_is_found_out(window: MainWindow) -> None:
    window.panel("chat").setMinimumWidth(NARROW + 1)
    settle()

    assert list(too_large(window)) == ["chat"]
