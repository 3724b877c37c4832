"""Chunks of tokens cover the text and overlap by as much as was asked."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from studio.documents.chunking.by_tokens import chunk_by_tokens
from studio.documents.chunking.chunk import rebuilt
from studio.documents.chunking.measures import token_places
from studio.documents.tokens import count_tokens, token_spans

TEXTS = st.text(st.sampled_from("ab .\n\té日𝔘") | st.characters(exclude_categories=["Cs"]), max_size=200)


@given(TEXTS, st.integers(8, 20), st.integers(0, 10))
def test_chunks_cover_the_text_and_rebuild_it(text: str, size: int, overlap: int) -> None:
    chunks = list(chunk_by_tokens(text, "a", size=size, overlap=min(overlap, size // 2)))

    assert rebuilt(chunks) == text
    assert all(text[chunk["start"] : chunk["end"]] == chunk["text"] for chunk in chunks)
    assert all(1 <= chunk["tokens"] <= size for chunk in chunks)


@given(TEXTS, st.integers(8, 20), st.integers(0, 10))
def test_without_overlap_they_lie_end_to_end_and_with_it_they_share_tokens(text: str, size: int, overlap: int) -> None:
    overlap = min(overlap, size // 2)
    chunks = list(chunk_by_tokens(text, "a", size=size, overlap=overlap))
    starts = [start for start, _ in token_spans(text)]

    for number, (one, two) in enumerate(pairwise(chunks), 1):
        assert two["start"] == starts[number * (size - overlap)]
        assert one["end"] == starts[min(len(starts) - 1, (number - 1) * (size - overlap) + size)]
        if not overlap:
            assert one["end"] == two["start"]


def test_an_example_by_hand() -> None:
    words = " ".join(f"w{n}" for n in range(4)) + "\nend"
    chunks = list(chunk_by_tokens(words, "a.txt", size=8, overlap=2))

    assert count_tokens(words) == 10
    assert [(c["start"], c["end"], c["start_line"], c["end_line"], c["tokens"]) for c in chunks] == [
        (0, 11, 1, 1, 8), (8, 15, 1, 2, 4),
    ]  # fmt: skip
    assert chunks[1]["text"] == " w3\nend"
    assert chunks[0]["source"] == "a.txt"


def test_an_empty_text_has_no_chunks() -> None:
    assert list(chunk_by_tokens("", "a")) == []


def test_a_sign_of_several_tokens_is_never_cut() -> None:
    text = "𝔘" * 10

    assert token_spans(text).count((0, 1)) > 1
    assert rebuilt(list(chunk_by_tokens(text, "a", size=9))) == text


@given(TEXTS, st.integers(0, 200), st.integers(1, 20))
def test_a_stretch_of_so_many_tokens_has_no_more_and_moves_on(text: str, start: int, tokens: int) -> None:
    places = token_places(text)
    start = min(start, len(text))
    end = places.end(start, tokens)

    assert end > start or end == len(text)
    assert places.count(start, end) <= tokens or end == start + 1
