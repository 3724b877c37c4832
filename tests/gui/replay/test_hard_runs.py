"""Runs that are not as one expects: types that are gone, one body for several nodes, bodies inside themselves."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from studio.gui.canvas.wire_item import WireKey
from studio.gui.frame.window import MainWindow
from studio.gui.replay.session import Source
from studio.gui.replay.strip import ReplayStrip
from studio.spec import Node
from studio.spec.registry import Registry
from studio.trace import Trace
from tests.gui.replay.runs import opened, press, replays, settle
from tests.support.runs import FAULTY, made

TWICE = """\
studio: 1
name: twice
nodes:
  a: {type: flow.input, value: 1}
  first: {type: flow.subgraph, graph: body}
  second: {type: flow.subgraph, graph: body}
  out: {type: flow.output}
edges:
  - a.value -> first.x
  - first.y -> second.x
  - second.y -> out.value
graphs:
  body:
    nodes:
      x: {type: flow.input}
      add: {type: math.expression, expression: x + 1}
      y: {type: flow.output}
    edges:
      - x.value -> add.x
      - add.value -> y.value
"""

INSIDE_ITSELF = """\
studio: 1
name: deep
nodes:
  start: {type: flow.input, value: 3}
  go: {type: flow.subgraph, graph: down}
  out: {type: flow.output}
edges:
  - start.value -> go.n
  - go.y -> out.value
graphs:
  down:
    nodes:
      n: {type: flow.input}
      more: {type: math.expression, expression: x > 0}
      less: {type: math.expression, expression: x - 1}
      again: {type: flow.subgraph, graph: down}
      y: {type: flow.output}
    edges:
      - n.value -> more.x
      - n.value -> less.x
      - more.value -> again.when
      - less.value -> again.n
      - n.value -> y.value
"""


class Without(Registry):
    """All usual node types but one."""

    def __init__(self, missing: str) -> None:
        super().__init__()
        self._missing = missing

    def find(self, type_name: str) -> type[Node] | None:
        return None if type_name == self._missing else super().find(type_name)


def test_a_type_that_is_gone_leaves_nodes_and_a_sentence(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window.workbench, "registry", Without("text.template"))
    session = opened(window, made(FAULTY, tmp_path / "faulty.db"))
    session.seek(session.last)
    canvas = settle(window)
    cards = canvas.projection.cards
    page = window.pages.current_page()
    assert page is not None
    strip = page.findChild(ReplayStrip)
    assert strip is not None

    assert cards["risky"].state.status == "error"
    assert cards["after"].state.status == "skipped"
    assert cards["fine"].state.text == "fine"
    assert not canvas.wire_values.values
    assert strip.warning.isVisible()
    assert "text.template" in strip.warning.text()
    assert canvas.wire_value is not None
    assert "not known" in canvas.wire_value(session.document.graph.edges[0])
    while session.seq > 1:
        press(window, Qt.Key.Key_Left)


def test_with_all_types_there_is_no_sentence(window: MainWindow, tmp_path: Path) -> None:
    opened(window, made(FAULTY, tmp_path / "faulty.db"))
    assert settle(window).wire_values.values
    page = window.pages.current_page()
    assert page is not None
    strip = page.findChild(ReplayStrip)
    assert strip is not None
    assert strip.warning.isHidden()


@pytest.mark.thorough
def test_one_body_of_two_nodes_is_shown_as_the_step_was_in_it(window: MainWindow, tmp_path: Path) -> None:
    db = made(TWICE, tmp_path / "twice.db")
    session = opened(window, db)
    with Trace(db) as trace:
        firings = {one.node: one for one in trace.firings()}
    for way, text in (("first", "2"), ("second", "3"), ("first", "2")):
        session.seek(firings[f"{way}/add"].seq or 0)
        canvas = settle(window)
        assert canvas.at == ("body",)
        assert canvas.projection.cards["add"].state.text == text
        edge = next(one for one in canvas.document.at(canvas.at).edges if one.source == "add")
        assert canvas.wire_values.values[WireKey.of(edge)].text == text


def test_a_body_inside_itself_is_shown_as_deep_as_the_step(window: MainWindow, tmp_path: Path) -> None:
    db = made(INSIDE_ITSELF, tmp_path / "deep.db")
    session = opened(window, db)
    seen = []
    while True:
        if session.here.node.endswith("/less") and session.here.status == "ok":
            canvas = settle(window)
            assert canvas.at == ("down",)
            seen.append((session.here.node, canvas.projection.cards["less"].state.text))
            assert canvas.marks.current_name == "less"
        if not session.shift(1):
            break

    assert seen == [
        ("go/less", "2"),
        ("go/again/less", "1"),
        ("go/again/again/less", "0"),
        ("go/again/again/again/less", "-1"),
    ]


def test_a_run_in_which_nothing_was_decided_is_refused_with_a_sentence(window: MainWindow, tmp_path: Path) -> None:
    from studio.trace.sqlite import connect_writer

    db = made(FAULTY, tmp_path / "faulty.db")
    connection = connect_writer(db)
    connection.execute("DELETE FROM _firing")
    connection.commit()
    connection.close()
    said: list[tuple[str, str]] = []
    window.workbench.said.connect(lambda text, kind: said.append((text, kind)))

    assert replays(window).open(Source(db, "last")) is None
    assert said[0][1] == "error"
    assert "Nothing was decided" in said[0][0]
    assert window.workbench.document is None
