"""`messages.pack`: standing texts, remembered entries and the newest of a conversation fit what a model takes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.documents.tokens import count_tokens
from studio.nodes.messages.pack import Pack
from studio.spec.params import parse_params
from studio.support.errors import NodeError
from tests.support.fake_context import run_node

PARAMS = {"entries": "Past: {entries}", "separator": " "}


def said(*texts: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": text} for text in texts]


async def pack(**inputs: Any) -> Any:
    return await run_node(Pack, PARAMS, {"closing": "Go on.", "count": "words", **inputs})


async def test_the_parts_stand_in_their_order() -> None:
    out = await pack(standing=("Be kind.", "It is Monday."), entries=["e1", "e2"], history=said("h1", "h2"))

    assert [one["content"] for one in out.messages] == [
        "Be kind.", "It is Monday.", "Past: e1 e2", "h1", "h2", "Go on.",
    ]  # fmt: skip
    assert [one["role"] for one in out.messages] == ["system"] * 3 + ["user"] * 3
    assert (out.used, out.history, out.entries) == (12, 2, ["e1", "e2"])


@pytest.mark.parametrize(("drop", "kept"), [("last", ["a", "b"]), ("first", ["b", "c"])])
async def test_entries_are_dropped_from_the_end_that_is_named_until_the_preamble_fits(
    drop: str, kept: list[str]
) -> None:
    out = await pack(standing=("One two.",), entries=["a", "b", "c"], preamble=5, drop=drop)

    assert out.entries == kept


async def test_the_message_about_entries_stands_there_without_any() -> None:
    assert (await pack()).messages[0] == {"role": "system", "content": "Past: "}


@pytest.mark.parametrize(("budget", "kept"), [(6, 2), (5, 1), (4, 1), (3, 0), (0, 0)])
async def test_history_goes_in_from_the_newest_as_long_as_the_next_fits(budget: int, kept: int) -> None:
    # "Past:" and "Go on." take 3 words, and the last word is sent whatever the budget.
    out = await pack(history=said("much too long a message", "two words", "last"), budget=budget)

    assert out.history == kept
    assert out.messages[-1]["content"] == "Go on."


async def test_a_long_message_hides_the_older_ones_though_they_would_fit() -> None:
    out = await pack(history=said("old", "five words are too many", "new"), budget=5)

    assert [one["content"] for one in out.messages[1:-1]] == ["new"]


async def test_tokens_are_counted_with_the_marks_around_a_message() -> None:
    out = await pack(count="tokens")

    texts = [("system", "Past: "), ("user", "Go on.")]
    assert out.used == sum(7 + count_tokens(role) + count_tokens(text) for role, text in texts)


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"standing": ("a b c",), "preamble": 2}, "the standing texts take 4 words, more than the preamble of 2"),
        ({"count": "signs"}, "tokens or words"),
        ({"drop": "middle"}, "last or first"),
        ({"entries": [1]}, "a list of texts"),
        ({"history": [{"role": "nobody", "content": "x"}]}, "is no message"),
    ],
)
async def test_what_cannot_be_packed_is_told(inputs: dict[str, Any], message: str) -> None:
    with pytest.raises(NodeError, match=message):
        await pack(**inputs)


def test_the_template_needs_its_gap() -> None:
    params, _ = parse_params(Pack.Params, {"entries": "Past: {events}"})

    assert "{entries}" in next(iter(Pack.problems(params)))


@given(
    st.lists(st.text("ab ", max_size=12), max_size=6), st.lists(st.text("ab ", max_size=12), max_size=6),
    st.integers(3, 40), st.integers(1, 40),
)  # fmt: skip
async def test_the_budgets_hold_and_what_is_kept_is_the_newest_and_the_most_relevant(
    history: list[str], entries: list[str], budget: int, preamble: int
) -> None:
    out = await pack(history=said(*history), entries=entries, budget=budget, preamble=preamble)

    words = [len(one["content"].split()) for one in out.messages]
    assert out.used == sum(words)
    assert words[0] <= preamble
    assert out.used <= max(budget, words[0] + words[-1])
    assert out.entries == entries[: len(out.entries)]
    assert [one["content"] for one in out.messages[1:-1]] == history[len(history) - out.history :]
