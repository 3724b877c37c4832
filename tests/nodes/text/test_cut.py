"""`text.cut` keeps one end of a text, word for word."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.documents.tokens import count_tokens
from studio.nodes.text.cut import Cut
from studio.support.errors import NodeError
from tests.support.fake_context import present, run_node


@pytest.mark.parametrize(
    ("params", "kept", "rest"),
    [
        ({"length": 2, "unit": "words"}, "one two", "  three "),
        ({"length": 2, "unit": "words", "keep": "end"}, "two  three ", "one "),
        ({"length": 4, "unit": "characters"}, "one ", "two  three "),
        ({"length": 1, "unit": "characters", "keep": "end"}, " ", "one two  three"),
        ({"length": 0, "unit": "words"}, "", "one two  three "),
        ({"length": 0, "unit": "tokens", "keep": "end"}, "", "one two  three "),
    ],
)
async def test_one_end_is_kept_and_the_rest_is_told(params: dict[str, Any], kept: str, rest: str) -> None:
    out = await run_node(Cut, params, {"text": "one two  three "})

    assert present(out) == {"text": kept, "rest": rest, "cut": True}


@pytest.mark.parametrize("unit", ["tokens", "words", "characters"])
async def test_a_text_that_fits_is_left_alone(unit: str) -> None:
    out = await run_node(Cut, {"length": 50, "unit": unit}, {"text": "one two  three "})

    assert present(out) == {"text": "one two  three ", "rest": ""}


async def test_a_wired_length_takes_the_place_of_the_param() -> None:
    out = await run_node(Cut, {"length": 1, "unit": "words"}, {"text": "a b c", "length": 2})

    assert out.text == "a b"


async def test_a_negative_length_is_refused() -> None:
    with pytest.raises(NodeError, match="`length` is -1"):
        await run_node(Cut, {}, {"text": "a", "length": -1})


@given(st.text(max_size=40), st.integers(0, 20), st.sampled_from(["start", "end"]))
async def test_tokens_kept_are_as_many_as_asked_and_nothing_is_lost(text: str, length: int, keep: str) -> None:
    out = await run_node(Cut, {"length": length, "keep": keep}, {"text": text})

    assert (out.text + out.rest if keep == "start" else out.rest + out.text) == text
    assert (out.rest == "") or count_tokens(text) > length
