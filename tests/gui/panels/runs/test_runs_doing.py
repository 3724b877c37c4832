"""What is done with runs of the list: opened, at their error, gone on with, saved, and the last one stepped through."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMessageBox, QPushButton

from studio import Graph, run
from studio.gui.base.action import all_actions
from studio.gui.panels.runs.panel import RunsPanel
from studio.gui.replay.session import Session
from studio.support.resources import recorded_run
from studio.trace import Trace
from studio.trace.merging import merge
from studio.trace.writer import close_writer
from tests.gui.panels.runs.conftest import LEFT, Shelf
from tests.trace.many_runs import Fact

Open = Callable[[], Shelf]

BREAKS = """\
studio: 1
name: breaks
nodes:
  start: {type: flow.input, value: 4}
  half: {type: math.expression, expression: "n / 2"}
  bad: {type: math.expression, expression: "n / (n - 2)"}
  out: {type: flow.output}
edges:
  - start.value -> half.n
  - half.value -> bad.n
  - bad.value -> out.value
"""

ENDLESS = """\
studio: 1
name: endless
nodes:
  count: {type: math.expression, expression: "n + 1"}
  out: {type: flow.output}
edges:
  - count.value -> out.value
  - count.value ~> count.n: {initial: 0}
max_ticks: 40
limits: {firings: 30}
"""


@pytest.fixture
def examples(trace_file: Path) -> dict[str, str]:
    """Two recorded runs in the profile's trace: ids by graph."""
    for name in ("critic_loop", "order_desk_twin"):
        merge(recorded_run(name) or Path(), trace_file)
    with Trace(trace_file) as trace:
        return {one.graph: one.id for one in trace.runs()}


def recorded(text: str, folder: Path, db: Path) -> str:
    """Run a graph from a file of its own; return the run's id."""
    path = folder / f"{text.split('name: ')[1].split()[0]}.yaml"
    path.write_text(text)
    id = run(Graph.load(path), db=db).run_id
    close_writer(db)
    return str(id)


def session(shelf: Shelf) -> Session:
    found = shelf.workbench.part("replay").current
    assert isinstance(found, Session)
    return found


def test_enter_and_a_double_click_open_a_run_in_replay_whose_graph_is_this_graph(
    shelf: Open, examples: dict[str, str], qtbot: Any
) -> None:
    shown = shelf()
    shown.click(examples["critic_loop"])
    shown.press(Qt.Key.Key_Return)
    assert session(shown).run.id == examples["critic_loop"]
    assert session(shown).seq == 1

    shown.window.show_panel("runs")
    viewport = shown.panel.table.viewport()
    place = shown.point(examples["order_desk_twin"])
    qtbot.mouseClick(viewport, LEFT, pos=place)
    qtbot.mouseDClick(viewport, LEFT, pos=place)
    assert session(shown).run.id == examples["order_desk_twin"]
    assert len(shown.workbench.part("replay").sessions) == 2

    shown.window.show_panel("runs")
    shown.click(examples["critic_loop"], Qt.KeyboardModifier.ControlModifier)
    assert {source.run for source in shown.panel.selected()} == set(examples.values())

    shown.click(examples["critic_loop"])
    shown.press(Qt.Key.Key_Return)

    shown.panel.bar.this_graph.click()

    assert shown.ids() == [examples["critic_loop"]]


def test_a_failed_run_opens_where_it_failed_and_its_graph_as_it_is_today(
    shelf: Open, tmp_path: Path, trace_file: Path
) -> None:
    id = recorded(BREAKS, tmp_path, trace_file)
    shown = shelf()
    assert shown.cells("status") == ["failed"]
    shown.click(id)

    shown.workbench.trigger("runs.open_error")
    assert session(shown).here.node == "bad"

    shown.workbench.trigger("runs.graph")
    document = shown.workbench.document
    assert document is not None
    assert document.locked is None
    assert document.path == tmp_path / "breaks.yaml"

    (tmp_path / "breaks.yaml").unlink()
    shown.workbench.remove(document)
    shown.workbench.trigger("runs.graph")
    assert "not there any more" in shown.said[-1][0]


def test_a_paused_run_is_gone_on_with_in_its_graph(shelf: Open, tmp_path: Path, trace_file: Path) -> None:
    id = recorded(ENDLESS, tmp_path, trace_file)
    shown = shelf()
    assert shown.cells("ended") == ["limit reached: firings"]
    shown.click(id)

    shown.workbench.trigger("runs.resume")

    live = shown.workbench.part("live")
    shown.wait(lambda: live.active is None and shown.workbench.document is not None)
    assert shown.workbench.document is not None
    mine = live.of(shown.workbench.document)
    shown.wait(lambda: mine.outcome is not None)
    assert mine.outcome.status == "paused", "the limit was doubled, and reached again"
    with Trace(trace_file) as trace:
        last = trace.run("last")
    assert (last.parent_run, mine.last_run) == (id, last.id)
    shown.wait(lambda: shown.panel.listing.now.total == 2)
    shown.push("runs.tree")
    shown.settle()
    assert shown.ids() == [id, last.id], "it stands below what it goes on from"


