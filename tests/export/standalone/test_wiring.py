"""The wiring of a graph, worded as statements, does what the rules say: random graphs, firing by firing."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from studio.engine.plan import compile_plan
from studio.export.formatting import formatted
from studio.export.standalone.names import Names
from studio.export.standalone.planning import outline
from studio.export.standalone.runtime_names import runtime_names
from studio.export.standalone.wording import Coroutine, Words
from studio.graph import Graph
from tests.engine.generator import random_graph
from tests.engine.players import REGISTRY, by_reference, run_logged, seen
from tests.engine.same import differences
from tests.engine.test_property import happened
from tests.export.standalone import wired as harness
from tests.export.standalone.wired import by_wiring
from tests.support.graphs import CRITIC_LOOP
from tests.support.thorough import draws
from tests.support.toys import latencies, shuffled

BOTH_CLOCKS = """\
studio: 1
name: both_clocks
max_ticks: 3
nodes:
  n: {type: math.expression, expression: x + 1, kind: integer}
  once: {type: flow.subgraph, graph: middle}
  lasting: {type: flow.subgraph, graph: middle, clock: shared}
  a: {type: flow.output, collect: true}
  b: {type: flow.output, collect: true}
edges:
  - n.value ~> n.x: {initial: 0}
  - n.value -> once.v
  - n.value -> lasting.v
  - once.length -> a.value
  - lasting.length -> b.value
graphs:
  middle:
    nodes:
      v: {type: flow.input}
      keep: {type: flow.subgraph, graph: deep}
      length: {type: flow.output}
    edges:
      - v.value -> keep.v
      - keep.length -> length.value
    stores:
      log: {type: list}
    graphs:
      deep:
        nodes:
          v: {type: flow.input}
          add: {type: store.append, store: log}
          length: {type: flow.output}
        edges:
          - v.value -> add.value
          - add.length -> length.value
"""

coverage: Counter[str] = Counter()

LEAST = {
    "plain join": 40, "first join": 15, "many join": 10, "fresh before held": 10, "holds": 30, "hold repeats": 15,
    "initial_from": 25, "later ticks": 40, "nested later ticks": 10, "own subgraph": 20, "own maps": 15,
    "shared maps": 15, "shared bodies ticked again": 15, "shared stop": 2, "new keys later": 3, "skips": 50,
    "skip: route": 20, "skip: knocked out": 6, "skip: not fed": 15, "skip: failed": 2, "on_error skip": 2,
    "on_error default": 2, "on_error route": 2, "stores": 20, "failed runs": 3, "stopped": 6, "quiet": 2,
    "max_ticks": 15, "contender failed": 2,
}  # fmt: skip
"""In how many of the examples of a thorough run each of these must happen at least; each day in half as many."""


def told(graph: Graph) -> str:
    """Return the coroutine of a graph, laid out."""
    wirings = outline(compile_plan(graph, REGISTRY, ordered_races=True))
    return formatted(Coroutine(wirings[-1], Names(wirings, runtime_names()), Words()).source())


@settings(
    max_examples=draws(60, 110), derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
@given(seed=st.integers(0, 2**32 - 1), size=st.integers(3, 14))
def test_the_statements_do_what_the_rules_say(seed: int, size: int) -> None:
    graph = random_graph(seed, size)
    expected = by_reference(graph)

    with latencies(shuffled(seed)):
        found = differences(expected, by_wiring(graph))
    found += differences(expected, by_wiring(graph, sequential=True))

    facts = happened(graph, expected)
    for fact in sorted(facts):
        event(fact)
    coverage.update(facts)
    assert not found, "\n".join([*found[:5], graph.to_text()])


def test_the_random_graphs_cover_what_the_rules_speak_of() -> None:
    if not coverage:
        pytest.skip("needs the examples of the test before")

    share = draws(1, 2) / 2
    assert {fact: coverage[fact] for fact, least in LEAST.items() if coverage[fact] < least * share} == {}


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("region.tick == 0", "True"),
        ("hold=", "hold=None and "),
        ("region.feed_back(", "region.initial("),
        ("collect=True", "collect=False"),
        ("contends=True", "contends=False"),
        ("while True:", "while region.next_tick():"),
        ("Organ(", "Subgraph("),
    ],
)
def test_control_statements_that_say_otherwise_are_found(
    right: str, wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = harness.wired_source
    monkeypatch.setattr(harness, "wired_source", lambda *given: before(*given).replace(right, wrong))

    assert any(_differs(seed) for seed in range(60))


def _differs(seed: int) -> bool:
    graph = random_graph(seed, 3 + seed % 12)
    try:
        return bool(differences(by_reference(graph), by_wiring(graph)))
    except Exception:  # noqa: BLE001 - statements that cannot be run say something else, too
        return True


def test_the_critic_loop_reads_like_this() -> None:
    assert (
        told(Graph.from_text(CRITIC_LOOP))
        == '''\
async def critic_loop(region: Region) -> None:
    """Write, criticise, rewrite until the critic is content."""
    writer_fault = region.initial("")
    topic = region.given("topic", "tide pools")
    while region.next_tick():
        writer_out = await region.fire("writer", writer, topic=topic["value"], fault=writer_fault)
        critic_out = await region.fire("critic", critic, draft=writer_out["text"])
        route_out = await region.fire("route", route, value=critic_out["label"])
        region.stop("done", when=route_out["good"])
        region.output("result", writer_out["text"])
        writer_fault = region.feed_back(critic_out["label"])  # critic.label ~> writer.fault
'''
    )


def test_a_graph_that_runs_with_both_clocks_keeps_one_declaration_of_its_stores() -> None:
    graph = Graph.from_text(BOTH_CLOCKS)

    outcome = by_wiring(graph)

    assert outcome.outputs == {"a": [1, 1, 1], "b": [1, 2, 3]}
    assert outcome.outline == seen(*run_logged(graph)).outline


def test_what_the_author_wrote_beside_a_node_stands_beside_its_statement() -> None:
    graph = Graph.from_text(
        "studio: 1\nname: said\nnodes:\n  # Where it begins.\n  word: {type: flow.input}\n"
        "  out: {type: flow.output}\nedges:\n  - word.value -> out.value\n"
    )

    assert "    # Where it begins.\n    word = region.given(" in told(graph)


def test_a_long_text_has_a_name_before_the_coroutine() -> None:
    graph = Graph("long")
    graph.add("flow.input", "text", value="one\ntwo\nthree\nfour\nfive\n")
    graph.add("flow.output", "out")
    graph.connect("text.value", "out.value")

    assert told(graph).startswith('TEXT = """\\\none\ntwo\n')
    assert 'region.given("text", TEXT)' in told(graph)


def test_functions_variables_and_words_of_python_do_not_meet() -> None:
    graph = Graph("region")
    for name in ("region", "Region", "print", "main", "writer", "Writer", "async_", "lambda_", "policy", "True_"):
        graph.add("text.constant", name, text="x")
    graph.add("flow.merge", "all", take="all")
    for name in list(graph.nodes)[:-1]:
        graph.connect(f"{name}.text", "all.value")

    wirings = outline(compile_plan(graph, REGISTRY, ordered_races=True))
    names = Names(wirings, runtime_names())
    given_names = [*names.modules.values(), *names.coroutines.values(), *names.graphs.values()]

    assert len(set(given_names)) == len(given_names)
    assert not set(given_names) & (set(runtime_names()) | {"region", "print"})
    compile(told(graph), "<test>", "exec")
