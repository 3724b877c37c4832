"""Chunks follow headings, paragraphs and sentences, cover the text, and repeat whole sentences."""

from __future__ import annotations

import re
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.documents.chunking.by_structure import _SENTENCE_END, chunk_by_structure, sentences
from studio.documents.chunking.chunk import Source, rebuilt
from studio.documents.tokens import count_tokens

MARKDOWN = """Before all.

# One

First sentence here. Second sentence here. Third sentence here.

- item a
- item b

## Two

A last paragraph.
"""


def test_a_chunk_never_crosses_a_heading_and_knows_its_headings() -> None:
    chunks = list(chunk_by_structure(Source("a.md", MARKDOWN, "markdown"), size=100))

    assert [(chunk["title"], chunk["headings"]) for chunk in chunks] == [
        ("", []), ("One", ["One"]), ("Two", ["One", "Two"]),
    ]  # fmt: skip
    assert chunks[1]["text"].startswith("# One\n")
    assert chunks[1]["text"].endswith("- item b\n\n")


def test_the_last_line_named_is_one_that_says_something() -> None:
    chunks = list(chunk_by_structure(Source("a.md", MARKDOWN, "markdown"), size=40))
    lines = MARKDOWN.splitlines()

    assert [(one["start_line"], one["end_line"]) for one in chunks] == [(1, 1), (3, 8), (10, 12)]
    assert all(lines[int(str(one["end_line"])) - 1].strip() for one in chunks)


def test_a_paragraph_that_fits_a_chunk_is_not_cut_and_a_heading_stays_with_it() -> None:
    text = "# H\n\nOne two three. Four five six.\n\nSeven eight. Nine ten.\n"
    chunks = [chunk["text"] for chunk in chunk_by_structure(Source("a", text, "markdown"), size=14)]

    assert chunks == ["# H\n\nOne two three. Four five six.\n\n", "Seven eight. Nine ten.\n"]


def test_a_paragraph_that_fits_is_not_cut_to_fill_up_the_chunk_before() -> None:
    text = "One two three. Four five six.\n\nSeven eight. Nine ten. Eleven twelve.\n"
    first, second = chunk_by_structure(Source("a", text), size=18)

    assert first["text"] == "One two three. Four five six.\n\n"
    # The first sentence of the second would have had room there.
    assert first["tokens"] + count_tokens("Seven eight.") <= 18
    assert second["tokens"] <= 18


def test_a_heading_is_not_repeated() -> None:
    text = "# H\n\n" + "Alpha beta. " * 8
    chunks = list(chunk_by_structure(Source("a", text, "markdown"), size=14, overlap=7))

    assert len(chunks) > 3
    assert [chunk["text"].count("# H") for chunk in chunks] == [1] + [0] * (len(chunks) - 1)


def test_the_overlap_is_made_of_whole_sentences_and_no_longer_than_asked() -> None:
    text = "Alpha beta. Gamma delta. Epsilon zeta. Eta theta."
    chunks = list(chunk_by_structure(Source("a", text), size=12, overlap=6))

    assert [chunk["text"] for chunk in chunks] == [
        "Alpha beta. Gamma delta. ", "Gamma delta. Epsilon zeta. ", "Epsilon zeta. Eta theta.",
    ]  # fmt: skip


def test_plain_text_ignores_headings_and_follows_paragraphs() -> None:
    chunks = [chunk["text"] for chunk in chunk_by_structure(Source("a.txt", "# A\n\nb b b b\n\nc c c c"), size=10)]

    assert chunks == ["# A\n\nb b b b\n\n", "c c c c"] or chunks == ["# A\n\n", "b b b b\n\n", "c c c c"]


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("One. Two! Three? Four", ["One. ", "Two! ", "Three? ", "Four"]),
        ("Dr. Smith met e.g. J. Doe. They left.", ["Dr. Smith met e.g. J. Doe. ", "They left."]),
        ('He said "Go." Then he left.', ['He said "Go." ', "Then he left."]),
        ("version 1.2 is out. and lower", ["version 1.2 is out. and lower"]),
        ("一。二！三", ["一。", "二！", "三"]),
        ("", []),
    ],
)
def test_sentences_end_where_readers_see_them_end(text: str, cut: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text)] == cut


TEXTS = st.lists(
    st.sampled_from(["# A\n", "## B\n", "Word one two. ", "Next! ", "\n", "\n\n", "- x y z\n", "```\ncode = 1\n```\n",
                     "verylongword" * 5, "é𝔘", "| a | b |\n|---|---|\n", "T\n===\n", "\u2028", "\x0b"]),
    max_size=40,
).map("".join)  # fmt: skip


@given(TEXTS, st.integers(8, 40), st.sampled_from(["markdown", "text"]))
def test_without_overlap_chunks_lie_end_to_end_and_fit(text: str, size: int, kind: str) -> None:
    chunks = list(chunk_by_structure(Source("a", text, kind), size=size))

    assert "".join(chunk["text"] for chunk in chunks) == text
    assert all(chunk["tokens"] <= size for chunk in chunks)
    assert all(one["end"] == two["start"] for one, two in pairwise(chunks))


@given(TEXTS, st.integers(8, 40), st.integers(0, 20))
def test_with_overlap_they_cover_the_text_move_on_and_fit(text: str, size: int, overlap: int) -> None:
    chunks = list(chunk_by_structure(Source("a", text, "markdown"), size=size, overlap=min(overlap, size // 2)))

    assert rebuilt(chunks) == text
    assert all(chunk["tokens"] <= size for chunk in chunks)
    assert all(one["start"] < two["start"] and one["end"] < two["end"] for one, two in pairwise(chunks))
    assert all(text[chunk["start"] : chunk["end"]] == chunk["text"] for chunk in chunks)


@pytest.mark.parametrize(
    "unit", [".", ". ", "#", "> ", "[a", "|", "- ", "\n", "a", "`", "  - a\n", "。", "\n \n", '."']
)
def test_scraps_without_end_are_cut_in_time(unit: str) -> None:
    text = unit * 10_000
    begun = time.process_time()
    chunks = list(chunk_by_structure(Source("a", text, "markdown"), size=64, overlap=8))

    assert rebuilt(chunks) == text
    assert time.process_time() - begun < 20


def test_the_plain_way_to_look_for_the_end_of_sentences_would_take_far_longer() -> None:
    dots = "." * 4_000
    plain = re.compile(r"[.!?…]+[\"'”’)\]]{0,3}\s+(?=[A-Z0-9])")
    times = []
    for pattern in (_SENTENCE_END, plain):
        begun = time.process_time()
        assert pattern.search(dots) is None
        times.append(time.process_time() - begun)

    assert times[1] > 5 * times[0]
