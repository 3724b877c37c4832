"""The export sheet offers what the targets declare, shows it, says what stands against it, and writes it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
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
    made.show()
    yield made
    if isValid(made):  # type: ignore[no-untyped-call]
        made.close()


def ready(qtbot: Any, sheet: ExportSheet) -> None:
    qtbot.waitUntil(lambda: sheet.made is not None, timeout=10_000)


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


def test_the_file_is_written_where_the_person_says(qtbot: Any, sheet: ExportSheet, tmp_path: Path) -> None:
    ready(qtbot, sheet)
    QTest.mouseClick(sheet.export, Qt.MouseButton.LeftButton)
    dialog = sheet.findChild(QFileDialog, "export.file")
    assert dialog is not None
    assert Path(dialog.selectedFiles()[0]).name == "critic_loop.txt"
    with qtbot.waitSignal(sheet.accepted, timeout=10_000):
        dialog.fileSelected.emit(str(tmp_path / "out.txt"))

    assert (tmp_path / "out.txt").read_text() == "critic_loop!!!"


def test_a_folder_that_is_not_there_is_told_and_the_sheet_stays(qtbot: Any, sheet: ExportSheet, tmp_path: Path) -> None:
    said: list[str] = []
    sheet.workbench.said.connect(lambda text, kind: said.append(text))
    ready(qtbot, sheet)
    sheet.write_to(tmp_path / "no" / "out.txt")

    qtbot.waitUntil(lambda: bool(said), timeout=10_000)
    assert sheet.isVisible()
    assert sheet.export.isEnabled()


def test_a_short_export_can_be_copied(qtbot: Any, sheet: ExportSheet) -> None:
    ready(qtbot, sheet)
    QTest.mouseClick(sheet.copy_button, Qt.MouseButton.LeftButton)

    assert QGuiApplication.clipboard().text() == "critic_loop!!!"


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
