"""Drawings of graphs: well-formed, complete, harmless, the same every time."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from typing import Any

import pytest

from studio.export.drawing.measure import fitted, text_width
from studio.export.drawing.paths import Lanes, curve, hits
from studio.export.drawing.svg import graph_svg
from studio.graph import Graph
from studio.spec import default_registry
from studio.support.resources import resource_root
from tests.replay.conftest import TOWN
from tests.support.graphs import CRITIC_LOOP as CRITIC

SVG = "{http://www.w3.org/2000/svg}"


def drawn(text: str, **options: object) -> ElementTree.Element:
    """The drawing of a graph text as a tree."""
    return ElementTree.fromstring(graph_svg(Graph.from_text(text), default_registry(), **options))  # type: ignore[arg-type]


def texts(root: ElementTree.Element, name: str) -> list[str]:
    """The texts of a class."""
    return [one.text or "" for one in root.iter(f"{SVG}text") if name in one.get("class", "").split()]


def test_every_node_port_and_wire_is_drawn() -> None:
    root = drawn(CRITIC)
    graph = Graph.from_text(CRITIC)

    assert set(texts(root, "title")) == set(graph.nodes)
    assert {"topic", "fault", "text", "draft", "label", "confidence", "when"} <= set(texts(root, "name"))
    wires = [one.get("class", "") for one in root.iter(f"{SVG}path") if "wire" in one.get("class", "").split()]
    legend = 2
    assert len(wires) == len(graph.edges) + legend
    assert sum("back" in one.split() for one in wires) == 1 + 1
    titles = [one.text for one in root.iter(f"{SVG}title")]
    assert all(str(edge) in titles for edge in graph.edges)
    assert 'first ""' in texts(root, "pilltext")


def test_no_wire_runs_through_a_heading() -> None:
    graph = Graph.load(resource_root("graphs") / "ask_the_notes.yaml")
    for body in (graph, *graph.graphs.values()):
        root = ElementTree.fromstring(graph_svg(body, default_registry()))
        wires = [one.get("d", "") for one in root.iter(f"{SVG}path") if one.get("class") == "wire"]
        # Places of the first graph's wires, which are relative to the cards' corner below the heading.
        heights = [float(y) for path in wires for _, y in re.findall(r"(-?[0-9.]+)[ ,](-?[0-9.]+)", path)]
        assert min(heights) >= 0


def test_bodies_are_drawn_below() -> None:
    headings = texts(drawn(TOWN), "heading")

    assert headings == ["town", "refine"]


def test_live_and_steady_are_marked() -> None:
    root = drawn(CRITIC, badges={("", "topic"): "steady", ("", "writer"): "live"})
    marks = [one.get("class") or "" for one in root.iter(f"{SVG}g") if "badge" in (one.get("class") or "")]

    assert sorted(marks) == ["badge", "badge", "badge live", "badge live"]  # one of each in the legend


FRAMED = """
nodes:
  a: {type: flow.input}
  b: {type: flow.output}
edges: [a.value -> b.value]
layout:
  a: [0, 0]
  b: [300, 0]
  /frames:
    - {title: Left <b>, rect: [-40, -60, 240, 200], colour: green}
    - {title: "", rect: [260, -60, 900, 500], colour: mauve}
    - {title: nowhere}
    - 3
