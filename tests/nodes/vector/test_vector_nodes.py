"""The node types of vector stores, each by itself."""

from __future__ import annotations

from typing import Any

import pytest

from studio.nodes.vector.add import Add
from studio.nodes.vector.count import Count
from studio.nodes.vector.delete import Delete
from studio.nodes.vector.get import Get
from studio.nodes.vector.items import Items
from studio.nodes.vector.search import Search
from studio.spec import Node
from studio.stores import make_store
from studio.support.errors import NodeError
from tests.support.fake_context import FakeContext, present, run_node

NOTES = {"store": "notes"}
HELD = [
    {"text": "tide pool", "vector": [1.0, 0.0], "key": "a", "meta": {"n": 1}},
    {"text": "harbour", "vector": [0.0, 1.0], "key": "b", "meta": {"n": 2}},
]


def along(text: str) -> list[float]:
    """Texts lie by their length: short ones along the first axis."""
    return [1.0, len(text) / 10]


def context(items: Any = HELD) -> FakeContext:
    return FakeContext(stores={"notes": make_store("vector", {"items": items}, "notes")}, embed=along)


def kinds(ctx: FakeContext) -> list[str]:
    return [effect.kind for effect in ctx.effects]


async def test_a_text_is_embedded_and_kept_with_its_metadata() -> None:
    ctx = context()
    out = await run_node(Add, NOTES | {"meta": {"kind": "note"}}, {"text": "sand", "key": "c"}, ctx)

    assert present(out) == {"key": "c", "keys": ["c"], "length": 3}
    assert kinds(ctx) == ["embed", "store"]
    assert (await run_node(Get, NOTES, {"key": "c"}, ctx)).meta == {"kind": "note"}


async def test_a_wired_vector_is_taken_as_it_is() -> None:
    ctx = context()
    await run_node(Add, NOTES, {"text": "sand", "vector": [0.5, 0.25], "meta": {"n": 3}, "key": "c"}, ctx)

    assert kinds(ctx) == ["store"]
    assert ctx.stores["notes"].dump()["entries"][2]["vector"] == "AAAAPwAAgD4="


async def test_texts_of_a_list_are_embedded_together() -> None:
    ctx = context([])
    out = await run_node(Add, NOTES, {"text": ["x", "yy"], "key": ["k", ""], "meta": [{"n": 1}, None]}, ctx)

    assert out.keys[0] == "k"
    assert len(out.keys[1]) == 24
    assert out.key.reason == "a list of texts was given; see `keys`"
    assert kinds(ctx) == ["embed", "store"]
    again = await run_node(Add, NOTES, {"text": ["yy"]}, ctx)
    assert (again.keys, again.length) == ([out.keys[1]], 2), "the same text with the same metadata is kept once"


async def test_no_texts_are_no_entries_and_embed_nothing() -> None:
    ctx = context()
    out = await run_node(Add, NOTES, {"text": []}, ctx)

    assert (out.keys, out.length) == ([], 2)
    assert kinds(ctx) == ["store"]


@pytest.mark.parametrize(
    ("inputs", "match"),
    [
        ({"text": 3}, r"only a text or a list of texts can be remembered, not 3\."),
        ({"text": ["a", 3]}, r"only a text or a list of texts"),
        ({"text": ["a", "b"], "vector": [[1, 2]]}, r"`vector` is \[\[1,2\]\], but there are 2 texts"),
        ({"text": ["a", "b"], "key": "k"}, r"`key` is k, but there are 2 texts"),
        ({"text": ["a", "b"], "meta": [{}]}, r"`meta` is \[\{\}\], but there are 2 texts"),
        ({"text": "a", "meta": [1]}, r"`meta` must be an object"),
        ({"text": "a", "vector": [1, "b"]}, r"is no vector: a list of numbers"),
        ({"text": "a", "vector": [1e39, 1]}, r"too large for single precision"),
        ({"text": "a", "vector": [1, 2, 3]}, r"the vector has 3 numbers, but those of `notes` have 2"),
    ],
)
async def test_what_cannot_be_remembered_is_said(inputs: Any, match: str) -> None:
    ctx = context()
    before = ctx.stores["notes"].dump()
    with pytest.raises(NodeError, match=match):
        await run_node(Add, NOTES, inputs, ctx)
    assert ctx.stores["notes"].dump() == before


async def test_search_embeds_the_text_and_gives_the_best_first() -> None:
    ctx = context()
    out = await run_node(Search, NOTES, {"text": "x"}, ctx)

    assert out.texts == ["tide pool", "harbour"]
    assert out.first == {"key": "a", "text": "tide pool", "meta": {"n": 1}, "score": 0.995037}
    assert (out.length, kinds(ctx)) == (2, ["embed", "store"])


