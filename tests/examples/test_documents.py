"""Every example loads, is written canonically, has nothing wrong with it, and is explained in the same five parts."""

from __future__ import annotations

import re
from pathlib import Path
from xml.sax.saxutils import escape

from studio.export.drawing.svg import graph_svg
from studio.graph.check import check
from studio.spec import default_registry
from tests.support.everyday import for_examples
from tests.support.seeds import graph_of

PARTS = ["What it does", "Modules", "Run it", "What to expect", "Take it apart"]


def test_there_are_examples_and_each_has_a_graph() -> None:
    from studio.support.resources import bundled_graphs, resource_root

    names = {path.stem for path in bundled_graphs()}

    assert {"inbox_triage", "review_digest", "chat_router", "critic_loop"} <= names
    assert {path.name.split(".")[0] for path in resource_root("graphs").glob("*.*")} <= names


def test_it_is_named_like_its_file_and_says_what_it_is_about(example: Path) -> None:
    graph = graph_of(example.stem)

    assert graph.name == example.stem
    assert graph.about.strip()


def test_it_is_written_canonically(example: Path) -> None:
    assert graph_of(example.stem).to_text() == example.read_text(encoding="utf-8"), f"studio fmt {example.name}"


def test_lint_finds_no_error(example: Path) -> None:
    assert [str(found) for found in check(graph_of(example.stem)) if found.severity == "error"] == []


@for_examples("example")
def test_it_can_be_drawn_with_every_node_and_graph(example: Path) -> None:
    graph = graph_of(example.stem)
    drawing = graph_svg(graph, default_registry())

    for one in (graph, *graph.graphs.values()):
        shown = {name: escape(node.title or name)[:12] for name, node in one.nodes.items()}  # long ones are cut
        assert [name for name, text in shown.items() if f">{text}" not in drawing] == []


def test_its_page_has_the_same_parts_as_the_others(example: Path) -> None:
    page = example.with_suffix(".md").read_text(encoding="utf-8")

    assert page.startswith(f"# {example.stem}\n")
    assert re.findall(r"^## (.+)$", page, flags=re.MULTILINE) == PARTS
    assert f"studio run {example.stem}" in page
    assert f"studio replay {example.stem}" in page
    assert f"python -m tests.support.record_examples {example.stem}" in page
