"""Where untrusted texts, private ones and a way out meet at a model, lint says so; with one missing it is silent."""

from __future__ import annotations

import itertools

import pytest

from studio.graph.model import Graph
from studio.graph.scope import Scope, bundle
from studio.lint import lint
from studio.spec import default_registry
from studio.trust.labels import find_risks, guarded_nodes
from tests.trust.toys import toy_registry, with_tools_of_toys

TYPES = toy_registry()


def meeting(*, untrusted: bool, private: bool, outbound: bool) -> Graph:
    """A model that reads two texts and whose answer is shown, or sent."""
    graph = Graph("meeting")
    graph.add("trust.page" if untrusted else "text.constant", "page", **({} if untrusted else {"text": "a"}))
    graph.add("trust.mails" if private else "text.constant", "mails", **({} if private else {"text": "b"}))
    graph.add("llm.function", "model", instructions="Answer {page} from {mails}.", output="text")
    graph.add("trust.send" if outbound else "text.template", "end", **({} if outbound else {"template": "{text}"}))
    graph.add("flow.output", "result")
    graph.connect("page.text", "model.page")
    graph.connect("mails.text", "model.mails")
    graph.connect("model.text", "end.text")
    graph.connect("end.answer" if outbound else "end.text", "result.value")
    return graph


def guarded(graph: Graph) -> set[str]:
    return {name for _, name in guarded_nodes(Scope(bundle(graph)), TYPES)}


@pytest.mark.parametrize(("untrusted", "private", "outbound"), list(itertools.product([False, True], repeat=3)))
def test_of_eight_combinations_the_one_with_all_three_is_told(untrusted: bool, private: bool, outbound: bool) -> None:
    graph = meeting(untrusted=untrusted, private=private, outbound=outbound)

    found = [finding for finding in lint(graph, TYPES) if finding.code == "may_leak"]

    everything = untrusted and private and outbound
    assert len(found) == everything
    assert guarded(graph) == ({"end"} if everything else set())
    if everything:
        for part in ("`model`", "`page.text`", "`mails.text`", "`end`"):
            assert part in found[0].message
        assert found[0].node == "model"
        assert "Cut one of the three" in found[0].hint


def test_without_a_model_between_nothing_is_told() -> None:
    graph = Graph("g")
    graph.add("trust.page", "page")
    graph.add("trust.mails", "mails")
    graph.add("text.template", "both", template="{a} {b}")
    graph.add("trust.send", "send")
    graph.connect("page.text", "both.a")
    graph.connect("mails.text", "both.b")
    graph.connect("both.text", "send.text")

    assert find_risks(Scope(graph), TYPES) == []


def test_a_way_out_before_the_model_is_none() -> None:
    graph = meeting(untrusted=True, private=True, outbound=False)
    graph.add("trust.send", "elsewhere")
    graph.connect("page.text", "elsewhere.text")

    assert guarded(graph) == set()


def test_labels_flow_through_pure_nodes_feedback_and_when() -> None:
    graph = Graph("g")
    graph.add("trust.page", "page")
    graph.add("trust.mails", "mails")
    graph.add("text.template", "wrapped", template="<{x}>")
    graph.add("llm.function", "model", instructions="{a} {b}", output="text")
    graph.add("flow.switch", "route", cases=["yes"])
    graph.add("text.constant", "fixed", text="hello")
    graph.add("trust.send", "send")
    graph.connect("page.text", "wrapped.x")
    graph.connect("wrapped.text", "model.a", feedback={"initial": ""})
    graph.connect("mails.text", "model.b")
    graph.connect("model.text", "route.value")
    graph.connect("route.yes", "send.when")
    graph.connect("fixed.text", "send.text")

    assert guarded(graph) == {"send"}


