"""The window under random hands for some seconds; `python -m tests.bench.fuzz_window` does it for minutes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from studio.gui.frame.window import MainWindow
from tests.gui.fuzz import hands, others
from tests.gui.fuzz.desk import STEPS, answers, open_graphs, open_window
from tests.gui.fuzz.machine import Broken, Machine, census, close_all
from tests.support.graphs import CRITIC_LOOP
from tests.support.thorough import draws, thorough_but

COUNT = int(os.environ.get("STUDIO_FUZZ_STEPS", str(draws(40, 70))))


@pytest.fixture
def window(qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    """A window with a pure graph, and a scripted model for others."""
    monkeypatch.setenv("STUDIO_MODEL", answers(tmp_path))
    made = open_window(tmp_path)
    yield made
    close_all(made, made.workbench)
    made.close()
    made.deleteLater()


@pytest.mark.parametrize("seed", thorough_but(lambda seed: seed == 1, [1, 2]))
def test_whatever_hands_do_the_canvas_shows_the_document_and_nothing_fails(window: MainWindow, seed: int) -> None:
    machine = Machine(window, seed, STEPS)

    machine.run(COUNT)

    assert len({line.split(":")[0] for line in machine.log}) > 8, "many kinds of things were done"


def test_everything_that_was_done_can_be_undone_and_done_again(window: MainWindow) -> None:
    document = window.workbench.documents[0]
    before = document.graph.to_text()
    machine = Machine(window, 5, [(1, hands.press), (2, hands.move), (1, hands.release), (3, others.edit)])
    machine.run(draws(30, 60))
    window.workbench.canvas.cancel_interaction()  # type: ignore[union-attr]
    after = document.graph.to_text()
    assert after != before

    while document.history.undo_label:
        document.undo()
    machine.look()
    assert document.graph.to_text() == before
    while document.history.redo_label:
        document.redo()
    machine.look()
    assert document.graph.to_text() == after


def test_nothing_piles_up_when_graphs_are_shaken_and_closed(window: MainWindow, tmp_path: Path) -> None:
    steps = [step for step in STEPS if step[1] not in (others.run, others.reload)]

    def shaken() -> dict[str, int]:
        open_graphs(window.workbench, tmp_path, (CRITIC_LOOP,))
        Machine(window, 7, steps).run(draws(15, 40))
        close_all(window, window.workbench)
        return census()

    shaken()  # popups, pages of the inspector and caches are made once
    first = shaken()

    assert _grown(first, shaken()) == {}


def _grown(before: dict[str, int], after: dict[str, int]) -> dict[str, tuple[int, int]]:
    return {name: (before[name], count) for name, count in after.items() if count > before[name]}


def test_the_same_seed_does_the_same_things(window: MainWindow, tmp_path: Path) -> None:
    count = draws(12, 25)
    first = Machine(window, 9, [(1, hands.move), (1, hands.press), (1, hands.release), (2, others.edit)])
    first.run(count)
    close_all(window, window.workbench)
    open_graphs(window.workbench, tmp_path, (_text(),))
    QApplication.processEvents()
    second = Machine(window, 9, first.steps)
    second.run(count)

    assert second.log == first.log


def _text() -> str:
    from tests.gui.fuzz.desk import LOOPS

    return LOOPS


# -- that it would find something -----------------------------------------------------------------


def test_a_canvas_that_no_longer_follows_is_found(window: MainWindow) -> None:
    canvas = window.workbench.canvas
    assert canvas is not None
    canvas.projection.leave()

    with pytest.raises(Broken, match="Repeat it with --seed 4 --until"):
        Machine(window, 4, [(1, others.edit)]).run(40)


def test_a_fault_in_a_slot_or_an_override_is_found(window: MainWindow) -> None:
    def raise_in_slot(machine: Machine) -> str:
        from PySide6.QtCore import QTimer

        QTimer.singleShot(0, lambda: 1 / 0)
        return "a slot"

    with pytest.raises(Broken, match="ZeroDivisionError"):
        Machine(window, 1, [(1, raise_in_slot)]).run(3)


def test_what_piles_up_is_found(window: MainWindow) -> None:
    from PySide6.QtWidgets import QLabel

    before = census()
    kept = QLabel("kept")

    assert _grown(before, census()) == {"widgets": (before["widgets"], before["widgets"] + 1)}
    kept.deleteLater()
