"""`text.balanced`: what stands between matching brackets is cut out."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.nodes.text.balanced import Balanced, cut_balanced
from tests.support.fake_context import present, run_node


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("a {b {c} d} e {f}", "{b {c} d}"),
        ("{ {a}", "{a}"),
        ("} {a}", "{a}"),
        ("{}", "{}"),
        ('{"a": "}"}', '{"a": "}'),  # quotes do not count
    ],
)
async def test_the_first_part_between_matching_brackets_is_given(text: str, part: str) -> None:
    out = await run_node(Balanced, {}, {"text": text})

    assert present(out) == {"text": part}


@pytest.mark.parametrize("text", ["", "no", "{", "}{"])
async def test_without_such_a_part_it_says_so(text: str) -> None:
    assert present(await run_node(Balanced, {}, {"text": text})) == {"none": True}


async def test_other_brackets_may_be_named() -> None:
    out = await run_node(Balanced, {"opening": "[", "closing": "]"}, {"text": "x[[1] 2]"})

    assert out.text == "[[1] 2]"


@given(st.text(alphabet="{}a", max_size=12))
def test_it_is_the_leftmost_bracket_that_can_be_matched(text: str) -> None:
    # By brute force: the first place from which some stretch balances, and the shortest such stretch.
    def balances(part: str) -> bool:
        while (shorter := re.sub(r"\{a*\}", "", part)) != part:
            part = shorter
        return part == ""

    expected = next(
        (
            text[start:end]
            for start in range(len(text))
            for end in range(start + 1, len(text) + 1)
            if text[start] == "{" and text[end - 1] == "}" and balances(text[start:end])
        ),
        None,
    )
    found = cut_balanced(text)

    assert (found["text"] if expected is not None else found["none"]) == (expected if expected is not None else True)
