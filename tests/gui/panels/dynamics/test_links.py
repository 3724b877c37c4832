"""Where modules stand in subgraphs and maps, what is lit otherwise, little room, and runs that grow."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtWidgets import QApplication

from studio.gui.panels.dynamics.judgement import JudgementList
from studio.gui.replay.session import Session
from tests.gui.panels.dynamics.conftest import ROUND, Hand, played

NESTED = """
studio: 1
name: nested
nodes:
  goal: {type: flow.input, value: [roof, wall]}
  team: {type: flow.map, graph: pair}
  judge: {type: llm.function, instructions: "Which is best? {all}", repairs: 0}
  result: {type: flow.output}
edges:
  - goal.value -> team.items
  - team.said -> judge.all
  - judge.text -> result.value
graphs:
  pair:
    nodes:
      item: {type: flow.input}
      speaker: {type: llm.function, instructions: "Say something about {item}", repairs: 0}
      said: {type: flow.output}
    edges:
      - item.value -> speaker.item
      - speaker.text -> said.value
"""


def leave(hand: Hand) -> None:
    QApplication.sendEvent(hand.views.diagram.view.viewport(), QEvent(QEvent.Type.Leave))


def test_modules_of_a_map_stand_for_its_node_outside_and_for_themselves_inside(hand: Hand, tmp_path: Path) -> None:
    session = hand.open(played(tmp_path, ROUND, ticks=3, text=NESTED))
    columns = hand.looked.cells.columns
    assert set(columns) == {"team/0/speaker", "team/1/speaker", "judge"}
    titles = {column.id: (column.name, column.group) for column in hand.looked.diagram.columns}
    assert titles["team/1/speaker"] == ("1/speaker", "team/1")
    bench = hand.window.workbench
    bench.show(session.document)
    hand.settle()
    assert bench.canvas is not None

    hand.point_at(0, columns["team/0/speaker"])
    assert bench.canvas.highlighted[0] == {"team"}
    leave(hand)
    bench.canvas.select(["team"])
    hand.settle()
    assert hand.views.diagram.view.marked == {columns["team/0/speaker"], columns["team/1/speaker"]}

    hand.click_cell(hand.looked.diagram.rows - 1, columns["team/1/speaker"])
    assert session.here.node == "team/1/speaker"
    assert bench.canvas.at == ("pair",), "the step's graph is shown"
    hand.settle()
    hand.point_at(0, columns["judge"])
    assert bench.canvas.highlighted[0] <= {"speaker"}


def test_what_was_lit_is_lit_again_why_is_a_view_where_there_is_little_room_and_keys_do_for_all(
    hand: Hand, circling: Session
) -> None:
    from studio.gui.replay.lit import Lit

    canvas = hand.window.workbench.canvas
    assert canvas is not None
    firing = next(one.id for one in circling.trace.firings(node="critic"))
    circling.light(Lit("why", frozenset([firing]), (1,)))
    assert canvas.highlighted[0] == {"critic"}

    hand.point_at(2, hand.looked.cells.columns["planner"])
    assert "planner" in canvas.highlighted[0]
    leave(hand)

    assert canvas.highlighted[0] == {"critic"}

    rows = hand.panel.findChild(JudgementList, "dynamics.rows")
    assert isinstance(rows, JudgementList)
    assert rows.isVisible()
    assert not hand.panel.head.views["why"].isVisible()

    hand.window.resize(760, 1000)
    hand.settle()
    assert not rows.isVisible()
    assert hand.views.isVisible()
    hand.click("dynamics.view.why")
    assert rows.isVisible()
    assert not hand.views.isVisible()

    hand.window.resize(1400, 1000)
    hand.settle()
    assert rows.isVisible()
    assert hand.views.isVisible()
    assert hand.views.currentWidget() is hand.views.diagram

    canvas = hand.window.workbench.canvas
    assert canvas is not None
    canvas.setFocus()
    hand.qtbot.keyClick(
        canvas.view, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    )
    hand.until(lambda: hand.views.currentWidget() is hand.views.lamps)

    rows = hand.panel.rows
    rows.setFocus()
    alarm = next(at for at, row in enumerate(rows.rows) if row.firing)
    rows.setCurrentRow(alarm)
    hand.qtbot.keyClick(rows, Qt.Key.Key_Return)
    assert circling.here.id == rows.rows[alarm].firing


@pytest.mark.thorough
def test_where_the_buttons_of_views_would_be_cut_a_menu_offers_the_same(hand: Hand, circling: Session) -> None:
    panel, head = hand.panel, hand.panel.head
    for wide in (1000, 620, 470, 380, 300, 220):
        panel.setParent(None)
        panel.resize(wide, 400)
        panel.show()
        hand.settle()
        shown = [one for one in (*head.views.values(), head.menu_button, head.wires, head.save) if one.isVisible()]
        assert [one.text() for one in shown if one.width() < one.sizeHint().width()] == []
        assert all(one.mapTo(head, one.rect().bottomRight()).x() <= head.width() for one in shown), wide
        assert head.menu_button.isVisible() != head.views["diagram"].isVisible()
    assert head.menu_button.text() == "Diagram"

    QTimer.singleShot(0, lambda: hand.qtbot.keyClick(head.menu, Qt.Key.Key_Escape))
    hand.qtbot.mouseClick(head.menu_button, Qt.MouseButton.LeftButton)
    offered = {one.text(): one for one in head.menu.actions()}
    assert list(offered) == ["Why", "Diagram", "Flow", "Modules", "Lamps", "Lab"]
    assert [text for text, one in offered.items() if one.isChecked()] == ["Diagram"]
    offered["Flow"].trigger()

    assert hand.views.currentWidget() is hand.views.flow
    assert head.menu_button.text() == "Flow"
    panel.resize(1000, 400)
    hand.settle()
    assert head.views["flow"].isChecked()
    assert not head.menu_button.isVisible()
    hand.window.docks["dynamics"].setWidget(panel)


def test_a_run_that_cannot_be_read_says_so(hand: Hand, tmp_path: Path) -> None:
    from studio.editing import Document
    from studio.graph import Graph

    bench = hand.window.workbench
    live = bench.part("live")
    live.db = played(tmp_path, ROUND, ticks=3)
    document = bench.add(Document(Graph.from_text("studio: 1\nname: x\nnodes: {a: {type: flow.input}}\n")))
    live.of(document).last_run = "01NOSUCHRUN"
    hand.panel.ask_soon()
    hand.settle()

    assert "01NOSUCHRUN" in hand.panel.note.text()
    assert not hand.panel.head.told.accessibleName()
