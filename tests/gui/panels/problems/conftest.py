"""A real window with a graph that has problems of several kinds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from studio.editing import Document
from studio.graph.model import Graph
from studio.gui.frame.window import MainWindow
from studio.gui.panels.problems.panel import ProblemsPanel
from tests.gui.few_panels import make_only
from tests.gui.windows import opened

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


@pytest.fixture
def window(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    """The window with the faulty graph, checked, and the panel in front."""
    make_only(monkeypatch, *KEPT)
    for made in opened(qtbot):
        made.workbench.add(Document(Graph.from_text(FAULTY)))
        made.show_panel("problems")
        _settle(qtbot, made)
        yield made


def _settle(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: window.workbench.part("checks").is_idle)


@pytest.fixture
def panel(window: MainWindow) -> ProblemsPanel:
    """The problems panel."""
    found = window.panel("problems")
    assert isinstance(found, ProblemsPanel)
    return found