@pytest.mark.parametrize(
    ("params", "inputs", "keys", "asked"),
    [
        ({}, {"vector": [0, 1]}, ["b", "a"], ["store"]),
        ({"k": 1}, {"vector": [0, 1]}, ["b"], ["store"]),
        ({"filter": {"n": 1}}, {"vector": [0, 1]}, ["a"], ["store"]),
        ({"filter": {"n": {"lt": "{most}"}}}, {"vector": [0, 1], "most": 2}, ["a"], ["store"]),
        ({"min_score": 0.5}, {"vector": [0, 1]}, ["b"], ["store"]),
        ({"mode": "text"}, {"text": "the harbour"}, ["b"], ["store"]),
        ({"mode": "hybrid"}, {"text": "harbour"}, ["b", "a"], ["embed", "store"]),
        ({"mode": "hybrid", "weight": 1}, {"text": "harbour"}, ["a", "b"], ["embed", "store"]),
        ({"mode": "hybrid"}, {"text": "harbour", "vector": [0, 1]}, ["b", "a"], ["store"]),
        ({"exact": True}, {"vector": [1, 1]}, ["a", "b"], ["store"]),
    ],
)
async def test_ways_of_searching(params: Any, inputs: Any, keys: list[str], asked: list[str]) -> None:
    ctx = context()
    out = await run_node(Search, NOTES | params, inputs, ctx)

    assert [one["key"] for one in out.items] == keys
    assert kinds(ctx) == asked


async def test_joined_ranks_are_told_and_their_score_is_the_formula() -> None:
    out = await run_node(Search, NOTES | {"mode": "hybrid", "weight": 0.25}, {"text": "harbour"}, context())

    assert [(one["vector_rank"], one["text_rank"]) for one in out.items] == [(2, 1), (1, None)]
    assert out.first["score"] == round(0.25 / 62 + 0.75 / 61, 6)


async def test_nothing_found_says_so() -> None:
    out = await run_node(Search, NOTES | {"mode": "text"}, {"text": "lighthouse"}, context())

    assert present(out) == {"items": [], "texts": [], "length": 0, "none": True}
    assert out.first.reason == "nothing in `notes` was found"


@pytest.mark.parametrize("params", [{}, {"mode": "text"}, {"mode": "hybrid"}])
async def test_a_search_for_nothing_is_refused(params: Any) -> None:
    with pytest.raises(NodeError, match="has no text to look for"):
        await run_node(Search, NOTES | params, {"text": " "}, context())


async def test_get_items_count_and_delete() -> None:
    ctx = context()

    assert present(await run_node(Get, NOTES | {"key": "b"}, {}, ctx)) == {"text": "harbour", "meta": {"n": 2}}
    gone = await run_node(Get, NOTES, {"key": "z"}, ctx)
    assert present(gone) == {"missing": True}
    assert gone.text.reason == "`z` is not in `notes`"
    assert (await run_node(Items, NOTES, {}, ctx)).texts == ["tide pool", "harbour"]
    assert (await run_node(Items, NOTES | {"last": 1}, {}, ctx)).texts == ["harbour"]
    assert (await run_node(Items, NOTES | {"filter": {"n": "{n}"}}, {"n": 1}, ctx)).texts == ["tide pool"]
    assert (await run_node(Count, NOTES, {}, ctx)).count == 2
    assert (await run_node(Count, NOTES | {"filter": {"n": {"gt": 1}}}, {}, ctx)).count == 1
    assert (await run_node(Delete, NOTES | {"filter": {"n": 1}}, {}, ctx)).deleted == 1
    assert (await run_node(Delete, NOTES, {"key": ["a", "b", "b"]}, ctx)).deleted == 1
    assert (await run_node(Delete, NOTES | {"key": "b"}, {}, ctx)).deleted == 0


async def test_deleting_needs_to_know_what() -> None:
    nothing: list[dict[str, Any]] = [{}, {"filter": {}}]
    for params in nothing:
        with pytest.raises(NodeError, match="keys or a filter"):
            await run_node(Delete, NOTES | params, {}, context())
    with pytest.raises(NodeError, match="keys or a filter"):
        await run_node(Delete, NOTES | {"filter": {"n": 1}}, {"key": "a"}, context())


@pytest.mark.parametrize("cls", [Add, Count, Delete, Get, Items, Search], ids=lambda cls: cls.spec.type)
async def test_a_store_of_another_kind_is_refused(cls: type[Node]) -> None:
    ctx = FakeContext(stores={"notes": make_store("list", {}, "notes")}, embed=along)
    inputs = {"text": "x"} if "text" in cls.In.fields() else {}
    params = {"key": "k"} if "key" in cls.Params.fields() else {}
    with pytest.raises(NodeError, match="is a `list`, but this node works on a `vector`"):
        await run_node(cls, NOTES | params, inputs, ctx)
