"""A value is its firing's own: what a node does to one reaches no sibling, no later run and no key."""

from __future__ import annotations

import json
from typing import Any

import pytest

from studio import Graph
from studio.spec import Fields, Node, RunContext, node, port
from studio.support.values import Absent
from tests.engine.live import Given, arriving, with_types


@pytest.mark.parametrize("clock", ["own", "shared"])
@pytest.mark.parametrize("key", ["a/b", "50%", ""])
def test_a_key_reaches_the_body_and_finds_its_entry_as_it_was_written(clock: str, key: str) -> None:
    """2.6: inputs named in `each` are split by key. Escaping is for node paths alone."""
    graph = Graph.from_text(f"""
nodes:
  items: {{type: flow.input, value: [{json.dumps(key)}, c]}}
  mail: {{type: flow.input, value: {{{json.dumps(key)}: 1, c: 2}}}}
  work: {{type: flow.map, graph: body, key: id, clock: {clock}, each: [mail]}}
  out: {{type: flow.output}}
  keys: {{type: flow.output}}
edges:
  - items.value -> work.items
  - mail.value -> work.mail
  - work.res -> out.value
  - work.k -> keys.value
graphs:
  body:
    nodes:
      key: {{type: flow.input}}
      mail: {{type: flow.input, value: null}}
      res: {{type: flow.output}}
      k: {{type: flow.output}}
    edges:
      - mail.value -> res.value
      - key.value -> k.value
""")
    assert arriving(graph)[0].outputs == {"out": [1, 2], "keys": [key, "c"]}


@node("review.grow", category="Review")
class Grow(Node):
    """Changes its input in place, as people's nodes do."""

    class In(Fields):
        value: list[object] = port()

    class Out(Fields):
        out: list[object] = port()

    def run(self, ctx: RunContext, params: Fields, inputs: Grow.In) -> Grow.Out:
        inputs.value.append(1)
        return self.Out(out=inputs.value)


def test_a_run_does_not_change_the_initial_values_of_its_graph() -> None:
    """2.6: registers start anew each time. The second run starts from what the first one left."""
    graph = Graph.from_text("""
nodes:
  m: {type: review.grow}
  o: {type: flow.output}
edges:
  - m.out ~> m.value: {initial: []}
  - m.out -> o.value
max_ticks: 2
""")
    registry = with_types(Grow)
    first, second = (json.dumps(arriving(graph, registry=registry)[0].outputs) for _ in range(2))
    assert first == second


def test_a_sibling_does_not_see_what_a_node_did_to_its_input() -> None:
    """2.10: outputs are a function of graph and inputs; the trace says that both had `[0]`."""
    graph = Graph.from_text("""
nodes:
  i: {type: flow.input, value: [0]}
  m: {type: review.grow}
  z: {type: toy.length}
edges:
  - i.value -> m.value
  - i.value -> z.value
""")
    _, log = arriving(graph, registry=with_types(Grow))
    assert next(firing for firing in log.firings if firing.path == "z").outputs == {"out": 1}


def test_an_out_object_given_twice_is_not_written_into() -> None:
    """The reason of an absence grows `at `d` at `d` …` where a node gives one and the same Out each time."""
    kept: list[Any] = []

    @node("review.same", category="Review")
    class Same(Node):
        """Gives one and the same object."""

        class In(Given):
            """What it takes."""

        class Out(Fields):
            a: object | Absent = port(type="any")

        def run(self, ctx: RunContext, params: Fields, inputs: Given) -> Same.Out:
            if not kept:
                kept.append(self.Out(a=Absent("no")))
            same: Same.Out = kept[0]
            return same

    graph = Graph.from_text("""
nodes:
  d: {type: review.same}
  e: {type: toy.echo}
edges:
  - d.done ~> d.value
  - d.a -> e.value
max_ticks: 3
""")
    _, log = arriving(graph, registry=with_types(Same))
    assert len({firing.reason for firing in log.firings if firing.path == "e"}) == 1
