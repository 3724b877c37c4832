"""The node types that find: hits with scores and ranks, stable, within bounds."""

from __future__ import annotations

from typing import Any

import pytest

from studio.nodes.retrieve.before_hole import BeforeHole
from studio.nodes.retrieve.bm25 import Bm25
from studio.nodes.retrieve.embedding import Embedding
from studio.nodes.retrieve.fuse import Fuse
from studio.nodes.retrieve.jaccard import Jaccard
from studio.nodes.retrieve.words import Words
from studio.spec import Node
from studio.support.errors import NodeError
from studio.support.values import Absent
from tests.support.fake_context import FakeContext, cosine, run_node, toy_embedding

ALL: tuple[type[Node], ...] = (Jaccard, Bm25, Embedding)
CHUNKS = [
    {"text": "total price of the cart", "source": "a", "start_line": 1, "end_line": 4},
    {"text": "nothing alike", "source": "a", "start_line": 5, "end_line": 9},
    {"text": "the cart", "source": "b", "start_line": 1, "end_line": 3},
    {"text": "the cart", "source": "c", "start_line": 1, "end_line": 3},
]


@pytest.mark.parametrize("cls", ALL, ids=lambda cls: cls.spec.type)
async def test_the_best_comes_first_and_equal_ones_keep_their_order(cls: type[Node]) -> None:
    out = await run_node(cls, {"k": 3}, {"query": "the cart", "chunks": CHUNKS})

    assert [hit["source"] for hit in out.hits] == ["b", "c", "a"]
    assert [hit["rank"] for hit in out.hits] == [1, 2, 3]
    assert out.hits[0]["score"] == out.hits[1]["score"] > out.hits[2]["score"]
    assert out.best == out.hits[0]
    assert out.texts == [hit["text"] for hit in out.hits]
    assert out.hits[0]["start_line"] == 1


@pytest.mark.parametrize("cls", ALL, ids=lambda cls: cls.spec.type)
async def test_the_best_may_come_last_and_sources_be_few(cls: type[Node]) -> None:
    out = await run_node(cls, {"k": 9, "per_source": 1, "order": "best_last"}, {"query": "the cart", "chunks": CHUNKS})

    assert [hit["source"] for hit in out.hits] == ["a", "c", "b"]
    assert out.best["source"] == "b"


@pytest.mark.parametrize("cls", ALL, ids=lambda cls: cls.spec.type)
async def test_texts_are_found_too_and_nothing_gives_no_best(cls: type[Node]) -> None:
    out = await run_node(cls, {}, {"query": "cart", "chunks": ["cart", "horse"]})
    none = await run_node(cls, {}, {"query": "cart", "chunks": []})

    assert out.best["text"] == "cart"
    assert isinstance(none.best, Absent)
    assert (none.hits, none.length) == ([], 0)


@pytest.mark.parametrize("cls", ALL, ids=lambda cls: cls.spec.type)
@pytest.mark.parametrize("chunks", [[3], [{"texts": "a"}], ["a", None], [["a"]]])
async def test_chunks_without_a_text_are_refused(cls: type[Node], chunks: list[Any]) -> None:
    with pytest.raises(NodeError, match="has no text"):
        await run_node(cls, {}, {"query": "a", "chunks": chunks})


async def test_too_many_chunks_are_refused() -> None:
    with pytest.raises(NodeError, match="200001 chunks are too many"):
        await run_node(Bm25, {}, {"query": "a", "chunks": ["a"] * 200_001})


async def test_only_chunks_with_a_word_in_common_if_asked() -> None:
    every = await run_node(Jaccard, {"k": 9}, {"query": "cart", "chunks": CHUNKS})
    common = await run_node(Jaccard, {"k": 9, "only_common": True}, {"query": "cart", "chunks": CHUNKS})

    assert (every.length, common.length) == (4, 3)


async def test_of_equal_chunks_the_later_first_as_repocoder_has_it() -> None:
    out = await run_node(Jaccard, {"k": 2, "later_first": True}, {"query": "the cart", "chunks": CHUNKS})

    assert [hit["source"] for hit in out.hits] == ["c", "b"]


async def test_windows_behind_the_hole_are_not_shown() -> None:
    hole = {"source": "a", "start_line": 5}
    out = await run_node(Jaccard, {"k": 9}, {"query": "nothing alike", "chunks": CHUNKS, "hole": hole})

    assert ("a", 5) not in [(hit["source"], hit["start_line"]) for hit in out.hits]
    assert out.length == 3
    with pytest.raises(NodeError, match="`hole` is an object"):
        await run_node(Jaccard, {}, {"query": "a", "chunks": CHUNKS, "hole": "a:5"})


