"""Graphs as Mermaid charts: what is drawn, and that no text of a graph becomes a part of the language."""

from __future__ import annotations

import html
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from studio.export.mermaid import KINDS, LONGEST, MAX_NODES, MAX_TEXT, label, mermaid, mermaid_page
from studio.graph import Graph
from studio.graph.model import Edge
from studio.spec import default_registry
from studio.support.resources import bundled_graphs
from studio.trust.showing import seen_line
from tests.support.graphs import CRITIC_LOOP
from tests.support.hostile_graphs import HOSTILE

NASTY = (
    "end", '"', "`x`", '"`md`"', "#quot;", "a\"]; end\n click n1 callback", "<script>alert(1)</script>", "1. list",
    "- list", "%%{init: {}}%%", "style a fill:#fff;", "classDef x fill:#f00;", "fa:fa-car", "\u202eevil",
    "\ufb02\u00b0quot\u00b6\u00df", "a\\nb", "http://x.y", "$$x^2$$", "subgraph", "graph LR", "x|y", "(((", "{{}}",
    "&lt;", "&#60;", "@{shape: x}", "\U0001f600", "\x07", " ", "A" * 500, "www.evil.com", "---", "```", "_x_ *y*",
)  # fmt: skip

# The part of Mermaid's grammar that we write, checked once against its own parser (version 11) with the same graphs.
_ID = r"n\d+(?:p\d+|x)?"
_TEXT = r"[^\"\n`]+"
_QUOTED = rf'"{_TEXT}"'
_SHAPES = "|".join(
    rf"{re.escape(opened)}{_QUOTED}{re.escape(closed)}" for opened, closed, _ in {*KINDS.values(), ("((", "))", "")}
)
GRAMMAR = re.compile(
    "|".join((
        r"flowchart (?:LR|TB)",
        rf"\s+{_ID}(?:{_SHAPES})",
        rf"\s+subgraph {_ID}\[{_QUOTED}\]",
        r"\s+end",
        rf"\s+{_ID} (?:-->|-\.->)\|{_QUOTED}\| {_ID}",
        rf"\s+classDef (?:{'|'.join(KINDS)}) [a-z0-9:#,\- ]+",
        rf"\s+class {_ID}(?:,{_ID})* (?:{'|'.join(KINDS)})",
        r"\s+%% Too large to be drawn whole: \d+ nodes and wires are left out\.",
    ))
)  # fmt: skip


def chart(graph: Graph) -> list[str]:
    """The lines of a graph's chart, each of which is in the grammar; bodies are closed."""
    text = mermaid(graph, default_registry())
    assert text.endswith("\n")
    lines = text.removesuffix("\n").split("\n")
    assert [line for line in lines if not GRAMMAR.fullmatch(line)] == []
    opened = 0
    for line in lines:
        opened += line.lstrip().startswith("subgraph ")
        opened -= line.strip() == "end"
        assert opened >= 0
    assert opened == 0
    drawn = {
        found for line in lines for found in re.findall(rf"^\s+(?:subgraph )?({_ID})(?=\W)", line) if "-->" not in line
    }
    wired = {id for line in lines for id in re.findall(rf"(?:^\s+|\| )({_ID})(?= -|$)", line)}
    assert wired <= drawn
    return lines


def shown(written: str) -> str:
    """What Mermaid shows of a label: numbers as the signs they stand for."""
    return html.unescape(re.sub(r"#(\d+);", r"&#\1;", written))


def named(title: str) -> Graph:
    graph = Graph("named")
    graph.add("flow.input", "a", title=title)
    graph.add("flow.output", "b")
    graph.connect("a.value", "b.value")
    graph.edges.append(Edge("a", title, "b", "value", feedback=True, has_initial=True, initial=title, hold=True))
    return graph


def test_the_critic_loop_is_drawn_as_a_person_would() -> None:
    assert chart(Graph.from_text(CRITIC_LOOP))[:13] == [
        "flowchart LR",
        '  n1(["topic"])',
        '  n2("writer<br/>llm.function")',
        '  n3("critic<br/>llm.function")',
        '  n4{{"route<br/>flow.switch"}}',
        '  n5((("done")))',
        '  n6(["result"])',
        '  n1 -->|"value → topic"| n2',
        '  n2 -->|"text → draft"| n3',
        '  n3 -->|"label → value"| n4',
        '  n3 -.->|"label → fault<br/>first #34;#34;"| n2',
        '  n4 -->|"good → when"| n5',
        '  n2 -->|"text → value"| n6',
    ]


