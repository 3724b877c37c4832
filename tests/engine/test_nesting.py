"""Regions in regions: who writes first, who produced what, how deep, and feedback of every kind."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio import Graph
from studio.replay.verify import verify
from tests.engine.live import recorded
from tests.engine.players import REGISTRY, Services, by_engine, by_reference, run_logged, values
from tests.engine.same import differences
from tests.support.toys import latencies, shuffled

NESTED = """
nodes:
  items: {{type: flow.input, value: [1, 2, 3]}}
  m: {{type: flow.map, graph: outer, concurrency: {concurrency}}}
  r: {{type: toy.notes, store: log}}
  seen: {{type: flow.output}}
  all: {{type: flow.output}}
edges:
  - items.value -> m.items
  - m.seen -> seen.value
  - m.seen -> r.after
  - r.all -> all.value
stores:
  log: {{type: list, scope: {scope}}}
graphs:
  outer:
    nodes:
      item: {{type: flow.input}}
      two: {{type: flow.input, value: [10, 20]}}
      n: {{type: toy.note, store: log}}
      inner: {{type: flow.map, graph: inner, concurrency: {concurrency}}}
      r: {{type: toy.notes, store: log}}
      seen: {{type: flow.output}}
    edges:
      - item.value -> n.value
      - two.value -> inner.items
      - item.value -> inner.base
      - inner.seen -> r.after
      - r.all -> seen.value
  inner:
    nodes:
      item: {{type: flow.input}}
      base: {{type: flow.input}}
      add: {{type: toy.add}}
      n: {{type: toy.note, store: log}}
      r: {{type: toy.notes, store: log}}
      seen: {{type: flow.output}}
    edges:
      - item.value -> add.a
      - base.value -> add.b
      - add.out -> n.value
      - n.out -> r.after
      - r.all -> seen.value
"""


@pytest.mark.parametrize("scope", ["region", "run", "project"])
@pytest.mark.parametrize("concurrency", [1, 3])
def test_maps_in_maps_write_an_outer_store_in_item_order(scope: str, concurrency: int, tmp_path: Path) -> None:
    """Rule 2.9: an item sees the store as it was plus its own writes; all writes are applied in item order."""
    graph = Graph.from_text(NESTED.format(scope=scope, concurrency=concurrency))
    graph.base = tmp_path
    with latencies(shuffled(concurrency)):
        result, trace = recorded(graph, tmp_path)

    assert result.outputs["all"] == [1, 11, 21, 2, 12, 22, 3, 13, 23]
    assert result.outputs["seen"] == [[1, 11, 21], [2, 12, 22], [3, 13, 23]]
    assert verify(trace, result.run_id, registry=REGISTRY).difference is None


def test_producers_are_named_right_across_regions_and_bodies_come_before_their_node(tmp_path: Path) -> None:
    graph = Graph.from_text(NESTED.format(scope="region", concurrency=2))
    result, trace = recorded(graph, tmp_path)
    firings = {(firing.node, firing.tick): firing for firing in trace.firings(result.run_id)}
    node_of = {firing.id: firing.node for firing in firings.values()}

    assert node_of[firings["m/1/inner/0/base", "0.0.0"].inputs["value"][0]] == "m/1/item"
    assert node_of[firings["m/1/item", "0.0"].inputs["value"][0]] == "items"
    outline = [firing.node for firing in trace.outline(result.run_id)]
    last = ["m/0/inner/0/seen", "m/0/inner/1/seen", "m/0/inner", "m/0/seen", "m/2/seen", "m"]
    assert sorted(last, key=outline.index) == last


@pytest.mark.parametrize(("depth", "status"), [(16, "ok"), (17, "failed")])
def test_a_graph_contains_itself_sixteen_deep_and_no_deeper(depth: int, status: str) -> None:
    graph = Graph.from_text(f"""
nodes:
  depth: {{type: toy.number, value: {depth}}}
  down: {{type: flow.subgraph, graph: down}}
edges:
  - depth.out -> down.n
graphs:
  down:
    nodes:
      n: {{type: flow.input}}
      less: {{type: toy.add, plus: -1}}
      more: {{type: toy.at_least, limit: 1}}
      again: {{type: flow.subgraph, graph: down}}
    edges:
      - n.value -> less.a
      - less.out -> more.value
      - more.yes -> again.when
      - less.out -> again.n
""")
    result, log = run_logged(graph, catalog=Services(scripted=False))

    assert (result.status, by_reference(graph).status) == (status, status)
    assert len({(firing.path, firing.tick) for firing in log.firings}) == len(log.firings)


def test_feedback_of_every_kind_at_once() -> None:
    """Rule 2.1: `initial: null` is present; from `error`, from `done` into `when`, with `hold`, from a steady node."""
    graph = Graph.from_text("""
nodes:
  w: {type: toy.world}
  doors: {type: toy.parity}
  odd: {type: toy.fail, modulus: 2, remainder: 1, on_error: route}
  a: {type: toy.gather_any}
  h: {type: toy.gather_any}
  n: {type: toy.echo}
  s: {type: flow.subgraph, graph: body}
  steady: {type: toy.number, value: 4}
edges:
  - w.out -> doors.value
  - w.out -> odd.value
  - doors.even ~> a.parts: {initial: null}
  - doors.even ~> h.parts: {hold: true}
  - odd.error ~> n.value
  - odd.done ~> s.when: {initial: false}
  - steady.out ~> s.x
  - w.done ~> w.after
max_ticks: 6
graphs:
  body:
    nodes:
      x: {type: flow.input, value: null}
      e: {type: toy.echo}
    edges:
      - x.value -> e.value
""")
    expected = by_reference(graph)
    assert not differences(expected, by_engine(graph))
    assert values(expected, "a", "all")[0] == [None]
