"""The panel says how a recorded run behaves, with the words of the command line, and leads to where it says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.dynamics.measuring import measures as measures_module
from studio.graph import Graph
from studio.gui.frame.window import MainWindow
from studio.gui.panels.dynamics.panel import NO_GRAPH, NO_RUN, NOTHING
from studio.gui.replay.session import Session
from studio.replay.dynamics import verdict_of
from studio.trace import Trace
from tests.gui.panels.dynamics.conftest import ROUND, WORK, Hand, played
from tests.support.runs import made


def column_of(hand: Hand, module: str) -> int:
    return hand.looked.cells.columns[module]


def test_without_a_run_it_says_how_to_come_to_one_without_a_module_that_and_of_one_that_moves_on_no_alarm(
    lone_hand: Hand, tmp_path: Path
) -> None:
    hand = lone_hand
    assert hand.panel.note.text() == NO_GRAPH

    from studio.editing import Document

    hand.window.workbench.add(Document(Graph.from_text("studio: 1\nname: x\nnodes: {a: {type: flow.input}}\n")))
    hand.settle()

    assert hand.panel.note.text() == NO_RUN
    assert hand.panel.views is None, "what draws is made with the first run"

    quiet = "studio: 1\nname: quiet\nnodes:\n  a: {type: flow.input, value: 1}\n  o: {type: flow.output}\n"
    hand.open(made(quiet + "edges: [a.value -> o.value]\n", tmp_path / "quiet.db"))

    assert hand.panel.note.text() == NOTHING

    hand.open(played(tmp_path, WORK, ticks=7))

    assert hand.told == "Nothing can be concluded", "nothing is taken up in it, and nothing was achieved"
    assert not any("larm" in text for text in hand.listed)


def test_a_circle_is_named_as_the_command_line_names_it_and_cells_keys_and_rows_lead_to_its_steps(
    hand: Hand, circling: Session
) -> None:
    with Trace(circling.source.db) as trace:
        verdict = verdict_of(trace)
    assert verdict.kind == "circle"
    assert hand.told == f"It goes in circles (class II), confidence {verdict.confidence:.2f}, period {verdict.period}"
    assert hand.listed[0] == "Why"
    assert hand.panel.rows.rows[1].whole == verdict.evidence[0]
    assert any(text.startswith("Alarm") for text in hand.listed)
    assert any("says nothing new after tick" in text for text in hand.listed), "what the measures suggest"

    view = hand.views.diagram.view
    view.setFocus()
    for key in (Qt.Key.Key_Home, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Return):
        QTest.keyClick(view, key)

    assert (circling.here.node, circling.here.tick) == (hand.looked.diagram.columns[0].id, "2")

    axis = hand.views.diagram.axis
    critic = column_of(hand, "critic")

    hand.click_cell(5, critic)

    assert (circling.here.node, circling.here.tick) == ("critic", "5")
    assert axis.cursor == 5
    circling.seek(circling.last)
    assert axis.cursor == hand.looked.diagram.rows - 1
    circling.seek(1)
    assert axis.cursor == -1, "no module has fired at the first step"

    alarm = next(row for row in hand.panel.rows.rows if row.firing)

    hand.click_row(alarm.shown)
    assert circling.here.id == alarm.firing

    circling.seek(1)
    evidence = hand.panel.rows.rows[1]
    hand.click_row(evidence.shown)
    assert circling.here.node == evidence.module
    assert circling.here.tick == str(evidence.t)


def test_cells_and_nodes_mark_each_other_and_flow_and_measures_are_views_of_the_run(
    hand: Hand, circling: Session
) -> None:
    canvas = hand.window.workbench.canvas
    assert canvas is not None

    hand.point_at(3, column_of(hand, "planner"))
    assert canvas.highlighted[0] == {"planner", "critic"}

    view = hand.views.diagram.view.viewport()
    QTest.mouseMove(hand.panel.head, QPoint(2, 2))
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    assert canvas.highlighted[0] == frozenset()

    canvas.select(["critic"])
    hand.settle()
    assert hand.views.diagram.view.marked == {column_of(hand, "critic")}

    canvas.select(["goal"])
    hand.settle()
    assert hand.views.diagram.view.marked == frozenset()

    hand.click("dynamics.view.flow")
    assert hand.views.currentWidget() is hand.views.flow
    assert hand.views.flow.names == ["planner", "critic"]

    hand.click("dynamics.view.modules")
    table = hand.views.modules.table
    assert [table.topLevelItem(at).text(0) for at in range(2)] == ["planner", "critic"]  # type: ignore[union-attr]
    assert table.topLevelItem(0).text(1) == "12"  # type: ignore[union-attr]
    point = table.visualItemRect(table.topLevelItem(1)).center()  # type: ignore[arg-type]
    hand.qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=point)
    assert hand.window.workbench.selection == ["critic"]
    assert hand.views.modules.note.isHidden(), "all was measured"


@pytest.mark.thorough
def test_numbers_are_shown_whole_and_names_have_the_rest(lone_hand: Hand, tmp_path: Path) -> None:
    hand = lone_hand
    hand.open(played(tmp_path, ROUND, ticks=12))
    hand.click("dynamics.view.modules")
    table = hand.views.modules.table
    table.setParent(None)
    hand.qtbot.addWidget(table)
    header, item = table.header(), table.topLevelItem(0)
    assert item is not None

    for width in (360, 520, 1100):
        table.resize(width, 200)
        table.show()
        QApplication.processEvents()
        for column in range(1, table.columnCount()):
            for text in (table.headerItem().text(column), item.text(column)):
                wide = table.fontMetrics().horizontalAdvance(text) + 12
                assert header.sectionSize(column) >= wide, f"{text} at {width}"
        assert header.sectionSize(0) >= 100, width
    assert header.length() == table.viewport().width()


@pytest.mark.thorough
def test_what_was_not_measured_is_said_below_the_measures(
    hand: Hand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measures_module, "MOST_MEASURED", 9)
    monkeypatch.setattr(measures_module, "MOST_MODULES", 1)
    hand.open(played(tmp_path, ROUND, ticks=12))
    hand.click("dynamics.view.modules")

    note = hand.views.modules.note
    assert note.isVisible()
    assert note.text() == (
        "Measured on the last firings only: 15 earlier ones are left out. "
        "Not measured: 1 further module, which fired less often than those above."
    )
    hand.views.modules.show_measures(None)
    assert note.text() == "Modules are measured when the run has ended."


def test_a_run_is_found_out_about_once(hand: Hand, circling: Session, tmp_path: Path, monkeypatch: Any) -> None:
    first = hand.looked
    hand.open(played(tmp_path, WORK, ticks=7, name="other"))
    assert hand.looked is not first

    hand.window.workbench.show(circling.document)
    hand.settle()

    assert hand.looked is first


def test_nothing_is_found_out_while_the_panel_is_hidden(shell: MainWindow, tmp_path: Path, qtbot: Any) -> None:
    hand = Hand(shell, qtbot)
    shell.show_panel("problems")
    db = played(tmp_path, ROUND, ticks=8)
    shell.docks["problems"].close()
    session = hand.open(db)
    assert hand.service.of(None) is None
    assert hand.panel.looked is None

    shell.show_panel("dynamics")
    hand.settle()

    assert hand.looked.run.id == session.run.id


def test_closing_a_run_while_it_is_looked_at_leaves_nothing_behind(hand: Hand, tmp_path: Path) -> None:
    from studio.gui.replay.session import Source

    db = played(tmp_path, ROUND, ticks=12)
    session = hand.window.workbench.part("replay").open(Source(db, "last"))
    hand.panel.refresh()
    assert hand.service.is_busy()

    hand.window.workbench.remove(session.document)
    hand.settle()

    assert hand.panel.note.text() == NO_GRAPH
