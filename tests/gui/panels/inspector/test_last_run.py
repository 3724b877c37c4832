"""What the last run put on a wire is the sample that a prompt is tried on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from studio.gui.panels.inspector.inspector import Inspector
from studio.gui.panels.inspector.node_page import NodePage
from studio.gui.panels.inspector.preview_section import PreviewSection
from studio.gui.workbench import Workbench
from tests.gui.live.conftest import Desk

CHAIN = """
studio: 1
name: chain
nodes:
  word: {type: flow.input, value: sea}
  first: {type: text.template, template: "the {word}"}
  second: {type: text.template, template: "Write of {thing}."}
  out: {type: flow.output}
edges:
  - word.value -> first.word
  - first.text -> second.thing
  - second.text -> out.value
"""


@pytest.fixture
def desk(workbench: Workbench, qtbot: QtBot, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(workbench, qtbot, tmp_path)
    yield made
    made.live.close()


def test_samples_are_what_the_last_run_brought_until_the_person_gives_others(desk: Desk, qtbot: QtBot) -> None:
    desk.open(CHAIN)
    inspector = Inspector(desk.workbench)
    qtbot.addWidget(inspector)
    inspector.show()
    desk.canvas.select(["second"])
    inspector.refresh()
    page = inspector.page
    assert isinstance(page, NodePage)
    subject = page.subject
    assert inspector.samples.found(subject, "thing") == ("‹thing›", "")

    assert page.preview is not None
    page.preview.header.click()
    body = page.preview.body
    assert isinstance(body, PreviewSection)
    body._later.now()
    assert body.text.toPlainText() == "Write of ‹thing›."

    desk.play()

    desk.until(lambda: body.text.toPlainText() == "Write of the sea.")
    assert inspector.samples.found(subject, "thing") == ("the sea", "last run")
    inspector.samples.give(subject, "thing", "dunes")
    assert subject.sample("thing") == "dunes"
