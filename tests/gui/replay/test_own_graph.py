"""A run is laid over the graph as it ran, whatever has become of its file since, and says so."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton

from studio import Graph, run
from studio.editing import TOP, SetKey
from studio.gui.canvas import Canvas
from studio.gui.frame.window import MainWindow
from studio.gui.replay.session import Session, Source
from studio.gui.replay.strip import ReplayStrip
from studio.trace.writer import close_writer
from tests.gui.replay.runs import look_at_all, opened, press, replays, settle
from tests.gui.support import assert_view_equals_document

THEN = """\
studio: 1
name: letters
nodes:
  who: {type: flow.input, value: Ann}
  greet: {type: text.template, template: "Hello {name}"}
  loud: {type: text.template, template: "{text}!"}
  out: {type: flow.output}
edges:
  - who.value -> greet.name
  - greet.text -> loud.text
  - loud.text -> out.value
"""

NOW = """\
studio: 1
name: letters
nodes:
  who: {type: flow.input, value: Bob}
  greet: {type: text.template, template: "Bye {name}"}
  quiet: {type: text.template, template: "{text}."}
  out: {type: flow.output}
edges:
  - who.value -> greet.name
  - greet.text -> quiet.text
  - quiet.text -> out.value
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The graph's file, changed after its run."""
    file = tmp_path / "letters.yaml"
    file.write_text(THEN)
    db = tmp_path / "runs.db"
    assert run(Graph.load(file), db=db).status == "ok"
    close_writer(db)
    file.write_text(NOW)
    return file


@pytest.fixture
def session(window: MainWindow, file: Path) -> Session:
    return opened(window, file.with_name("runs.db"))


def drawn(canvas: Canvas) -> tuple[set[str], set[str]]:
    """The cards of a canvas, and its wires from node to node."""
    wires = canvas.projection.wires
    return set(canvas.projection.cards), {f"{key.source} {key.target}" for key in wires}


WAS = ({"who", "greet", "loud", "out"}, {"who greet", "greet loud", "loud out"})
IS = ({"who", "greet", "quiet", "out"}, {"who greet", "greet quiet", "quiet out"})


def strip_of(window: MainWindow) -> ReplayStrip | None:
    page = window.pages.current_page()
    assert page is not None
    found: ReplayStrip | None = page.findChild(ReplayStrip)
    return found


def test_a_run_and_its_changed_file(
    window: MainWindow, session: Session, file: Path, subtests: pytest.Subtests
) -> None:
    looks = (
        nodes_and_wires_are_those_that_ran_at_every_step,
        todays_graph_stands_beside_it_unmarked,
        the_next_run_of_the_changed_file_has_the_changed_graph,
        what_is_edited_beside_it_leaves_the_run_alone,
    )
    look_at_all(subtests, looks, window, session, file)


def nodes_and_wires_are_those_that_ran_at_every_step(window: MainWindow, session: Session, file: Path) -> None:
    visited = [session.here.node]
    for _ in range(session.last - 1):
        canvas = press(window, Qt.Key.Key_Right)
        assert drawn(canvas) == WAS
        assert_view_equals_document(canvas)
        visited.append(session.here.node)

    assert visited == ["who", "greet", "loud", "out"]
    cards = settle(window).projection.cards
    assert {name: cards[name].state.text for name in cards} == {
        "who": "Ann", "greet": "Hello Ann", "loud": "Hello Ann!", "out": "Hello Ann!",
    }  # fmt: skip
    assert session.document.graph.nodes["greet"].params["template"] == "Hello {name}"
    strip = strip_of(window)
    assert strip is not None
    mark = strip.findChild(QLabel, "replay.mark")
    assert mark is not None
    assert mark.isVisible()
    assert mark.text() == "REPLAY"
    assert "as it was then" in mark.toolTip()
    assert settle(window).view.tint == "replay"


def todays_graph_stands_beside_it_unmarked(window: MainWindow, session: Session, file: Path) -> None:
    window.resize(1600, 900)
    settle(window)
    strip = strip_of(window)
    assert strip is not None
    button = strip.findChild(QPushButton, "replay.strip.replay.today")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    canvas = settle(window)

    assert canvas.document is not session.document
    assert canvas.document.path == file
    assert drawn(canvas) == IS
    assert strip_of(window) is None
    assert canvas.view.tint == ""
    assert all(not card.state.text for card in canvas.projection.cards.values())
    window.workbench.show(session.document)
    assert drawn(settle(window)) == WAS


def what_is_edited_beside_it_leaves_the_run_alone(window: MainWindow, session: Session, file: Path) -> None:
    session.seek(1)
    document = window.workbench.open(file)
    assert document is not None
    document.do("Say more", [SetKey(TOP, "about", "mine")])
    canvas = settle(window)
    canvas.select(["greet"])
    QTest.keyClick(canvas.view, Qt.Key.Key_Delete)
    assert "greet" not in document.graph.nodes
    window.workbench.show(session.document)
    press(window, Qt.Key.Key_Right)

    assert session.here.node == "greet"
    assert drawn(settle(window)) == WAS


def the_next_run_of_the_changed_file_has_the_changed_graph(window: MainWindow, session: Session, file: Path) -> None:
    """The control: what is shown comes from the run, not from a graph that is always the same."""
    db = file.with_name("runs.db")
    id = run(Graph.load(file), db=db).run_id
    close_writer(db)
    assert replays(window).open(Source(db, str(id))) is not session
    assert drawn(settle(window)) == IS
    window.workbench.show(session.document)
    assert drawn(settle(window)) == WAS
