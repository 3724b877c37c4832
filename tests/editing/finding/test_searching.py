"""Things are found by words, by who uses them, and where they are defined."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.editing import Document
from studio.editing.finding.searching import MOST_IN_ONE, find
from studio.editing.finding.using import (
    Target,
    definition,
    uses_of_graph,
    uses_of_node,
    uses_of_port,
    uses_of_store,
    uses_of_type,
    where_used,
)
from studio.graph.model import Graph
from studio.support.errors import UsageError

TEXT = """\
studio: 1
name: desk
about: Answer letters.
nodes:
  # Everything comes in by this door.
  letter: {type: flow.input, kind: text, title: The letter}
  judge:
    type: llm.function
    instructions: |
      Judge the letter.
      {letter}
    labels: [kind, rude]
    checks:
      - {name: sure, expression: confidence > 0.5, message: Be surer.}
  each: {type: flow.map, graph: answer}
  again: {type: flow.subgraph, graph: answer}
  keep: {type: queue.push, store: waiting}
edges:
  - letter.value -> judge.letter
  - judge.label -> keep.value
  - judge.label ~> again.item: {initial_from: letter.value}
  - each.reply -> keep.value
stores:
  waiting: {type: queue}
  other: {type: list}
graphs:
  answer:
    nodes:
      item: {type: flow.input}
      take: {type: queue.pop, store: waiting}
      own: {type: list.append}
      reply: {type: flow.output}
    edges:
      - item.value -> reply.value
    graphs:
      deep:
        nodes:
          inner: {type: queue.items, store: waiting}
        stores:
          waiting: {type: queue}