def test_a_run_whose_graph_is_gone_says_how_to_go_on_elsewhere(shelf: Open, tmp_path: Path, trace_file: Path) -> None:
    id = recorded(ENDLESS, tmp_path, trace_file)
    (tmp_path / "endless.yaml").unlink()
    shown = shelf()
    shown.click(id)

    shown.workbench.trigger("runs.resume")

    assert f"studio resume {id}" in shown.said[-1][0]


def test_what_is_done_with_many_runs_is_done_with_all_or_with_none(
    shelf: Open, put: Callable[[Sequence[Fact]], None], qtbot: Any
) -> None:
    """Rows are read as they come into view; most of those that were selected never did."""
    put([Fact(f"01{number:04}") for number in range(150)])
    shown = shelf()
    shown.wait(lambda: shown.panel.model.rowCount() == 150)
    can = all_actions()["runs.copy_id"].when
    qtbot.keyClick(shown.panel.table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert len(shown.panel.table.selected()) == 150
    assert len(shown.panel.selected_rows()) < 150
    assert not can(shown.workbench)

    shown.wait(lambda: can(shown.workbench))
    shown.workbench.trigger("runs.copy_id")

    assert sorted(QGuiApplication.clipboard().text().split()) == [f"01{number:04}" for number in range(150)]


def test_more_runs_than_can_be_handled_at_a_time_are_refused(
    shelf: Open, put: Callable[[Sequence[Fact]], None], monkeypatch: pytest.MonkeyPatch, qtbot: Any
) -> None:
    monkeypatch.setattr(RunsPanel, "MOST", 2)
    put([Fact(f"01{number:04}") for number in range(3)])
    shown = shelf()
    shown.settle()
    qtbot.keyClick(shown.panel.table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)

    action = all_actions()["runs.copy_id"]

    assert action.why is not None
    assert not action.when(shown.workbench)
    assert "At most 2 runs" in action.why(shown.workbench)


def test_a_run_is_saved_into_a_file_that_opens(
    shelf: Open, examples: dict[str, str], tmp_path: Path, trace_file: Path
) -> None:
    shown = shelf()
    id = examples["critic_loop"]
    shown.click(id)
    shown.workbench.trigger("runs.save")
    dialog = shown.window.findChild(QFileDialog, "runs.save")
    assert dialog is not None
    assert dialog.selectedFiles()[0].endswith(f"critic_loop-{id[:10]}.db")
    target = tmp_path / "mine.db"
    dialog.fileSelected.emit(str(target))
    dialog.reject()

    shown.wait(lambda: any("Saved in" in text for text, _ in shown.said))
    with Trace(target) as trace:
        assert [one.id for one in trace.runs()] == [id]

    shown.workbench.trigger("runs.save")
    dialog = next(one for one in shown.window.findChildren(QFileDialog) if one.isVisible())
    before = trace_file.stat().st_ino
    dialog.fileSelected.emit(str(trace_file))
    assert "Choose another" in shown.said[-1][0]
    assert trace_file.stat().st_ino == before
    target.write_text("something of mine")
    dialog.fileSelected.emit(str(target))
    dialog.reject()
    box = shown.window.findChild(QMessageBox, "runs.replace")
    assert box is not None
    assert target.read_text() == "something of mine"
    shown.qtbot.mouseClick(box.findChild(QPushButton, "runs.replace.replace"), LEFT)
    shown.wait(lambda: target.read_bytes().startswith(b"SQLite"))


def test_the_last_run_of_a_graph_is_stepped_through(shelf: Open, tmp_path: Path) -> None:
    shown = shelf()
    path = tmp_path / "breaks.yaml"
    path.write_text(BREAKS.replace("(n - 2)", "n"))
    document = shown.workbench.open(path)
    assert document is not None
    action = shown.window.actions_bar.actions["runs.step_through_last"]
    live = shown.workbench.part("live")
    assert not action.isEnabled()
    live.run(document)
    shown.wait(lambda: live.of(document).outcome is not None)
    shown.wait(action.isEnabled)
    shown.window.focus_canvas()

    canvas = shown.workbench.canvas
    assert canvas is not None
    shown.qtbot.keyClick(canvas.focusProxy() or canvas, Qt.Key.Key_F8, Qt.KeyboardModifier.ControlModifier)

    assert session(shown).run.id == live.of(document).last_run
    assert session(shown).seq == 1
    assert os.environ["STUDIO_DB"] == str(session(shown).source.db)