"""


def test_frames_stand_behind_the_cards_with_their_titles() -> None:
    root = drawn(FRAMED, theme="light")
    inside = next(one for one in root.iter(f"{SVG}g") if [*one] and "area" in one[0].get("class", ""))
    order = [(one.get("class") or "").split(" ")[0] for one in inside]

    assert order[:3] == ["area", "areaname", "area"], "before wires and cards, so behind them"
    areas = [one for one in inside if one.tag == f"{SVG}rect"]
    assert [one.get("class") for one in areas] == ["area a-green", "area a-grey"]
    assert [(one.get("width"), one.get("height")) for one in areas] == [("240", "200"), ("900", "500")]
    assert texts(root, "areaname") == ["Left <b>"]
    card = next(one for one in inside if one.get("class") == "card")
    assert (areas[0].get("x"), areas[0].get("y")) == ("0", "0"), "what stands farthest out gives the corner"
    assert card.get("transform") == "translate(40 60)"
    width, height = float(root.get("width", "0")), float(root.get("height", "0"))
    assert width > 300 + 900
    assert height > 500
    style = next(root.iter(f"{SVG}style")).text or ""
    assert ".area.a-green" in style
    assert ".area.a-blue" not in style


def test_a_drawing_without_frames_says_nothing_of_them() -> None:
    root = drawn(FRAMED.partition("  /frames")[0])

    assert "area" not in ElementTree.tostring(root, encoding="unicode")


def test_text_of_a_graph_stays_text() -> None:
    nasty = CRITIC.replace("tide pools", "<script>alert(1)</script>").replace(
        "about: Write, criticise, rewrite until the critic is content.", 'about: "</text><script/>\\" onload=x"'
    )
    root = drawn(nasty)

    assert not [one for one in root.iter() if "script" in one.tag]
    assert all(one.get("onload") is None for one in root.iter())


def test_unknown_types_and_knocked_out_nodes_are_marked() -> None:
    text = CRITIC.replace("flow.switch, cases: [good]", "my.plugin").replace(
        "{type: flow.output}", "{type: flow.output, knockout: true}"
    )
    marks = " ".join(one.get("class", "") for one in drawn(text).iter(f"{SVG}g"))

    assert "card broken" in marks
    assert "card out" in marks


def test_an_empty_graph_and_wires_to_nowhere_are_drawn() -> None:
    empty = Graph("nothing")
    assert "nothing" in graph_svg(empty, default_registry())
    dangling = Graph.from_text(CRITIC)
    del dangling.nodes["critic"]
    assert "writer" in graph_svg(dangling, default_registry())


@pytest.mark.parametrize(
    ("theme", "dark", "light"), [("light", False, True), ("dark", True, False), ("auto", True, True)]
)
def test_a_theme_is_fixed_or_follows_the_reader(theme: str, dark: bool, light: bool) -> None:
    style = drawn(CRITIC, theme=theme).find(f"{SVG}style")

    assert style is not None
    assert style.text is not None
    assert ("#15181d" in style.text) is dark
    assert ("#f7f8fa" in style.text) is light
    assert ("prefers-color-scheme" in style.text) is (theme == "auto")


@pytest.mark.parametrize("theme", ["light", "dark", "auto"])
def test_colours_and_sizes_are_written_as_every_reader_of_svg_knows_them(theme: Any) -> None:
    """Some know neither `hsl()` nor shares of the whole: heads would be grey, and the paper a corner."""
    text = graph_svg(Graph.from_text(CRITIC), default_registry(), theme=theme)

    heads = re.findall(r"\.h\d+\{fill:([^}]+)\}", text)
    assert heads
    assert all(re.fullmatch("#[0-9a-f]{6}", colour) for colour in heads)
    assert "%" not in "".join(re.findall(r"<rect[^>]*>", text))


def test_the_same_graph_gives_the_same_drawing() -> None:
    assert graph_svg(Graph.from_text(TOWN), default_registry()) == graph_svg(Graph.from_text(TOWN), default_registry())


def test_texts_are_cut_to_their_room() -> None:
    assert fitted("short", 11, 200) == "short"
    cut = fitted("a rather long line about tide pools", 11, 80)
    assert cut.endswith("…")
    assert text_width(cut, 11) <= 80
    assert text_width("漢字", 10) > text_width("ab", 10)


def test_a_curve_that_would_cross_a_card_is_noticed() -> None:
    boxes = {"a": (0.0, 0.0, 50.0, 50.0), "b": (300.0, 0.0, 350.0, 50.0), "c": (150.0, 0.0, 200.0, 50.0)}

    assert hits((50.0, 25.0), (300.0, 25.0), boxes, ("a", "b"))
    assert not hits((50.0, 25.0), (300.0, 25.0), boxes | {"c": (150.0, 90.0, 200.0, 140.0)}, ("a", "b"))
    assert curve((0, 0), (10, 0)).startswith("M0 0C")


def test_feedback_wires_get_lanes_of_their_own() -> None:
    lanes = Lanes({"a": (0.0, 0.0, 100.0, 60.0)})
    first, second = lanes.around((100, 30), (0, 30)), lanes.around((100, 40), (0, 40))

    assert first[1][1] > 60
    assert second[1][1] > first[1][1]
