"""A test is made of a run or a firing by hand, and what cannot be one is refused in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton

from studio import Graph, run
from studio.cases.reading import read_tests
from studio.gui.panels.tests.form import MakeTest
from studio.gui.replay.session import Source
from studio.support.errors import UsageError
from studio.support.resources import bundled_graphs
from studio.trace.writer import close_writer
from tests.cases.test_taking_attempts import record_attempts
from tests.gui.panels.tests.conftest import Bank
from tests.gui.popups.test_context import choose, menu_at
from tests.gui.support import head_of, type_into


def form_of(bank: Bank) -> MakeTest:
    """The form, once the run was looked at."""
    form = bank.panel.form
    assert form is not None
    assert not form.isModal()
    bank.qtbot.waitUntil(lambda: form.taken is not None or bool(form.problem.text()))
    return form


def ready(bank: Bank, form: MakeTest) -> None:
    bank.qtbot.waitUntil(lambda: form.add.isEnabled())


def press(form: MakeTest, name: str) -> None:
    button = form.findChild(QPushButton, name)
    assert button is not None
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_a_firing_becomes_a_test_by_menu_and_form_and_passes_offline(bank: Bank) -> None:
    session = bank.replay()
    session.seek_firing(next(one.id for one in session.trace.firings("last", "critic", "1")))
    choose(bank.desk, menu_at(bank.desk, head_of(bank.desk.settle(), "critic")), "Make a Test of This Firing…")
    form = form_of(bank)
    ready(bank, form)

    assert form.name.text() == "critic_at_1"
    assert "1 input · 1 question with its reply" in form.keeps.text()
    assert "+   critic_at_1:" in form.view.toPlainText()
    assert "A second draft." in form.view.toPlainText(), "what is kept is seen before it is written"
    assert not bank.tests.exists()
    type_into(form.name, "is_content", replace=True)
    type_into(form.about, "The second draft is good.")
    bank.qtbot.waitUntil(lambda: "is_content:" in form.view.toPlainText())
    press(form, "make_test.add")

    assert list(read_tests(bank.tests).cases) == ["is_content"]
    bank.qtbot.waitUntil(lambda: bank.states() == {"is_content": "passed"})
    assert bank.panel.form is None
    assert read_tests(bank.tests).cases["is_content"].about == "The second draft is good."


@pytest.mark.thorough
def test_of_a_region_that_was_tried_again_the_attempt_that_is_shown_becomes_a_test(bank: Bank, tmp_path: Path) -> None:
    bank.db = tmp_path / "attempts.db"
    record_attempts(bank.db)
    session = bank.replay()
    for firing, text in zip(session.trace.firings("last", "work/parse"), ("no JSON", "[7]"), strict=True):
        session.seek_firing(firing.id)
        bank.desk.settle()
        bank.desk.trigger("tests.from_firing")
        form = form_of(bank)
        assert form.taken is not None
        assert form.taken.case.inputs == {"text": text}
        form.close()


@pytest.mark.thorough
def test_checks_and_single_outputs_are_kept_instead(bank: Bank) -> None:
    session = bank.replay()
    session.seek_firing(next(one.id for one in session.trace.firings("last", "critic", "0")))
    bank.desk.trigger("tests.from_firing")
    form = form_of(bank)
    for port in list(form.ports)[1:]:
        form.ports[port].click()
    first = next(iter(form.ports))
    type_into(form.checks, "calls == 1\n")
    ready(bank, form)
    form.write()

    case = read_tests(bank.tests).cases[form.name.text()]
    assert [one.text for one in case.expect] == ["calls == 1"]
    assert case.equal == [first]


def test_nothing_expected_and_wrong_checks_are_told_before_anything_is_written(bank: Bank) -> None:
    bank.replay()
    bank.desk.trigger("tests.from_run")
    form = form_of(bank)
    ready(bank, form)
    assert form.name.text() == "critic_loop_run"
    for box in form.ports.values():
        box.click()
    bank.qtbot.waitUntil(lambda: "Nothing is expected" in form.problem.text())
    assert not form.add.isEnabled()
    type_into(form.checks, "calls ==")
    bank.qtbot.waitUntil(lambda: "Nothing is expected" not in form.problem.text())
    assert form.problem.text()
    assert not form.add.isEnabled()
    type_into(form.checks, "calls == 4", replace=True)
    ready(bank, form)
    type_into(form.name, "1 bad", replace=True)
    bank.qtbot.waitUntil(lambda: "cannot name a case" in form.problem.text())
    assert not bank.tests.exists()


@pytest.mark.thorough
def test_a_name_that_is_taken_is_told_and_another_suggested(bank: Bank) -> None:
    bank.add("critic_loop_run")
    before = bank.tests.read_text()
    bank.replay()
    bank.desk.trigger("tests.from_run")
    form = form_of(bank)
    assert form.name.text() == "critic_loop_run_2"
    type_into(form.name, "critic_loop_run", replace=True)
    bank.qtbot.waitUntil(lambda: "There is a case `critic_loop_run` already" in form.problem.text())
    assert bank.tests.read_text() == before


def test_a_node_that_draws_random_numbers_is_refused_with_the_reason(bank: Bank, tmp_path: Path) -> None:
    graph = tmp_path / "dice.yaml"
    graph.write_text(
        "studio: 1\nnodes:\n  n: {type: flow.input, value: 1}\n  dice: {type: random.number}\n"
        "  again: {type: flow.subgraph, graph: inner}\n"
        "graphs:\n  inner:\n    nodes:\n      roll: {type: random.number}\n      out: {type: flow.output}\n"
        "    edges: [roll.value -> out.value]\n"
    )
    db = tmp_path / "dice.db"
    run(Graph.load(graph), db=db)
    close_writer(db)
    session = bank.desk.workbench.part("replay").open(Source(db, "last"))
    session.seek_firing(next(one.id for one in session.trace.firings("last", "again/roll")))
    bank.desk.trigger("tests.from_firing")
    form = form_of(bank)

    assert "`again/roll` alone does not repeat what was recorded, so it is no test" in form.problem.text()
    assert not form.add.isEnabled()
    assert not graph.with_name("dice.tests.yaml").exists()


@pytest.mark.thorough
def test_what_only_passes_a_value_on_is_refused(bank: Bank) -> None:
    bank.replay(1)
    bank.desk.trigger("tests.from_firing")
    assert "only passes a value on" in form_of(bank).problem.text()


@pytest.mark.thorough
def test_a_recorded_example_asks_where_and_takes_its_graph_along(bank: Bank, tmp_path: Path) -> None:
    example = next(path for path in bundled_graphs() if path.stem == "critic_loop")
    before = example.with_name("critic_loop.tests.yaml").read_bytes()
    bank.desk.workbench.part("replay").open(Source(example.with_suffix(".run.db"), "last"), seq=4)
    bank.desk.settle()
    bank.desk.trigger("tests.from_firing")
    form = form_of(bank)
    bank.qtbot.waitUntil(lambda: "critic_at_0:" in form.view.toPlainText())
    assert form.tests is None
    assert "Choose the file" in form.problem.text()
    assert not form.add.isEnabled()
    dialog = form.ask_file()
    target = tmp_path / "mine" / "loop"
    target.parent.mkdir()
    dialog.fileSelected.emit(str(target))
    dialog.close()
    ready(bank, form)
    assert form.file.text().endswith("(and loop.yaml, the graph as it ran)")
    press(form, "make_test.add")

    assert list(read_tests(tmp_path / "mine" / "loop.tests.yaml").cases) == ["critic_at_0"]
    assert Graph.load(tmp_path / "mine" / "loop.yaml").nodes
    assert example.with_name("critic_loop.tests.yaml").read_bytes() == before


def test_a_test_is_not_put_beside_an_example_and_a_refused_one_leaves_no_graph_behind(
    bank: Bank, tmp_path: Path
) -> None:
    example = next(path for path in bundled_graphs() if path.stem == "critic_loop")
    bank.desk.workbench.part("replay").open(Source(example.with_suffix(".run.db"), "last"), seq=4)
    bank.desk.settle()
    bank.desk.trigger("tests.from_firing")
    form = form_of(bank)
    form.choose_file(example.with_name("critic_loop.tests.yaml"))
    assert form.tests is None
    assert "ship with the studio" in form.file.text()
    with pytest.raises(UsageError):
        form.write()

    (tmp_path / "loop.tests.yaml").write_text("{studio_tests: 1, cases: {}}\n")
    form.choose_file(tmp_path / "loop.tests.yaml")
    with pytest.raises(UsageError, match="on a line of its own"):
        form.write()
    assert not (tmp_path / "loop.yaml").exists()
    (tmp_path / "loop.tests.yaml").unlink()
    form.write()
    assert (tmp_path / "loop.yaml").exists(), "the control: then both are there"


def test_the_empty_panel_explains_and_offers_to_make_one(bank: Bank, qtbot: Any) -> None:
    bank.replay()
    qtbot.waitUntil(bank.is_read)
    QApplication.processEvents()
    assert "has no tests yet" in bank.panel.empty.text()
    assert bank.panel.first.isVisible()
    QTest.mouseClick(bank.panel.first, Qt.MouseButton.LeftButton)
    assert form_of(bank).name.text() == "critic_loop_run"


class Runs(QLineEdit):
    """Stands for the list of runs, with one selected."""

    def __init__(self, source: Source) -> None:
        super().__init__()
        self.source = source

    def selected(self) -> list[Source]:
        return [self.source]

    def selected_rows(self) -> list[object]:
        return []


@pytest.mark.thorough
def test_the_run_selected_in_the_list_is_meant_where_one_works_there_or_none_is_shown(bank: Bank, qtbot: Any) -> None:
    action = bank.desk.window.actions_bar.actions["tests.from_run"]
    bank.desk.window.actions_bar.refresh()
    assert not action.isEnabled()
    runs = Runs(Source(bank.db, "last"))
    bank.desk.window.panel("runs")  # made, so that nothing takes the place of this one when it is seen
    bank.desk.window.docks["runs"].setWidget(runs)
    bank.desk.workbench.parts["runs"] = runs
    bank.desk.window.actions_bar.refresh()
    bank.desk.trigger("tests.from_run")
    assert form_of(bank).source.db == bank.db

    example = next(path for path in bundled_graphs() if path.stem == "order_desk").with_suffix(".run.db")
    bank.desk.workbench.part("replay").open(Source(example, "last"))
    bank.desk.settle()
    bank.desk.trigger("tests.from_run")
    assert form_of(bank).source.db == example
    form_of(bank).close()
    bank.desk.window.activateWindow()
    qtbot.waitUntil(bank.desk.window.isActiveWindow)
    bank.desk.window.show_panel("runs")
    runs.setFocus()
    qtbot.waitUntil(runs.hasFocus)
    bank.desk.trigger("tests.from_run")
    assert form_of(bank).source.db == bank.db
    del bank.desk.workbench.parts["runs"]


def test_what_a_run_from_elsewhere_says_of_its_file_is_not_followed(bank: Bank) -> None:
    bank.desk.workbench.part("replay").open(Source(bank.db, "last", foreign=True))
    bank.desk.settle()
    bank.desk.trigger("tests.from_run")
    form = form_of(bank)
    bank.qtbot.waitUntil(lambda: "critic_loop_run:" in form.view.toPlainText())
    assert form.tests is None
    assert not form.add.isEnabled()
    assert bank.panel.bench.suite is None