async def test_embedding_scores_are_cosines_and_one_call_embeds_all() -> None:
    ctx = FakeContext()
    out = await run_node(Embedding, {"k": 9}, {"query": "the cart", "chunks": CHUNKS}, ctx)

    expected = [cosine(toy_embedding("the cart"), toy_embedding(str(chunk["text"]))) for chunk in CHUNKS]
    assert [hit["score"] for hit in out.hits] == pytest.approx(sorted(expected, reverse=True))
    assert [effect.kind for effect in ctx.effects] == ["embed"]


async def test_vectors_that_are_there_already_are_not_made_again() -> None:
    ctx = FakeContext()
    vectors = [toy_embedding(str(chunk["text"])) for chunk in CHUNKS]
    out = await run_node(Embedding, {}, {"query": "the cart", "chunks": CHUNKS, "vectors": vectors}, ctx)

    assert [effect.request for effect in ctx.effects] == [["the cart"]]
    assert out.best["source"] == "b"
    with pytest.raises(NodeError, match="1 vectors for 4 chunks"):
        await run_node(Embedding, {}, {"query": "a", "chunks": CHUNKS, "vectors": vectors[:1]}, FakeContext())


async def test_a_bar_leaves_out_what_is_not_near() -> None:
    out = await run_node(Embedding, {"min_score": 0.99}, {"query": "the cart", "chunks": CHUNKS}, FakeContext())

    assert [hit["source"] for hit in out.hits] == ["b", "c"]


async def test_rankings_are_fused_by_rank_and_a_hit_of_both_is_one() -> None:
    words = (await run_node(Bm25, {}, {"query": "price cart", "chunks": CHUNKS})).hits
    back = (await run_node(Jaccard, {"k": 2, "order": "best_last"}, {"query": "the cart", "chunks": CHUNKS})).hits

    out = await run_node(Fuse, {"k": 9}, {"rankings": [words, back]})

    assert [hit["source"] for hit in out.hits] == ["b", "c", "a"]
    assert out.hits[0]["score"] == pytest.approx(1 / 62 + 1 / 61)
    assert [hit["rank"] for hit in out.hits] == [1, 2, 3]
    assert len({hit["source"] for hit in out.hits}) == out.length


async def test_weights_and_the_constant_count() -> None:
    out = await run_node(Fuse, {"weights": [1, 3], "constant": 0.0}, {"rankings": [["a", "b"], ["b", "c"]]})

    assert [(hit["text"], hit["score"]) for hit in out.hits] == [("b", 3.5), ("c", 1.5), ("a", 1.0)]


async def test_weights_that_are_no_numbers_are_a_problem() -> None:
    with pytest.raises(AssertionError, match="numbers from 0 on"):
        await run_node(Fuse, {"weights": [-1]}, {"rankings": []})


async def test_sets_of_words_that_are_there_already_give_the_same_scores() -> None:
    sets = (await run_node(Words, {"words": "copilot"}, {"chunks": CHUNKS})).sets
    given = {"query": "cart price", "chunks": CHUNKS, "hole": {"source": "b", "start_line": 1}}
    made = await run_node(Jaccard, {"k": 9, "words": "copilot"}, given)
    again = await run_node(Jaccard, {"k": 9, "words": "copilot"}, {**given, "sets": sets})

    assert sets[2] == ["cart"]
    assert again.hits == made.hits
    assert [hit["source"] for hit in made.hits].count("b") == 0
    with pytest.raises(NodeError, match="1 sets of words for 4 chunks"):
        await run_node(Jaccard, {}, {**given, "sets": sets[:1]})


async def test_of_equally_near_chunks_the_later_first_if_asked() -> None:
    out = await run_node(
        Embedding, {"k": 2, "later_first": True}, {"query": "the cart", "chunks": CHUNKS}, FakeContext()
    )

    assert [hit["source"] for hit in out.hits] == ["c", "b"]


async def test_the_hole_is_left_out_and_the_best_of_the_others_are_kept() -> None:
    hits = [
        {"text": "a", "source": "x", "end_line": 9, "rank": 1},
        {"text": "b", "places": [{"source": "x", "end_line": 9}, {"source": "y", "end_line": 2}], "rank": 2},
        {"text": "c", "source": "x", "end_line": 4, "rank": 3},
        {"text": "d", "source": "y", "end_line": 99, "rank": 4},
    ]
    out = await run_node(BeforeHole, {"k": 2}, {"hits": hits, "hole": {"source": "x", "start_line": 5}})
    every = await run_node(BeforeHole, {}, {"hits": [*hits, "e"]})

    assert [(hit["text"], hit["rank"]) for hit in out.hits] == [("b", 1), ("c", 2)]
    assert (out.dropped, out.length) == (1, 2)
    assert (every.dropped, every.length) == (0, 5)
    with pytest.raises(NodeError, match="`hole` is an object"):
        await run_node(BeforeHole, {}, {"hits": hits, "hole": 5})
