"""A real window with a graph that has problems of several kinds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from studio.editing import Document
from studio.graph.model import Graph
from studio.gui.frame import window as window_module
from studio.gui.frame.pages import Pages
from studio.gui.frame.window import MainWindow
from studio.gui.panels import all_panels
from studio.gui.panels.problems.panel import ProblemsPanel
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
    panels = [one if one.id in KEPT else replace(one, make=lambda _: QWidget()) for one in all_panels()]
    monkeypatch.setattr(window_module, "all_panels", lambda: panels)
    monkeypatch.setattr(Pages, "welcome", lambda *_, **__: None)
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