def test_labels_flow_through_bodies_both_ways_and_back_out() -> None:
    graph = Graph("g")
    graph.add("trust.page", "page")
    graph.add("trust.mails", "mails")
    graph.add("flow.subgraph", "think", graph="thinking")
    graph.add("flow.subgraph", "tell", graph="telling")
    graph.connect("page.text", "think.first")
    graph.connect("mails.text", "think.second")
    graph.connect("think.result", "tell.what")
    thinking = graph.add_graph("thinking")
    thinking.add("flow.input", "first")
    thinking.add("flow.input", "second")
    thinking.add("llm.function", "model", instructions="{a} {b}", output="text")
    thinking.add("flow.output", "result")
    thinking.connect("first.value", "model.a")
    thinking.connect("second.value", "model.b")
    thinking.connect("model.text", "result.value")
    telling = graph.add_graph("telling")
    telling.add("flow.input", "what")
    telling.add("trust.send", "send")
    telling.connect("what.value", "send.text")

    [risk] = find_risks(Scope(graph), TYPES)

    assert (risk.path, [way.path for way in risk.ways_out]) == ("thinking/model", ["telling/send"])
    assert (risk.untrusted, risk.private) == (("page.text",), ("mails.text",))
    graph.edges = [edge for edge in graph.edges if edge.source != "mails"]
    assert find_risks(Scope(graph), TYPES) == []


def test_a_map_hands_on_what_its_items_are_made_of() -> None:
    graph = Graph("g")
    graph.add("trust.page", "page")
    graph.add("text.split", "split", separator=" ")
    graph.add("trust.mails", "mails")
    graph.add("flow.map", "each", graph="body")
    graph.connect("page.text", "split.text")
    graph.connect("split.parts", "each.items")
    graph.connect("mails.text", "each.mails")
    body = graph.add_graph("body")
    body.add("flow.input", "item")
    body.add("flow.input", "mails")
    body.add("llm.function", "model", instructions="{a} {b}", output="text")
    body.add("trust.send", "send")
    body.connect("item.value", "model.a")
    body.connect("mails.value", "model.b")
    body.connect("model.text", "send.text")

    assert guarded(graph) == {"send"}


def test_labels_flow_through_stores_by_name() -> None:
    graph = Graph("g")
    graph.add_store("list", "notes", scope="run")
    graph.add("trust.page", "page")
    graph.add("store.append", "note", store="notes")
    graph.add("store.items", "notes_read", store="notes")
    graph.add("trust.mails", "mails")
    graph.add("llm.function", "model", instructions="{a} {b}", output="text")
    graph.add("trust.send", "send")
    graph.connect("page.text", "note.value")
    graph.connect("note.done", "notes_read.when")
    graph.connect("notes_read.items", "model.a")
    graph.connect("mails.text", "model.b")
    graph.connect("model.text", "send.text")
    assert guarded(graph) == {"send"}

    graph.edges = [edge for edge in graph.edges if edge.target_port != "when"]
    assert guarded(graph) == {"send"}, "the store alone carries it"
    graph.nodes["note"].params["store"] = "others"
    graph.add_store("list", "others", scope="run")
    assert guarded(graph) == set()


def test_a_recursive_body_settles() -> None:
    graph = Graph("g")
    graph.add("trust.page", "page")
    graph.add("trust.mails", "mails")
    graph.add("flow.subgraph", "go", graph="again")
    graph.connect("page.text", "go.a")
    graph.connect("mails.text", "go.b")
    again = graph.add_graph("again")
    again.add("flow.input", "a")
    again.add("flow.input", "b")
    again.add("llm.function", "model", instructions="{a} {b}", output="text")
    again.add("flow.subgraph", "deeper", graph="again")
    again.add("trust.send", "send")
    again.connect("a.value", "model.a")
    again.connect("b.value", "model.b")
    again.connect("a.value", "deeper.b")
    again.connect("b.value", "deeper.a")
    again.connect("model.text", "send.text")

    assert guarded(graph) == {"send"}


@pytest.mark.parametrize("missing", ["", "page", "mails", "send"])
def test_an_agent_with_tools_meets_the_three_by_itself(missing: str) -> None:
    """It reads the page and the mails, and sends: all by tools, without a wire."""
    tools = [{"use": f"trust.{name}", "as": name} for name in ("page", "mails", "send") if name != missing]
    types = toy_registry()
    graph = Graph("g")
    graph.add("llm.agent", "agent", instructions="Be helpful.", tools=tools)
    with with_tools_of_toys():
        found = {name for _, name in guarded_nodes(Scope(graph), types)}

    assert found == (set() if missing else {"agent"})


