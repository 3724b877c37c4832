"""What the measures of a run suggest stands among the problems of its graph, with evidence, and leads to the node."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton

from studio.editing import Document
from studio.graph import Graph
from studio.gui.frame.window import MainWindow
from studio.gui.panels.problems.panel import ProblemsPanel
from tests.gui.panels.dynamics.conftest import CIRCLE, ROUND, WORK, Hand, played


@pytest.fixture
def shell(lone_shell: MainWindow) -> MainWindow:
    """Nobody saw its panels yet."""
    return lone_shell


def problems(window: MainWindow) -> ProblemsPanel:
    panel = window.panel("problems")
    assert isinstance(panel, ProblemsPanel)
    return panel


def shown(hand: Hand) -> ProblemsPanel:
    hand.window.show_panel("problems")
    hand.settle()
    hand.until(lambda: hand.window.workbench.part("checks").is_idle)
    hand.settle()
    return problems(hand.window)


def test_a_run_that_is_stepped_through_suggests(hand: Hand, tmp_path: Path) -> None:
    hand.open(played(tmp_path, ROUND, ticks=12))
    panel = shown(hand)

    said = {one.node: one for one in panel.model.rows if one.severity == "hint"}
    assert said["planner"].message.startswith("`planner` says nothing new after tick 0")
    assert "it last said something new: «Climb the ladder" in said["planner"].hint

    row = panel.model.row_where(lambda one: one.node == "critic")
    rect = panel.table.visualRect(panel.model.index(row, 0))
    hand.qtbot.mouseClick(panel.table.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    assert panel.detail.hint.text() == said["critic"].hint
    assert "Give it something new to read" in panel.detail.help.text()
    hand.qtbot.mouseDClick(panel.table.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    assert hand.window.workbench.selection == ["critic"]


def test_the_last_run_of_a_graph_suggests_beside_what_lint_finds(hand: Hand, tmp_path: Path) -> None:
    replies = tmp_path / "replies.jsonl"
    replies.write_text("".join(json.dumps({"reply": line}) + "\n" for line in ROUND * 12))
    live = hand.window.workbench.part("live")
    live.db = tmp_path / "live.db"
    text = CIRCLE.replace("edges:", '  lost: {type: text.template, template: "{nobody}"}\nedges:')
    document = hand.window.workbench.add(Document(Graph.from_text(text, name="circling", base=tmp_path)))
    mine = live.of(document)
    mine.options["model"] = f"scripted:{replies}"
    panel = shown(hand)
    before = [one for one in panel.model.rows if one.severity != "hint"]
    assert before
    assert before == panel.model.rows

    live.run(document)
    hand.until(lambda: mine.outcome is not None)
    hand.until(lambda: any(one.severity == "hint" for one in panel.model.rows))

    assert [one for one in panel.model.rows if one.severity != "hint"] == before
    assert panel.model.rows[-1].severity == "hint", "what lint finds stands first"
    button = panel.findChild(QToolButton, "problems.hints")
    assert isinstance(button, QToolButton)
    assert button.text() == "2"
    hand.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert panel.model.rows == before


@pytest.mark.thorough
def test_work_that_moves_on_suggests_less(hand: Hand, tmp_path: Path) -> None:
    hand.open(played(tmp_path, WORK, ticks=7))
    panel = shown(hand)

    assert not any("nothing new" in one.message for one in panel.model.rows)


@pytest.mark.thorough
def test_nothing_is_found_out_while_nobody_sees_it(shell: MainWindow, tmp_path: Path, qtbot: object) -> None:
    hand = Hand(shell, qtbot)
    shell.show_panel("palette")
    shell.docks["problems"].close()
    shell.docks["dynamics"].close()
    hand.open(played(tmp_path, ROUND, ticks=8))
    assert problems(shell)._hints == ()
    assert not hand.service._known

    panel = shown(hand)

    assert len(panel._hints) == 2
