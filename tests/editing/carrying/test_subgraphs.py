"""A selection becomes a subgraph, and back, and the graph does what it did: asked of random graphs by running them."""

from __future__ import annotations

import math
import random
import zlib
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.editing import Document
from studio.editing.carrying.inlining import inline_subgraph
from studio.editing.carrying.subgraphs import fresh_part, make_subgraph
from studio.editing.document.ops import At
from studio.graph.check import check
from studio.graph.model import Graph
from studio.spec import Fields, Node, Registry, RunContext, node, port
from studio.support.errors import GraphError
from tests.engine.generator import random_graph
from tests.engine.players import run_logged, seen
from tests.reference.interpreter import interpret
from tests.reference.records import Outcome
from tests.support.graphs import CRITIC_LOOP
from tests.support.thorough import draws
from tests.support.toys import toy_registry


@node("toy.world", category="Toys", effects="reads")
class World(Node):
    """A live source that does not see in which subgraph it stands."""

    class In(Fields):
        after: object = port(None)

    class Out(Fields):
        out: int = port()

    def run(self, ctx: RunContext, params: Fields, inputs: Fields) -> Out:
        here, now = ctx.node.rpartition("/")[2], ctx.tick.rpartition(".")[2]
        return self.Out(out=zlib.crc32(f"{here} {now}".encode()) % 100)


REGISTRY = Registry([World, *toy_registry().all_types()], package="studio.nodes")
PART = "part"
seen_so_far: Counter[str] = Counter()

