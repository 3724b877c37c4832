"""The dialog that makes experiments, and driving one in the window."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from studio.batch.design.experiment_files import read_experiment
from studio.gui.panels.experiments.making.draft import Draft, look
from studio.support.errors import UsageError
from studio.trace.batches import Batches
from tests.gui.panels.experiments.conftest import ASKS, LEFT, PLANTED, Lab
from tests.gui.windows import press_answer


def test_it_counts_while_one_writes_and_tells_what_is_wrong(lab: Lab) -> None:
    lab.graph()
    lab.rows(6)
    lab.workbench.trigger("experiments.new")
    dialog = lab.dialog()
    assert dialog.told.text().strip() == "1 run = 1 row × 1 variant × 1 seed"

    lab.type(dialog.data.file, "rows.jsonl")
    lab.type(dialog.score.score, "points")
    lab.type(dialog.score.seeds, "3")
    dialog.variants.add.click()
    lab.type(dialog.variants.rows[0].setting, "planner.expression")
    lab.type(dialog.variants.rows[0].values, "topic * 0 + 1, topic * 0 + 3")
    lab.looked(dialog)
    assert dialog.told.text().startswith("54 runs = 6 rows × 3 variants × 3 seeds")
    assert dialog.data.rows.rowCount() == 5
    assert dialog.run.isEnabled()

    lab.type(dialog.score.score, "pionts")
    lab.looked(dialog)
    assert "points" in dialog.problem.text()
    assert not dialog.run.isEnabled()
    lab.type(dialog.score.score, "points")
    lab.type(dialog.data.file, "nowhere.csv")
    lab.looked(dialog)
    assert "no such file" in dialog.data.note.text()
    assert not dialog.run.isEnabled()
    lab.type(dialog.data.file, "rows.jsonl")
    lab.type(dialog.score.seeds, "x")
    lab.looked(dialog)
    assert "no seeds" in dialog.problem.text()
    assert not dialog.run.isEnabled()


def test_names_are_completed(lab: Lab) -> None:
    lab.graph()
    lab.workbench.trigger("experiments.new")
    dialog = lab.dialog()
    lab.type(dialog.score.score, "10 - poi")
    dialog.score.score.offer.activated.emit("points")
    assert dialog.score.score.text() == "10 - points"
    lab.looked(dialog)
    assert dialog.draft.said["score"] == {"score": {"expression": "10 - points"}}
    assert "planner.expression" in dialog.variants._names.stringList()


def test_selected_nodes_are_switched_off(lab: Lab) -> None:
    lab.graph()
    canvas = lab.workbench.canvas
    assert canvas is not None
    canvas.select(["planner"])
    lab.workbench.trigger("experiments.knock_out")
    dialog = lab.dialog()
    lab.looked(dialog)

    assert dialog.draft.said["knockouts"] == ["planner"]
    assert dialog.looked is not None
    assert list(dialog.looked.arms) == ["whole", "without planner"]
    lab.qtbot.keyClick(dialog.variants.modules, Qt.Key.Key_Home)
    item = next(
        dialog.variants.modules.item(at)
        for at in range(dialog.variants.modules.count())
        if dialog.variants.modules.item(at).text() == "chatter"
    )
    item.setCheckState(Qt.CheckState.Checked)
    lab.looked(dialog)
    assert list(dialog.looked.arms) == ["whole", "without planner", "without chatter"]


def test_a_graph_that_is_not_saved_is_asked_about_first(lab: Lab) -> None:
    from studio.editing import TOP
    from studio.editing.edits.nodes import set_params

    lab.graph()
    document = lab.workbench.document
    assert document is not None
    document.do("other", set_params(document, TOP, "planner", {"expression": "topic + 7"}))
    lab.workbench.trigger("experiments.new")
    press_answer(lab.qtbot, lab.window, "Save")
    lab.dialog()
    assert not document.is_modified
    assert "topic + 7" in (lab.folder / "planted.yaml").read_text()


def test_a_saved_experiment_opens_as_it_was(lab: Lab) -> None:
    lab.graph()
    lab.rows(4)
    lab.workbench.trigger("experiments.new")
    dialog = lab.dialog()
    lab.type(dialog.name, "of worth")
    lab.type(dialog.data.file, "rows.jsonl")
    lab.type(dialog.score.score, "points")
    lab.type(dialog.score.cost, "2.5")
    dialog.variants.how.setCurrentIndex(1)
    dialog.variants.how.activated.emit(1)
    lab.looked(dialog)
    file = lab.folder / "worth.experiment.yaml"
    dialog.save_there(lab.folder / "worth.yaml")
    said = read_experiment(file)
    assert (said.name, said.data, said.graphs) == ("of worth", "rows.jsonl", {"planted": "planted.yaml"})
    assert said.budget == {"cost_usd": 2.5}
    assert said.knockouts is not None
    assert said.knockouts.nodes is None
    dialog.reject()

    lab.workbench.part("files").open(file)
    lab.wait(lambda: any(one.isVisible() for one in lab.window.findChildren(type(dialog))))
    again = next(one for one in lab.window.findChildren(type(dialog)) if one.isVisible())
    lab.looked(again)
    assert (again.name.text(), again.data.file.text(), again.score.score.text()) == ("of worth", "rows.jsonl", "points")
    assert again.looked is not None
    assert again.looked.counts == (4, 4, 1)
    assert again.draft.experiment() == said


def test_what_the_dialog_has_no_field_for_stays(tmp_path: Path) -> None:
    (tmp_path / "planted.yaml").write_text(PLANTED)
    file = tmp_path / "one.experiment.yaml"
    file.write_text(
        "experiment: 1\ngraph: planted.yaml\nhypothesis: It helps.\nvariants:\n"
        "  more: {set: {planner.expression: topic + 9}}\nscore: {a: points, b: points * 2}\nmain_score: b\n"
    )
    draft = Draft.of_file(file)
    draft.put("seeds", 2)
    said = draft.experiment()

    assert said.hypothesis == "It helps."
    assert [one.name for one in said.variants] == ["more"]
    assert [one.name for one in said.scores] == ["a", "b"]
    assert said.seeds == (0, 1)
    assert said.own == frozenset(), "what the file says is no more trusted than before"
    draft.put("knockouts", ["planner"])
    assert draft.experiment().own == {"knockouts"}


def test_data_from_elsewhere_can_be_run_and_not_saved(tmp_path: Path) -> None:
    project, away = tmp_path / "project", tmp_path / "away"
    project.mkdir()
    away.mkdir()
    (project / "planted.yaml").write_text(PLANTED)
    (away / "rows.jsonl").write_text(json.dumps({"topic": 3}) + "\n")
    draft = Draft.of_graph(project / "planted.yaml")
    draft.put("data", draft.named(away / "rows.jsonl"))

    looked = look(draft)
    assert looked.problem is None
    assert looked.counts == (1, 1, 1)
    with pytest.raises(UsageError, match="outside of the project"):
        draft.save(project / "one.experiment.yaml")
    (project / "rows.jsonl").write_text(json.dumps({"topic": 3}) + "\n")
    draft.put("data", draft.named(project / "rows.jsonl"))
    assert draft.save(project / "one.experiment.yaml").is_file()


def test_an_experiment_is_run_and_what_it_shows_comes_up(lab: Lab) -> None:
    lab.graph(ASKS, "asks.yaml")
    lines = [{"node": "writer", "reply": name} for name in ("crab", "eel")]
    (lab.folder / "replies.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines[:1]))
    (lab.folder / "rows.jsonl").write_text('{"topic": "a", "expected": "crab"}\n{"topic": "b", "expected": "eel"}\n')
    lab.workbench.trigger("experiments.new")
    dialog = lab.dialog()
    lab.type(dialog.data.file, "rows.jsonl")
    lab.type(dialog.score.score, "result == expected")
    lab.type(dialog.score.model, "scripted:replies.jsonl")
    lab.type(dialog.score.workers, "1")
    lab.looked(dialog)
    assert "expected" in dialog.data.note.text(), "a column that goes into no input is told"
    lab.qtbot.mouseClick(dialog.run, LEFT)
    lab.ended()

    shown = lab.panel.shown
    assert shown is not None
    assert [line.scores["score"] for line in shown.table.lines] == [1.0, 0.0]
    assert [one.status for one in lab.service.now.batches] == ["complete"]
    assert any("complete: 2 runs" in text for text, _ in lab.said)


def test_closing_asks_while_runs_are_made_and_what_is_done_stays(lab: Lab) -> None:
    lab.graph()
    lab.rows(300)
    lab.workbench.trigger("experiments.new")
    dialog = lab.dialog()
    lab.type(dialog.data.file, "rows.jsonl")
    lab.type(dialog.score.score, "points")
    lab.type(dialog.score.workers, "1")
    lab.looked(dialog)
    lab.qtbot.mouseClick(dialog.run, LEFT)
    lab.wait(lambda: lab.service.drive is not None and lab.service.drive.progress is not None)
    lab.wait(lambda: lab.service.drive is not None and lab.service.drive.progress.done > 2)  # type: ignore[union-attr]
    assert lab.panel.drive_bar.isVisible()
    assert "of 300 runs" in lab.panel.drive_bar.told.text()

    lab.window.close()
    assert lab.window.isVisible(), "it asks first"
    press_answer(lab.qtbot, lab.window, "Cancel")
    assert lab.service.drive is not None
    assert not lab.service.drive.asked
    lab.window.close()
    press_answer(lab.qtbot, lab.window, "Stop Now")
    lab.wait(lambda: not lab.window.isVisible())
    with Batches(lab.service.db) as batches:
        found = batches.batch()
    assert found.status == "paused"
    assert 2 < found.done < 300


@pytest.mark.thorough
def test_a_paused_experiment_goes_on_and_makes_nothing_twice(lab: Lab) -> None:
    lab.graph()
    lab.rows(8)
    lab.workbench.trigger("experiments.new")
    dialog = lab.dialog()
    lab.type(dialog.data.file, "rows.jsonl")
    lab.type(dialog.score.score, "points")
    lab.type(dialog.score.runs, "4")
    lab.type(dialog.score.workers, "1")
    lab.looked(dialog)
    lab.qtbot.mouseClick(dialog.run, LEFT)
    lab.ended()
    first = lab.service.now.batches[0]
    assert (first.status, first.reason) == ("paused", "limit:runs")
    before = {line.run for line in lab.panel.shown.table.lines}  # type: ignore[union-attr]

    for _ in range(2):
        if lab.service.now.batches[0].status == "paused":
            lab.wait(lambda: lab.panel.resume.isEnabled())
            lab.push("experiments.resume")
            lab.ended()
    assert len(lab.panel.shown.table.lines) == 8  # type: ignore[union-attr]
    assert lab.service.now.batches[0].status == "complete"
    assert before < {line.run for line in lab.panel.shown.table.lines}  # type: ignore[union-attr]
    assert not lab.panel.resume.isEnabled()


@pytest.mark.thorough
def test_a_second_experiment_waits_for_the_first(lab: Lab) -> None:
    lab.graph()
    lab.rows(200)
    draft = Draft.of_graph(lab.folder / "planted.yaml")
    draft.put("data", "rows.jsonl")
    draft.put("workers", 1)
    from studio.batch.sessions import Ways

    lab.service.begin(draft.experiment(), Ways())
    with pytest.raises(UsageError, match="already"):
        lab.service.begin(draft.experiment(), Ways())
    lab.push("experiments.stop")
    lab.wait(lambda: lab.service.drive is None)


def test_very_many_runs_are_begun_only_by_who_means_them(lab: Lab) -> None:
    lab.graph()
    lab.workbench.trigger("experiments.new")
    dialog = lab.dialog()
    lab.type(dialog.score.score, "points")
    lab.type(dialog.score.seeds, "10001")
    lab.looked(dialog)
    dialog.run.click()

    assert lab.service.drive is None, "it asks first"
    press_answer(lab.qtbot, lab.window, "Cancel")
    assert lab.service.drive is None
    assert dialog.isVisible(), "what was written is still there"
    dialog.run.click()
    press_answer(lab.qtbot, lab.window, "Make Them")
    assert lab.service.drive is not None
    lab.push("experiments.stop")
    lab.wait(lambda: lab.service.drive is None)
