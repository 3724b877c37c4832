"""Repetition is found as Copilot's filter finds it, with its published slip."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.nodes.repetition._check import check_repetition
from studio.nodes.repetition.check import Check
from studio.support.errors import NodeError
from tests.support.fake_context import run_node


def varied(count: int, start: int = 0) -> list[str]:
    return [f"w{n}" for n in range(start, start + count)]


@pytest.mark.parametrize(("longest", "length"), [(1, 10), (10, 30), (20, 45), (30, 60)])
async def test_each_rule_at_its_limit(longest: int, length: int) -> None:
    cycle = varied(longest)
    end = (cycle * length)[:length]
    more = varied(longest + 1)
    out = await run_node(Check, {}, {"text": [*varied(7, 100), *end]})
    longer = await run_node(Check, {"rules": [[longest, length]]}, {"text": (more * length)[:length]})
    shorter = await run_node(Check, {"rules": [[longest, length]]}, {"text": end[1:]})

    assert (out.repetitive, out.period) == (True, longest)
    assert not longer.repetitive
    assert not shorter.repetitive


async def test_the_second_pass_as_published_looks_at_the_first_tokens_without_blanks() -> None:
    first = ["x", " "] * 10 + varied(40)
    last = varied(40) + [token for n in range(10) for token in ("x", " " * (n + 1))]
    published = [(await run_node(Check, {}, {"text": one})).repetitive for one in (first, last)]
    mended = [(await run_node(Check, {"blank_pass": "mended"}, {"text": one})).repetitive for one in (first, last)]
    never = [(await run_node(Check, {"blank_pass": "none"}, {"text": one})).repetitive for one in (first, last)]

    assert published == [True, False]
    assert mended == [False, True]
    assert never == [False, False]


async def test_a_text_is_cut_into_words_signs_and_blanks() -> None:
    out = await run_node(Check, {}, {"text": "return total\n" + "x = 1\n" * 20})
    fine = await run_node(Check, {}, {"text": "return total - total * percent / 100"})

    assert (out.repetitive, out.period) == (True, 4)
    assert (fine.repetitive, fine.tokens) == (False, 8)


@pytest.mark.parametrize("text", [3, [1], {"a": 1}, None])
async def test_anything_else_is_refused(text: Any) -> None:
    with pytest.raises(NodeError, match="`text` is a text or a list of tokens"):
        await run_node(Check, {}, {"text": text})


@pytest.mark.parametrize("rules", [[], [[1]], [[5, 5]], ["a"], [[0, 3]]])
async def test_rules_that_are_no_pairs_are_a_problem(rules: Any) -> None:
    with pytest.raises(AssertionError, match="`rules`"):
        await run_node(Check, {"rules": rules}, {"text": "a"})


@given(st.lists(st.sampled_from("ab"), max_size=30), st.integers(1, 5), st.integers(6, 12))
def test_the_period_found_is_the_shortest_that_explains_the_end(tokens: list[str], longest: int, length: int) -> None:
    found = check_repetition(tokens, rules=[[longest, length]], blank_pass="none")
    end = tokens[-length:]
    periods = [step for step in range(1, longest + 1) if all(end[n] == end[n - step] for n in range(step, len(end)))]

    assert found["repetitive"] == (len(tokens) >= length and bool(periods))
    if found["repetitive"]:
        assert found["period"] == min(periods)
