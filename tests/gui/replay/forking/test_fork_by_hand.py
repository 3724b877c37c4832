"""Forking a recorded run in the window, with mouse and keys: the same comes of it as without a window."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QLineEdit, QPushButton

from studio.gui.frame.window import MainWindow
from studio.gui.panels.fork.panel import ForkPanel
from studio.replay.changes import Changes
from studio.replay.continuing import afork
from studio.trace import Trace
from tests.gui.replay.forked import (
    GRAPH,
    SCRIPT,
    child,
    choose,
    copied,
    did,
    fork_here,
    fork_panel,
    forks_of,
    open_run,
    press,
    record,
    retype,
    run_fork,
    step_of,
    write_script,
)
from tests.support.thorough import thorough_but


def other_prompt(qtbot: Any, panel: ForkPanel) -> Changes:
    assert panel.node is not None
    retype(qtbot, panel.node.params["instructions"], "Of {topic}: {fault}")
    return Changes({"writer": {"instructions": "Of {topic}: {fault}"}})


def other_output(qtbot: Any, panel: ForkPanel) -> Changes:
    assert panel.node is not None
    panel.node.given.set_open(True)
    retype(qtbot, panel.node.outputs["text"], "by hand")
    return Changes(outputs={"writer": {"text": "by hand"}})


def once_more(qtbot: Any, panel: ForkPanel) -> Changes:
    again = child(panel, "fork.again")
    assert isinstance(again, QCheckBox)
    again.setFocus()
    qtbot.keyClick(again, Qt.Key.Key_Space)
    assert again.isChecked()
    return Changes(redo=frozenset({"writer"}))


# The others are also made by another test below, which goes on with them.
@pytest.mark.parametrize(
    "change", thorough_but(lambda change: change is other_output, [other_prompt, other_output, once_more])
)
def test_a_fork_by_hand_gives_what_the_core_gives(window: MainWindow, qtbot: Any, tmp_path: Path, change: Any) -> None:
    db, run_id = record(tmp_path)
    before = hashlib.sha256(db.read_bytes()).hexdigest()
    at = step_of(db, run_id, "writer", "1")
    plain = copied(db, "plain.db")
    session = open_run(window, db, run_id, seq=at)
    fork_here(window, qtbot)
    changes = change(qtbot, choose(window, "writer"))
    panel = fork_panel(window)
    assert panel.foot.title._full == f"1 change from step {at} on"
    made = run_fork(window, qtbot)

    wanted = asyncio.run(afork(plain, run_id, at=at, changes=changes))
    assert wanted.status == "ok", wanted.error
    assert made.run.status == "ok"
    assert made.run.parent_run == run_id
    assert did(made.source.db, made.run.id) == did(plain, str(wanted.run_id))
    assert did(made.source.db, made.run.id) != did(db, run_id), "the change changed something"
    assert made.source.db != db, "the file of the run is only read"
    assert hashlib.sha256(db.read_bytes()).hexdigest() == before
    assert session.document.locked is not None
    assert session.document.graph.nodes["writer"].params["instructions"] in GRAPH


def test_another_param_and_several_changes_at_once(window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    db, run_id = record(tmp_path)
    before = hashlib.sha256(db.read_bytes()).hexdigest()
    at = step_of(db, run_id, "writer", "1")
    open_run(window, db, run_id, seq=at)
    fork_here(window, qtbot)
    other_output(qtbot, choose(window, "writer"))
    panel = choose(window, "critic")
    assert panel.node is not None
    retype(qtbot, panel.node.params["instructions"], "Kindly {draft}")
    panel = fork_panel(window)
    qtbot.waitUntil(lambda: "2 changes" in panel.foot.title._full)
    made = run_fork(window, qtbot)
    assert window.workbench.part("replay").current is made, "the fork is in front"
    panel = fork_panel(window)
    press(qtbot, panel, "fork.origin")
    panel = fork_panel(window)
    assert "2 changes" in panel.foot.title._full, "the draft is one press away"
    plain = copied(db, "plain.db")
    changes = Changes({"critic": {"instructions": "Kindly {draft}"}}, {"writer": {"text": "by hand"}})
    wanted = asyncio.run(afork(plain, run_id, at=at, changes=changes))
    assert did(made.source.db, made.run.id) == did(plain, str(wanted.run_id))
    assert did(made.source.db, made.run.id) != did(db, run_id), "the changes changed something"
    assert hashlib.sha256(db.read_bytes()).hexdigest() == before, "the file of the run is only read"


def test_what_it_will_take_is_told_before(window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    db, run_id = record(tmp_path)
    at = step_of(db, run_id, "critic", "1")
    session = open_run(window, db, run_id, seq=at)
    panel = fork_here(window, qtbot)
    assert panel.node is not None
    focus = QApplication.focusWidget()
    assert focus is not None
    assert panel.node.params["instructions"].isAncestorOf(focus), "one begins to write in the first param"
    assert not child(panel, "fork.run").isEnabled()
    assert "Nothing is changed yet" in panel.foot.told.text()
    assert not panel.foot.title.isVisible(), "it is said once"
    panel = choose(window, "critic")
    once_more(qtbot, panel)
    qtbot.waitUntil(lambda: forks_of(window).estimate(session) is not None)
    panel = fork_panel(window)
    with Trace(db) as trace:
        total = sum(one.status != "skipped" for one in trace.firings(run_id))
    assert f"of {total} firings are taken over" in panel.foot.told.text()
    assert "3 model calls" in panel.foot.told.text()


def test_what_cannot_be_is_told_at_its_field_and_nothing_runs(window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    db, run_id = record(tmp_path)
    at = step_of(db, run_id, "critic", "1")
    session = open_run(window, db, run_id, seq=at)
    fork_here(window, qtbot)
    panel = choose(window, "critic")
    assert panel.node is not None
    panel.node.given.set_open(True)
    row = panel.node.outputs["scores"]
    retype(qtbot, row, "[1, 2")
    qtbot.waitUntil(lambda: "Line 1" in row.told.text())
    assert forks_of(window).draft(session).is_empty  # type: ignore[union-attr]
    panel.options_section.set_open(True)
    seed = child(panel, "fork.seed")
    assert isinstance(seed, QLineEdit)
    seed.setFocus()
    QTest.keyClicks(seed, "many")
    once_more(qtbot, panel)
    panel = fork_panel(window)
    assert "whole number" in panel.options.told.text()
    assert not child(panel, "fork.run").isEnabled()
    QTest.keyClick(seed, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(seed, "7")
    panel = fork_panel(window)
    assert panel.options.told.text() == ""
    assert child(panel, "fork.run").isEnabled()


def test_a_draft_outlives_its_panel_and_its_tab_and_can_be_taken_back(
    window: MainWindow, qtbot: Any, tmp_path: Path
) -> None:
    db, run_id = record(tmp_path)
    at = step_of(db, run_id, "writer", "1")
    session = open_run(window, db, run_id, seq=at)
    fork_here(window, qtbot)
    other_prompt(qtbot, choose(window, "writer"))
    panel = fork_panel(window)
    window.toggle_panel("fork")
    window.workbench.part("files").close(session.document)
    QCoreApplication.processEvents()
    assert session.document not in window.workbench.documents

    again = open_run(window, db, run_id)
    fork_here(window, qtbot)
    draft = forks_of(window).draft(again)
    assert draft is not None
    assert draft.title() == f"1 change from step {at} on"
    panel = choose(window, "writer")
    field = panel.node.params["instructions"]  # type: ignore[union-attr]
    assert field.editor._value == "Of {topic}: {fault}"
    press(qtbot, panel, "fork.discard")
    assert draft.is_empty
    panel.undo()
    assert draft.title() == f"1 change from step {at} on"
    panel = fork_panel(window)
    press(qtbot, panel, "fork.change.0.drop")
    assert draft.is_empty


def test_a_fork_that_fails_is_recorded_told_and_its_draft_kept(window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    db, run_id = record(tmp_path)
    write_script(tmp_path, [SCRIPT[0], {"node": "writer", "error": "auth"}, *SCRIPT[6:]])
    at = step_of(db, run_id, "writer", "1")
    session = open_run(window, db, run_id, seq=at)
    fork_here(window, qtbot)
    once_more(qtbot, choose(window, "writer"))
    made = run_fork(window, qtbot)
    assert made.run.status == "failed"
    assert made.run.parent_run == run_id
    assert forks_of(window).draft(session).title() == f"1 change from step {at} on"  # type: ignore[union-attr]
    assert window.workbench.part("comparing").open_ones, "it is shown beside the run it goes on from"


def test_a_fork_can_be_stopped(window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    db, run_id = record(tmp_path)
    write_script(tmp_path, [{**one, "latency_ms": 600_000} if one["reply"] == "second" else one for one in SCRIPT])
    session = open_run(window, db, run_id, seq=step_of(db, run_id, "writer", "1"))
    forks = forks_of(window)
    fork_here(window, qtbot)
    once_more(qtbot, choose(window, "writer"))
    ends: list[Any] = []
    forks.over.connect(lambda parent, made, outcome: ends.append((made, outcome)))
    press(qtbot, window.panel("fork"), "fork.run")
    qtbot.waitUntil(lambda: forks.going is not None and forks.going.session is not None)
    assert forks.going is not None
    made = forks.going.session
    assert made is not None
    assert made.run.status == "running"
    assert window.workbench.part("live").active.document is made.document
    assert "stop it first" in forks.why_not(session)
    assert window.workbench.part("replay").current is made, "the fork is in front"
    focus = QApplication.focusWidget()
    assert focus is not None
    assert window.pages.beside.found[0].canvas.isAncestorOf(focus), "the keys step through it"
    press(qtbot, window.pages.beside.found[0], "compare.abort")
    qtbot.waitUntil(lambda: bool(ends))
    assert ends[0][1].status == "aborted"
    assert made.run.status == "aborted"
    assert forks.why_not(session) == ""


@pytest.mark.thorough
def test_a_run_whose_script_is_gone_asks_for_a_model(window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    db, run_id = record(tmp_path)
    (tmp_path / "script.jsonl").unlink()
    session = open_run(window, db, run_id, seq=step_of(db, run_id, "writer", "1"))
    fork_here(window, qtbot)
    once_more(qtbot, choose(window, "writer"))
    panel = fork_panel(window)
    assert "script.jsonl" in panel.foot.told.text()
    assert not child(panel, "fork.run").isEnabled()
    assert panel.options_section.is_open, "where the model is chosen"
    other = write_script(tmp_path, SCRIPT[3:6] + SCRIPT[8:], "other.jsonl")
    line = panel.options.model.box.lineEdit()
    assert line is not None
    line.setFocus()
    QTest.keyClicks(line, "scripted:")
    QApplication.clipboard().setText(str(other))
    QTest.keyClick(line, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(line, Qt.Key.Key_Return)
    seed = child(panel, "fork.seed")
    seed.setFocus()
    QTest.keyClicks(seed, "7")
    draft = forks_of(window).draft(session)
    assert draft is not None
    assert (draft.option("model"), draft.option("seed")) == (f"scripted:{other}", "7")
    made = run_fork(window, qtbot)
    assert (made.run.options["model"], made.run.options["seed"]) == (f"scripted:{other}", 7)
    assert made.run.status == "ok"
    assert did(made.source.db, made.run.id)["writer", "1"][1] == {"text": "other"}


def test_one_press_takes_the_model_that_is_set_where_the_script_is_gone(
    window: MainWindow, qtbot: Any, tmp_path: Path
) -> None:
    db, run_id = record(tmp_path)
    (tmp_path / "script.jsonl").unlink()
    other = write_script(tmp_path, SCRIPT[3:6] + SCRIPT[8:], "other.jsonl")
    open_run(window, db, run_id, seq=step_of(db, run_id, "writer", "1"))
    panel = fork_here(window, qtbot)
    use = child(panel, "fork.use_model")
    assert isinstance(use, QPushButton)
    assert not use.isVisible(), "nothing is changed yet"
    once_more(qtbot, choose(window, "writer"))
    fork_panel(window)
    assert use.isVisible()
    assert use.text() == "Use smollm2-135m", "the embedded model is the default"
    window.workbench.change_setting("models.default", f"scripted:{other}")
    fork_panel(window)
    assert use.text().startswith("Use scripted:")
    use.setFocus(Qt.FocusReason.TabFocusReason)
    assert use.hasFocus()
    qtbot.keyClick(use, Qt.Key.Key_Space)
    run = child(panel, "fork.run")
    assert run.isEnabled()
    assert run.hasFocus()
    assert not use.isVisible()
    made = run_fork(window, qtbot)
    assert made.run.options["model"] == f"scripted:{other}"
    assert did(made.source.db, made.run.id)["writer", "1"][1] == {"text": "other"}


def test_params_of_a_fork_are_set_in_todays_graph_as_one_edit(window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    db, run_id = record(tmp_path)
    open_run(window, db, run_id, seq=step_of(db, run_id, "writer", "1"))
    fork_here(window, qtbot)
    other_prompt(qtbot, choose(window, "writer"))
    panel = choose(window, "critic")
    retype(qtbot, panel.node.params["instructions"], "Kindly {draft}")  # type: ignore[union-attr]
    qtbot.waitUntil(lambda: "2 changes" in fork_panel(window).foot.title._full)
    press(qtbot, fork_panel(window), "fork.apply")
    document = window.workbench.document
    assert document is not None
    assert document.path == tmp_path / "loop.yaml"
    assert document.graph.nodes["writer"].params["instructions"] == "Of {topic}: {fault}"
    assert document.graph.nodes["critic"].params["instructions"] == "Kindly {draft}"
    assert document.history.labels == ["Apply 2 changes of a fork"]
    document.undo()
    assert document.graph.nodes["writer"].params["instructions"] in GRAPH
    assert not document.is_modified


@pytest.mark.thorough
def test_a_node_that_todays_graph_has_not_is_told(window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    db, run_id = record(tmp_path)
    open_run(window, db, run_id, seq=step_of(db, run_id, "writer", "1"))
    fork_here(window, qtbot)
    other_prompt(qtbot, choose(window, "writer"))
    (tmp_path / "loop.yaml").write_text(GRAPH.replace("writer", "author"), encoding="utf-8")
    said: list[tuple[str, str]] = []
    window.workbench.said.connect(lambda text, kind: said.append((text, kind)))
    press(qtbot, fork_panel(window), "fork.apply")
    document = window.workbench.document
    assert document is not None
    assert document.path == tmp_path / "loop.yaml"
    assert not document.is_modified
    assert any("`writer`" in text and kind == "warning" for text, kind in said)


@pytest.mark.thorough
def test_a_fork_that_goes_on_keeps_a_tab_when_it_is_shown_beside_its_parent_no_more(
    window: MainWindow, qtbot: Any, tmp_path: Path
) -> None:
    db, run_id = record(tmp_path)
    write_script(tmp_path, [{**one, "latency_ms": 600_000} if one["reply"] == "second" else one for one in SCRIPT])
    open_run(window, db, run_id, seq=step_of(db, run_id, "writer", "1"))
    forks = forks_of(window)
    fork_here(window, qtbot)
    once_more(qtbot, choose(window, "writer"))
    press(qtbot, window.panel("fork"), "fork.run")
    qtbot.waitUntil(lambda: forks.going is not None and forks.going.session is not None)
    assert forks.going is not None
    made = forks.going.session
    assert made is not None
    window.pages.close_current()
    assert window.workbench.document is made.document
    assert window.pages.beside.found == []
    assert forks.is_going
    forks.stop()
    qtbot.waitUntil(lambda: not forks.is_going)
    assert made.run.status == "aborted"
