"""The tests panel: plays offline over the graph as it stands, says what is wrong, follows files, and keeps order."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any
from weakref import ref
from xml.etree import ElementTree as xml

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPlainTextEdit

from studio.cases.reading import read_tests
from studio.cases.trying import Outcome, try_case
from studio.editing.document.ops import PutNode
from studio.graph.model import NodeInstance
from studio.gui.frame.window import MainWindow
from studio.gui.widgets.labels import Note
from studio.models.catalog import Catalog
from studio.models.scripted import Scripted
from studio.spec.calls import CompletionCall, CompletionReply
from studio.support.resources import bundled_graphs
from tests.gui.fuzz.machine import settle
from tests.gui.panels.tests.conftest import Bank
from tests.gui.windows import press_answer
from tests.support.hostile_graphs import MARK
from tests.support.thorough import thorough_but


def click_row(bank: Bank, name: str) -> None:
    row = bank.panel.model.row_where(lambda one: one.case.name == name)
    assert row >= 0
    place = bank.panel.table.visualRect(bank.panel.model.index(row, 0)).center()
    QTest.mouseClick(bank.panel.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    QApplication.processEvents()


def break_critic(bank: Bank, instructions: str = "Assess: {draft}") -> None:
    """Edit the graph in the window, without saving."""
    document = bank.desk.document
    old = document.node((), "critic")
    params = {**old.params, "instructions": instructions}
    new = NodeInstance("critic", old.type, params)
    document.do("Change the prompt", [PutNode((), "critic", new)])
    QApplication.processEvents()


@pytest.fixture
def two(bank: Bank) -> Bank:
    """Two tests of one node each, with the graph's file in front."""
    bank.add("critic_judges", "critic", "1")
    bank.add("writer_mends", "writer", "1")
    bank.open_graph()
    bank.settle()
    return bank


def test_tests_are_listed_and_pass_with_nobody_asked(two: Bank) -> None:
    assert two.states() == {"critic_judges": "not played", "writer_mends": "not played"}
    assert two.desk.window.docks["tests"].windowTitle() == "Tests  2"
    QTest.mouseClick(two.panel.run_all, Qt.MouseButton.LeftButton)
    two.settle()

    assert two.states() == {"critic_judges": "passed", "writer_mends": "passed"}
    assert two.desk.said[-1][0].startswith("2 tests, all passed (")
    assert two.panel.filters["passed"].text() == "2"


def test_an_edit_that_is_not_saved_yet_turns_its_test_red_with_the_reason(two: Bank) -> None:
    two.desk.trigger("tests.run_all")
    two.settle()
    break_critic(two)
    assert [row.result.is_old for row in two.panel.model.rows if row.result] == [True, True]
    two.desk.trigger("tests.run_all")
    two.settle()

    assert two.states() == {"critic_judges": "failed", "writer_mends": "passed"}
    assert two.desk.window.docks["tests"].windowTitle() == "Tests  ✕1"
    assert two.desk.window.docks["tests"].accessibleName() == "Tests, 1 of 2 failed"
    click_row(two, "critic_judges")
    told = two.panel.detail.findChild(Note, "tests.failure")
    assert told is not None
    assert told.text() == "`critic` at tick 0 asks another question than recorded, first in `prompt`."
    lines = two.panel.detail.findChild(QPlainTextEdit, "tests.failure.lines")
    assert lines is not None
    assert "− “Judge (good / vague / wrong)" in lines.toPlainText()
    assert "+ “Assess (good / vague / wrong)" in lines.toPlainText()
    assert two.panel.failed_names() == ["critic_judges"]

    two.desk.document.undo()
    two.desk.trigger("tests.run_failed")
    two.settle()
    assert two.states() == {"critic_judges": "passed", "writer_mends": "passed"}


