"""Queries are taken, written, run, stopped, kept; nothing can be written by one, and answers lead to steps."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from studio.gui.panels.prompts.sql_editor import SqlEditor
from studio.gui.panels.prompts.sql_page import SqlPage
from studio.gui.panels.prompts.sql_results import Target, sort_key, target_of
from studio.settings.folders import data_folder
from studio.settings.saved_queries import SavedQueries, SavedQuery
from studio.settings.settings import Settings
from studio.trace import Trace
from studio.trace.known_queries import KNOWN
from studio.trace.tables import TABLES
from tests.gui.panels.prompts.conftest import Hand
from tests.trace.prompts import Asked

Key, Mod = Qt.Key, Qt.KeyboardModifier
ENDLESS = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"


@pytest.fixture
def page(made: list[Asked], hand: Hand) -> SqlPage:
    hand.settle()
    hand.window.workbench.trigger("prompts.sql")
    hand.settle()
    assert QApplication.focusWidget() is hand.panel.sql.editor
    return hand.panel.sql


def ask(hand: Hand, query: str) -> None:
    hand.panel.sql.editor.setPlainText(query)
    hand.panel.sql.editor.setFocus()
    hand.qtbot.keyClick(hand.panel.sql.editor, Key.Key_Return, Mod.ControlModifier)
    hand.settle()


def cells(page: SqlPage) -> list[list[str]]:
    model = page.results.model()
    return [
        [str(model.index(row, column).data()) for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def test_a_query_is_run_its_answer_sorted_and_copied_and_a_row_that_names_a_firing_leads_to_its_step(
    made: list[Asked], hand: Hand, page: SqlPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(hand, "SELECT run, count(*) AS n FROM prompt GROUP BY run ORDER BY run")

    assert cells(page) == [[f"01RUN{number}", "60"] for number in range(3)]
    assert page.state.accessibleName().startswith("3 rows")
    page.results.horizontalHeader().setSortIndicator(0, Qt.SortOrder.DescendingOrder)
    assert [row[0] for row in cells(page)] == ["01RUN2", "01RUN1", "01RUN0"]

    page.results.setFocus()
    hand.qtbot.keyClick(page.results, Key.Key_C, Mod.ControlModifier)
    assert QGuiApplication.clipboard().text() == "run\tn\n01RUN0\t60\n", "what was selected went with its row"
    page.results.copy("JSON")
    assert json.loads(QGuiApplication.clipboard().text())[0] == {"run": "01RUN2", "n": 60}

    opened: list[Target] = []
    monkeypatch.setattr(hand.panel, "open_target", opened.append)
    ask(hand, "SELECT node, run, firing, seq FROM prompt WHERE run = '01RUN1' AND firing = 7")
    page.results.setFocus()
    hand.qtbot.keyClick(page.results, Key.Key_Return)
    assert opened == [Target("01RUN1", 7)]

    ask(hand, "SELECT node FROM prompt LIMIT 1")
    page.results.setFocus()
    hand.qtbot.keyClick(page.results, Key.Key_Return)
    assert len(opened) == 1
    assert "names no run" in hand.said[-1]


def test_queries_that_write_are_wrong_take_long_or_answer_much_are_told_stopped_and_read_on(
    made: list[Asked], hand: Hand, page: SqlPage
) -> None:
    for query in ("DELETE FROM control", "DROP VIEW run", "VACUUM", "PRAGMA user_version = 1"):
        ask(hand, query)

        assert "Only SELECT is possible" in page.note.text(), query
        assert page.note.property("role") == "bad", query
        ask(hand, "SELECT count(*) FROM prompt")
        assert cells(page) == [[str(len(made))]], query
        assert page.note.text() == "", query

    ask(hand, "SELECT <b>nothing</b> FROM nowhere")
    assert "The query is wrong" in page.note.text()
    assert page.note.textFormat() == Qt.TextFormat.PlainText

    page.editor.setPlainText(ENDLESS)
    hand.qtbot.keyClick(page.editor, Key.Key_Return, Mod.ControlModifier)
    assert page.is_running
    assert page.go.text() == "Stop"

    hand.qtbot.keyClick(page.editor, Key.Key_Escape)

    assert not page.is_running
    assert page.go.text() == "Run"
    ask(hand, "SELECT 7 AS n")
    assert cells(page) == [["7"]]

    ask(hand, "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n LIMIT 2500")
    assert page.results.model().rowCount() == 1000
    assert page.state.accessibleName().startswith("the first 1,000 rows")
    assert page.more.isVisible()

    hand.qtbot.mouseClick(page.more, Qt.MouseButton.LeftButton)
    hand.settle()

    assert page.results.model().rowCount() == 2500
    assert not page.more.isVisible()


def test_where_rows_lead() -> None:
    columns = ("run", "firing", "seq")
    assert target_of(columns, ("01A", 3, 5)) == Target("01A", 3)
    assert target_of(columns, ("01A", None, 5)) == Target("01A", 0, 5)
    assert target_of(columns, ("01A", "x", "y")) == Target("01A")
    assert target_of(columns, (None, 3, 5)) is None
    assert target_of(("id",), ("01A",)) is None


def test_cells_sort_as_sqlite_sorts_them(made: list[Asked]) -> None:
    odd = ["b", 2, None, b"x", 1.5, "a", b""]
    with Trace(Settings.load().db_path()) as trace:
        values = ", ".join(f"({v!r})" if not isinstance(v, bytes) else f"(x'{v.hex()}')" for v in odd if v is not None)
        rows = trace.sql(f"SELECT column1 FROM (VALUES {values}, (NULL)) ORDER BY 1").rows
    assert sorted(odd, key=sort_key) == [row[0] for row in rows]


# -- saved queries ------------------------------------------------------------------------------------


def test_known_queries_and_views_are_offered_beside_it_and_a_narrow_bar_cuts_no_word(hand: Hand, page: SqlPage) -> None:
    for query in KNOWN:
        assert page.show_query(query.name)
        assert page.editor.text() == query.sql
        assert page.note.text() == query.help
        page.run()
        hand.settle()
        assert page.note.property("role") != "bad", page.note.text()
        assert page.results.model().columnCount() > 0

    with Trace(Settings.load().db_path()) as trace:
        schema = trace.schema()
    assert {table.name: list(table.columns) for table in TABLES} == schema

    page.editor.setPlainText("SELECT * FROM ")
    page.editor.moveCursor(page.editor.textCursor().MoveOperation.End)
    page.show_tables.setChecked(True)
    first = page.tables.topLevelItem(0)
    assert first is not None
    page.tables.setCurrentItem(first)
    page.tables.setFocus()
    hand.qtbot.keyClick(page.tables, Key.Key_Return)
    assert page.editor.text() == "SELECT * FROM run"

    page.bar.setParent(None)
    page.bar.show()
    for width, left_out in ((184, True), (600, False)):
        page.bar.resize(width, 30)
        QApplication.processEvents()
        assert page.export.isHidden() == left_out
        assert page.show_tables.isHidden() == left_out
        assert not page.state.isHidden()
        for button in (page.go, page.save_button):
            assert button.width() >= button.sizeHint().width()
    page.bar.setParent(page)


def save_as(hand: Hand, page: SqlPage, name: str, help: str = "") -> None:
    hand.qtbot.mouseClick(page.save_button, Qt.MouseButton.LeftButton)
    page.saving.name.clear()
    hand.qtbot.keyClicks(page.saving.name, name)
    page.saving.help.clear()
    hand.qtbot.keyClicks(page.saving.help, help)
    hand.qtbot.keyClick(page.saving.help, Key.Key_Return)


def test_a_query_is_kept_replaced_renamed_deleted_and_brought_back_here_and_by_another_window(
    hand: Hand, page: SqlPage
) -> None:
    kept = SavedQueries()
    page.editor.setPlainText("SELECT 1 AS one")
    save_as(hand, page, "my query", "Says one.")
    assert kept.all() == [SavedQuery("my query", "SELECT 1 AS one", "Says one.")]
    assert page.saving.isHidden()
    assert page.library.is_own()

    page.editor.setPlainText("SELECT 2")
    page.library.select("Alarms")
    save_as(hand, page, "my query", "Says two.")
    assert kept.all()[0].sql == "SELECT 1 AS one", "another of the same name is not written over unasked"
    assert "already" in page.saving.told.accessibleName()
    hand.qtbot.mouseClick(page.saving.do, Qt.MouseButton.LeftButton)
    assert kept.all() == [SavedQuery("my query", "SELECT 2", "Says two.")]

    page.library.setFocus()
    hand.qtbot.keyClick(page.library, Key.Key_F2)
    page.saving.name.selectAll()
    hand.qtbot.keyClicks(page.saving.name, "better name")
    hand.qtbot.keyClick(page.saving.name, Key.Key_Return)
    assert [one.name for one in kept.all()] == ["better name"]

    page.library.setFocus()
    hand.qtbot.keyClick(page.library, Key.Key_Delete)
    assert kept.all() == []
    assert not page.library.select("better name")
    hand.qtbot.mouseClick(page.saving.do, Qt.MouseButton.LeftButton)
    assert kept.all() == [SavedQuery("better name", "SELECT 2", "Says two.")]

    hand.qtbot.keyClick(page.library, Key.Key_F2)
    hand.qtbot.keyClick(page.saving.name, Key.Key_Escape)
    assert page.saving.isHidden()
    assert [one.name for one in kept.all()] == ["better name"]

    SavedQueries().save(SavedQuery("by another window", "SELECT 1"))
    assert not page.library.select("by another window"), "the control"
    hand.qtbot.mouseClick(hand.panel.search_mode, Qt.MouseButton.LeftButton)
    hand.qtbot.mouseClick(hand.panel.sql_mode, Qt.MouseButton.LeftButton)
    assert page.library.select("by another window")


def test_a_damaged_file_of_queries_is_told_and_left_alone(hand: Hand, page: SqlPage) -> None:
    path = data_folder() / "queries.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("[query")
    page.keeping.reload()
    assert "damaged" in page.saving.told.accessibleName()

    page.editor.setPlainText("SELECT 1")
    save_as(hand, page, "mine")
    assert "damaged" in page.saving.told.accessibleName()
    assert path.read_text() == "[query"
    assert page.saving.name.text() == "mine", "what was typed stays"

    path.unlink()
    hand.qtbot.keyClick(page.saving.name, Key.Key_Return)
    assert [one.name for one in SavedQueries().all()] == ["mine"]


@pytest.mark.thorough
def test_queries_and_answers_go_to_files_and_come_from_them(hand: Hand, page: SqlPage, tmp_path: Path) -> None:
    SavedQueries().save(SavedQuery("a", "SELECT 1"))
    page.keeping.give_out(tmp_path / "out.toml")
    SavedQueries().delete("a")
    page.keeping.take_in(tmp_path / "out.toml")
    assert [one.name for one in SavedQueries().all()] == ["a"]
    assert page.library.select("a")
    (tmp_path / "bad.toml").write_text("x = [")
    page.keeping.take_in(tmp_path / "bad.toml")
    assert "damaged" in page.saving.told.accessibleName()

    ask(hand, "SELECT 1 AS a, 'x,y' AS b")
    page.write_answer(tmp_path / "answer.csv")
    hand.qtbot.waitUntil(lambda: any("answer.csv" in said for said in hand.said))
    assert list(csv.reader(io.StringIO((tmp_path / "answer.csv").read_text()))) == [["a", "b"], ["1", "x,y"]]
    page.write_answer(tmp_path / "nowhere" / "answer.csv")
    hand.qtbot.waitUntil(lambda: "cannot be written" in page.saving.told.accessibleName())


def test_any_text_can_stand_in_the_field(qtbot: object, hand: Hand) -> None:
    editor = SqlEditor(hand.panel)
    for text in ("'unfinished", "-- note 🦀 'x'\nSELECT '🦀' FROM run", "x" * 50_000, "\u202e\x00", '"a""b"'):
        editor.setPlainText(text)
    editor.setPlainText("🦀 SELECT 1")
    layout = editor.document().firstBlock().layout()
    assert [(one.start, one.length) for one in layout.formats()] == [(3, 6), (10, 1)]
