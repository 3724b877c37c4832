"""From a prompt to its step in replay, and from a node of the canvas to its prompts."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.editing import Document
from studio.graph.model import Graph
from studio.gui.frame.window import MainWindow
from studio.gui.live.watching.places import Spot
from studio.gui.panels.prompts.node_paths import pattern_of
from studio.gui.replay.service import Replays
from studio.gui.replay.session import Session, Source
from studio.settings.settings import Settings
from studio.spec.registry import default_registry
from studio.support.resources import recorded_run
from studio.trace.merging import merge
from studio.trace.prompt_list import Wanted
from tests.gui.panels.prompts.conftest import Hand

EXAMPLE = "inbox_triage"


def replays(window: MainWindow) -> Replays:
    found = window.workbench.part("replay")
    assert isinstance(found, Replays)
    return found


def open_example(window: MainWindow) -> Session:
    path = recorded_run(EXAMPLE)
    assert path is not None
    session = replays(window).open(Source(path, "last"))
    assert session is not None
    return session


@pytest.fixture(scope="module")
def with_example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the example's run, as a profile has it."""
    path = recorded_run(EXAMPLE)
    assert path is not None
    made = tmp_path_factory.mktemp("example") / "runs.db"
    merge(path, made)
    return made


@pytest.fixture
def example_run(with_example: Path) -> str:
    """The example's run among the profile's own."""
    path = Settings.load().db_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(with_example, path)
    return "the example's"


def test_enter_and_double_click_open_the_run_at_the_firing(example_run: str, hand: Hand) -> None:
    hand.settle()
    page = hand.panel.page
    for at, by_key in ((0, True), (40, False), (90, True)):
        hand.window.show_panel("prompts")
        page.table.setFocus()
        page.table.select(at)
        row = page.model.rows[at]
        if by_key:
            hand.qtbot.keyClick(page.table, Qt.Key.Key_Return)
        else:
            place = page.table.visualRect(page.model.index(at, 0)).center()
            QTest.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
            QTest.mouseDClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=place)

        session = replays(hand.window).current
        assert session is not None
        assert session.run.id == row.run
        assert (session.here.id, session.here.node, session.here.tick) == (row.firing, row.node, row.tick)
        spot = session.spot(row.node)
        assert spot is not None
        canvas = hand.window.workbench.canvas
        assert canvas is not None
        assert canvas.document is session.document
        assert canvas.at == spot.at
        assert canvas.selected() == [spot.name]
    assert len(replays(hand.window).sessions) == 1
    assert hand.panel.file_box.currentText() == "This profile", "the run is in the same file"


@pytest.mark.thorough
def test_the_file_of_the_run_in_front_is_asked_until_another_is_picked(hand: Hand, qtbot: Any) -> None:
    hand.settle()
    session = open_example(hand.window)
    qtbot.waitUntil(lambda: len(hand.listed) > 0)
    assert hand.panel.file_box.currentText() == EXAMPLE
    assert {run for run, _ in hand.listed} == {session.run.id}

    hand.panel.file_box.setCurrentIndex(0)
    hand.panel.file_box.activated.emit(0)
    hand.settle()
    assert hand.listed == []
    assert "No model was asked yet" in hand.panel.page.empty.text()

    hand.panel.file_box.setCurrentIndex(1)
    hand.panel.file_box.activated.emit(1)
    hand.settle()
    assert hand.listed
    hand.window.workbench.remove(session.document)
    hand.settle()
    assert hand.panel.file_box.count() == 1
    assert hand.listed == []


@pytest.mark.thorough
def test_this_run_and_this_graph_are_the_ones_in_front(example_run: str, hand: Hand) -> None:
    scope = hand.panel.page.filters.scope

    def pick(at: int) -> None:
        scope.setCurrentIndex(at)
        scope.activated.emit(at)
        hand.settle()

    hand.settle()
    everything = hand.listed
    pick(1)
    assert "No run is open in replay." in hand.said
    assert hand.listed == everything
    assert scope.currentIndex() == 0

    session = open_example(hand.window)
    hand.settle()
    pick(1)
    assert hand.panel.page.wanted == Wanted(run=session.run.id, oldest=True)
    assert hand.panel.file_box.currentText() == EXAMPLE
    assert scope.currentText() == "this run"
    assert hand.panel.page.filters.order.currentText() == "oldest first"
    asked = [row.id for row in hand.panel.page.model.rows]
    assert asked == sorted(asked), "a run is read from its beginning"
    pick(2)
    assert hand.panel.page.wanted == Wanted(graph=EXAMPLE)
    pick(0)
    assert hand.panel.page.wanted == Wanted()