layout: {letter: [0, 0], /comments: [{text: Mind the rude ones, at: [0, 100]}]}
"""


@pytest.fixture
def desk() -> Document:
    return Document(Graph.from_text(TEXT))


def places(doc: Document, query: str, **options: bool) -> list[tuple[str, str]]:
    return [(hit.kind, hit.place) for hit in find(doc, query, **options).hits]


def test_names_come_before_titles_and_those_before_texts(desk: Document) -> None:
    found = places(desk, "letter")
    assert found[0] == ("node", "letter")
    assert found[1] == ("title", "letter · title")
    kinds = [kind for kind, _ in found]
    assert kinds.index("param") > kinds.index("graph") > kinds.index("title")
    assert kinds.index("edge") > kinds.index("param")


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("RUDE", ("param", "judge · labels[1]")),
        ("be surer", ("param", "judge · checks[0].message")),
        ("queue.pop", ("type", "answer / take · type")),
        ("this door", ("comment", "letter · nodes.letter")),
        ("mind the", ("note", "/comments[0].text")),
        ("waiting", ("store", "waiting")),
        ("item.value -> reply", ("edge", "answer / reply")),
        ("initial_from", ("edge", "again")),
        ("deep", ("graph", "answer / deep · name")),
        ("answer letters", ("graph", "about")),
    ],
)
def test_every_text_of_the_document_is_searched(desk: Document, query: str, place: tuple[str, str]) -> None:
    assert place in places(desk, query)


def test_a_hit_shows_the_match_within_one_line(desk: Document) -> None:
    (hit,) = [one for one in find(desk, "letter.\n{letter").hits if one.kind == "param"]
    assert hit.text == "Judge the letter. {letter}"
    assert hit.text[slice(*hit.span)] == "letter. {letter"
    text = desk.node((), "judge").params["instructions"]
    assert text[slice(*hit.where)] == "letter.\n{letter"


def test_regular_expressions_find_and_bad_ones_are_refused(desk: Document) -> None:
    assert ("node", "judge") in places(desk, "^j.*e$", regex=True)
    assert places(desk, "^j.*e$") == []
    with pytest.raises(UsageError, match="not usable"):
        find(desk, "(", regex=True)
    with pytest.raises(UsageError, match="more than"):
        find(desk, "x" * 501)
    assert find(desk, "x*", regex=True).hits == [] or all(
        h.where[1] > h.where[0] for h in find(desk, "x*", regex=True).hits
    )


def test_nothing_is_found_by_nothing(desk: Document) -> None:
    assert find(desk, "  ").hits == []
    assert find(desk, "zebra").hits == []


def test_a_long_text_gives_few_hits_and_says_that_there_are_more() -> None:
    graph = Graph()
    graph.add("text.constant", "big", text="x" * 2_000_000 + " Äpfel and <b>needles</b> " + "y" * 2_000_000)
    doc = Document(graph)
    many = find(doc, "x")
    assert many.more
    assert len([hit for hit in many.hits if hit.kind == "param"]) == MOST_IN_ONE
    (hit,) = find(doc, "äpfel").hits
    assert hit.text[slice(*hit.span)] == "Äpfel"
    assert len(hit.text) < 200
    few = find(doc, "x", most=3)
    assert (len(few.hits), few.more) == (3, True)


def test_who_runs_a_subgraph(desk: Document) -> None:
    assert [(hit.at, hit.node) for hit in uses_of_graph(desk, (), "answer")] == [((), "each"), ((), "again")]
    assert uses_of_graph(desk, ("answer",), "deep") == []
    assert uses_of_graph(desk, (), "nobody") == []


def test_who_uses_a_store_in_whichever_graph_it_is_declared(desk: Document) -> None:
    assert [(hit.at, hit.node, hit.text) for hit in uses_of_store(desk, (), "waiting")] == [
        ((), "keep", "keep (writes)"),
        (("answer",), "take", "take (takes)"),
    ]
    # another store of the same name, further in
    assert [hit.node for hit in where_used(desk, ("answer", "deep"), "store", "waiting")] == ["inner"]
    assert uses_of_store(desk, (), "other") == []


def test_the_wires_of_a_node_and_those_of_its_port_outside(desk: Document) -> None:
    assert [hit.edge for hit in uses_of_node(desk, (), "letter")] == [0, 2]
    outside = uses_of_node(desk, ("answer",), "reply")
    assert [(hit.at, hit.edge) for hit in outside] == [(("answer",), 0), ((), 3)]
    entering = where_used(desk, ("answer",), "node", "item")
    assert ((), 2) in [(hit.at, hit.edge) for hit in entering]


def test_the_wires_and_placeholders_of_a_port(desk: Document) -> None:
    found = uses_of_port(desk, (), "judge", "letter")
    assert [hit.kind for hit in found] == ["edge", "param"]
    assert found[1].text[slice(*found[1].span)] == "{letter}"


def test_who_is_of_a_type(desk: Document) -> None:
    assert [hit.place for hit in uses_of_type(desk, "flow.input")] == ["letter · type", "answer / item · type"]


def test_definitions(desk: Document) -> None:
    assert definition(desk, (), "each") == Target(("answer",))
    assert definition(desk, (), "again", port="item") == Target(("answer",), "item")
    assert definition(desk, (), "each", port="reply") == Target(("answer",), "reply")
    assert definition(desk, (), "keep", param="store") == Target((), store="waiting")
    assert definition(desk, ("answer",), "take", param="store") == Target((), store="waiting")
    assert definition(desk, ("answer", "deep"), "inner", param="store") == Target(("answer", "deep"), store="waiting")
    assert definition(desk, (), "judge", port="letter") == Target((), "letter")
    assert definition(desk, (), "letter") is None
    assert definition(desk, (), "nobody") is None


def test_a_body_in_a_file_is_defined_there(tmp_path: Path) -> None:
    (tmp_path / "body.yaml").write_text("nodes: {item: {type: flow.input}}\n")
    (tmp_path / "top.yaml").write_text("nodes: {run: {type: flow.subgraph, graph: ./body.yaml}}\n")
    doc = Document.open(tmp_path / "top.yaml")
    assert definition(doc, (), "run") == Target((), file=tmp_path / "body.yaml")
    assert definition(doc, (), "run", port="item") == Target((), "item", file=tmp_path / "body.yaml")
    assert [hit.node for hit in uses_of_graph(doc, (), "./body.yaml")] == ["run"]
    (tmp_path / "body.yaml").unlink()
    assert definition(Document.open(tmp_path / "top.yaml"), (), "run") is None