def test_outputs_that_differ_are_shown_line_by_line(bank: Bank) -> None:
    bank.graph.write_text(bank.graph.read_text())
    bank.add("whole")
    text = bank.tests.read_text()
    assert "It names crabs." in text
    end = text.index("      outputs:")
    bank.tests.write_text(text[:end] + text[end:].replace("It names crabs.", "It names whales."))
    bank.open_graph()
    bank.settle()
    bank.desk.trigger("tests.run_all")
    bank.settle()
    click_row(bank, "whole")

    lines = bank.panel.detail.findChild(QPlainTextEdit, "tests.failure.lines")
    assert lines is not None
    shown = lines.toPlainText().splitlines()
    assert "  A second draft." in shown
    assert "− It names whales." in shown
    assert "+ It names crabs." in shown


def test_saving_plays_them_if_that_is_wanted(two: Bank) -> None:
    two.desk.document.save()
    QApplication.processEvents()
    assert two.states() == {"critic_judges": "not played", "writer_mends": "not played"}
    QTest.mouseClick(two.panel.on_save, Qt.MouseButton.LeftButton, pos=two.panel.on_save.rect().center())
    if not two.panel.on_save.isChecked():
        two.panel.on_save.click()
    break_critic(two)
    two.desk.document.save()
    two.settle()
    assert two.states() == {"critic_judges": "failed", "writer_mends": "passed"}


