"""`chunk.pack`: parts of a text are gathered into chunks."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.documents.tokens import count_tokens
from studio.nodes.chunk.pack import Pack, gathered
from studio.support.errors import NodeError
from tests.support.fake_context import run_node


async def test_a_chunk_takes_parts_as_long_as_they_fit_with_the_overhead() -> None:
    parts = ["One two.", "Three.", "Four five six.", "Seven."]

    out = await run_node(Pack, {"size": 5}, {"parts": parts, "overhead": 1, "count": "words"})

    assert out.texts == ["One two. Three.", "Four five six. Seven."]
    assert out.length == 2


async def test_tokens_are_counted_by_default() -> None:
    parts = ["Tide pools are small.", "Limpets live in them."]
    both = count_tokens(" ".join(parts))

    assert (await run_node(Pack, {"size": both}, {"parts": parts})).length == 1
    assert (await run_node(Pack, {"size": both - 1}, {"parts": parts})).length == 2


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"parts": ["a b c"], "size": 2}, "one part takes 3 words, more than the 2"),
        ({"parts": ["a"], "overhead": 9, "size": 2}, "more than the 0"),
        ({"parts": [1]}, "a list of texts"),
        ({"parts": [], "count": "signs"}, "tokens or words"),
    ],
)
async def test_what_cannot_be_gathered_is_told(inputs: dict[str, Any], message: str) -> None:
    with pytest.raises(NodeError, match=message):
        await run_node(Pack, {}, {"count": "words", **inputs})


@given(st.lists(st.sampled_from(["a", "a b", "a b c"]), max_size=12), st.integers(3, 9))
def test_nothing_is_lost_and_no_chunk_could_take_the_next_part(parts: list[str], room: int) -> None:
    made = gathered(parts, room, words=True)

    assert " ".join(made) == " ".join(parts)
    assert all(len(chunk.split()) <= room for chunk in made)
    left = list(parts)
    for chunk, following in pairwise(made):
        taken = ""
        while taken != chunk:
            taken = f"{taken} {left.pop(0)}".strip()
        assert len(chunk.split()) + len(left[0].split()) > room
        assert following.startswith(left[0])
