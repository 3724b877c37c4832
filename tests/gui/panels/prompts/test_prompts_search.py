"""Words and filters list the prompts that hold them; all is reached with the keyboard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu

from studio.gui.base.seen import is_seen
from studio.gui.frame.window import MainWindow
from studio.gui.panels.prompts.columns import COLUMNS, PLACES
from studio.gui.panels.prompts.kept import wanted_of
from studio.settings.settings import Settings
from studio.support.plain import plain_line
from studio.trace import open_run
from studio.trace.prompt_list import PAGE, Wanted
from tests.gui.panels.prompts.conftest import Hand
from tests.trace.declaring import declare
from tests.trace.prompts import Asked, holds, put_prompt
from tests.trace.runs import start_of

Key = Qt.Key
DISPLAY, TIP = Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole


def those(made: list[Asked], *words: str) -> list[tuple[str, int]]:
    return [(one.run, one.firing) for one in made if all(any(holds(t, w) for t in one.texts()) for w in words)]


def test_the_latest_prompts_are_listed_typing_narrows_them_keys_lead_on_and_the_list_grows_to_its_end(
    made: list[Asked], hand: Hand
) -> None:
    hand.settle()
    assert hand.listed == [(one.run, one.firing) for one in made][:PAGE]
    assert hand.count == f"{len(made)} prompts"
    assert QApplication.focusWidget() is hand.panel.page.words, "the panel's keys lead to the words"

    hand.type("crab tide")

    wanted = those(made, "crab", "tide")
    assert 0 < len(wanted) < len(made)
    assert hand.listed == wanted[:PAGE]
    row = hand.panel.page.model.rows[0]
    assert {text.lower() for text, found in row.excerpt if found} <= {"crab", "tide"}
    assert any(found for _, found in row.excerpt)
    hand.qtbot.keyClick(hand.panel.page.words, Key.Key_Escape)
    hand.settle()
    assert hand.count == f"{len(made)} prompts"

    page = hand.panel.page
    hand.qtbot.keyClick(page.words, Key.Key_Down)
    assert QApplication.focusWidget() is page.table
    hand.qtbot.keyClick(page.table, Key.Key_Down)
    assert page.table.currentIndex().row() == 1
    hand.qtbot.keyClick(page.table, Key.Key_Up)
    hand.qtbot.keyClick(page.table, Key.Key_Up)
    assert QApplication.focusWidget() is page.words

    table = hand.panel.page.table
    assert len(hand.listed) == PAGE < len(made)

    table.setFocus()
    hand.qtbot.keyClick(table, Key.Key_End)
    hand.qtbot.waitUntil(lambda: len(hand.listed) == len(made))

    assert hand.listed == [(one.run, one.firing) for one in made]
    assert not hand.panel.page.model.canFetchMore(QModelIndex())

    table = hand.panel.page.table
    table.horizontalHeader().customContextMenuRequested.emit(QPoint(5, 5))
    (menu,) = [one for one in table.findChildren(QMenu) if one.objectName() == "prompts.columns"]
    entry = next(one for one in menu.actions() if one.text() == "Model")
    assert entry.isChecked()
    entry.trigger()
    assert table.isColumnHidden(PLACES["model"])
    menu.close()


def test_nothing_is_asked_before_the_panel_is_seen_and_a_list_that_was_out_of_sight_goes_on_where_it_was(
    made: list[Asked], shell: MainWindow, qtbot: Any
) -> None:
    hand = Hand(shell, qtbot)
    QApplication.processEvents()
    assert not is_seen(hand.panel)
    assert hand.panel._asker.file is None

    shell.show_panel("prompts")
    qtbot.waitUntil(lambda: len(hand.listed) > 0)

    hand.settle()
    page = hand.panel.page
    page.table.setFocus()
    page.table.select(80)
    hand.settle()
    hand.window.show_panel("problems")
    hand.qtbot.waitUntil(lambda: not is_seen(hand.panel))
    hand.window.show_panel("prompts")
    hand.settle()
    assert page.table.currentIndex().row() == 80
    page.table.setFocus()
    hand.qtbot.keyClick(page.table, Key.Key_End)
    hand.qtbot.waitUntil(lambda: len(hand.listed) == len(made))


def test_filters_narrow_make_chips_and_are_taken_away(made: list[Asked], hand: Hand) -> None:
    page = hand.panel.page
    hand.settle()
    assert page.filters.isHidden()
    hand.qtbot.mouseClick(page.more, Qt.MouseButton.LeftButton)
    assert page.filters.isVisible()

    page.filters.node.setFocus()
    hand.qtbot.keyClicks(page.filters.node.lineEdit(), "draft")
    hand.qtbot.keyClick(page.filters.node.lineEdit(), Key.Key_Return)
    hand.qtbot.keyClicks(page.filters.tokens, "1000")
    hand.qtbot.keyClick(page.filters.tokens, Key.Key_Return)
    hand.settle()

    fits = [
        (o.run, o.firing) for o in made if o.node == "draft" and o.tokens > 1000 and o.status != "unanswered"
    ]  # fmt: skip
    assert hand.listed == fits
    assert fits
    assert [button.text() for button in page.chips.buttons] == ["node draft  ×", "over 1,000 tokens  ×", "Clear all"]
    assert page.more.text() == "Filters · 2"

    hand.qtbot.mouseClick(page.chips.buttons[1], Qt.MouseButton.LeftButton)
    hand.settle()
    assert hand.listed == [(o.run, o.firing) for o in made if o.node == "draft"]
    assert page.filters.tokens.text() == ""

    page.filters.tokens.setFocus()
    hand.qtbot.keyClicks(page.filters.tokens, "many")
    hand.settle()
    hand.qtbot.waitUntil(lambda: page.filters.tokens.property("wrong") is True)
    assert hand.listed == [(o.run, o.firing) for o in made if o.node == "draft"]

    page.clear()
    hand.settle()
    assert hand.count == f"{len(made)} prompts"
    assert not page.chips.buttons


def test_filters_and_columns_are_remembered(made: list[Asked], shell: MainWindow, qtbot: Any) -> None:
    shell.show_panel("prompts")
    hand = Hand(shell, qtbot)
    hand.settle()
    hand.panel.page.show_wanted(Wanted(status="cut off", distinct=True, text="crab"))
    hand.panel.page.table.setColumnWidth(PLACES["reply"], 222)
    hand.panel.page.table.show_column(PLACES["tick"], on=False)
    hand.settle()
    shell.remember()

    again = MainWindow(shell.workbench.__class__(Settings.load()))
    qtbot.addWidget(again)
    page = again.panel("prompts").page  # type: ignore[attr-defined]

    assert page.wanted == Wanted(status="cut off", distinct=True), "the words are asked anew"
    assert page.table.columnWidth(PLACES["reply"]) == 222
    assert page.table.isColumnHidden(PLACES["tick"])
    assert [button.text() for button in page.chips.buttons][:2] == ["cut off  ×", "same prompts once  ×"]
    again._leaving = True
    again.close()


def test_what_was_remembered_by_somebody_else_is_no_harm() -> None:
    hostile: dict[str, Any] = {
        "node": 5, "status": "wrong", "tokens_over": "1", "cost_over": float("inf"), "distinct": 1, "run": "x",
        "since": "x", "model": "a\nb" * 1000, "other": [],
    }  # fmt: skip
    found = wanted_of(hostile)
    assert (found.node, found.status, found.tokens_over, found.cost_over, found.distinct) == ("", "", None, None, False)
    assert len(found.model) == 300
    assert "\n" not in found.model


def test_a_prompt_is_read_beside_the_list_and_copied(made: list[Asked], hand: Hand) -> None:
    hand.settle()
    page = hand.panel.page
    at = next(at for at, one in enumerate(made[:PAGE]) if one.status == "ok")
    page.table.setFocus()
    page.table.select(at)
    hand.settle()

    shown = page.view.text.toPlainText()
    for role, text in made[at].messages:
        assert role.capitalize() in shown
        assert text.strip().splitlines()[0].strip() in shown
    assert made[at].reply.strip().splitlines()[0].strip() in shown
    assert "model: " in shown

    hand.qtbot.keyClick(page.table, Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    hand.settle()
    assert QGuiApplication.clipboard().text() == "\n\n".join(f"{role}:\n{text}" for role, text in made[at].messages)
    page.view.copy_asked.emit("reply")
    hand.settle()
    assert QGuiApplication.clipboard().text() == made[at].reply


def test_new_prompts_come_in_and_what_is_selected_stays(made: list[Asked], hand: Hand) -> None:
    hand.settle()
    page = hand.panel.page
    page.table.select(2)
    hand.settle()
    chosen = page.table.current_row()
    log = open_run(Settings.load().db_path(), start_of("01RUN9"))
    declare(log, 1, "draft", "toy.work", 1, 0, 0)
    put_prompt(log, made[0].__class__(**{**_facts(made[0]), "run": "01RUN9", "firing": 1}), path=1)
    log.flush()

    hand.panel._ask_changes()
    hand.qtbot.waitUntil(lambda: hand.panel._changes is not None)
    hand.panel._changes = -1  # as before the run was recorded
    hand.panel._ask_changes()

    hand.qtbot.waitUntil(lambda: hand.listed[:1] == [("01RUN9", 1)])
    hand.settle()
    now = page.table.current_row()
    assert now is not None
    assert chosen is not None
    assert now.id == chosen.id


@pytest.mark.thorough
def test_what_comes_in_while_one_reads_further_down_is_listed_when_one_is_back(made: list[Asked], hand: Hand) -> None:
    hand.settle()
    panel, table = hand.panel, hand.panel.page.table
    table.setFocus()
    hand.qtbot.keyClick(table, Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    hand.qtbot.waitUntil(lambda: len(hand.listed) == len(made))
    hand.settle()
    log = open_run(Settings.load().db_path(), start_of("01RUN9"))
    declare(log, 1, "draft", "toy.work", 1, 0, 0)
    put_prompt(log, made[0].__class__(**{**_facts(made[0]), "run": "01RUN9", "firing": 1}), path=1)
    log.flush()
    look(hand, anew=True)
    assert len(hand.listed) == len(made), "what is read does not move away"
    assert panel.page.table.verticalScrollBar().value() > 0

    hand.qtbot.keyClick(table, Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
    assert table.verticalScrollBar().value() == 0
    look(hand)
    hand.settle()
    assert hand.listed[0] == ("01RUN9", 1)


def look(hand: Hand, *, anew: bool = False) -> None:
    """Have the panel look whether more was recorded; `anew`: since something was."""
    panel = hand.panel
    hand.qtbot.waitUntil(lambda: not panel._asker.is_asked("changes"))
    if anew:
        panel._changes = -1
    panel._ask_changes()
    hand.qtbot.waitUntil(lambda: not panel._asker.is_asked("changes"))


def _facts(asked: Asked) -> dict[str, Any]:
    return {name: getattr(asked, name) for name in asked.__slots__}


@pytest.mark.thorough
def test_odd_words_are_no_error_and_without_a_fitting_prompt_the_filters_can_be_taken_away(
    made: list[Asked], hand: Hand
) -> None:
    page = hand.panel.page
    for text in ('"', "NEAR(tide crab)", "*", '-"tide', "x" * 5_000, "tide;--"):
        page.words.setText(text)
        page._soon.now()
        page.search()
        hand.settle()
        assert page.stack.currentIndex() == 0 or page.empty.text() == "No prompt fits.", text
        if text in ('"', "NEAR(tide crab)", "*"):
            assert page.note.text(), text

    hand.type("nothinglikethis")
    assert page.stack.currentIndex() == 1
    assert page.empty.text() == "No prompt fits."
    assert page.empty.clear_button.isVisible()
    hand.qtbot.mouseClick(page.empty.clear_button, Qt.MouseButton.LeftButton)
    hand.settle()
    assert page.stack.currentIndex() == 0
    assert page.words.text() == ""


def test_without_any_run_it_says_how_to_get_prompts(hand: Hand) -> None:
    hand.settle()
    page = hand.panel.page
    assert "No model was asked yet" in page.empty.text()
    assert page.empty.example_button.isVisible()

    hand.qtbot.mouseClick(page.empty.example_button, Qt.MouseButton.LeftButton)
    hand.qtbot.waitUntil(lambda: len(page.model.rows) > 0)

    assert hand.panel.file_box.currentText() == "inbox_triage"
    assert hand.panel.file_box.count() == 2


def test_a_damaged_file_is_told(hand: Hand, own_home: Path) -> None:
    hand.settle()
    hand.panel._asker.shutdown()
    Settings.load().db_path().write_bytes(b"no database at all " * 1000)
    hand.panel._file = None
    hand.panel._list_files()
    hand.qtbot.waitUntil(lambda: "no SQLite database" in hand.panel.page.empty.text())


def test_hostile_texts_are_painted_as_they_are(made: list[Asked], hand: Hand) -> None:
    log = open_run(Settings.load().db_path(), start_of("01RUN9"))
    declare(log, 1, "<b>node</b>", "toy.work", 1, 0, 0)
    nasty = "<img src=x> \x1b[31m \u202e tide \x00 & " + "long " * 300_000
    put_prompt(
        log,
        Asked("01RUN9", 1, 1, "<b>node</b>", "<i>m</i>", (("user", nasty.replace("\x00", "")),), "<h1>reply</h1>", "ok",
              1, 0.0, "stop", 0, 1),
        path=1,
    )  # fmt: skip
    log.flush()
    hand.panel.page.refresh()
    hand.settle()
    hand.type("img")
    page = hand.panel.page
    assert hand.listed == [("01RUN9", 1)]
    for column in range(len(COLUMNS)):
        tip = page.model.data(page.model.index(0, column), Qt.ItemDataRole.ToolTipRole) or ""
        assert "<b>" not in tip
        assert "<i>m" not in tip
    page.grab()
    shown = page.view.text.toPlainText()
    assert "<img src=x>" in shown
    assert "\u202e" not in shown
    assert "signs)" in shown, "it says that it is cut"
    assert len(shown) < 200_000


def test_errors_and_words_of_a_strange_file_stay_on_one_plain_line(hand: Hand) -> None:
    log = open_run(Settings.load().db_path(), start_of("01RUN9"))
    declare(log, 1, "node", "toy.work", 1, 0, 0)
    nasty = "no\u202e way\nnext\x1b[31m " + "long " * 100
    log.open_firing(1, 1, "a1", 0, 0, 1)
    log.effect_intent(1, 1, "chat", "m", {"model": "m", "messages": [{"role": "user", "content": "x"}]}, 1, 1)
    log.effect_result(1, 1, "error", None, nasty, 5, 1, 0, 0.0, nasty, None, 0)
    log.flush()
    hand.panel.page.refresh()
    hand.settle()
    model = hand.panel.page.model
    texts = [model.data(model.index(0, column), role) for column in range(len(COLUMNS)) for role in (DISPLAY, TIP)]
    assert any("no way next" in text for text in texts), "the control: the error is shown"
    assert all(text == plain_line(text) and len(text) <= 300 for text in texts)
