"""The problems panel with a real window: what it lists, where it leads, what it mends."""

from __future__ import annotations

import re
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu

from studio.editing import Document
from studio.editing.document.ops import PutNode
from studio.editing.edits.nodes import delete
from studio.graph.diagnostics import HELP
from studio.graph.model import Graph, NodeInstance
from studio.gui.frame.window import MainWindow
from studio.gui.panels.problems.panel import ProblemsPanel
from tests.support.graphs import CRITIC_LOOP
from tests.support.hostile_graphs import MARK, html


def rows(panel: ProblemsPanel) -> list[tuple[str, str, str]]:
    """What the table shows: code, node, graph of each row."""
    model = panel.model
    return [
        (model.index(row, 3).data(), model.index(row, 1).data(), model.index(row, 2).data())
        for row in range(model.rowCount())
    ]


def shown_at(window: MainWindow) -> list[str]:
    """The place of the graph that is shown."""
    assert window.workbench.current is not None
    return list(window.workbench.current.at)


def settle(window: MainWindow, qtbot: Any) -> None:
    qtbot.waitUntil(lambda: window.workbench.part("checks").is_idle)


def select(panel: ProblemsPanel, code: str, node: str = "") -> None:
    """Click the first row of a code (and node)."""
    row = panel.model.row_where(lambda found: found.code == code and node in ("", found.node))
    assert row >= 0
    place = panel.table.visualRect(panel.model.index(row, 0)).center()
    QTest.mouseClick(panel.table.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_problems_are_listed_errors_first_counted_spoken_and_shown_on_their_nodes(
    window: MainWindow, panel: ProblemsPanel
) -> None:
    assert rows(panel) == [
        ("param_value", "sort", ""),
        ("edge_node", "line", ""),
        ("input_unwired", "line", ""),
        ("input_unwired", "lost", "part"),
        ("input_unwired", "other", "part"),
    ]
    assert window.docks["problems"].windowTitle() == "Problems  2 errors · 3 warnings"
    assert (panel.errors.text(), panel.warnings.text()) == ("2", "3")

    spoken = panel.model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)

    assert spoken.startswith("error: ")
    assert panel.table.accessibleName() == "Problems"
    for widget in (panel.errors, panel.warnings, panel.words):
        assert widget.accessibleName()

    canvas = window.workbench.canvas
    assert canvas is not None
    cards = canvas.projection.cards

    assert cards["sort"].problem is not None
    assert cards["sort"].problem[0] == "error"
    assert "temperature" in cards["sort"].problem[1]
    assert cards["line"].problem is not None
    assert cards["line"].problem[0] == "error", "the worst of two"
    assert cards["topic"].problem is None


def test_an_edit_is_followed_and_what_is_selected_and_where_one_looks_stay(
    window: MainWindow, panel: ProblemsPanel, qtbot: Any
) -> None:
    document = window.workbench.documents[0]
    select(panel, "input_unwired", "lost")
    document.do("More", [PutNode((), "aaa", NodeInstance("aaa", "flow.output"))])
    settle(window, qtbot)

    found = panel.selected()
    assert found is not None
    assert found.node == "lost"
    assert ("input_unwired", "aaa", "") in rows(panel)
    document.do("Gone", delete(document, ("part",), ["lost"]))
    settle(window, qtbot)
    found = panel.selected()
    assert found is not None, "the next problem took its place"
    assert found.node != "lost"

    document = window.workbench.documents[0]
    many = [PutNode((), f"m{number}", NodeInstance(f"m{number}", "flow.output")) for number in range(60)]
    document.do("Many", many)
    settle(window, qtbot)
    select(panel, "param_value")
    bar = panel.table.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    before = bar.value()
    assert before > 0

    document.do("One less", delete(document, (), ["m59"]))
    settle(window, qtbot)

    assert bar.value() == before