@pytest.mark.thorough
def test_what_is_saved_while_tests_are_played_is_played_after_them(two: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    may_end = threading.Event()

    def slow(*arguments: Any, **keywords: Any) -> Outcome:
        may_end.wait(20)
        return try_case(*arguments, **keywords)

    monkeypatch.setattr("studio.cases.trying.try_case", slow)
    two.panel.on_save.setChecked(True)
    two.desk.trigger("tests.run_all")
    break_critic(two)
    two.desk.document.save()
    may_end.set()
    two.qtbot.waitUntil(lambda: two.states().get("critic_judges") == "failed")
    two.settle()
    assert two.states() == {"critic_judges": "failed", "writer_mends": "passed"}
    assert not any(row.result.is_old for row in two.panel.model.rows if row.result is not None)


def test_what_another_program_writes_is_followed_and_good_results_stay(two: Bank) -> None:
    two.desk.trigger("tests.run_all")
    two.settle()
    text = two.tests.read_text()
    fresh = two.tests.with_suffix(".new")
    fresh.write_text(text.replace("writer_mends:", "writer_rewrites:"))
    fresh.replace(two.tests)
    two.qtbot.waitUntil(lambda: "writer_rewrites" in two.states())
    assert two.states() == {"critic_judges": "passed", "writer_rewrites": "not played"}

    two.tests.write_text("studio_tests: 1\ncases: [")
    two.qtbot.waitUntil(lambda: not two.panel.model.rows)
    assert f"{two.tests}:2" in two.panel.empty.text()


def put_endless(bank: Bank) -> None:
    """Tests of a graph that goes on and on."""
    bank.tests.write_text(
        "studio_tests: 1\ncases:\n  endless:\n    inputs: {}\n    expect: ticks > 0\n"
        "  never:\n    inputs: {}\n    expect: ticks > 0\n"
    )
    bank.graph.write_text(
        "studio: 1\nname: critic_loop\nnodes:\n  x: {type: flow.input, value: 1}\n"
        '  add: {type: logic.expression, expression: "a + b"}\n  out: {type: flow.output}\n'
        "edges:\n  - x.value -> add.a\n  - add.value ~> add.b: {initial: 0}\n  - add.value -> out.value\n"
        "max_ticks: 10000000\nlimits: {firings: 100000000}\n"
    )
    bank.open_graph()
    bank.settle()


def test_plays_are_stopped(bank: Bank) -> None:
    put_endless(bank)
    bank.desk.trigger("tests.run_all")
    play = bank.panel.bench.play
    assert play is not None
    bank.qtbot.waitUntil(lambda: bank.states().get("endless") == "playing")
    bank.qtbot.waitUntil(lambda: play.stop._playing is not None)
    QTest.mouseClick(bank.panel.stop, Qt.MouseButton.LeftButton)
    bank.settle()

    assert bank.states() == {"endless": "not played", "never": "not played"}
    assert bank.desk.said[-1][0] == "Stopped: 0 of 2 tests were played."


def test_with_nothing_open_it_says_what_to_open(bank: Bank) -> None:
    assert bank.panel.empty.isVisible()
    assert bank.panel.empty.text().startswith("No graph is open. Tests stand beside the graph they are of")


def test_filters_leave_out_and_count(two: Bank) -> None:
    break_critic(two)
    two.desk.trigger("tests.run_all")
    two.settle()
    two.panel.filters["passed"].click()
    assert two.states() == {"critic_judges": "failed"}
    two.panel.filters["failed"].click()
    assert two.panel.empty.text() == "No test fits the filter."
    two.panel.filters["passed"].click()
    two.panel.words.setText("mends")
    assert list(two.states()) == ["writer_mends"]
    assert [two.panel.filters[state].text() for state in ("failed", "passed", "not played")] == ["1", "1", "0"]


def test_a_test_is_renamed_and_deleted_after_a_question(two: Bank, window_of: MainWindow) -> None:
    two.desk.trigger("tests.run_all")
    two.settle()
    click_row(two, "critic_judges")
    two.desk.trigger("tests.rename")
    naming = two.desk.popups.naming
    assert naming.isVisible()
    naming.field.setText("writer_mends")
    QTest.keyClick(naming.field, Qt.Key.Key_Return)
    assert naming.isVisible(), "the name is taken"
    naming.field.setText("judges")
    QTest.keyClick(naming.field, Qt.Key.Key_Return)
    assert two.states() == {"judges": "passed", "writer_mends": "passed"}, "what is known of it stays"
    assert list(read_tests(two.tests).cases) == ["judges", "writer_mends"]

    click_row(two, "judges")
    two.desk.trigger("tests.delete")
    press_answer(two.qtbot, window_of, "Cancel")
    assert "judges" in two.states()
    two.desk.trigger("tests.delete")
    press_answer(two.qtbot, window_of, "Delete")
    assert list(two.states()) == ["writer_mends"]
    assert list(read_tests(two.tests).cases) == ["writer_mends"]


@pytest.fixture
def window_of(bank: Bank) -> MainWindow:
    return bank.desk.window


def test_renewing_asks_first_and_without_a_model_refuses_and_changes_nothing(
    two: Bank, window_of: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    from studio.models.catalog import Catalog
    from studio.support.errors import ModelError

    def no_key(*_: object, **__: object) -> object:
        raise ModelError("There is no key for openai/gpt-4.1-mini.", hint="Set OPENAI_API_KEY.")

    monkeypatch.setattr(Catalog, "_open", no_key)
    two.desk.workbench.change_setting("models.default", "openai/gpt-4.1-mini")
    before = two.tests.read_bytes()
    click_row(two, "critic_judges")
    two.desk.trigger("tests.renew")
    box = press_answer(two.qtbot, window_of, "Cancel")
    assert "openai/gpt-4.1-mini" in box.text()
    assert "1 question was asked then" in box.informativeText()
    assert "at its price" in box.informativeText()
    assert two.tests.read_bytes() == before

    two.desk.trigger("tests.renew")
    press_answer(two.qtbot, window_of, "Ask Anew")
    two.qtbot.waitUntil(lambda: two.desk.said[-1][1] == "error")
    assert "There is no key" in two.desk.said[-1][0]
    assert two.tests.read_bytes() == before


class Silent(Scripted):
    """A model that never answers."""

    async def complete(self, call: CompletionCall) -> CompletionReply:
        self.requests.append(call)
        await asyncio.Event().wait()
        raise AssertionError


def test_renewing_keeps_the_new_answers_and_can_be_stopped(
    two: Bank, window_of: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = Silent(())
    monkeypatch.setattr(Catalog, "_open", lambda *_, **__: model)
    two.desk.workbench.change_setting("models.default", "openai/gpt-4.1-mini")
    before = two.tests.read_bytes()
    click_row(two, "critic_judges")
    two.desk.trigger("tests.renew")
    press_answer(two.qtbot, window_of, "Ask Anew")
    two.qtbot.waitUntil(lambda: bool(model.requests))
    assert not window_of.actions_bar.actions["tests.renew"].isEnabled(), "one asks at a time"
    two.qtbot.waitUntil(lambda: two.states()["critic_judges"] == "playing")
    QTest.mouseClick(two.panel.stop, Qt.MouseButton.LeftButton)
    two.settle()
    assert two.desk.said[-1][0] == "Stopped: 0 of 1 tests were recorded anew."
    assert two.tests.read_bytes() == before
    assert len(model.requests) == 1

    monkeypatch.setattr(Catalog, "_open", lambda *_, **__: Scripted(({"error": "timeout"},)))
    two.desk.trigger("tests.renew")
    press_answer(two.qtbot, window_of, "Ask Anew")
    two.qtbot.waitUntil(lambda: two.desk.said[-1][1] == "error")
    assert "did not answer" in two.desk.said[-1][0]
    assert two.tests.read_bytes() == before, "a failure of the model is no answer to keep"

    two.settle()
    monkeypatch.setattr(Catalog, "_open", lambda *_, **__: Scripted(("good",)))
    two.desk.trigger("tests.renew")
    press_answer(two.qtbot, window_of, "Ask Anew")
    two.qtbot.waitUntil(lambda: two.states()["critic_judges"] == "passed")
    assert b"reply: good" in two.tests.read_bytes()
    assert list(read_tests(two.tests).cases) == ["critic_judges", "writer_mends"]


@pytest.mark.thorough
def test_stepping_through_a_test_that_goes_on_is_stopped(bank: Bank) -> None:
    put_endless(bank)
    click_row(bank, "endless")
    bank.desk.trigger("tests.step_through")
    play = bank.panel.bench.play
    assert play is not None
    bank.qtbot.waitUntil(lambda: play.stop._playing is not None)
    bank.desk.trigger("tests.stop")
    bank.settle()
    assert bank.desk.said[-1][0] == "The test endless was stopped."
    assert bank.desk.workbench.part("replay").current is None
    assert play.thread is not None
    play.thread.join(5)
    assert not play.thread.is_alive()


def test_a_test_is_stepped_through_as_it_was_played(two: Bank) -> None:
    break_critic(two, "Judge: {draft}")
    click_row(two, "writer_mends")
    two.desk.trigger("tests.step_through")
    replays = two.desk.workbench.part("replay")
    two.qtbot.waitUntil(lambda: replays.current is not None)

    session = replays.current
    assert session.here.node == "writer"
    assert session.run.status == "ok"
    assert list(two.states()) == ["critic_judges", "writer_mends"], "its tests stay in sight"


@pytest.mark.thorough
def test_the_node_of_a_test_is_shown(two: Bank) -> None:
    click_row(two, "critic_judges")
    two.desk.trigger("tests.go_to_node")
    assert two.desk.canvas.selected() == ["critic"]


@pytest.mark.thorough
def test_what_can_be_done_with_a_test_is_seen_whole_in_a_narrow_panel(two: Bank) -> None:
    click_row(two, "writer_mends")
    detail = two.panel.detail
    detail.setFixedWidth(240)
    two.desk.settle()

    shown = [button for button in detail.buttons.values() if button.isVisible()]
    assert len(shown) == 4
    for button in shown:
        assert button.mapTo(detail, button.rect().topRight()).x() < detail.viewport().width(), button.text()
        assert button.width() >= button.sizeHint().width()


def test_results_are_exported_for_ci(two: Bank, tmp_path: Path) -> None:
    break_critic(two)
    two.desk.trigger("tests.run_all")
    two.settle()
    two.desk.trigger("tests.junit")
    dialog = two.panel.findChildren(type(two.panel.ask_junit()))[0]
    dialog.fileSelected.emit(str(tmp_path / "report.xml"))
    root = xml.parse(tmp_path / "report.xml").getroot()
    assert (root.get("tests"), root.get("failures")) == ("2", "1")


def test_tests_that_ship_with_the_studio_play_and_stay_as_they_are(bank: Bank) -> None:
    example = next(path for path in bundled_graphs() if path.stem == "inbox_triage")
    bank.desk.workbench.part("files").open(example)
    bank.settle()
    assert "sender_is_copied" in bank.states()
    click_row(bank, "sender_is_copied")
    bank.desk.trigger("tests.run_selected")
    bank.settle()
    assert bank.states()["sender_is_copied"] == "passed"
    bank.desk.window.actions_bar.refresh()
    for name in ("renew", "rename", "delete"):
        assert not bank.desk.window.actions_bar.actions[f"tests.{name}"].isEnabled(), name


@pytest.mark.parametrize("saved", thorough_but(lambda saved: saved, [True, False]))
def test_of_a_graph_that_was_closed_results_stay_and_nothing_is_kept(two: Bank, saved: bool) -> None:
    """What was edited and not saved is gone, and results of it are of another graph."""
    two.desk.trigger("tests.run_all")
    two.settle()
    if not saved:
        break_critic(two)
        two.desk.trigger("tests.run_all")
        two.settle()
    suite, document = two.panel.bench.suite, ref(two.desk.document)
    assert suite is not None

    two.desk.workbench.remove(two.desk.document)
    settle()

    assert document() is None
    assert [result.is_old for result in suite.results.values()] == [not saved] * 2
    two.open_graph()
    two.settle()
    assert two.panel.bench.suite is suite
    two.desk.trigger("tests.run_all")
    two.settle()
    assert two.states() == {"critic_judges": "passed", "writer_mends": "passed"}


@pytest.mark.thorough
def test_a_run_that_is_stepped_through_shows_the_tests_of_todays_graph(two: Bank) -> None:
    two.replay()
    two.settle()
    assert list(two.states()) == ["critic_judges", "writer_mends"]


def test_what_a_file_says_is_shown_as_plain_text(bank: Bank) -> None:
    bank.add("whole")
    text = bank.tests.read_text().replace("  whole:\n", f"  whole:\n    about: '{MARK}'\n")
    bank.tests.write_text(text)
    bank.open_graph()
    bank.settle()
    click_row(bank, "whole")
    label = next(one for one in bank.panel.detail.findChildren(QLabel) if MARK in one.text())
    assert label.textFormat() == Qt.TextFormat.PlainText
    tip = bank.panel.model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert "<b>" not in tip


def test_long_texts_and_direction_tricks_of_a_file_reach_no_cell(bank: Bank) -> None:
    nasty = "\\u202etrick " + "long " * 50_000
    bank.tests.write_text(
        f'studio_tests: 1\ncases:\n  odd:\n    about: "{nasty}"\n    node: "{nasty}"\n    expect: "1 == 1"\n'
    )
    bank.open_graph()
    bank.settle()
    click_row(bank, "odd")
    bank.desk.trigger("tests.run_all")
    bank.settle()
    roles = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole)
    texts = [bank.panel.model.index(0, column).data(role) for column in range(4) for role in roles]
    labels = [label.text() for label in bank.panel.detail.findChildren(QLabel)]
    assert any("trick" in text for text in texts), "the control: it is shown"
    assert any("trick" in text for text in labels), "and beside the list, too"
    assert all("\u202e" not in text and len(text) < 2_500 for text in (*texts, *labels))
