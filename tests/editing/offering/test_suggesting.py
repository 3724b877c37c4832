"""The palette finds what people look for, and what is dragged into empty space gets what fits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from studio.editing import Document, InsertEdge, PutNode
from studio.editing.edits.nodes import add_node
from studio.editing.offering.catalogue import TypeEntry, catalogue, document_entries, starting
from studio.editing.offering.presets import UNFINISHED
from studio.editing.offering.ranking import advice, marks, rank
from studio.editing.offering.suggesting import Suggestion, for_port
from studio.graph.check import check
from studio.graph.model import Graph, NodeInstance
from studio.spec import Fields, Node, Registry, default_registry, node, port
from tests.support.graphs import CRITIC_LOOP
from tests.support.thorough import draws


@pytest.fixture(scope="module")
def entries() -> list[TypeEntry]:
    return catalogue(default_registry())


@pytest.fixture
def critic() -> Document:
    return Document(Graph.from_text(CRITIC_LOOP))


def keys(found: list[TypeEntry]) -> list[str]:
    return [entry.key for entry in found]


def suggested(found: list[Suggestion]) -> list[str]:
    return [one.entry.key for one in found]


def test_every_type_has_an_entry_with_title_summary_and_its_ports(entries: list[TypeEntry]) -> None:
    known = {cls.spec.type for cls in default_registry().all_types()}
    assert {entry.type for entry in entries} == known
    assert len(set(keys(entries))) == len(entries)
    assert all(entry.title and entry.summary.endswith(".") and entry.help and entry.icon for entry in entries)
    assert len({entry.title for entry in entries}) == len(entries), "two entries are called alike"
    split = next(entry for entry in entries if entry.key == "text.split")
    assert split.ports == "text → parts, length"
    assert split.nature == "pure"


def test_a_catalogue_is_made_once_and_anew_when_a_type_came() -> None:
    registry = Registry(package="studio.nodes")
    first = catalogue(registry)
    assert catalogue(registry) is first

    @node("mine.echo", category="Mine")
    class Mine(Node):
        """Echo."""

        class In(Fields):
            value: object = port()

    registry.register(Mine)
    assert "mine.echo" in keys(catalogue(registry))


def test_a_type_that_cannot_tell_its_ports_hides_no_other() -> None:
    @node("mine.broken", category="Mine")
    class Broken(Node):
        """Break."""

        @classmethod
        def inputs(cls, params: Fields) -> type[Fields]:
            raise RuntimeError("no ports today")

    found = catalogue(Registry([Broken]))
    assert "mine.broken" in keys(found)
    assert len(found) > 50


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("switch", "flow.switch"),
        ("flow.switch", "flow.switch"),
        ("sw", "flow.switch"),
        ("swich", "flow.switch"),
        ("tmpl", "text.template"),
        ("loop", "flow.map"),
        ("prompt", "llm.function"),
        ("classify", "llm.function:decide"),
        ("extract", "llm.function:extract"),
        ("confidence", "flow.gate:sure_enough"),
        ("for each", "flow.map"),
        ("human in the loop", "human.ask:approve"),
        ("sleep", "flow.delay"),
        ("CHAT", "llm.chat"),
        ("regex", "text.regex"),
        ("memory", "store.get"),
    ],
)
def test_words_find_the_node_that_is_meant(entries: list[TypeEntry], query: str, first: str) -> None:
    found = keys(rank(entries, query))
    assert found[0] == first, found[:6]


def test_a_switch_is_found_by_if(entries: list[TypeEntry]) -> None:
    assert "flow.switch" in keys(rank(entries, "if"))[:3]
    assert "`when`" in advice("if")
    assert "next tick" in advice("while loop")
    assert advice("switch") == ""


def test_nothing_fits_nonsense_and_everything_fits_nothing(entries: list[TypeEntry]) -> None:
    assert rank(entries, "qqzzx") == []
    assert rank(entries, "switch qqzzx") == []
    assert rank(entries, "  ") == entries
    assert rank(entries, "x" * 1_000_000) == []


def test_what_was_found_is_marked() -> None:
    assert marks("Show a table", "tab show") == [(0, 4), (7, 10)]
    assert marks("Switch", "zz") == []


def test_each_preset_is_a_node_without_findings(entries: list[TypeEntry]) -> None:
    """A preset, and every type as the palette begins it, has no fault but the wires that are still to be drawn."""
    for entry in entries:
        if entry.type in UNFINISHED:
            continue
        doc = Document(Graph())
        start = starting(doc, (), entry)
        doc.do("Add", [*start.ops, PutNode((), "made", NodeInstance("made", entry.type, start.params))])
        wrong = [found for found in check(doc.graph) if found.code not in ("input_unwired", "stop_unwired")]
        assert wrong == [], f"{entry.key}: {[str(one) for one in wrong]}"
        ports = doc.ports((), "made")
        assert list(ports.inputs) == list(entry.inputs), entry.key
        assert list(ports.outputs) == list(entry.outputs), entry.key


def test_a_store_that_is_there_is_used_and_else_one_is_declared(entries: list[TypeEntry]) -> None:
    push = next(entry for entry in entries if entry.key == "queue.push")
    doc = Document(Graph.from_text("nodes: {}\nstores: {notes: {type: list}, jobs: {type: queue}}\n"))
    assert starting(doc, (), push).params == {"store": "jobs"}
    assert starting(doc, (), push).ops == ()
    bare = Document(Graph())
    start = starting(bare, (), push)
    bare.do("Declare", start.ops)
    assert bare.graph.stores[str(start.params["store"])].type == "queue"


# -- by port -------------------------------------------------------------------------------------


def test_a_new_body_finds_files_where_its_document_lies(entries: list[TypeEntry], tmp_path: Path) -> None:
    (tmp_path / "body.yaml").write_text("nodes: {item: {type: flow.input}}\n")
    doc = Document(Graph(base=tmp_path))
    region = next(entry for entry in entries if entry.key == "flow.subgraph")
    doc.do("Begin", starting(doc, (), region).ops)
    doc.do("Add", add_node(doc, ("subgraph",), "flow.subgraph", (0, 0), {"graph": "./body.yaml"}, "runs")[1])
    assert list(doc.ports(("subgraph",), "runs").inputs) == ["item"]


def test_labels_are_offered_a_switch_with_them_as_cases(critic: Document) -> None:
    best = for_port(critic, (), "critic", "label", True)[0]
    assert (best.entry.type, best.port) == ("flow.switch", "value")
    assert best.entry.params["cases"] == ["good", "vague", "wrong"]
    assert list(best.entry.outputs) == ["good", "vague", "wrong", "else"]
    assert str(best.edge("which")) == "critic.label -> which.value"


def test_a_confidence_is_offered_a_gate_at_its_own_port(critic: Document) -> None:
    best = for_port(critic, (), "critic", "confidence", True)[0]
    assert (best.entry.key, best.port) == ("flow.gate:sure_enough", "confidence")


def test_a_required_text_input_is_offered_an_input_of_its_name_first(critic: Document) -> None:
    found = for_port(critic, (), "writer", "topic", False)
    assert (found[0].entry.type, found[0].port, found[0].entry.name) == ("flow.input", "value", "topic")
    assert {"llm.function", "text.template", "text.constant"} <= set(suggested(found)[:15])
    assert str(found[0].edge("topic_2")) == "topic_2.value -> writer.topic"


def test_a_prompt_calls_the_value_by_its_name(critic: Document) -> None:
    by_key = {one.entry.key: one for one in for_port(critic, (), "topic", "value", True)}
    assert by_key["llm.function"].port == "topic"
    assert by_key["text.template"].entry.params == {"template": "{topic}"}
    # `text` is the function's own answer, so that the prompt takes the node's name instead
    written = {one.entry.key: one for one in for_port(critic, (), "writer", "text", True)}
    assert written["llm.function"].port == "writer"
    assert written["text.template"].port == "text"


def test_a_switch_is_offered_the_function_that_chooses_among_its_cases(critic: Document) -> None:
    best = for_port(critic, (), "route", "value", False)[0]
    assert (best.entry.key, best.port) == ("llm.function:decide", "label")
    assert best.entry.params["labels"] == ["good", "other"]


def test_a_way_of_a_switch_that_carries_no_data_is_offered_a_stop(critic: Document) -> None:
    best = for_port(critic, (), "route", "good", True)[0]
    assert (best.entry.type, best.port) == ("flow.stop", "when")
    data = Graph.from_text(CRITIC_LOOP)
    data.connect("topic.value", "route.data")
    assert for_port(Document(data), (), "route", "good", True)[0].entry.type != "flow.stop"


def test_done_is_offered_to_when_only(critic: Document) -> None:
    assert {one.port for one in for_port(critic, (), "writer", "done", True)} == {"when"}
    assert for_port(critic, (), "done", "when", False)[0].entry.type == "flow.switch"


def test_an_exact_type_goes_before_a_wider_one_and_what_does_not_fit_is_left_out() -> None:
    doc = Document(Graph.from_text("nodes: {n: {type: list.length}, s: {type: text.split}, e: {type: llm.embed}}\n"))
    lists = suggested(for_port(doc, (), "s", "parts", True))
    assert lists.index("list.sort") < lists.index("debug.log")
    assert "text.split" not in lists
    vectors = for_port(doc, (), "e", "vector", True)
    assert "text.regex" not in suggested(vectors)


def test_a_required_input_goes_before_an_optional_one() -> None:
    @node("mine.reply", category="Mine")
    class Reply(Node):
        """Reply."""

        class In(Fields):
            style: str = port("", help="Optional, and first.")
            letter: str = port(help="Required.")

    graph = Graph.from_text("nodes: {s: {type: text.constant, text: x}}\n")
    found = for_port(Document(graph, registry=Registry([Reply])), (), "s", "text", True)
    assert next(one.port for one in found if one.entry.type == "mine.reply") == "letter"


def test_wires_that_are_drawn_here_often_come_earlier() -> None:
    graph = Graph.from_text("nodes: {s: {type: text.split}}\n")
    doc = Document(graph)

    def place() -> int:
        return suggested(for_port(doc, (), "s", "parts", True)).index("list.unique")

    before = place()
    for number in range(6):
        doc.do("Add", [PutNode((), f"u{number}", NodeInstance(f"u{number}", "list.unique"))])
        edge = graph.connect("s.parts", f"u{number}.items")
        graph.edges.remove(edge)
        doc.do("Wire", [InsertEdge((), number, edge)])
    assert place() < before


def test_a_subgraph_of_the_document_is_offered_with_its_ports() -> None:
    doc = Document(
        Graph.from_text(
            "nodes: {topic: {type: flow.input}}\n"
            "graphs:\n"
            "  refine:\n"
            "    about: Make it better. And better.\n"
            "    nodes: {draft: {type: flow.input, kind: text}, better: {type: flow.output}}\n"
        )
    )
    (entry,) = document_entries(doc, ())
    assert (entry.title, entry.summary, list(entry.inputs)) == ("refine", "Make it better.", ["draft"])
    assert ("flow.subgraph:refine", "draft") in {
        (one.entry.key, one.port) for one in for_port(doc, (), "topic", "value", True)
    }
    assert document_entries(doc, ("refine",)) == []


def test_each_suggestion_makes_a_wire_that_is_allowed(critic: Document) -> None:
    """Control of the ranking: whatever is suggested, the wire it draws has no fault."""
    ports = (("critic", "label"), ("writer", "text"), ("topic", "value"), ("critic", "scores"))
    for name, output in ports[: draws(2, 4)]:
        for one in for_port(critic, (), name, output, True):
            doc = Document(Graph.from_text(CRITIC_LOOP))
            start = starting(doc, (), one.entry)
            new = NodeInstance("new", one.entry.type, start.params)
            doc.do("Add", [*start.ops, PutNode((), "new", new), InsertEdge((), 6, one.edge("new"))])
            errors = [str(found) for found in check(doc.graph) if found.severity == "error"]
            assert errors == [], f"{name}.{output} -> {one.entry.key}.{one.port}: {errors}"


def test_an_unknown_port_or_type_suggests_nothing(critic: Document) -> None:
    assert for_port(critic, (), "critic", "nonsense", True) == []
    critic.do("Break", [PutNode((), "critic", replace(critic.node((), "critic"), type="no.such"))])
    assert for_port(critic, (), "critic", "label", True) == []
