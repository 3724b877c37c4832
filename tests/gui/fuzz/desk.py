"""A window with graphs worth shaking, and the list of what is done to them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QApplication

from studio.editing import Document
from studio.graph.model import Graph
from studio.gui.frame.window import MainWindow
from studio.gui.frame.window_state import WindowState
from studio.gui.workbench import Workbench
from studio.settings.settings import Settings
from tests.gui.fuzz import hands, others, panel_hands, replaying
from tests.gui.fuzz.machine import Step

LOOPS = """\
studio: 1
name: loops
nodes:
  words: {type: flow.input, value: [tide, pool, crab]}
  each: {type: flow.map, graph: shout}
  line: {type: text.template, template: "{first} and {rest}"}
  count: {type: text.template, template: "{last}x"}
  enough: {type: logic.expression, expression: "len(text) >= 4"}
  end: {type: flow.stop}
  out: {type: flow.output}
edges:
  - words.value -> each.items
  - each.out -> line.first
  - words.value -> line.rest
  - count.text ~> count.last: {initial: ""}
  - count.text -> enough.text
  - enough.value -> end.when
  - line.text -> out.value
max_ticks: 8
graphs:
  shout:
    nodes:
      item: {type: flow.input}
      loud: {type: text.template, template: "{word}!"}
      out: {type: flow.output}
    edges:
      - item.value -> loud.word
      - loud.text -> out.value
layout:
  words: [0, 0]
  each: [260, 0]
  line: [520, 40]
  count: [260, 260]
  enough: [520, 260]
  end: [780, 260]
  out: [780, 40]
  /frames: [{title: counting, rect: [240, 220, 700, 200]}]
"""
"""A pure graph with a map, a loop, a frame and a body: it runs without any model."""

STEPS: list[tuple[int, Step]] = [
    (10, hands.press), (16, hands.move), (14, hands.release), (8, hands.click), (5, hands.wheel), (9, hands.key),
    (4, hands.words), (7, hands.command), (6, hands.undo), (3, hands.switch), (1, hands.theme),
    (12, others.edit), (2, others.undo_from_outside), (1, others.reload), (3, others.run), (2, others.wait),
]  # fmt: skip

REPLAY_STEPS: list[tuple[int, Step]] = [
    *replaying.STEPS, *panel_hands.STEPS,
    (4, hands.press), (5, hands.move), (5, hands.release), (4, hands.click), (1, hands.wheel), (5, hands.key),
    (2, hands.words), (3, hands.command), (1, hands.undo), (1, hands.switch), (1, hands.theme), (2, others.edit),
    (1, others.undo_from_outside), (2, others.run), (2, others.wait),
]  # fmt: skip
"""What is done where recorded runs are stepped through beside graphs that are edited and run."""


def open_window(folder: Path, texts: tuple[str, ...] = (LOOPS,)) -> MainWindow:
    """Show a window with graphs that were saved into a folder."""
    window = MainWindow(Workbench(Settings()), WindowState(folder / "window.toml"))
    window.resize(1200, 800)
    window.show()
    open_graphs(window.workbench, folder, texts)
    popups = window.workbench.part("popups")
    for name in ("adding", "commands", "finding", "naming", "results", "wiring"):
        getattr(popups, name)  # made once, when first asked for: that they are there is no growth
    QApplication.processEvents()
    return window


def answers(folder: Path) -> str:
    """Write answers for many runs; return the name of the model that gives them, for `STUDIO_MODEL`."""
    script = folder / "answers.jsonl"
    script.write_text('"vague"\n"good"\n' * 5_000, encoding="utf-8")
    return f"scripted:{script}"


def open_graphs(workbench: Workbench, folder: Path, texts: tuple[str, ...]) -> None:
    """Save graphs into a folder and open them."""
    for number, text in enumerate(texts):
        path = folder / f"graph{number}.yaml"
        path.write_text(text, encoding="utf-8")
        workbench.add(Document(Graph.load(path), path, workbench.registry))
