"""A recorded loop that is forked in the window, and plain readings of what a run did to compare with."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QPlainTextEdit, QWidget

from studio.engine.run import run
from studio.graph import Graph
from studio.gui.frame.window import MainWindow
from studio.gui.panels.fork.panel import ForkPanel
from studio.gui.replay.forking.service import Forks
from studio.gui.replay.session import Session, Source
from studio.trace import Trace
from studio.trace.writer import close_writer

GRAPH = """\
studio: 1
name: loop
nodes:
  topic: {type: flow.input, value: pools}
  writer: {type: llm.function, instructions: "Write about {topic}. Mend: {fault}", output: text}
  critic: {type: llm.function, instructions: "Judge: {draft}", labels: [good, vague, wrong]}
  route: {type: flow.switch, cases: [good]}
  stop: {type: flow.stop}
  result: {type: flow.output}
edges:
  - topic.value -> writer.topic
  - writer.text -> critic.draft
  - critic.label -> route.value
  - critic.label ~> writer.fault: {initial: ""}
  - route.good -> stop.when
  - writer.text -> result.value
max_ticks: 4
"""

SCRIPT: list[dict[str, Any]] = [
    *({"node": "writer", "reply": text} for text in ("first", "second", "third", "other", "more", "still more")),
    *({"node": "critic", "reply": json.dumps({"label": label})}
      for label in ("vague", "wrong", "good", "vague", "good", "good")),
]  # fmt: skip
"""The run takes three of each; forks go on with what follows."""


def write_script(folder: Path, lines: list[dict[str, Any]], name: str = "script.jsonl") -> Path:
    """Write a script of replies."""
    path = folder / name
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def record(folder: Path, text: str = GRAPH, script: list[dict[str, Any]] | None = None) -> tuple[Path, str]:
    """Record a run of a graph file in a database of its own; return the database and the run's id."""
    graph = folder / "loop.yaml"
    graph.write_text(text, encoding="utf-8")
    lines = write_script(folder, SCRIPT if script is None else script)
    db = folder / "recorded.db"
    made = run(Graph.load(graph), model=f"scripted:{lines}", db=db)
    assert made.status == "ok", made.error
    close_writer(db)  # a file that this process writes to is not copied
    return db, str(made.run_id)


def copied(db: Path, name: str) -> Path:
    """Return a copy of a database, for doing the same without a window."""
    target = db.with_name(name)
    with Trace(db) as trace:  # all of it is in the file itself then
        trace.run("last")
    for suffix in ("", "-wal"):
        source = db.with_name(db.name + suffix)
        if source.exists():
            shutil.copy(source, target.with_name(target.name + suffix))
    return target


def step_of(db: Path, run_id: str, node: str, tick: str) -> int:
    """Return the step of a firing."""
    with Trace(db) as trace:
        firing = next(one for one in trace.firings(run_id, node) if one.tick == tick)
    assert firing.seq is not None
    return firing.seq


Did = dict[tuple[str, str], tuple[Any, ...]]


def did(db: Path, run_id: str) -> Did:
    """Return what every firing of a run did, by node and tick: status, outputs, and whether it was taken over."""
    with Trace(db) as trace:
        return {
            (one.node, one.tick): (one.status, trace.outputs(one), one.origin, one.reason)
            for one in trace.firings(run_id)
        }


def asked(db: Path, run_id: str) -> dict[tuple[str, str], list[Any]]:
    """Return the prompts of every firing of a run that asked, by node and tick; also of those taken over."""
    with Trace(db) as trace:
        found: dict[tuple[str, str], list[Any]] = {}
        for one in trace.firings(run_id):
            source = trace.source(one) or one
            for effect in trace.effects(source.run, firing=source.id):
                if effect.kind == "chat":
                    found.setdefault((one.node, one.tick), []).append(effect.request["messages"])
        return found


# -- by hand ------------------------------------------------------------------------------------


def open_run(window: MainWindow, db: Path, run_id: str = "last", *, seq: int | None = None) -> Session:
    """Open a run in the window."""
    session = window.workbench.part("replay").open(Source(db, run_id), seq=seq)
    assert isinstance(session, Session)
    QCoreApplication.processEvents()
    return session


def forks_of(window: MainWindow) -> Forks:
    """Return the service of forks."""
    forks = window.workbench.part("forks")
    assert isinstance(forks, Forks)
    return forks


def fork_panel(window: MainWindow) -> ForkPanel:
    """Return the panel, once it shows what was asked for."""
    QCoreApplication.processEvents()
    panel = window.panel("fork")
    assert isinstance(panel, ForkPanel)
    panel.refresh()
    return panel


def fork_here(window: MainWindow, qtbot: Any) -> ForkPanel:
    """Press the keys for a fork on the canvas, and wait for the panel."""
    canvas = window.workbench.canvas
    assert canvas is not None
    canvas.setFocus()
    QTest.keyClick(canvas.view, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: window.has_panel("fork"))
    return fork_panel(window)


def choose(window: MainWindow, node: str) -> ForkPanel:
    """Select a node on the canvas with the mouse."""
    from tests.gui.support import click, head_of

    canvas = window.workbench.canvas
    assert canvas is not None
    canvas.reveal(node)
    QCoreApplication.processEvents()
    click(canvas, head_of(canvas, node))
    return fork_panel(window)


def child(parent: QWidget, name: str) -> QWidget:
    """Return a widget by its name."""
    found = parent.findChild(QWidget, name)
    assert found is not None, f"there is no {name}"
    return found


def press(qtbot: Any, parent: QWidget, name: str) -> None:
    """Press a button with the mouse, once it can be pressed."""
    button = child(parent, name)
    assert isinstance(button, QAbstractButton)
    qtbot.waitUntil(button.isEnabled)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton, pos=QPoint(8, button.height() // 2))


def retype(qtbot: Any, row: QWidget, text: str) -> None:
    """Type another text into the field of a row."""
    field = row.findChild(QPlainTextEdit)
    assert field is not None
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(field, text)
    QCoreApplication.processEvents()


def run_fork(window: MainWindow, qtbot: Any) -> Session:
    """Press Run Fork and wait for the end; return the session of the fork."""
    forks = forks_of(window)
    ends: list[tuple[Session | None, Any]] = []
    forks.over.connect(lambda parent, session, outcome: ends.append((session, outcome)))
    press(qtbot, window.panel("fork"), "fork.run")
    qtbot.waitUntil(lambda: bool(ends))
    session, outcome = ends[0]
    assert session is not None, outcome
    return session
