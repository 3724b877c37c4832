"""What the panel shows of a batch, what leads from there to runs, and nodes that are coloured by effect."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt

from studio.batch.reporting.report import read_report
from studio.gui.experiments.effects import tints_in
from studio.gui.experiments.results import read_results, run_lines
from studio.gui.panels.experiments.reporting import write
from studio.gui.panels.experiments.rows import Column, Rows
from tests.gui.panels.experiments.conftest import LEFT, ROWS, Lab, Made

CTRL = Qt.KeyboardModifier.ControlModifier


def texts(rows: Rows[Any], title: str) -> list[str]:
    """Return what stands in a column."""
    number = next(at for at, one in enumerate(rows.columns) if one.title == title)
    return [str(rows.data(rows.index(row, number))) for row in range(rows.rowCount())]


def test_without_experiments_it_says_what_one_is(lab: Lab) -> None:
    lab.wait(lambda: not lab.service._is_listing)

    assert lab.panel.stack.currentWidget() is lab.panel.empty
    assert "No experiments yet" in lab.panel.told.text()
    assert not lab.panel.first.isEnabled(), "no graph is open"
    lab.graph()
    lab.panel.show_possible()
    assert lab.panel.first.isEnabled()


def test_it_lists_batches_and_tells_what_the_chosen_one_shows(done: Lab) -> None:
    panel = done.panel
    assert texts(panel.batches.of, "Experiment") == ["what modules add"]
    assert texts(panel.batches.of, "Status") == ["complete"]
    assert texts(panel.batches.of, "Runs") == [f"{3 * ROWS} of {3 * ROWS}"]
    assert panel.results is not None
    assert "planner" in panel.answer.text()
    assert texts(panel.results.arms.of, "Variant") == ["whole", "without planner", "without chatter"]
    verdicts = texts(panel.results.arms.of, "Verdict")
    assert verdicts[0] == "others are compared with it"
    assert [one.split(" (")[0] for one in verdicts[1:]] == ["matters", "poison"]

    done.push("experiments.view.modules")
    assert texts(panel.results.modules.of, "Module") == ["planner", "chatter"]
    assert texts(panel.results.modules.of, "Effect") == ["+2", "−1.5"]


def test_a_click_on_a_variant_lists_its_runs_and_a_double_click_opens_one(done: Lab) -> None:
    panel = done.panel
    assert panel.results is not None
    assert len(panel.results.runs.of.rows) == 3 * ROWS
    done.click(panel.results.arms, 1)
    assert set(texts(panel.results.runs.of, "Variant")) == {"without planner"}
    assert len(panel.results.runs.of.rows) == ROWS

    done.push("experiments.view.runs")
    done.click(panel.results.runs, 2)
    done.qtbot.mouseDClick(panel.results.runs.viewport(), LEFT, pos=done.point(panel.results.runs, 2))
    wanted = panel.results.runs.of.rows[2].line.run
    done.wait(lambda: done.workbench.part("replay").sessions)
    assert [one.run.id for one in done.workbench.part("replay").sessions] == [wanted]


@pytest.mark.thorough
def test_two_selected_runs_are_compared_and_one_is_not(done: Lab) -> None:
    from studio.gui.base.action import all_actions

    panel = done.panel
    assert panel.results is not None
    done.push("experiments.view.runs")
    done.click(panel.results.runs, 0)
    assert not all_actions()["experiments.compare"].when(done.workbench)
    done.click(panel.results.runs, 1, CTRL)
    chosen = set(panel.results.selected_runs())
    assert len(chosen) == 2

    done.workbench.trigger("experiments.compare")
    done.wait(lambda: done.workbench.part("comparing").open_ones)
    compared = done.workbench.part("comparing").open_ones[0]
    assert {one.run.id for one in compared.sessions.values()} == chosen


def test_a_header_sorts_and_what_is_selected_stays_so(done: Lab) -> None:
    panel = done.panel
    assert panel.results is not None
    arms = panel.results.arms
    done.click(arms, 2)
    header = arms.horizontalHeader()
    done.qtbot.mouseClick(header.viewport(), LEFT, pos=QPoint(header.sectionViewportPosition(1) + 8, 8))
    means = [arm.scores["score"].mean or 0.0 for arm in arms.of.rows]
    assert means == sorted(means)
    assert [one.name for one in arms.selected()] == ["without chatter"]
    done.qtbot.mouseClick(header.viewport(), LEFT, pos=QPoint(header.sectionViewportPosition(1) + 8, 8))
    assert [arm.scores["score"].mean for arm in arms.of.rows] == sorted(means, reverse=True)


def test_the_filter_narrows_all_tables(done: Lab) -> None:
    panel = done.panel
    assert panel.results is not None
    done.qtbot.keyClicks(panel.results.words, "chatter")

    assert texts(panel.results.arms.of, "Variant") == ["without chatter"]
    assert texts(panel.results.modules.of, "Module") == ["chatter"]
    assert len(panel.results.runs.of.rows) == ROWS


def test_nodes_are_coloured_by_effect_and_the_document_is_not_touched(done: Lab, made: Made) -> None:
    assert done.workbench.open(made.graph) is not None
    canvas = done.workbench.canvas
    assert canvas is not None
    before = canvas.document.graph.to_text()
    done.push("experiments.colour")

    tints = canvas.node_tints.tints
    assert set(tints) == {"planner", "chatter"}
    assert (tints["planner"].words, tints["chatter"].words) == ("+2", "−1.5")
    assert tints["planner"].colour != tints["chatter"].colour
    assert tints["planner"].strength > tints["chatter"].strength
    assert canvas.projection.cards["planner"].tint == tints["planner"]
    assert canvas.projection.cards["total"].tint is None
    assert canvas.document.graph.to_text() == before
    assert not canvas.document.is_modified
    assert not canvas.document.history.labels

    legend = canvas.node_tints.legend
    assert legend is not None
    done.push("canvas.legend.close", legend)
    assert not canvas.node_tints.tints
    assert canvas.projection.cards["planner"].tint is None
    assert not done.panel.colour.isChecked()


@pytest.mark.thorough
def test_a_graph_that_is_none_of_the_experiment_is_not_coloured(done: Lab) -> None:
    done.graph("studio: 1\nname: other\nnodes:\n  planner: {type: flow.input}\n", "other.yaml")
    done.push("experiments.colour")
    canvas = done.workbench.canvas
    assert canvas is not None
    assert not canvas.node_tints.tints
    assert "none of this experiment" in done.said[-1][0]


@pytest.mark.thorough
def test_colours_follow_the_tab_in_front(done: Lab, made: Made) -> None:
    document = done.workbench.open(made.graph)
    assert document is not None
    done.push("experiments.colour")
    coloured = done.workbench.canvas
    assert coloured is not None
    assert coloured.node_tints.tints
    done.graph("studio: 1\nname: other\nnodes:\n  planner: {type: flow.input}\n", "other.yaml")
    assert done.workbench.canvas is not coloured
    assert not done.workbench.canvas.node_tints.tints  # type: ignore[union-attr]
    done.workbench.show(document)
    assert done.workbench.canvas is coloured
    assert coloured.node_tints.tints


@pytest.mark.thorough
def test_undecided_is_hatched(done: Lab, made: Made) -> None:
    from dataclasses import replace

    document = done.workbench.open(made.graph)
    assert document is not None
    assert done.panel.shown is not None
    modules = done.panel.shown.found.modules["planted"]
    undecided = replace(modules, modules=tuple(replace(one, verdict="undecided") for one in modules.modules))

    assert not any(one.hatched for one in tints_in(document, (), modules).values())
    assert all(one.hatched for one in tints_in(document, (), undecided).values())


def test_figures_are_drawn_when_somebody_looks(done: Lab) -> None:
    panel = done.panel
    assert panel.results is not None
    assert not panel.results.figures.is_drawn
    done.push("experiments.view.figures")
    done.wait(lambda: panel.results is not None and panel.results.figures.is_drawn)


def test_a_report_is_written_beside_the_window(done: Lab, monkeypatch: Any) -> None:
    monkeypatch.setattr("studio.gui.panels.experiments.reporting.QDesktopServices.openUrl", lambda url: True)
    chosen = done.panel.chosen
    assert chosen is not None
    target = done.folder / "report.html"
    write(done.workbench, done.panel, chosen.id, target)
    done.wait(lambda: any("The report is in" in text for text, _ in done.said))
    assert read_report(done.service.db, chosen.id).claims[0].text.split("“")[0] in target.read_text()
    write(done.workbench, done.panel, chosen.id, done.folder / "report.nothing")
    done.wait(lambda: done.said[-1][1] == "error")


def test_what_strangers_wrote_reaches_a_table_on_one_harmless_line() -> None:
    rows = Rows([Column("One", lambda one: one, 0)], lambda one: one, lambda one: one)
    rows.put(["a\x1b[31m\nb\u202ec" + "x" * 5000])
    shown = rows.data(rows.index(0, 0))

    assert "\x1b" not in shown
    assert "\n" not in shown
    assert "\u202e" not in shown
    assert len(shown) <= 300


def test_ten_thousand_rows_are_sorted_with_none_last() -> None:
    rows: Rows[int] = Rows([Column("N", str, 0, key=lambda one: None if one % 7 == 0 else -one)], str, str)
    rows.put(range(10_000))
    rows.sort(0)
    known = [one for one in rows.rows if one % 7]
    assert known == sorted(known, reverse=True)
    assert all(one % 7 == 0 for one in rows.rows[len(known) :])


def test_runs_of_an_arm_are_told_apart(made: Made, tmp_path: Path) -> None:
    db = tmp_path / "copy.db"
    db.write_bytes(made.database)
    results = read_results(db, "last")
    assert len(run_lines(results)) == 3 * ROWS
    assert {one.arm for one in run_lines(results, "without planner")} == {"without planner"}
    assert run_lines(results, "no such arm") == []