def test_a_graph_with_faults_is_looked_at_without_raising() -> None:
    graph = Graph.from_text(
        "studio: 1\nnodes:\n  a: {type: trust.send, host: [1]}\n  b: {type: nobody.knows}\n"
        "  c: {type: flow.subgraph, graph: nowhere}\n  d: {type: trust.rude}\n"
        "edges:\n  - gone.x -> a.text\n  - b.y -> lost.z\n  - c.q -> a.text\n"
    )

    assert find_risks(Scope(graph), TYPES) == []
    assert not [one for one in lint(graph, TYPES) if one.code == "may_leak"]


@pytest.mark.parametrize(
    ("params", "port", "told"),
    [
        ({"labels": ["good", "bad"]}, "label", False),
        ({"labels": ["good", "bad"]}, "confidence", False),
        ({"labels": ["good", "bad"]}, "scores", True),
        ({"output": "text"}, "text", True),
        ({"schema": {"type": "object", "properties": {"n": {"type": "integer"}, "t": {"type": "string"}}}}, "n", False),
        ({"schema": {"type": "object", "properties": {"n": {"type": "integer"}, "t": {"type": "string"}}}}, "t", True),
    ],
)
def test_a_model_of_its_own_that_gives_no_words_cuts_what_strangers_wrote(
    params: dict[str, object], port: str, told: bool
) -> None:
    """The way out that lint names: who reads the stranger's text sees nothing private and gives a closed answer."""
    graph = Graph("g")
    graph.add("trust.page", "page")
    graph.add("trust.mails", "mails")
    graph.add("llm.function", "reader", instructions="Judge {x}", **params)
    graph.add("llm.function", "writer", instructions="{a} {b}", output="text")
    graph.add("trust.send", "send")
    graph.connect("page.text", "reader.x")
    graph.connect(f"reader.{port}", "writer.a")
    graph.connect("mails.text", "writer.b")
    graph.connect("writer.text", "send.text")

    assert guarded(graph) == ({"send"} if told else set())


def test_private_numbers_stay_private() -> None:
    graph = meeting(untrusted=True, private=True, outbound=True)
    graph.add("list.length", "count")
    graph.add("text.split", "parts", separator=" ")
    graph.edges = [edge for edge in graph.edges if edge.source != "mails"]
    graph.connect("mails.text", "parts.text")
    graph.connect("parts.parts", "count.list")
    graph.connect("count.length", "model.mails")

    assert guarded(graph) == {"end"}


REAL = """
studio: 1
name: g
nodes:
  page: {{type: web.page, url: "https://w.example/"{more}}}
  name: {{type: text.constant, text: a.txt}}
  read: {{type: files.read}}
  model: {{type: llm.function, instructions: "{{x}} {{y}}"}}
  send: {{type: http.request, method: POST, url: "https://x.example/"}}
{nodes}
edges:
  - name.text -> read.name
  - read.text -> model.y
  - model.text -> send.body
{edges}
stores: {{mem: {{type: queue, scope: {scope}}}}}
"""


def asked(*, nodes: str = "", edges: str, scope: str = "project", more: str = "") -> set[str]:
    graph = Graph.from_text(REAL.format(nodes=nodes, edges=edges, scope=scope, more=more))
    return {name for _, name in guarded_nodes(Scope(graph), default_registry())}


def test_what_a_projects_store_holds_may_come_from_strangers_of_earlier_runs() -> None:
    recalled = {"nodes": "  recall: {type: queue.pop, store: mem}", "edges": "  - recall.value -> model.x"}

    assert asked(**recalled, scope="project") == {"send"}
    assert asked(**recalled, scope="run") == set(), "control: it holds what this run puts there, which is nothing"


def test_what_a_stranger_wrote_comes_back_from_a_file() -> None:
    written = {"nodes": "  write: {type: files.write}", "edges": "  - name.text -> write.name"}

    assert asked(**{**written, "edges": f"{written['edges']}\n  - page.text -> write.content"}) == {"send"}
    assert asked(**{**written, "edges": f"{written['edges']}\n  - name.text -> write.content"}) == set(), "control"


def test_an_error_may_quote_a_stranger() -> None:
    assert asked(edges="  - page.error -> model.x", more=", on_error: route") == {"send"}
    assert asked(edges="  - name.error -> model.x") == set(), "control"
