"""Wishlists are fulfilled as in Copilot's prompt library (fact sheet, section 6, worked example A)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.nodes.prompt._wishlist import Wish, fill, fulfil
from studio.nodes.prompt.like_last import LikeLast
from studio.nodes.prompt.wishlist import Wishlist
from studio.support.errors import NodeError
from tests.support.fake_context import run_node

LINES = "alpha beta gamma\ndelta epsilon\nzeta eta theta iota\nkappa lam"
WISHES: list[dict[str, Any]] = [
    {"id": "language", "kind": "language", "text": "# a b c\n", "priority": 0.25, "needs": ["text"]},
    {"id": "path", "kind": "path", "text": "# p q\n", "priority": 0.375, "needs": ["text"], "excludes": ["language"]},
    {"kind": "import", "text": "one two three four five\n", "priority": 0.40625},
    {"kind": "snippet", "text": "s1 s s s s s s s s\n", "priority": 0.390625},
    {"kind": "snippet", "text": "s2 s s s s s s s s\n", "priority": 0.390625},
    {"id": "text", "kind": "text", "text": LINES, "priority": 0.5, "lines": True},
]


def used(out: dict[str, Any]) -> list[str]:
    return [one["text"].split()[0] for one in out["used"]]


@pytest.mark.parametrize(
    ("budget", "size", "expected"),
    [
        (40, 37, ["#", "one", "s1", "s2", "alpha", "delta", "zeta", "kappa"]),
        (30, 28, ["#", "one", "s2", "alpha", "delta", "zeta", "kappa"]),
        (22, 19, ["#", "one", "alpha", "delta", "zeta", "kappa"]),
        (15, 14, ["#", "alpha", "delta", "zeta", "kappa"]),
        (11, 11, ["alpha", "delta", "zeta", "kappa"]),
        (8, 8, ["delta", "zeta", "kappa"]),
        (5, 2, ["kappa"]),
        (2, 2, ["kappa"]),
        (1, 0, []),
    ],
)
def test_worked_example_a(budget: int, size: int, expected: list[str]) -> None:
    found = fulfil(WISHES, budget, "words")

    assert used(found) == expected
    assert found["size"] == size
    assert "# a b c\n" not in found["text"]
    assert found["text"] == "".join(one["text"] for one in found["used"])


def test_the_language_marker_stands_in_for_a_path_that_is_too_long() -> None:
    longer = [{**WISHES[1], "text": "# p q r s t u v\n"} if wish is WISHES[1] else wish for wish in WISHES]

    assert fulfil([wish for wish in longer if wish.get("kind") not in ("import", "snippet")], 15, "words")["text"] == (
        "# a b c\n" + LINES
    )


def test_no_marker_without_the_first_line() -> None:
    assert "#" not in fulfil(WISHES, 10, "words")["text"]


def test_the_first_that_did_not_fit_is_tried_once_more_as_the_whole_may_be_shorter() -> None:
    """Two halves of a word are two, together they are one."""
    wishes = [{"text": "half", "priority": 0.1}, {"text": "way", "priority": 0.2}]

    assert fulfil(wishes, 1, "words")["text"] == "halfway"


def test_a_blank_line_before_text_costs_a_token() -> None:
    wishes = [{"text": "a\n\n", "priority": 0.1}, {"text": "b", "priority": 0.2}]
    blanks = [wishes[0], {"text": " b", "priority": 0.2}]

    assert [one["size"] for one in fulfil(wishes, 3, "words")["used"]] == [1, 1]
    assert fill([Wish(0, "a\n\n", "", 1, 1), Wish(1, "b", "", 2, 1)], 2, lambda text: 9)[1] == ""
    assert fulfil(blanks, 2, "words")["text"] == "a\n\n b"


async def test_lines_of_a_text_need_the_next_and_blank_ones_go_with_the_line_before() -> None:
    text = "a\n\nb\n\n\nc"
    out = await run_node(Wishlist, {"count": "words"}, {"wishes": [{"text": text, "priority": 1, "lines": True}]})
    short = await run_node(
        Wishlist, {"count": "words", "size": 2}, {"wishes": [{"text": text, "priority": 1, "lines": True}]}
    )

    assert [one["text"] for one in out.used] == ["a\n\n", "b\n\n", "\n", "c"]
    assert out.text == text
    assert short.text == "b\n\n\nc"
    assert [one["text"] for one in short.left_out] == ["a\n\n"]


@pytest.mark.parametrize("wish", ["a", {"text": "a"}, {"priority": 1}, {"text": 1, "priority": 1}])
async def test_a_wish_without_text_and_priority_is_refused(wish: Any) -> None:
    with pytest.raises(NodeError, match="must have a `text` and a `priority`"):
        await run_node(Wishlist, {"count": "words"}, {"wishes": [wish]})


_WISH = st.fixed_dictionaries(
    {"text": st.text("ab \n", max_size=8), "priority": st.sampled_from([0.1, 0.5, 0.9]), "lines": st.booleans()}
)


@given(st.lists(_WISH, max_size=6), st.integers(0, 8))
def test_the_budget_is_kept_and_what_is_used_stands_in_document_order(wishes: list[Any], budget: int) -> None:
    found = fulfil(wishes, budget, "words")

    assert found["size"] == len(found["text"].split()) <= budget
    assert found["text"] == "".join(one["text"] for one in found["used"])
    whole = fulfil(wishes, 1_000, "words")
    assert whole["text"] == "".join(wish["text"] for wish in wishes)


async def test_a_text_that_begins_alike_is_the_last_one_again() -> None:
    last = " ".join(f"w{n}" for n in range(60))
    new = last.replace("w3 ", "x ").replace("w59", "other")
    out = await run_node(LikeLast, {"count": "words"}, {"text": new, "last": last})
    strict = await run_node(LikeLast, {"count": "words"}, {"text": new, "last": last, "threshold": 2})
    never = await run_node(LikeLast, {"count": "words"}, {"text": last, "last": last, "threshold": 0})
    full = await run_node(LikeLast, {"count": "words"}, {"text": new, "last": last, "room": 59})

    assert (out.text, out.again, out.distance, out.size) == (last, True, 1, 60)
    assert (strict.text, strict.again) == (new, False)
    assert not never.again
    assert not full.again


async def test_without_a_last_text_the_new_one_is_taken() -> None:
    out = await run_node(LikeLast, {"count": "words"}, {"text": "a b"})
    empty = await run_node(LikeLast, {"count": "words"}, {"text": "", "last": ""})

    assert (out.text, out.again) == ("a b", False)
    assert not empty.again


def test_what_is_longer_together_loses_the_least_important_and_of_equals_the_first() -> None:
    """As with tokenizers for which a joint may cost a token."""

    def measure(text: str) -> int:
        return len(text) + (2 if len(text) > 2 else 0)

    elements = [
        Wish(place, text, "", priority, 1) for place, (text, priority) in enumerate(zip("abc", (5, 5, 9), strict=True))
    ]
    chosen, text, size = fill(elements, 3, measure)

    assert ([one.text for one in chosen], text, size) == (["b", "c"], "bc", 2)