def test_f8_enter_and_double_click_lead_from_problem_to_problem_and_to_its_place_or_wire(
    window: MainWindow, panel: ProblemsPanel
) -> None:
    seen = []
    for _ in range(6):
        window.workbench.trigger("problems.next")
        found = panel.selected()
        assert found is not None
        seen.append((found.code, found.node))
    window.workbench.trigger("problems.previous")

    assert seen[0] == seen[5] == ("param_value", "sort")
    assert len(set(seen)) == 5
    found = panel.selected()
    assert found is not None
    assert (found.code, found.node) == seen[4]

    workbench = window.workbench
    select(panel, "input_unwired", "other")
    panel.table.setFocus()  # Enter goes on to what has the focus
    QTest.keyClick(panel.table, Qt.Key.Key_Return)

    assert shown_at(window) == ["part"]
    assert workbench.selection == ["other"]
    row = panel.model.row_where(lambda found: found.code == "param_value")
    place = panel.table.visualRect(panel.model.index(row, 0)).center()
    QTest.mouseClick(panel.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    QTest.mouseDClick(panel.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert shown_at(window) == []
    assert workbench.selection == ["sort"]

    select(panel, "edge_node")
    panel.go()

    assert window.workbench.canvas is not None
    assert [str(edge) for edge in window.workbench.canvas.selected_edges()] == ["gone.value -> line.a"]


def test_a_header_sorts_both_ways_and_then_not_and_filters_leave_out_and_say_so(
    window: MainWindow, panel: ProblemsPanel, qtbot: Any
) -> None:
    header = panel.table.horizontalHeader()
    header.setSortIndicator(1, Qt.SortOrder.AscendingOrder)
    assert [node for _, node, _ in rows(panel)] == ["line", "line", "lost", "other", "sort"]
    header.setSortIndicator(1, Qt.SortOrder.DescendingOrder)
    assert [node for _, node, _ in rows(panel)] == ["sort", "other", "lost", "line", "line"]
    header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
    assert rows(panel)[0] == ("param_value", "sort", "")

    panel.errors.click()
    assert {code for code, _, _ in rows(panel)} == {"input_unwired"}
    panel.this_graph.click()
    assert rows(panel) == [("input_unwired", "line", "")]
    qtbot.keyClicks(panel.words, "nothing like this")
    assert rows(panel) == []
    assert panel.stack.currentWidget() is panel.empty
    assert panel.empty.text() == "No problem fits the filter."
    panel.words.clear()
    window.workbench.show(window.workbench.documents[0], ("part",))
    assert {graph for _, _, graph in rows(panel)} == {"part"}, "this graph is the one that is shown"


def test_what_a_code_means_is_told_beside_the_list_in_view_and_a_problem_can_be_copied(panel: ProblemsPanel) -> None:
    select(panel, "edge_node")

    assert panel.detail.help.text() == HELP["edge_node"]
    assert "no node `gone`" in panel.detail.message.text()
    assert "Known here" in panel.detail.hint.text()

    select(panel, "edge_node")
    panel._copy()

    assert QGuiApplication.clipboard().text().endswith("[edge_node]")

    panel.split.setSizes([900, 220])
    for code in ("input_unwired", "edge_node"):
        select(panel, code)
        QApplication.processEvents()
        room = panel.detail.viewport().width()
        body = panel.detail.widget()
        assert body is not None
        assert body.width() <= room
        assert all(button.geometry().right() <= room for button in panel.detail.buttons)
        assert all(button.text() in button.toolTip() for button in panel.detail.buttons)


def test_the_bulb_mends_one_or_all_of_a_kind_and_undo_takes_it_back(
    window: MainWindow, panel: ProblemsPanel, qtbot: Any
) -> None:
    document = window.workbench.documents[0]
    select(panel, "edge_node")
    button = panel.detail.buttons[0]
    assert button.text() == "Delete the wire"

    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    settle(window, qtbot)

    assert "edge_node" not in [code for code, _, _ in rows(panel)]
    assert document.history.undo_label == "Delete the wire"
    document.undo()
    settle(window, qtbot)
    assert "edge_node" in [code for code, _, _ in rows(panel)]

    document = window.workbench.documents[0]
    before = document.graph.to_text()
    select(panel, "input_unwired", "line")
    button = next(one for one in panel.detail.buttons if one.text() == "Fix all 3 of this kind")

    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    settle(window, qtbot)

    assert {node for code, node, _ in rows(panel) if code == "input_unwired"} == {"inner"}, "which has inputs now"
    document.undo()
    assert document.graph.to_text() == before


@pytest.mark.thorough
def test_control_period_offers_fixes_of_the_row_and_of_a_node(
    window: MainWindow, panel: ProblemsPanel, qtbot: Any
) -> None:
    select(panel, "edge_node")
    panel.table.setFocus()
    window.activateWindow()
    qtbot.waitUntil(lambda: window.isActiveWindow() and window.actions_bar.actions["problems.fix"].isEnabled())
    QTest.keyClick(panel.table, Qt.Key.Key_Period, Qt.KeyboardModifier.ControlModifier)
    menu = _menu(window)
    assert [action.text() for action in menu.actions()][:1] == ["Delete the wire"]
    menu.close()

    canvas = window.workbench.canvas
    assert canvas is not None
    canvas.setFocus()
    canvas.select(["sort"])
    QTest.keyClick(canvas.view, Qt.Key.Key_Period, Qt.KeyboardModifier.ControlModifier)
    menu = _menu(window)
    assert menu.activeAction() is menu.actions()[0]
    assert menu.actions()[0].text() == "Write `temperature: 2`"
    QTest.keyClick(menu, Qt.Key.Key_Return)
    assert window.workbench.documents[0].node((), "sort").params["temperature"] == 2


@pytest.mark.thorough
def test_a_problem_of_a_param_and_a_fix_that_only_leads_there_open_its_field(
    window: MainWindow, panel: ProblemsPanel, qtbot: Any
) -> None:
    select(panel, "param_value")
    button = next(one for one in panel.detail.buttons if one.text() == "Change `temperature`")
    revision = window.workbench.documents[0].revision

    button.click()

    assert window.workbench.selection == ["sort"]
    assert window.workbench.documents[0].revision == revision

    select(panel, "param_value")
    assert QApplication.focusWidget() is panel.table
    panel.go()

    def focused() -> bool:
        widget = QApplication.focusWidget()
        return widget is not None and "temperature" in widget.objectName()

    window.activateWindow()
    qtbot.waitUntil(focused)


def test_a_sound_graph_says_what_is_sound_live_and_steady_and_its_worst_case(
    window: MainWindow, panel: ProblemsPanel, qtbot: Any
) -> None:
    window.workbench.add(Document(Graph.from_text(CRITIC_LOOP)))
    settle(window, qtbot)
    canvas = window.workbench.canvas
    assert canvas is not None
    cards = canvas.projection.cards

    assert {name: card.card.badge for name, card in cards.items()}["topic"] == "steady"
    assert cards["writer"].card.badge == "live"
    assert re.match(r"At most [\d,]+ model calls", panel.bound.text())
    if not rows(panel):
        assert panel.empty.text().startswith("No problems")
    window.workbench.show(window.workbench.documents[0])
    assert panel.bound.text() == "", "a graph with errors has no bound"
    for document in list(window.workbench.documents):
        window.workbench.remove(document)
    assert panel.empty.text() == "No graph is open."
    assert window.docks["problems"].windowTitle() == "Problems"


def test_markup_is_shown_as_it_is_written(window: MainWindow, panel: ProblemsPanel, qtbot: Any) -> None:
    window.workbench.add(Document(Graph.from_text(html())))
    settle(window, qtbot)

    assert any(MARK in str(panel.model.index(row, 0).data()) for row in range(panel.model.rowCount()))
    for row in range(panel.model.rowCount()):
        tip = panel.model.index(row, 0).data(Qt.ItemDataRole.ToolTipRole)
        assert MARK not in tip
        panel.select(row)
        for label in panel.findChildren(QLabel):
            assert label.textFormat() == Qt.TextFormat.PlainText, label.objectName()


def _menu(window: MainWindow) -> QMenu:
    found = [menu for menu in window.findChildren(QMenu, "problems.menu") if menu.isVisible()]
    if len(found) != 1:
        pytest.fail(f"{len(found)} menus are open")
    return found[0]
