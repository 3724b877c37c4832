"""A run is watched in the panel as it goes: alarms, the tab's title, the diagram so far, and the verdict at its end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from studio.editing import Document
from studio.graph import Graph
from studio.gui.live.document_run import DocumentRun
from studio.gui.live.remembered import Remembered
from tests.gui.panels.dynamics.conftest import CIRCLE, ROUND, WORK, Hand


@pytest.fixture
def design(hand: Hand, tmp_path: Path) -> DocumentRun:
    """A graph that will go in circles when it is run, in front; its runs are recorded in a file of their own."""
    return shown(hand, tmp_path, ROUND * 12, CIRCLE)


def shown(hand: Hand, folder: Path, lines: tuple[str, ...], text: str) -> DocumentRun:
    replies = folder / "replies.jsonl"
    replies.write_text("".join(json.dumps({"reply": line}) + "\n" for line in lines))
    live = hand.window.workbench.part("live")
    live.db = folder / "live.db"
    document = hand.window.workbench.add(Document(Graph.from_text(text, name="circling", base=folder)))
    mine: DocumentRun = live.of(document)
    mine.options["model"] = f"scripted:{replies}"
    return mine


def wait(hand: Hand, holds: Any) -> None:
    hand.until(holds)
    hand.settle()


def test_a_run_is_judged_when_it_has_ended(hand: Hand, design: DocumentRun) -> None:
    hand.window.workbench.trigger("run.run")
    wait(hand, lambda: design.outcome is not None)
    hand.until(lambda: hand.told.startswith("It goes in circles (class II)"))

    count = len(hand.looked.noticed)
    assert count >= 2
    assert hand.window.docks["dynamics"].windowTitle() == f"Dynamics  {count} alarms"
    assert any(text.startswith(f"Alarms ({count})") for text in hand.listed)
    alarm = next(row for row in hand.panel.rows.rows if row.firing)
    hand.click_row(alarm.shown)
    hand.click_cell(2, hand.looked.cells.columns["critic"])
    assert hand.window.workbench.selection == ["critic"], "in the graph itself a cell leads to its node"


@pytest.mark.thorough
def test_a_run_that_may_not_circle_says_that_it_was_stopped(hand: Hand, tmp_path: Path) -> None:
    mine = shown(hand, tmp_path, ROUND * 12, CIRCLE + "dynamics: {circle: stop}\n")

    hand.window.workbench.trigger("run.run")
    wait(hand, lambda: mine.outcome is not None)
    hand.until(lambda: hand.told.startswith("It goes in circles"))

    assert any("The run was stopped." in text for text in hand.listed)


def test_runs_can_be_held_at_an_alarm(hand: Hand, design: DocumentRun) -> None:
    hand.window.workbench.trigger("dynamics.hold")
    assert design.holds_at_alarm
    hand.window.workbench.trigger("run.run")
    live = hand.window.workbench.part("live")
    wait(hand, lambda: live.state() == "paused")

    assert design.view is not None
    assert "alarm" in design.view.state.why
    assert design.is_running
    hand.until(
        lambda: hand.told.startswith("The run is held: ") and any(text.startswith("Alarm") for text in hand.listed)
    )
    assert hand.window.docks["dynamics"].windowTitle() == "Dynamics  1 alarm"
    hand.until(lambda: hand.panel.looked is not None and hand.looked.diagram.rows > 0)
    assert hand.looked.measures is None, "a run that goes on is not measured"
    rows = hand.looked.diagram.rows
    assert rows < 12

    hand.window.workbench.trigger("dynamics.hold")
    live.go_on()
    wait(hand, lambda: design.outcome is not None)
    hand.until(lambda: hand.looked.diagram.rows == 12)
    assert hand.told.startswith("It goes in circles")


def test_without_an_alarm_nothing_holds(hand: Hand, tmp_path: Path) -> None:
    mine = shown(hand, tmp_path, WORK, CIRCLE.replace("max_ticks: 12", "max_ticks: 7"))
    hand.window.workbench.trigger("dynamics.hold")

    hand.window.workbench.trigger("run.run")
    wait(hand, lambda: mine.outcome is not None)

    assert mine.outcome is not None
    assert mine.outcome.status == "ok"
    assert hand.window.docks["dynamics"].windowTitle() == "Dynamics"


def test_holding_is_set_by_key_and_shown_in_the_menu(hand: Hand, design: DocumentRun) -> None:
    action = hand.window.actions_bar.actions["dynamics.hold"]
    QApplication.processEvents()
    assert not action.isChecked()

    assert hand.window.workbench.canvas is not None
    hand.window.workbench.canvas.setFocus()
    hand.qtbot.keyClick(hand.window.workbench.canvas.view, Qt.Key.Key_F9, Qt.KeyboardModifier.AltModifier)
    hand.until(action.isChecked)
    assert design.holds_at_alarm


@pytest.mark.thorough
def test_holding_is_kept_for_the_next_session(hand: Hand, tmp_path: Path) -> None:
    workbench, live = hand.window.workbench, hand.window.workbench.part("live")
    action = hand.window.actions_bar.actions["dynamics.hold"]
    path, other = tmp_path / "circling.yaml", tmp_path / "other.yaml"
    for one in (path, other):
        one.write_text(CIRCLE)

    def opened_anew() -> Document:
        workbench.set_current(None, None)
        for one in list(workbench.documents):
            workbench.remove(one)
        hand.until(lambda: not action.isEnabled())
        live.remembered = Remembered(live.remembered.path)
        document = workbench.open(path)
        assert document is not None
        hand.until(action.isEnabled)
        return document

    def press() -> None:
        assert workbench.canvas is not None
        was = action.isChecked()
        workbench.canvas.setFocus()
        hand.qtbot.keyClick(workbench.canvas.view, Qt.Key.Key_F9, Qt.KeyboardModifier.AltModifier)
        hand.until(lambda: action.isChecked() != was)

    opened_anew()
    assert not action.isChecked()
    press()
    again = opened_anew()

    hand.until(action.isChecked)
    replies = tmp_path / "replies.jsonl"
    replies.write_text("".join(json.dumps({"reply": line}) + "\n" for line in ROUND * 12))
    live.db = tmp_path / "live.db"
    live.of(again).options["model"] = f"scripted:{replies}"
    workbench.trigger("run.run")
    wait(hand, lambda: live.state() == "paused")
    live.abort()
    wait(hand, lambda: not live.of(again).is_running)

    press()
    opened_anew()
    assert not action.isChecked(), "that it was switched off is kept, too"
    beside = workbench.open(other)
    assert beside is not None
    assert not live.of(beside).holds_at_alarm, "each file has its own"
