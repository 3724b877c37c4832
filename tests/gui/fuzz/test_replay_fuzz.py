"""Recorded runs under random hands for seconds; `python -m tests.bench.fuzz_window --replay` does it for minutes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from studio.gui.canvas.state import NodeState
from studio.gui.frame.window import MainWindow
from studio.gui.replay.session import Session, Source
from studio.support.resources import recorded_run
from tests.gui.fuzz.desk import REPLAY_STEPS, answers, open_window
from tests.gui.fuzz.machine import Broken, Machine, close_all
from tests.gui.fuzz.watching import Watch
from tests.support.thorough import draws

COUNT = int(os.environ.get("STUDIO_FUZZ_STEPS", str(draws(20, 35))))


@pytest.fixture
def shaken(qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    """A window with a graph that can be edited and run."""
    monkeypatch.setenv("STUDIO_MODEL", answers(tmp_path))
    made = open_window(tmp_path)
    yield made
    close_all(made, made.workbench)
    made.close()
    made.deleteLater()


@pytest.fixture
def watch(window: MainWindow) -> Iterator[Watch]:
    """What is looked at after each step."""
    made = Watch(window)
    yield made
    made.leave()


def machine_of(window: MainWindow, watch: Watch, folder: Path, seed: int = 1) -> Machine:
    machine = Machine(window, seed, REPLAY_STEPS, watchers=[watch])
    machine.folder, machine.model = folder, os.environ.get("STUDIO_MODEL", "")
    return machine


def opened(window: MainWindow) -> Session:
    db = recorded_run("critic_loop")
    assert db is not None
    session = window.workbench.part("replay").open(Source(db, "last"))
    assert isinstance(session, Session)
    QApplication.processEvents()
    return session


def test_whatever_is_done_to_recorded_runs_they_stay_as_they_are_and_are_shown_as_they_were(
    shaken: MainWindow, tmp_path: Path
) -> None:
    watch = Watch(shaken)
    machine = machine_of(shaken, watch, tmp_path)
    shaken.show_panel("inspector")

    machine.run(COUNT)
    close_all(shaken, shaken.workbench)

    watch.leave()
    assert len({line.split(":")[0] for line in machine.log}) > min(15, COUNT / 2), "many kinds of things were done"
    watch.check_files()
    watch.check_closed()


# -- that it would find something -----------------------------------------------------------------


def go_beyond(window: MainWindow, session: Session) -> None:
    session.cursor.seq = session.last + 1


def show_another_state(window: MainWindow, session: Session) -> None:
    canvas = window.workbench.canvas
    assert canvas is not None
    next(iter(canvas.projection.cards.values())).set_state(NodeState("running"))


def show_another_value(window: MainWindow, session: Session) -> None:
    canvas = window.workbench.canvas
    assert canvas is not None
    canvas.set_wire_values({})


def move_unheard(window: MainWindow, session: Session) -> None:
    session.cursor.seq = 2


HARMS: list[tuple[Callable[[MainWindow, Session], None], str]] = [
    (show_another_state, "running"), (move_unheard, "at step 2"),
    (show_another_value, "wires at step"), (go_beyond, "step"),
]  # fmt: skip
"""What is done to a window behind its back, and what is said of it."""


def test_what_is_shown_otherwise_or_changed_is_found(window: MainWindow, watch: Watch, tmp_path: Path) -> None:
    for harm, said in HARMS[: draws(2, 4)]:
        session = opened(window)
        machine = machine_of(window, watch, tmp_path)
        machine.steps = [(1, lambda machine: "nothing")]
        machine.run(2)
        before = session.seq
        harm(window, session)

        with pytest.raises(Broken, match=said):
            machine.run(1)
        session.cursor.seq = before
        close_all(window, window.workbench)

    session = opened(window)
    watch.check_session(session)
    next(iter(session.document.graph.nodes.values())).params["template"] = "another"

    with pytest.raises(AssertionError, match="was changed"):
        watch.check_session(session)


def test_a_playhead_or_page_of_another_step_is_found(shaken: MainWindow, tmp_path: Path) -> None:
    watch = Watch(shaken)
    session = opened(shaken)
    machine = machine_of(shaken, watch, tmp_path)
    panel, inspector = shaken.panel("timeline"), shaken.workbench.part("inspector")
    assert machine.wait_for(lambda: panel.timeline is not None)  # type: ignore[attr-defined]
    watch.settle(machine, session)
    panel.transport.step.setText("7")  # type: ignore[attr-defined]
    with pytest.raises(AssertionError, match="the timeline says step 7"):
        watch._check_timeline(session)
    canvas = shaken.workbench.canvas
    assert canvas is not None
    watch.check_page(session, canvas, inspector)
    inspector.firing_page().turn_to = lambda *_: None
    canvas.select([name for name in canvas.projection.cards if [name] != canvas.selected()][:1])
    with pytest.raises(AssertionError, match="the inspector shows"):
        watch.check_page(session, canvas, inspector)
    watch.leave()


def test_a_run_that_somebody_keeps_is_found(window: MainWindow, watch: Watch) -> None:
    session = opened(window)
    close_all(window, window.workbench)

    with pytest.raises(AssertionError, match=r"closed and still there: .'critic_loop"):
        watch.check_closed()
    del session


def test_a_file_that_was_written_is_found(window: MainWindow, watch: Watch) -> None:
    watch._files[next(iter(watch._files))] = "another sum"

    with pytest.raises(AssertionError):
        watch.check_files()