@pytest.mark.parametrize("path", bundled_graphs(), ids=lambda path: path.stem)
def test_every_example_is_in_the_grammar(path: Path) -> None:
    lines = chart(Graph.load(path))

    assert len(lines) > 4


@pytest.mark.parametrize("name", sorted(set(HOSTILE) - {"big_prompt"}))
def test_hostile_graphs_are_in_the_grammar(name: str) -> None:
    try:
        graph = Graph.from_text(HOSTILE[name]())
    except Exception as error:  # noqa: BLE001 - the loader's own tests say which files are refused
        pytest.skip(f"refused at load: {type(error).__name__}")

    chart(graph)


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_no_text_becomes_a_part_of_the_language(text: str) -> None:
    chart(named(text))

    expected = " ".join(seen_line(unicodedata.normalize("NFC", text)).split())
    if len(expected) <= LONGEST:
        assert shown(label(text)) == (expected or "\xa0")


def test_the_grammar_would_see_a_text_that_is_not_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: without the escapes the check above fails for what would break a chart."""
    from studio.export import mermaid as module

    monkeypatch.setattr(module, "label", lambda text, longest=0: text)
    broken = [
        text
        for text in NASTY
        if any(
            not GRAMMAR.fullmatch(line)
            for line in mermaid(named(text), default_registry()).removesuffix("\n").split("\n")
        )
    ]

    assert {'"', "`x`", 'a"]; end\n click n1 callback', "```"} <= set(broken)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=80))
def test_any_text_is_safe_and_shown_as_it_is(text: str) -> None:
    written = label(text)

    assert re.fullmatch(_TEXT, written)
    assert not re.search(r"[<>\[\]{}()|\\;:\"'`*&%$@~^=+/?!]", re.sub(r"#\d+;", "", written))
    expected = " ".join(seen_line(unicodedata.normalize("NFC", text)).split())
    if len(expected) <= LONGEST:
        assert shown(written) == (expected or "\xa0")


def test_a_body_stands_inside_its_region_and_wires_lead_to_its_ports() -> None:
    text = """\
studio: 1
name: mapped
nodes:
  words: {type: flow.input, value: [a]}
  go: {type: flow.input, value: true}
  work: {type: flow.map, graph: body}
  out: {type: flow.output}
edges:
  - words.value -> work.items
  - go.value -> work.when
  - work.text -> out.value
graphs:
  body:
    nodes:
      item: {type: flow.input}
      text: {type: flow.output}
    edges:
      - item.value -> text.value
"""
    assert chart(Graph.from_text(text))[1:13] == [
        '  n1(["words"])',
        '  n2(["go"])',
        '  subgraph n3["work: body"]',
        '    n5(["item"])',
        '    n6(["text"])',
        '    n3p1(("when"))',
        "  end",
        '  n4(["out"])',
        '  n1 -->|"value → items"| n5',
        '  n2 -->|"value → when"| n3p1',
        '  n6 -->|"text → value"| n4',
        '  n5 -->|"value"| n6',
    ]


@pytest.mark.parametrize("title", ["", '"' * 100], ids=["short", "long"])
def test_a_graph_beyond_measure_is_cut_and_says_so(title: str) -> None:
    graph = Graph("large")
    for number in range(MAX_NODES + 50):
        graph.add("flow.input", f"a{number}", title=title)
        if number:
            graph.edges.extend(Edge(f"a{number - 1}", "value", f"a{number}", "x") for _ in range(2))

    lines = chart(graph)

    assert sum("([" in line for line in lines) <= MAX_NODES
    assert sum("-->" in line for line in lines) < 500
    assert sum(map(len, lines)) + len(lines) <= MAX_TEXT
    assert any("are left out" in line for line in lines)


def test_a_page_holds_the_chart_and_shows_texts_as_they_are() -> None:
    graph = Graph("x](http://evil) <b>", about="# no heading\n```\n<img src=x> *y*")
    graph.add("flow.input", "a", title="```")

    page = mermaid_page(graph, default_registry())

    heading, rest = page.split("\n", 1)
    assert heading == r"# x\]\(http\:\/\/evil\) \<b\>"
    assert rest.count("\n```mermaid\nflowchart LR\n") == 1
    rendered = MarkdownIt("commonmark").render(page)
    assert rendered.count("<pre>") == rendered.count("<h1>") == rendered.count("<p>") == 1
    assert "<img" not in rendered
    assert "<em>" not in rendered
    assert "<a " not in rendered