def test_prompts_of_a_node_in_replay_are_those_of_the_run(hand: Hand) -> None:
    session = open_example(hand.window)
    hand.settle()
    row = next(row for row in hand.panel.page.model.rows if row.node.endswith("/product"))
    session.seek_firing(row.firing)
    hand.window.workbench.trigger("prompts.of_node")
    hand.settle()

    page = hand.panel.page
    assert page.wanted == Wanted(node="/triage/*/product", run=session.run.id, oldest=True)
    wanted = [one for one in session.trace.prompts(session.run.id) if one.node.endswith("/product")]
    assert len(wanted) > 10
    assert hand.listed == [(session.run.id, one.firing) for one in wanted]
    assert hand.window.docks["prompts"].isVisible()


@pytest.mark.thorough
def test_prompts_of_a_node_while_designing_are_those_of_all_runs_of_the_graph(example_run: str, hand: Hand) -> None:
    path = recorded_run(EXAMPLE)
    assert path is not None
    document = Document.open(path.with_name(f"{EXAMPLE}.yaml"), hand.window.workbench.registry)
    hand.window.workbench.add(document)
    hand.window.workbench.show(document, ("triage_mail",), ["product"])
    hand.settle()
    hand.window.workbench.trigger("prompts.of_node")
    hand.settle()

    page = hand.panel.page
    assert page.wanted == Wanted(node="/triage/*/product", graph=EXAMPLE)
    assert hand.listed
    assert {row.node.split("/")[-1] for row in page.model.rows} == {"product"}


def test_a_node_that_several_ways_lead_to_goes_by_its_name() -> None:
    graph = Graph.from_text("""\
studio: 1
name: twice
nodes:
  a: {type: flow.subgraph, graph: body}
  b: {type: flow.map, graph: body}
  c: {type: flow.map, graph: other}
graphs:
  body: {nodes: {note: {type: text.template, template: x}}}
  other: {nodes: {in_it: {type: flow.subgraph, graph: deep}}, graphs: {deep: {nodes: {low: {type: flow.output}}}}}
""")
    document = Document(graph)
    registry = default_registry()

    assert pattern_of(document, Spot(("body",), "note"), registry) == "note"
    assert pattern_of(document, Spot((), "c"), registry) == "/c"
    assert pattern_of(document, Spot(("other", "deep"), "low"), registry) == "/c/*/in_it/low"


def test_the_same_prompt_elsewhere_is_offered_and_shown(hand: Hand) -> None:
    open_example(hand.window)
    hand.settle()
    page = hand.panel.page
    page.show_wanted(Wanted(distinct=True))
    hand.settle()
    at = next(at for at, row in enumerate(page.model.rows) if row.times > 1)
    row = page.model.rows[at]
    page.table.select(at)
    hand.settle()
    detail = page.view.detail
    assert detail is not None
    assert detail.row.id == row.id
    assert detail.times == row.times
    assert page.view.same.isVisible()
    assert f"{row.times - 1:,} times" in page.view.same.text()

    page.view.other_asked.emit(detail.others[0])
    hand.settle()
    assert page.view.detail is not None
    assert page.view.detail.row.id == detail.others[0].id
    hand.qtbot.mouseClick(page.view.open, Qt.MouseButton.LeftButton)
    session = replays(hand.window).current
    assert session is not None
    assert session.here.id == page.view.detail.row.firing
    here = session.seq
    focus = QApplication.focusWidget()
    assert focus is not None
    hand.qtbot.keyClick(focus, Qt.Key.Key_Left)
    assert session.seq == here - 1, "the arrow keys step on from there"
