"""A real window with a graph that has problems of several kinds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from studio.editing import Document
from studio.graph.model import Graph
from studio.gui.frame.window import MainWindow
from studio.gui.panels.problems.panel import ProblemsPanel
from tests.gui.standing import Standing, few

KEPT = ("problems", "inspector", "palette")
"""Panels that are made; the others stay empty."""

FAULTY = """\
studio: 1
name: faulty
nodes:
  topic: {type: flow.input, value: pools}
  sort: {type: llm.function, instructions: "Is {text} about water?", labels: [water, land], temperature: 9.5}
  line: {type: text.template, template: "{a} and {b}"}
  inner: {type: flow.subgraph, graph: part}
  out: {type: flow.output}
edges:
  - topic.value -> sort.text
  - sort.label -> out.value
  - gone.value -> line.a
graphs:
  part:
    nodes:
      lost: {type: flow.output}
      other: {type: flow.output}
"""
"""A param out of bounds, an edge from nowhere, inputs that nothing feeds, here and in a subgraph."""


lasting = few(*KEPT)


@pytest.fixture
def window(lasting: Standing, qtbot: QtBot) -> Iterator[MainWindow]:
    """The window with the faulty graph, checked, and the panel in front."""
    for made in lasting.lend():
        _show_all(made)
        made.workbench.add(Document(Graph.from_text(FAULTY)))
        made.show_panel("problems")
        _settle(qtbot, made)
        yield made


def _show_all(window: MainWindow) -> None:
    """Have the panel leave nothing out, in the order of the check."""
    panel = window.panel("problems")
    assert isinstance(panel, ProblemsPanel)
    panel.words.clear()
    panel.this_graph.setChecked(False)
    for kind in (panel.errors, panel.warnings, panel.hints):
        kind.setChecked(True)
    panel.table.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)


def _settle(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: window.workbench.part("checks").is_idle)


@pytest.fixture
def panel(window: MainWindow) -> ProblemsPanel:
    """The problems panel."""
    found = window.panel("problems")
    assert isinstance(found, ProblemsPanel)
    return found
