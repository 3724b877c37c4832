"""What `File > Export…` offers: the graph, and its last run once there is one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from studio.gui.dialogs.exporting import ExportSheet
from studio.gui.frame.window import MainWindow
from tests.gui.live.graphs import GOOD
from tests.gui.live.hands import open_graph
from tests.support.graphs import CRITIC_LOOP


def sheet_of(window: MainWindow) -> ExportSheet:
    window.workbench.trigger("export.export")
    sheet = window.findChild(ExportSheet)
    assert sheet is not None
    return sheet


def test_a_graph_that_ran_offers_records_of_its_last_run(window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    live = open_graph(window, tmp_path, CRITIC_LOOP, *GOOD)
    before = sheet_of(window)
    assert {target.of for target in before.targets} == {"graph"}  # the control: nothing has run yet
    with qtbot.waitSignal(before.destroyed):
        before.reject()

    ended: list[Any] = []
    live.ended.connect(lambda document, outcome: ended.append(outcome))
    window.workbench.trigger("run.run")
    qtbot.waitUntil(lambda: bool(ended))
    sheet = sheet_of(window)
    records = next(number for number, target in enumerate(sheet.targets) if target.name == "jsonl")
    sheet.list.setCurrentRow(records)

    qtbot.waitUntil(lambda: '"record":"run"' in sheet.preview.toPlainText().replace(" ", ""))
    with qtbot.waitSignal(sheet.destroyed):
        sheet.reject()
