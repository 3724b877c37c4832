"""Which execution the tab of a graph shows: maps in maps, a body inside itself, and what ends while one looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from studio.gui.replay.session import Session, Source
from studio.spec.registry import default_registry
from tests.support.runs import made

Open = Callable[[str], Session]

MAPS_IN_MAPS = """\
studio: 1
name: nested
nodes:
  rows: {type: flow.input, value: [[1, 2], [3, 4], [5, 6]]}
  outer: {type: flow.map, graph: middle}
  out: {type: flow.output}
edges:
  - rows.value -> outer.items
  - outer.out -> out.value
graphs:
  middle:
    nodes:
      item: {type: flow.input}
      inner: {type: flow.map, graph: low}
      out: {type: flow.output}
    edges:
      - item.value -> inner.items
      - inner.out -> out.value
  low:
    nodes:
      item: {type: flow.input}
      more: {type: math.expression, expression: x + 1}
      out: {type: flow.output}
    edges:
      - item.value -> more.x
      - more.value -> out.value
"""
MIDDLE, LOW = ("middle",), ("low",)

TREE = """\
studio: 1
name: tree
nodes:
  start: {type: flow.input, value: [[[], []], []]}
  grow: {type: flow.subgraph, graph: branch}
edges:
  - start.value -> grow.twigs
graphs:
  branch:
    nodes:
      twigs: {type: flow.input}
      any: {type: math.expression, expression: len(x) > 0}
      each: {type: flow.map, graph: twig}
    edges:
      - twigs.value -> any.x
      - twigs.value -> each.items
      - any.value -> each.when
  twig:
    nodes:
      item: {type: flow.input}
      go: {type: flow.subgraph, graph: branch}
    edges:
      - item.value -> go.twigs
"""


@pytest.fixture
def open_run(tmp_path: Path) -> Iterator[Open]:
    opened: list[Session] = []

    def open_it(text: str) -> Session:
        opened.append(Session(Source(made(text, tmp_path / "run.db"), "last"), default_registry()))
        return opened[-1]

    yield open_it
    for session in opened:
        session.close()


def seek_node(session: Session, node: str) -> None:
    session.seek(1)
    while session.here.node != node:
        assert session.shift(1), f"{node} was decided"


def prefix(session: Session, at: tuple[str, ...]) -> str:
    state = session.state_at(at)
    assert state is not None
    return state.region.prefix


def test_an_item_picked_outside_is_the_one_whose_items_the_inner_tab_shows(open_run: Open) -> None:
    session = open_run(MAPS_IN_MAPS)
    seek_node(session, "outer/2/inner/1/more")
    assert (prefix(session, MIDDLE), prefix(session, LOW)) == ("outer/2/", "outer/2/inner/1/")

    session.pick(MIDDLE, "0")

    assert (prefix(session, MIDDLE), prefix(session, LOW)) == ("outer/0/", "outer/0/inner/1/")
    session.pick(LOW, "0")
    assert (prefix(session, MIDDLE), prefix(session, LOW)) == ("outer/0/", "outer/0/inner/0/")
    session.pick(MIDDLE, "2")  # where the step is, with another item inside
    assert (prefix(session, MIDDLE), prefix(session, LOW)) == ("outer/2/", "outer/2/inner/0/")


def test_the_next_step_leads_to_its_own_items(open_run: Open) -> None:
    session = open_run(MAPS_IN_MAPS)
    seek_node(session, "outer/2/inner/1/more")
    session.pick(MIDDLE, "0")
    session.shift(1)

    assert session.here.node == "outer/2/inner/1/out"
    assert (prefix(session, MIDDLE), prefix(session, LOW)) == ("outer/2/", "outer/2/inner/1/")


def test_what_was_picked_stays_while_steps_are_elsewhere(open_run: Open) -> None:
    session = open_run(MAPS_IN_MAPS)
    session.seek(session.last)
    session.pick(MIDDLE, "1")
    session.shift(-1)

    assert session.here.node == "outer"
    assert (prefix(session, MIDDLE), prefix(session, LOW)) == ("outer/1/", "outer/1/inner/0/")


def test_of_a_body_inside_itself_by_way_of_items_the_innermost_is_shown(open_run: Open) -> None:
    session = open_run(TREE)
    session.seek(1)
    deepest = ""
    while session.shift(1):
        node = session.here.node
        spot = session.spot(node)
        assert spot is not None
        deepest = max(deepest, node, key=lambda path: path.count("/"))
        if spot.at:
            assert prefix(session, spot.at) == node.rpartition("/")[0] + "/"

    assert deepest.count("/") > 5


def test_a_run_that_ends_without_another_step_is_shown_as_ended(open_run: Open) -> None:
    session = open_run(MAPS_IN_MAPS)
    session.cursor.run = replace(session.run, status="running")
    session.seek(session.last)
    before = session.state_at(())
    assert before is not None
    assert before.run.status == "running"
    session.refresh()

    now = session.state_at(())
    assert now is not None
    assert now.run.status == "ok"
    assert session.state_at(()) is now
