"""The list of recorded runs: what it shows, how it is sorted, searched and filtered, and as a tree of forks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDoubleSpinBox, QMenu, QPushButton, QWidgetAction

from studio.gui.frame.window_state import WindowState
from studio.gui.panels.runs.asked import Asked
from studio.gui.panels.runs.columns import COLUMNS
from studio.support.ago import in_full
from studio.support.errors import EnvironmentProblem
from studio.trace import Trace
from studio.trace.run_filter import RunFilter
from studio.trace.sqlite import sqlite3
from tests.gui.panels.runs.conftest import LEFT, Shelf
from tests.trace.many_runs import START_NS, Fact, put_runs, random_facts

Put = Callable[[Sequence[Fact]], None]
Open = Callable[[], Shelf]

HOUR_NS = 3_600_000_000_000
TOTALS = {"firings": 12_345, "ticks": 3, "calls": 7, "tokens_in": 900, "tokens_out": 100, "cost_usd": 0.25}

FEW = [
    Fact("01A", "writer", started_at=START_NS, totals=TOTALS, models=("openai/gpt-4o-mini",),
         inputs={"topic": "pools"}),
    Fact("01B", "writer", status="failed", ended="error", error={"message": "It broke.", "node": "n"},
         started_at=START_NS + HOUR_NS, parent="01A", fork_seq=12),
    Fact("01C", "reader", status="paused", ended="limit:calls", started_at=START_NS + 2 * HOUR_NS,
         totals={**TOTALS, "cost_usd": None}),
    Fact("01D", "reader", status=None, ended="", started_at=START_NS + 3 * HOUR_NS, parent="00GONE", fork_seq=4),
]  # fmt: skip


def header(shelf: Shelf, column: str) -> QPoint:
    """Return a point on the header of a column."""
    number = next(number for number, one in enumerate(COLUMNS) if one.id == column)
    head = shelf.panel.table.header()
    shelf.panel.table.horizontalScrollBar().setValue(head.sectionPosition(number))
    return QPoint(head.sectionViewportPosition(number) + 12, head.height() // 2)


def test_it_says_of_each_run_what_is_known_and_what_can_be_done_with_it(put: Put, shelf: Open) -> None:
    put(FEW)
    shown = shelf()

    assert shown.ids() == ["01D", "01C", "01B", "01A"], "the newest first"
    assert shown.cells("status") == ["interrupted", "paused", "failed", "ok"]
    assert shown.cells("ended") == ["its process died", "limit reached: calls", "It broke.", "nothing left to do"]
    assert shown.cells("firings")[3] == "12.3k"
    assert shown.cells("tokens")[3] == "1,000"
    assert shown.cells("cost") == ["$0", "$?", "$0", "$0.25"]
    assert shown.cells("models")[3] == "openai/gpt-4o-mini"
    assert shown.cells("inputs")[3] == "pools"
    assert shown.cells("class") == ["–"] * 4, "no class of dynamics is recorded"
    assert shown.cells("lineage") == ["from 00GONE at step 4 (not in this file)", "", "from 01A at step 12", ""]
    assert shown.panel.bar.count.text() == "4 runs"
    tips = shown.panel.model.data(shown.indexes()[3].siblingAtColumn(2), Qt.ItemDataRole.ToolTipRole)
    assert tips == in_full(START_NS / 1e9)

    shown.click("01B")
    offered = {action.text() for action in shown.panel.context_menu().actions() if action.isEnabled()}
    assert {"Open in Replay", "Open at First Error", "Copy Id", "Go On with This Run"} <= offered
    assert not {"Watch", "Let Go On"} & offered, "it does not go on"
    shown.click("01A")
    offered = {action.text() for action in shown.panel.context_menu().actions() if action.isEnabled()}
    assert "Open at First Error" not in offered
    assert "Go On with This Run" not in offered, "it came to its end"

    shown.click("01A")
    shown.click("01C", Qt.KeyboardModifier.ControlModifier)
    shown.workbench.trigger("runs.copy_id")
    assert QGuiApplication.clipboard().text() == "01C\n01A"

    shown.click("01C")
    shown.workbench.trigger("runs.copy_command")
    assert QGuiApplication.clipboard().text() == "studio show 01C"

    shown.click("01A")
    shown.press(Qt.Key.Key_Delete)

    assert "not deleted" in shown.said[-1][0]
    assert len(shown.ids()) == 4


def test_nothing_yet_says_what_to_do_and_the_first_run_comes_by_itself(put: Put, shelf: Open) -> None:
    shown = shelf()

    assert "No runs yet" in shown.panel.empty.text()
    assert shown.panel.stack.currentWidget() is shown.panel.empty

    assert shown.ids() == []

    put(FEW)

    shown.wait(lambda: len(shown.panel.listing.now.keys) == 4)


def test_headers_sort_and_columns_are_chosen_and_remembered(put: Put, shelf: Open, qtbot: Any) -> None:
    put(FEW)
    shown = shelf()
    head = shown.panel.table.header()

    qtbot.mouseClick(head.viewport(), LEFT, pos=header(shown, "graph"))
    assert [shown.cells("graph")[0], shown.cells("graph")[-1]] in (["reader", "writer"], ["writer", "reader"])
    first = shown.cells("graph")[0]
    qtbot.mouseClick(head.viewport(), LEFT, pos=header(shown, "graph"))
    assert shown.cells("graph")[0] != first

    menu = shown.panel.table.columns_menu()
    tokens = next(action for action in menu.actions() if action.text() == "Tokens")
    tokens.trigger()
    head.resizeSection(0, 333)
    shown.panel.table.remember()

    again = shelf()
    number = next(number for number, one in enumerate(COLUMNS) if one.id == "tokens")
    assert again.panel.table.isColumnHidden(number)
    assert again.panel.table.columnWidth(0) == 333
    assert again.panel.table.order().by == "graph"
    reset = next(action for action in again.panel.table.columns_menu().actions() if action.text() == "Reset Columns")
    reset.trigger()
    assert not again.panel.table.isColumnHidden(number)
    assert WindowState().data("runs.columns")


def test_searching_counts_and_clears_and_letters_typed_in_the_list_are_looked_for(
    put: Put, shelf: Open, qtbot: Any
) -> None:
    put(FEW)
    shown = shelf()

    shown.type("BROKE writer")
    assert shown.ids() == ["01B"]
    assert shown.panel.bar.count.text() == "1 of 4"
    shown.type("nowhere")
    assert shown.panel.empty.text() == "No run fits the filters."
    assert shown.panel.stack.currentWidget() is shown.panel.empty
    shown.type("")
    assert len(shown.ids()) == 4

    shown.click("01A")
    words = shown.panel.bar.words

    qtbot.keyClicks(shown.panel.table, "r")
    qtbot.keyClicks(words, "ead")
    assert words.hasFocus()
    qtbot.keyClicks(words, "er")
    assert shown.ids() == ["01D", "01C"]
    qtbot.keyClick(words, Qt.Key.Key_Down)
    assert shown.panel.table.hasFocus()
    shown.panel.bar.words.setFocus()
    qtbot.keyClick(words, Qt.Key.Key_Escape)
    assert len(shown.ids()) == 4
    qtbot.keyClick(words, Qt.Key.Key_Escape)
    assert shown.panel.table.hasFocus()


def test_switches_menu_and_chips_are_one_filter_and_days_and_amounts_are_typed_in_the_menu(
    put: Put, shelf: Open
) -> None:
    put(FEW)
    shown = shelf()
    shown.settle()

    shown.push("runs.failed")
    assert shown.ids() == ["01D", "01B"]
    assert shown.button("runs.chip.0").accessibleName() == "Remove the filter Status: failed or interrupted"
    menu = shown.panel.bar.menu
    shown.panel.bar._fill_menu()
    costs = next(action.menu() for action in menu.actions() if action.text() == "Cost")
    assert isinstance(costs, QMenu)
    next(action for action in costs.actions() if action.text() == "Over $0.1").trigger()
    assert shown.ids() == []
    shown.push("runs.chip.0")
    assert shown.ids() == ["01A"]
    assert not shown.panel.bar.failed.isChecked()
    shown.push("runs.clear")
    assert len(shown.ids()) == 4
    assert shown.button("runs.chips").isHidden()

    last = classes(shown).actions()[-1]

    assert last.text() == "No run has a class of dynamics yet"
    assert not last.isEnabled()

    bar = shown.panel.bar
    bar._fill_menu()
    costs = next(action.menu() for action in bar.menu.actions() if action.text() == "Cost")
    assert isinstance(costs, QMenu)
    row = next(action for action in costs.actions() if isinstance(action, QWidgetAction)).defaultWidget()
    field = row.findChild(QDoubleSpinBox, "runs.cost")
    assert field is not None
    field.setValue(0.2)
    button = row.findChild(QPushButton, "runs.cost_over.apply")
    assert button is not None
    button.click()
    assert shown.ids() == ["01A"]

    bar.ask(Asked(first="2026-01-01", last="2026-01-02"))
    assert shown.ids() == []
    chip = shown.button("runs.chip.0")
    assert "from 2026-01-01 to 2026-01-02" in chip.accessibleName()


def test_a_class_of_dynamics_is_chosen_in_the_menu(put: Put, shelf: Open) -> None:
    one, other, *rest = FEW
    put([replace(one, totals={**TOTALS, "class": "settles"}), replace(other, totals={"class": "a & b"}), *rest])
    shown = shelf()
    shown.settle()
    menu = classes(shown)
    assert [action.text() for action in menu.actions()] == ["Any class", "a && b", "settles"]

    pick(shown, menu, "settles")
    assert shown.ids() == ["01A"]
    assert shown.cells("class") == ["settles"]
    assert shown.button("runs.chip.0").accessibleName() == "Remove the filter Class: settles"
    pick(shown, classes(shown), "a && b")
    assert shown.ids() == ["01B"]
    pick(shown, classes(shown), "Any class")
    assert len(shown.ids()) == 4


def test_runs_of_batches_are_left_out_when_that_is_chosen(put: Put, shelf: Open, trace_file: Path) -> None:
    put(FEW)
    with_batch(trace_file, ["01A", "01C"])
    shown = shelf()
    shown.settle()
    assert len(shown.ids()) == 4

    shown.panel.bar.menu.aboutToShow.emit()
    pick(shown, shown.panel.bar.menu, "Leave Out Runs of Batches")
    assert shown.ids() == ["01D", "01B"]
    assert shown.button("runs.chip.0").accessibleName() == "Remove the filter No runs of batches"
    shown.qtbot.mouseClick(shown.button("runs.chip.0"), LEFT)
    shown.settle()
    assert len(shown.ids()) == 4


def with_batch(db: Path, runs: Sequence[str]) -> None:
    """Add a batch to the trace, which names these runs as its own."""
    with closing(sqlite3.connect(db)) as opened, opened:
        opened.execute("INSERT INTO _batch (id, batch, planned) VALUES (1, '01BATCH', ?)", (len(runs),))
        for run in runs:
            opened.execute("INSERT INTO _batch_try (batch, key, attempt, run) VALUES (1, ?, 1, ?)", (run, run))


def classes(shown: Shelf) -> QMenu:
    """The menu of classes, as it is when the menu of filters opens."""
    shown.panel.bar.menu.aboutToShow.emit()
    found = next(action.menu() for action in shown.panel.bar.menu.actions() if action.text() == "Class")
    assert isinstance(found, QMenu)
    return found


def pick(shown: Shelf, menu: QMenu, text: str) -> None:
    """Choose from a menu with the mouse."""
    menu.popup(shown.window.mapToGlobal(QPoint(200, 200)))
    place = menu.actionGeometry(next(action for action in menu.actions() if action.text() == text))
    shown.qtbot.mouseClick(menu, LEFT, pos=place.center())
    shown.settle()


def test_asked_days_become_moments() -> None:
    now = START_NS / 1e9
    day = 86_400.0

    today = Asked(days=1).filter("", now).since
    assert today is not None
    assert now - day < today <= now
    between = Asked(first="2026-05-01", last="2026-05-02").filter("", now)
    assert between.since is not None
    assert between.until is not None
    assert between.until - between.since == 2 * day
    assert Asked(first="no day").filter("", now).since is None
    assert Asked(last="9999-12-31").filter("", now).until is None, "nothing begins after it"
    assert Asked(this_graph=True).filter("writer", now) == RunFilter(graph="writer")


@pytest.mark.thorough
def test_this_graph_follows_the_graph_that_is_shown(put: Put, shelf: Open, tmp_path: Path) -> None:
    put(FEW)
    shown = shelf()
    for name in ("writer", "reader"):
        (tmp_path / f"{name}.yaml").write_text(f"studio: 1\nname: {name}\nnodes:\n  a: {{type: flow.input}}\n")
    shown.workbench.open(tmp_path / "writer.yaml")

    shown.panel.bar.this_graph.click()
    assert shown.ids() == ["01B", "01A"]
    shown.workbench.open(tmp_path / "reader.yaml")
    assert shown.ids() == ["01D", "01C"]


def test_the_tree_has_forks_below_what_they_go_on_from(put: Put, shelf: Open) -> None:
    facts = random_facts(80, 11)
    put(facts)
    shown = shelf()
    shown.push("runs.tree")
    shown.settle()
    rows, model = shown.panel.listing.rows, shown.panel.model

    by_id = {one.id: one for one in facts}
    ids = shown.ids()
    assert sorted(ids) == sorted(by_id)
    deepest = 0
    for index in shown.indexes():
        above, row = index.parent(), rows[model.key_at(index)]
        expected = by_id[row.id].parent
        assert (rows[model.key_at(above)].id if above.isValid() else None) == expected
        depth, at = 0, index
        while at.parent().isValid():
            depth, at = depth + 1, at.parent()
            assert shown.panel.table.isExpanded(at)
        deepest = max(deepest, depth)
    assert deepest > 2


@pytest.mark.thorough
def test_in_the_tree_a_filter_keeps_the_line_above_a_fork_and_what_is_folded_stays_so_when_the_file_grows(
    put: Put, shelf: Open, trace_file: Path
) -> None:
    put(FEW)
    shown = shelf()
    shown.push("runs.tree")
    shown.type("broke")

    assert shown.ids() == ["01A", "01B"]
    assert shown.panel.bar.count.text() == "1 of 4", "what stands above is not counted"
    grey = shown.panel.model.data(shown.indexes()[0], Qt.ItemDataRole.ForegroundRole)
    assert grey is not None
    assert shown.panel.model.data(shown.indexes()[1], Qt.ItemDataRole.ForegroundRole) is None

    shown.type("")
    shown.click("01B")
    assert [source.run for source in shown.panel.selected()] == ["01B"]
    shown.click("01A")
    shown.panel.table.setExpanded(shown.panel.table.currentIndex(), False)

    from studio.trace.sqlite import sqlite3

    connection = sqlite3.connect(str(trace_file), isolation_level=None)
    connection.execute("INSERT INTO _run (id, run, process, started_at, graph_name) VALUES (99, '01Z', 9, 1, 'late')")
    connection.close()

    shown.wait(lambda: shown.panel.listing.now.total == 5)
    assert [source.run for source in shown.panel.selected()] == ["01A"]
    parent = next(index for index in shown.indexes() if shown.panel.model.hasChildren(index))
    assert not shown.panel.table.isExpanded(parent)


def test_the_list_asks_only_for_what_is_in_view(put: Put, shelf: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    put([Fact(f"01R{number:06}", started_at=START_NS + number) for number in range(12_000)])
    shown = shelf()
    shown.wait(lambda: len(shown.panel.listing.now.keys) == 12_000)
    shown.wait(lambda: shown.cell(shown.indexes(most=1)[0], "id") == "01R011999")
    assert len(shown.panel.listing.rows) < 1000

    bar, model = shown.panel.table.verticalScrollBar(), shown.panel.model
    told = model.rowCount()
    assert told < 6000, "the view is not told of more than it can look at"
    for _ in range(3):
        bar.setValue(bar.maximum())
        shown.panel.table.viewport().repaint()
    assert told < model.rowCount() < 12_000
    last = model.index(model.rowCount() - 1, 0, QModelIndex())
    shown.wait(lambda: shown.cell(last, "id") == f"01R{12_000 - model.rowCount():06}")
    assert len(shown.panel.listing.rows) < 2500
    oldest = shown.panel.listing.now.keys[-1]
    shown.panel.table.select([oldest])
    assert shown.panel.table.selected() == [oldest]
    assert model.rowCount() == 12_000


def test_another_file_is_shown_marked_and_left_again_and_one_that_cannot_be_read_is_told(
    put: Put, shelf: Open, tmp_path: Path, blank_trace: bytes
) -> None:
    put(FEW)
    other = tmp_path / "other.db"
    other.write_bytes(blank_trace)
    put_runs(other, [Fact("09X", "theirs")])
    shown = shelf()

    shown.panel.show_file(other, foreign=True)
    shown.wait(lambda: shown.panel.listing.now.total == 1)
    assert shown.ids() == ["09X"]
    assert shown.panel.source_bar.button.text() == "other.db (read-only)"
    shown.click("09X")
    assert shown.panel.selected()[0].foreign
    assert not shown.panel.is_own
    shown.push("runs.source_back")
    shown.wait(lambda: shown.panel.listing.now.total == 4)
    assert shown.panel.is_own

    broken = tmp_path / "broken.db"
    broken.write_bytes(b"SQLite format 3\0" + b"\0\xff" * 3000)

    shown.panel.show_file(broken, foreign=True)

    shown.wait(lambda: "damaged" in shown.panel.empty.text() or "no SQLite" in shown.panel.empty.text())


def test_hostile_names_are_plain_text(put: Put, shelf: Open) -> None:
    put([Fact("01A", "<b>bold</b>\x1b[31m\nline", error={"message": "<img src=x>"}, status="failed", ended="error",
              inputs={"text": "‮reversed" + "y" * 100_000})])  # fmt: skip
    shown = shelf()

    assert shown.cells("graph") == ["<b>bold</b> line"]
    tip = shown.panel.model.data(shown.indexes()[0], Qt.ItemDataRole.ToolTipRole)
    assert "&lt;b&gt;" in tip
    assert len(shown.cells("inputs")[0]) < 400


def test_every_filter_shows_what_the_trace_says(put: Put, shelf: Open, trace_file: Path) -> None:
    facts = random_facts(120, 3)
    put(facts)
    shown = shelf()
    with Trace(trace_file) as trace:
        runs = list(trace.runs())
    for status in ("ok", "failed", "paused", "aborted", "interrupted"):
        shown.panel.bar.ask(Asked(statuses=frozenset({status})))
        assert set(shown.ids()) == {run.id for run in runs if run.status == status}
    shown.panel.bar.ask(Asked(model="openai/gpt-4o-mini", cost_over=0.1))
    wanted = {one.id for one in facts if "openai/gpt-4o-mini" in one.models}
    dear = {run.id for run in runs if (run.totals.get("cost_usd") or 0) > 0.1}
    assert set(shown.ids()) == wanted & dear


def test_a_file_that_cannot_be_read_any_more_is_told_once_beside_the_list_as_it_was(put: Put, shelf: Open) -> None:
    put([Fact("01A"), Fact("01B")])
    shown = shelf()
    shown.settle()
    problem = EnvironmentProblem("The disk is gone.")

    for _ in range(2):
        shown.panel.listing.failed.emit(problem)

    assert [text for text, kind in shown.said if kind == "error"] == ["The disk is gone."]
    assert len(shown.ids()) == 2
