"""The export sheet offers what the targets declare, shows it, says what stands against it, and writes it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLineEdit
from shiboken6 import isValid

from studio.engine.run import run
from studio.export.targets import GraphSource, GraphTarget, Option, Options, Problem, RunSource, Tell, all_targets
from studio.graph.model import Graph
from studio.gui.dialogs import exporting
from studio.gui.dialogs.exporting import ExportSheet, Sources
from studio.gui.workbench import Workbench
from studio.models.scripted import Scripted
from studio.spec.registry import default_registry
from studio.trace import Trace
from tests.support.graphs import CRITIC_LOOP


def _shout(source: GraphSource, options: Options, tell: Tell) -> Iterator[bytes]:
    tell("Said loudly.")
    yield (source.graph.name + str(options["sign"]) * int(options["times"])).encode()


def _problems(source: GraphSource, options: Options) -> list[Problem]:
    return [Problem("it is too loud", "writer")] if options["times"] == 9 else []


SHOUT = GraphTarget(
    name="shout", title="A shout", summary="The name, loudly.", suffixes=(".txt",), media_type="text/plain",
    make=_shout, problems=_problems,
    options=(
        Option("sign", "what stands behind", kind="text", default="!"),
        Option("times", "how often", kind="number", default=3, whole=True),
    ),
)  # fmt: skip


@pytest.fixture
def sheet(qtbot: Any, workbench: Workbench, monkeypatch: pytest.MonkeyPatch) -> Iterator[ExportSheet]:
    monkeypatch.setattr(exporting, "all_targets", lambda: (SHOUT, *all_targets()))
    graph = Graph.from_text(CRITIC_LOOP)
    made = ExportSheet(workbench, Sources(GraphSource(graph, workbench.registry), None, graph.name))
    made.list.setCurrentRow(0)
    made.show()
    yield made
    if isValid(made):  # type: ignore[no-untyped-call]
        made.close()


def ready(qtbot: Any, sheet: ExportSheet) -> None:
    qtbot.waitUntil(lambda: sheet.made is not None)


def test_the_preview_shows_what_would_be_written(qtbot: Any, sheet: ExportSheet) -> None:
    ready(qtbot, sheet)

    assert sheet.preview.toPlainText() == "critic_loop!!!"
    assert "Said loudly." in sheet.said.text()


def test_options_are_fields_and_the_preview_follows(qtbot: Any, sheet: ExportSheet) -> None:
    assert sheet.form is not None
    field = sheet.form.fields["sign"]
    assert isinstance(field, QLineEdit)
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "?")

    ready(qtbot, sheet)
    assert sheet.preview.toPlainText() == "critic_loop???"


def test_what_stands_against_it_is_told_by_node_and_nothing_can_be_written(qtbot: Any, sheet: ExportSheet) -> None:
    ready(qtbot, sheet)
    assert sheet.export.isEnabled()  # the control
    assert sheet.form is not None
    sheet.form.fields["times"].setValue(9)  # type: ignore[attr-defined]

    ready(qtbot, sheet)
    assert "writer: it is too loud" in sheet.said.text()
    assert not sheet.export.isEnabled()


def test_a_long_list_of_what_stands_against_it_can_be_read_to_its_end(
    qtbot: Any, workbench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = replace(SHOUT, problems=lambda *_: [Problem("it is too loud", f"n{number}") for number in range(30)])
    monkeypatch.setattr(exporting, "all_targets", lambda: (many,))
    graph = Graph.from_text(CRITIC_LOOP)
    made = ExportSheet(workbench, Sources(GraphSource(graph, workbench.registry)))
    qtbot.addWidget(made)

    ready(qtbot, made)
    assert made.said.text() == "This cannot be made: 30 things stand against it."
    assert made.preview.toPlainText().split("\n")[-1] == "n29: it is too loud"
    assert not made.export.isEnabled()
    assert not made.copy_button.isEnabled()


def test_the_file_is_written_where_the_person_says(qtbot: Any, sheet: ExportSheet, tmp_path: Path) -> None:
    ready(qtbot, sheet)
    QTest.mouseClick(sheet.export, Qt.MouseButton.LeftButton)
    dialog = sheet.findChild(QFileDialog, "export.file")
    assert dialog is not None
    assert Path(dialog.selectedFiles()[0]).name == "critic_loop.txt"
    with qtbot.waitSignal(sheet.accepted):
        dialog.fileSelected.emit(str(tmp_path / "out.txt"))

    assert (tmp_path / "out.txt").read_text() == "critic_loop!!!"


def test_a_folder_that_is_not_there_is_told_and_the_sheet_stays(qtbot: Any, sheet: ExportSheet, tmp_path: Path) -> None:
    said: list[str] = []
    sheet.workbench.said.connect(lambda text, kind: said.append(text))
    ready(qtbot, sheet)
    sheet.write_to(tmp_path / "no" / "out.txt")

    qtbot.waitUntil(lambda: bool(said))
    assert sheet.isVisible()
    assert sheet.export.isEnabled()


def test_a_short_export_can_be_copied(qtbot: Any, sheet: ExportSheet) -> None:
    ready(qtbot, sheet)
    QTest.mouseClick(sheet.copy_button, Qt.MouseButton.LeftButton)

    assert QGuiApplication.clipboard().text() == "critic_loop!!!"


def test_a_script_is_what_is_offered_first(qtbot: Any, workbench: Workbench) -> None:
    graph = Graph.from_text(CRITIC_LOOP)
    made = ExportSheet(workbench, Sources(GraphSource(graph, workbench.registry)))
    qtbot.addWidget(made)

    assert made.target.name == "script"
    assert made.said.text() == "Making a preview…"


def test_previews_are_made_one_after_the_other_and_the_last_that_was_asked_for_is_shown(
    qtbot: Any, sheet: ExportSheet, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready(qtbot, sheet)
    gate, begun = Event(), []
    usual = exporting.begin

    def slow(target: Any, sources: Sources, chosen: dict[str, Any]) -> exporting.Made:
        begun.append(chosen["times"])
        assert gate.wait(10)
        return usual(target, sources, chosen)

    monkeypatch.setattr(exporting, "begin", slow)
    assert sheet.form is not None
    times = sheet.form.fields["times"]
    times.setValue(1)  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: begun == [1])
    times.setValue(2)  # type: ignore[attr-defined]
    times.setValue(4)  # type: ignore[attr-defined]
    qtbot.wait(300)
    assert begun == [1]
    gate.set()

    ready(qtbot, sheet)
    assert begun == [1, 4]
    assert sheet.preview.toPlainText() == "critic_loop!!!!"


def test_a_fault_in_a_preview_is_told_and_the_next_one_works(
    qtbot: Any, sheet: ExportSheet, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[BaseException] = []
    monkeypatch.setattr(exporting, "report", lambda where, error: told.append(error))
    with monkeypatch.context() as broken:
        broken.setattr(exporting, "begin", lambda *_: 1 / 0)
        ready(qtbot, sheet)
    assert "a fault of the studio's own" in sheet.said.text()
    assert isinstance(told[0], ZeroDivisionError)
    assert not sheet.export.isEnabled()
    assert sheet.form is not None
    sheet.form.fields["times"].setValue(1)  # type: ignore[attr-defined]

    ready(qtbot, sheet)
    assert sheet.preview.toPlainText() == "critic_loop!"


def test_closing_the_sheet_breaks_a_long_export_off_and_leaves_what_was_there(
    qtbot: Any, sheet: ExportSheet, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ready(qtbot, sheet)
    gate, begun, ended = Event(), Event(), Event()

    def long(source: GraphSource, options: Options, tell: Tell) -> Iterator[bytes]:
        yield b"a"
        begun.set()
        assert gate.wait(10)
        yield b"b"

    sheet.targets[0] = replace(SHOUT, make=long)
    usual = exporting.carry_out

    def carry_out(*given: Any) -> list[str]:
        try:
            return usual(*given)
        finally:
            ended.set()

    monkeypatch.setattr(exporting, "carry_out", carry_out)
    (tmp_path / "out.txt").write_text("before")
    sheet.write_to(tmp_path / "out.txt")
    assert begun.wait(10)
    sheet.reject()
    gate.set()
    assert ended.wait(10)

    assert [file.name for file in tmp_path.iterdir()] == ["out.txt"]
    assert (tmp_path / "out.txt").read_text() == "before"


def test_an_export_that_nobody_breaks_off_is_written_whole(tmp_path: Path) -> None:
    """The control of the one above."""
    graph = Graph.from_text(CRITIC_LOOP)
    exporting.carry_out(SHOUT, Sources(GraphSource(graph, default_registry())), {}, tmp_path / "out.txt")

    assert (tmp_path / "out.txt").read_text() == "critic_loop!!!"


def test_records_are_offered_only_where_there_is_a_run(qtbot: Any, workbench: Workbench, tmp_path: Path) -> None:
    graph = Graph.from_text(CRITIC_LOOP)
    done = run(graph, model=Scripted(["A draft.", {"label": "good"}]), db=tmp_path / "t.db")
    source = GraphSource(graph, workbench.registry)
    alone = ExportSheet(workbench, Sources(source))
    beside_run = ExportSheet(
        workbench, Sources(source, lambda: RunSource(Trace(tmp_path / "t.db"), (done.run_id,)), "critic_loop")
    )
    for one in (alone, beside_run):
        qtbot.addWidget(one)

    assert {target.of for target in alone.targets} == {"graph"}
    assert {target.of for target in beside_run.targets} == {"graph", "run"}


@pytest.mark.parametrize("target", all_targets(), ids=lambda one: one.name)
def test_every_target_has_a_preview(target: Any, qtbot: Any, workbench: Workbench, tmp_path: Path) -> None:
    graph = Graph.from_text(CRITIC_LOOP)
    done = run(graph, model=Scripted(["A draft.", {"label": "good"}]), db=tmp_path / "t.db")
    sources = Sources(
        GraphSource(graph, workbench.registry), lambda: RunSource(Trace(tmp_path / "t.db"), (done.run_id,))
    )

    made = exporting.begin(target, sources, {})

    assert not made.refusal
    assert made.text
