"""Variants: what is varied is read, named, applied by edits, and refused before anything runs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.batch.design import axes, expanding
from studio.batch.design.axes import choices, file_reader, split_values
from studio.batch.design.expanding import Bodied, variants_of
from studio.batch.design.options import experiment_of, knockouts_of
from studio.batch.design.variants import Variant, modules_of, varied
from studio.graph.model import Graph
from studio.support.errors import UsageError
from studio.support.resources import resource_root
from studio.support.values import Json
from tests.batch.design.helpers import GRAPH, bodied
from tests.support.thorough import draws

TWIN = GRAPH.replace("name: answers", "name: twin")


def variants(graphs: Mapping[str, Bodied] | None = None, **said: Json) -> list[Variant]:
    graphs = graphs or {"answers": bodied()}
    experiment = experiment_of({"graphs": dict.fromkeys(graphs, "x.yaml"), **said})
    return variants_of(experiment, graphs, file_reader(Path("/nowhere"), None))


def names(graphs: Mapping[str, Bodied] | None = None, **said: Json) -> list[str]:
    return [one.name for one in variants(graphs, **said)]


def refused(**said: Json) -> str:
    one = bodied()

    def resolve() -> list[Graph]:
        return [varied(one.graph, variant, one.registry) for variant in variants({"answers": one}, **said)]

    with pytest.raises(UsageError) as caught:
        resolve()
    return str(caught.value)


def two() -> dict[str, Bodied]:
    return {"answers": bodied(), "twin": bodied(TWIN, "twin")}


# -- values as they are written ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "kind", "found"),
    [
        ("0,0.5, 1", "number", [0, 0.5, 1]),
        ("1..4", "integer", [1, 2, 3, 4]),
        ("0..1..0.25", "number", [0.0, 0.25, 0.5, 0.75, 1.0]),
        ("0.1..0.3..0.1", "number", [0.1, 0.2, 0.3]),
        ("-2..0,7", "any", [-2, -1, 0, 7]),
        ("1..3", "text", ["1..3"]),
        ("brief,long and dry", "text", ["brief", "long and dry"]),
        ('"a, b",c', "text", ["a, b", "c"]),
        ('say "hi", loud', "text", ['say "hi"', "loud"]),
        ('[1,2],{"a": "x,]"}', "any", [[1, 2], {"a": "x,]"}]),
        ("true,null,word", "any", [True, None, "word"]),
        ("@@home", "text", ["@home"]),
        ([1, [2]], "any", [1, [2]]),
        (3, "any", [3]),
    ],
)
def test_values_are_read_as_the_setting_takes_them(said: Json, kind: str, found: list[Json]) -> None:
    assert [one.value for one in choices("a.b", said, kind=kind, read=lambda name: "")] == found


@settings(max_examples=draws(20, 100))
@given(st.lists(st.text(min_size=1), min_size=1, max_size=5, unique=True))
def test_texts_written_as_json_come_back_whatever_they_hold(texts: list[str]) -> None:
    try:
        said = ",".join(json.dumps(text, ensure_ascii=False) for text in texts)
        said.encode()
    except UnicodeEncodeError:
        return
    assert [one.value for one in choices("a.b", said, kind="text", read=lambda name: "")] == texts


@settings(max_examples=draws(20, 100))
@given(st.text(alphabet=',[]{}"\\ ax.1@', max_size=40))
def test_whatever_is_written_is_read_or_refused(said: str) -> None:
    def no_file(name: str) -> str:
        raise UsageError("no files here")

    with suppress(UsageError):  # any other exception fails
        choices("a.b", said, kind="any", read=no_file)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("", "varied over no value"),
        ("1,1", "over 1 twice"),
        ("5..1", "holds nothing"),
        ("1..5..0", "holds nothing"),
        ("1..1000001", "more than 1,000 values"),
        ("[1,2", "A bracket is left open"),
        ('"a', "A quote is left open"),
        (["x", "\ud800"], "lone surrogate"),
    ],
)
def test_values_that_say_nothing_are_refused(said: Json, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        choices("a.b", said, kind="any", read=lambda name: "")


def test_texts_and_lists_come_from_files_a_strangers_only_from_its_project(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "a.txt").write_text("brief, and dry")
    (project / "all.json").write_text('["x", "y"]')
    (tmp_path / "secret.txt").write_text("key")
    own, strange = file_reader(project, None), file_reader(project, project)

    found = choices("a.b", "@a.txt,@all.json", kind="text", read=strange)

    assert [tuple(one) for one in found] == [("@a.txt", "brief, and dry"), ("x", "x"), ("y", "y")]
    assert choices("a.b", "@../secret.txt", kind="text", read=own)[0].value == "key"
    with pytest.raises(UsageError, match="outside the project"):
        choices("a.b", "@../secret.txt", kind="text", read=strange)
    with pytest.raises(UsageError, match="cannot be read"):
        choices("a.b", "@none.txt", kind="text", read=strange)


def test_pieces_are_divided_outside_of_quotes_only() -> None:
    assert split_values('a,"b,c",[d,e]', "x") == ["a", '"b,c"', "[d,e]"]
    assert split_values("a", "x") == ["a"]


# -- products and names -----------------------------------------------------------------------------


def test_the_graph_as_it_is_comes_first_and_several_settings_make_all_products() -> None:
    found = variants(vary={"writer.temperature": "0,1", "model": "a,b", "input:times": "1..3"})

    assert [one.name for one in found][:3] == [
        "whole",
        "writer.temperature=0 model=a input:times=1",
        "writer.temperature=0 model=a input:times=2",
    ]
    assert len(found) == 1 + 2 * 2 * 3
    assert found[-1] == Variant(
        "writer.temperature=1 model=b input:times=3", {"writer.temperature": 1}, (), "b", {"times": 3}
    )


@given(st.lists(st.integers(1, 4), min_size=1, max_size=4))
@settings(max_examples=30)
def test_a_product_has_as_many_variants_as_its_sizes_multiply_to(sizes: list[int]) -> None:
    targets = ["writer.temperature", "writer.max_tokens", "input:times", "model"]
    vary: dict[str, Json] = {
        target: [f"m{one}" if target == "model" else one + 1 for one in range(size)]
        for target, size in zip(targets, sizes, strict=False)
    }
    expected = 1
    for size in sizes:
        expected *= size

    found = variants(vary=vary)

    assert len(found) == expected + 1
    assert len({one.identity for one in found}) == len({one.name for one in found}) == len(found)


def test_long_values_that_begin_alike_have_names_of_their_own() -> None:
    long = "x" * 100

    assert names(vary={"writer.instructions": [f"{long}1", f"{long}2"]})[1:] == [
        f"writer.instructions={long[:40]}",
        f"writer.instructions={long[:40]} #2",
    ]


def test_what_is_compared_with_comes_first_and_stands_in_for_the_whole() -> None:
    assert names(vary={"model": "a,b"}, compare="model=b") == ["model=b", "model=a"]
    assert names(variants={"plain": {"set": {"writer.temperature": 0}}}, compare="whole") == ["whole", "plain"]
    assert names(vary={"model": "a,b"}, compare="model=b", knockouts=["writer"])[0] == "model=b"
    assert "whole" in names(vary={"model": "a,b"}, compare="model=b", knockouts=["writer"])


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"vary": {"writter.temperature": "0"}}, "has no node `writter`. Did you mean `writer`?"),
        ({"vary": {"writer.temprature": "0"}}, "has no param `temprature`. Did you mean `temperature`?"),
        ({"vary": {"writer.temperature": "hot"}}, "variant `writer.temperature=hot`: `writer`: `temperature` must be"),
        ({"vary": {"writer.temperature": "9"}}, "must be at most"),
        ({"vary": {"writer.retries": "-1"}}, "variant `writer.retries=-1`"),
        ({"vary": {"organ.graph": ["critik"]}}, "variant `organ.graph=critik`"),
        ({"vary": {"writer": "0"}}, "`writer` names no setting"),
        ({"vary": {"input:tims": "0"}}, "There is no input `tims`. Did you mean `times`?"),
        ({"vary": {"model": [1]}}, "names of models"),
        ({"vary": {"other:writer.temperature": "1"}}, "no graph `other`"),
        ({"knockouts": ["critic/jugde"]}, "Did you mean `critic/judge`?"),
        ({"knockouts": {"of": "all", "except": ["kritic"]}}, "has nothing called `kritic`. Did you mean `critic`?"),
        ({"variants": {"a": {"set": {"writer.temprature": 0}}}}, "Did you mean `temperature`?"),
        ({"variants": {"a": {"graph": "other"}}}, "no graph of this experiment"),
        ({"variants": {"same": {}}}, "The variants `whole` and `same` change the same."),
        ({"variants": {"a": {"model": "m"}}, "vary": {"model": "m"}}, "change the same"),
        ({"variants": {"model=m": {"model": "n"}}, "vary": {"model": "m"}}, "Two variants are called `model=m`"),
        ({"vary": {"model": "a"}, "compare": "model=b"}, "Nothing is called `model=b`"),
        ({"vary": {"writer.instructions": ["Answer {other}"]}}, "variant `writer.instructions=Answer {other}`"),
    ],
)
def test_what_is_not_there_or_cannot_be_is_refused_before_anything_runs(said: dict[str, Any], why: str) -> None:
    assert why in refused(**said)


def test_too_many_variants_are_refused_before_they_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expanding, "MOST_VARIANTS", 4)

    assert len(variants(vary={"model": "a,b,c"})) == 4
    with pytest.raises(UsageError, match="more than 4 variants"):
        variants(vary={"model": "a,b,c,d"})
    monkeypatch.setattr(axes, "MOST_VALUES", 2)
    with pytest.raises(UsageError, match="more than 2 values"):
        variants(vary={"model": "a,b,c"})


# -- knockouts --------------------------------------------------------------------------------------


def test_every_module_is_knocked_out_in_turn_by_the_name_of_its_body() -> None:
    assert names(knockouts="all") == ["whole", "without writer", "without critic/judge"]
    assert names(knockouts={"of": "all", "except": ["critic"]}) == ["whole", "without writer"]
    assert names(knockouts="pairs")[-1] == "without writer+critic/judge"
    assert names(knockouts=["writer+organ/judge"]) == ["whole", "without writer+organ/judge"]


def test_a_body_named_like_a_node_that_runs_another_is_named_by_the_nodes_way() -> None:
    text = GRAPH.replace("  organ: {type: flow.subgraph, graph: critic}\n", "").replace(
        "  answer: {type: flow.output}\n",
        "  organ: {type: flow.subgraph, graph: critic}\n  critic: {type: flow.subgraph, graph: other}\n"
        "  answer: {type: flow.output}\n",
        1,
    )
    text = text.replace(
        "layout:",
        "  other:\n    name: other\n    nodes:\n      judge: {type: llm.function, instructions: Say}\nlayout:",
    )
    one = bodied(text)

    found = modules_of(one.graph, one.registry)

    assert found == ["writer", "organ/judge", "other/judge"]
    off = varied(one.graph, Variant("x", knockouts=("organ/judge",)), one.registry)
    assert off.graphs["critic"].nodes["judge"].knockout is True
    assert off.graphs["other"].nodes["judge"].knockout is False


def test_the_modules_of_the_organism_are_all_of_its_organs() -> None:
    graph = Graph.load(resource_root("graphs") / "organism.yaml")
    one = bodied(graph.to_text())

    found = modules_of(one.graph, one.registry, ("greenhouse",))

    assert len(found) == len(set(found)) >= 100
    assert {path.partition("/")[0] for path in found} == set(one.graph.graphs) - {"greenhouse"}


def test_options_say_what_a_file_says() -> None:
    assert knockouts_of(["all"]) == "all"
    assert knockouts_of(["pairs"], ["world"]) == {"of": "pairs", "except": ["world"]}
    assert knockouts_of(["a", "b+c"]) == ["a", "b+c"]
    assert knockouts_of([]) is None
    for items, leave in ((["all", "a"], []), (["a"], ["b"])):
        with pytest.raises(UsageError):
            knockouts_of(items, leave)


# -- applied ----------------------------------------------------------------------------------------


def test_a_variant_is_another_graph_and_the_whole_stays_as_it_is() -> None:
    one = bodied()
    before = one.graph.to_text()
    variant = Variant(
        "x", {"writer.temperature": 1.0, "organ/judge.title": "J", "writer.retries": 2}, ("critic/judge",)
    )

    made = varied(one.graph, variant, one.registry)

    assert made.nodes["writer"].params["temperature"] == 1.0
    assert made.nodes["writer"].retries == 2
    assert made.graphs["critic"].nodes["judge"].title == "J"
    assert made.graphs["critic"].nodes["judge"].knockout is True
    assert one.graph.to_text() == before
    assert made.to_text() != before


def test_neither_name_nor_order_tells_variants_apart() -> None:
    one = Variant("a", {"x.a": 1, "y.b": 2}, ("n", "m"))

    assert one.identity == Variant("b", {"y.b": 2, "x.a": 1}, ("m", "n")).identity
    assert one.identity != Variant("a", {"x.a": 1.0, "y.b": 2}, ("n", "m")).identity


# -- several graphs ---------------------------------------------------------------------------------


def test_of_several_graphs_a_path_may_name_the_one_it_is_in() -> None:
    found = variants(two(), vary={"twin:writer.temperature": "0,1", "model": "a"})

    assert found[1] == Variant("twin:writer.temperature=0 model=a", {"writer.temperature": 0}, (), "a", {}, "twin")
    assert [one.graph for one in found] == ["", "twin", "twin"]
    assert names(two(), knockouts=["twin:writer", "critic/judge"])[1:] == [
        "without answers:critic/judge", "without twin:writer", "without twin:critic/judge",
    ]  # fmt: skip
    with pytest.raises(UsageError, match="belongs to another graph"):
        variants(two(), vary={"twin:writer.temperature": "0", "answers:writer.temperature": "1"})
    with pytest.raises(UsageError, match="nodes of several graphs"):
        variants(two(), knockouts=["twin:writer+answers:writer"])