EXAMPLES = draws(20, 40)
SETTINGS = settings(
    max_examples=EXAMPLES, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


def some_of(rng: random.Random, graph: Graph) -> list[str]:
    """Return nodes that can be selected together, mostly neighbours."""
    names = [name for name, one in graph.nodes.items() if one.type not in ("flow.input", "flow.output", "flow.stop")]
    if not names:
        return []
    chosen = {rng.choice(names)}
    for _ in range(rng.randint(0, 5)):
        ends = [(e.source, e.target) for e in graph.edges] + [(e.target, e.source) for e in graph.edges]
        close = [there for here, there in ends if here in chosen and there in names and there not in chosen]
        chosen.add(rng.choice(close if close and rng.random() < 0.8 else names))
    return sorted(chosen)


def firings(outcome: Outcome, leave_out: set[str], *, own: bool) -> Counter[Any]:
    """Return what fired when with which outputs, as if the subgraph were not there."""
    found: Counter[Any] = Counter()
    for one in outcome.outline:
        path = [name for name in one.path.split("/") if name != PART]
        # Outputs of the graph may be shown the same value again; a body that is skipped has no firings.
        if one.path.endswith(PART) or path[-1] in leave_out or (own and one.status == "skipped"):
            continue
        outputs = {port: value for port, value in one.outputs.items() if port != "error"}
        found["/".join(path), "" if own else one.tick, one.status, repr(outputs)] += 1
    return found


def differences(before: Outcome, after: Outcome, leave_out: set[str], *, own: bool) -> list[str]:
    """Return what a graph did otherwise after an edit that promises to change nothing."""
    if (before.status, before.ended) != (after.status, after.ended):
        return [f"{before.status} {before.ended} became {after.status} {after.ended} {after.failure}"]
    if before.status != "ok":
        return []
    if before.outputs != after.outputs:
        return [f"{before.outputs} became {after.outputs}"]
    if before.torn or after.torn:
        return []  # of what was concurrent with a failure nothing is promised
    one, other = firings(before, leave_out, own=own), firings(after, leave_out, own=own)
    return [f"{list((one - other).items())[:3]} became {list((other - one).items())[:3]}"] if one != other else []


@SETTINGS
@given(seed=st.integers(0, 2**32 - 1))
def test_what_becomes_a_subgraph_does_what_it_did_and_so_does_what_is_inlined(seed: int) -> None:
    rng = random.Random(f"selection {seed}")
    doc = Document(random_graph(rng.randrange(2**32), rng.randint(3, 12)), registry=REGISTRY)
    text = doc.graph.to_text()
    before = interpret(doc.graph, {}, registry=REGISTRY)
    for at, graph in rng.sample(list(doc.walk()), k=min(3, sum(1 for _ in doc.walk()))):
        names = some_of(rng, graph)
        if not names:
            continue
        try:
            ops = make_subgraph(doc, at, names, PART)
        except GraphError:
            seen_so_far["refused"] += 1
            continue
        doc.do("Make a subgraph", ops)
        own = "clock" not in doc.node(at, PART).params
        seen_so_far["own" if own else "shared"] += 1
        leave_out = {"y0", "y1", *(doc.at((*at, PART)).nodes.keys() - set(names))}
        made = doc.graph.to_text()
        after = interpret(doc.graph, {}, registry=REGISTRY)
        assert differences(before, after, leave_out, own=own) == [], (at, names, text)
        assert not [str(one) for one in check(doc.graph, REGISTRY) if one.severity == "error"]
        if rng.random() < 0.3:
            run = seen(*run_logged(doc.graph, registry=REGISTRY))
            assert (run.status, run.ended) == (after.status, after.ended)

        inline(doc, at, before, leave_out, own=own)

        while doc.undo():
            pass
        assert doc.graph.to_text() == text
        doc.redo()
        assert doc.graph.to_text() == made
        doc.undo()


def inline(doc: Document, at: At, before: Outcome, leave_out: set[str], *, own: bool) -> None:
    """Take the subgraph apart again and see that nothing changed."""
    try:
        ops = inline_subgraph(doc, at, PART)
    except GraphError:
        seen_so_far["not inlined"] += 1
        return
    doc.do("Inline", ops)
    seen_so_far["inlined"] += 1
    after = interpret(doc.graph, {}, registry=REGISTRY)
    assert differences(before, after, leave_out, own=own) == []
    assert PART not in doc.at(at).graphs


def test_the_random_selections_are_worth_their_name() -> None:
    if seen_so_far:
        of_forty = {"own": 5, "shared": 25, "inlined": 30, "refused": 20}
        least = {what: math.ceil(number * EXAMPLES / 40) for what, number in of_forty.items()}
        assert {what: seen_so_far[what] for what in least if seen_so_far[what] < least[what]} == {}
        # Only where the uses of a store tie, and then the file's order settles who comes first.
        assert seen_so_far["not inlined"] <= 2


def test_what_is_refused_would_have_changed_something_at_times() -> None:
    changed = 0
    for seed in range(60):
        rng = random.Random(f"refused {seed}")
        doc = Document(random_graph(rng.randrange(2**32), rng.randint(3, 12)), registry=REGISTRY)
        names = some_of(rng, doc.graph)
        try:
            make_subgraph(doc, (), names, PART)
        except GraphError:
            pass
        else:
            continue
        try:
            ops = make_subgraph(doc, (), names, PART, strict=False)
        except GraphError:
            continue
        before = interpret(doc.graph, {}, registry=REGISTRY)
        doc.do("Make a subgraph", ops)
        leave_out = {"y0", "y1", *(doc.at((PART,)).nodes.keys() - set(names))}
        after = interpret(doc.graph, {}, registry=REGISTRY)
        changed += bool(differences(before, after, leave_out, own=False))
    assert changed > 3


def test_any_subgraph_that_can_be_inlined_did_what_its_nodes_do() -> None:
    count = 0
    for seed in range(draws(40, 700)):
        rng = random.Random(f"inline {seed}")
        graph = random_graph(rng.randrange(2**32), rng.randint(3, 12))
        for _, one in graph.walk():
            simplify(one, graph, rng)
        doc = Document(graph, registry=REGISTRY)
        before: Outcome | None = None
        for at, one in list(doc.walk()):
            for name in [name for name, each in one.nodes.items() if each.type == "flow.subgraph"]:
                try:
                    ops = inline_subgraph(doc, at, name)
                except GraphError:
                    continue
                before = before or interpret(graph, {}, registry=REGISTRY)
                doc.do("Inline", ops)
                count += 1
                after = interpret(doc.graph, {}, registry=REGISTRY)
                assert (after.status, after.ended) == (before.status, before.ended), seed
                assert before.status != "ok" or after.outputs == before.outputs, seed
                doc.undo()
    assert count > draws(2, 10)


def simplify(graph: Graph, top: Graph, rng: random.Random) -> None:
    """Take away what has no place outside a subgraph, so that some can be inlined."""
    parts = {name for name, one in graph.nodes.items() if one.type == "flow.subgraph"}
    ends = {name for name, one in graph.nodes.items() if one.type in ("flow.input", "flow.output")}
    stops = {name for name, one in graph.nodes.items() if one.type == "flow.stop" and graph is not top}
    graph.nodes = {name: one for name, one in graph.nodes.items() if name not in stops}
    graph.edges = [
        edge
        for edge in graph.edges
        if edge.target not in stops
        and not (edge.target in parts | ends and edge.target_port == "when")
        and not (edge.source in parts | ends and edge.source_port in ("done", "error"))
    ]
    for name in sorted(parts):
        one = graph.nodes[name]
        one.on_error, one.default, one.fires, one.knockout = "fail", {}, None, False
        body = graph.graphs[one.params["graph"]]
        for inner in body.nodes.values():
            inner.params.pop("collect", None)
            if inner.type == "flow.input" and rng.random() < 0.8:
                inner.params.pop("value", None)


# -- by hand ------------------------------------------------------------------------------------


def test_a_loop_becomes_an_organ_with_ports_called_like_its_wires() -> None:
    doc = Document(Graph.from_text(CRITIC_LOOP))
    names = [name for name in doc.graph.nodes if doc.node((), name).type == "llm.function"]

    doc.do("Make", make_subgraph(doc, (), names, "work"))

    assert doc.node((), "work").params == {"graph": "work", "clock": "shared"}
    ports = doc.ports((), "work")
    assert not ports.problems
    assert {port: field.type for port, field in ports.inputs.items()} == {"topic": "any"}
    assert ports.outputs["label"].type == "text"
    assert any(edge.feedback for edge in doc.at(("work",)).edges)
    assert not any(edge.feedback for edge in doc.graph.edges)


STEADY = """
studio: 1
nodes:
  a: {type: flow.input, value: x}
  b: {type: text.template, template: "{q} b"}
  c: {type: text.template, template: "{p} c"}
  d: {type: flow.output}
edges:
  - a.value -> b.q
  - b.text -> c.p  # between
  - c.text -> d.value
layout: {a: [0, 0], b: [200, 10], c: [400, 20], d: [600, 0], /wires: {b.text -> c.p: [[300, 50]]}}
"""


def test_what_fires_once_becomes_a_function_and_comes_back_where_it_was() -> None:
    doc = Document(Graph.from_text(STEADY))
    before = doc.graph

    doc.do("Make", make_subgraph(doc, (), ["c", "b"], "work"))

    assert doc.node((), "work").params == {"graph": "work"}
    assert [str(edge) for edge in doc.graph.edges] == ["a.value -> work.q", "work.text -> d.value"]
    assert doc.graph.layout["work"] == [200, 10]
    body = doc.at(("work",))
    assert body.layout["/wires"] == {"b.text -> c.p": [[300, 50]]}
    assert body.comments == {"edges.b.text -> c.p #": ["# between"]}

    doc.do("Inline", inline_subgraph(doc, (), "work"))

    again = Graph.from_text(STEADY)
    assert doc.graph.nodes == again.nodes
    assert list(doc.graph.nodes) == list(again.nodes)
    assert sorted(map(str, doc.graph.edges)) == sorted(map(str, again.edges))
    assert doc.graph.layout == again.layout
    assert doc.graph.comments == again.comments
    assert before.graphs == {}


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["a"], "is an input of this graph"),
        (["d"], "is an output of this graph"),
        (["b", "e"], r"b -> c -> e leaves the selection and comes back .* Select `c`, too"),
        ([], "Nothing is selected"),
        (["nobody"], "no node `nobody`"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(names: list[str], said: str) -> None:
    text = STEADY.replace("  d: {", '  e: {type: text.template, template: "{z}"}\n  d: {')
    doc = Document(Graph.from_text(text.replace("  - c.text -> d", "  - c.text -> e.z\n  - c.text -> d")))
    with pytest.raises(GraphError, match=said):
        make_subgraph(doc, (), names, "work")


def test_what_fires_once_and_what_fires_every_tick_are_not_put_behind_one_node() -> None:
    text = """
studio: 1
nodes:
  once: {type: text.constant, text: hi}
  tick: {type: clock.now}
  paid: {type: llm.function, instructions: "{a}"}
  out: {type: flow.output}
  when: {type: flow.output}
edges: [once.text -> paid.a, paid.text -> out.value, tick.iso -> when.value]
max_ticks: 2
"""
    doc = Document(Graph.from_text(text))
    with pytest.raises(GraphError, match="`paid` would fire at every tick, too") as refused:
        make_subgraph(doc, (), ["once", "tick"], "work")
    assert refused.value.hint == "Leave `once` outside."
    doc.do("Make", make_subgraph(doc, (), ["once", "tick"], "work", strict=False))
    assert doc.node((), "work").params["clock"] == "shared"


INLINE = """
studio: 1
nodes:
  a: {type: flow.input}
  part: {type: flow.subgraph, graph: body%s}
  out: {type: flow.output}
edges: [a.value -> part.x, part.y -> out.value]
graphs:
  body:
    nodes:
      x: {type: flow.input}
      more: {type: flow.input, value: {n: ["{a}", 2]}}
      t: {type: json.build, names: [p, q]}
      y: {type: flow.output}
%s
    edges: [x.value -> t.p, more.value -> t.q, t.value -> y.value]
"""


def test_an_input_that_nothing_is_wired_to_becomes_a_constant() -> None:
    doc = Document(Graph.from_text(INLINE % ("", "")))
    before, _ = run_logged(doc.graph, inputs={"a": 1}, registry=doc.registry)

    doc.do("Inline", inline_subgraph(doc, (), "part"))

    assert sorted(doc.graph.nodes) == ["a", "more", "out", "t"]
    after, _ = run_logged(doc.graph, inputs={"a": 1}, registry=doc.registry)
    assert before.outputs == after.outputs == {"out": {"p": 1, "q": {"n": ["{a}", 2]}}}


@pytest.mark.parametrize(
    ("key", "node_text", "said"),
    [
        ("", "      s: {type: flow.stop}", "`s` would end this graph"),
        (", on_error: skip", "", "says `on_error`"),
        (", knockout: true", "", "says `knockout`"),
        ("", "    limits: {calls: 3}", "has limits of its own"),
        ("", "    until: stop", "loops on its own clock"),
    ],
)
def test_what_has_no_place_outside_a_subgraph_is_not_inlined(key: str, node_text: str, said: str) -> None:
    doc = Document(Graph.from_text(INLINE % (key, node_text)))
    with pytest.raises(GraphError, match=said):
        inline_subgraph(doc, (), "part", strict=False)


def test_a_body_that_others_run_stays() -> None:
    doc = Document(
        Graph.from_text((INLINE % ("", "")).replace("  out:", "  again: {type: flow.subgraph, graph: body}\n  out:"))
    )
    doc.do("Inline", inline_subgraph(doc, (), "part"))
    assert "body" in doc.graph.graphs
    assert fresh_part(doc, (), "body") == "body_2"
