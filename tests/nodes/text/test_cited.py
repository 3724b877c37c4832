"""Statements with the numbers of what they rest on."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.nodes.text.cited import Cited
from tests.support.fake_context import run_node

SOURCES = ["a", "b", "c"]


async def test_statements_are_read_with_their_sources() -> None:
    text = "Ann is kind (because of 0, 2)\n2. Ann works. (because of 1 and 1)\n3) Last (because of 2)"
    out = await run_node(Cited, {}, {"text": text, "sources": SOURCES})

    assert out.entries == [
        {"text": "Ann is kind", "numbers": [0, 2], "sources": ["a", "c"]},
        {"text": "Ann works.", "numbers": [1, 1], "sources": ["b", "b"]},
        {"text": "Last", "numbers": [2], "sources": ["c"]},
    ]
    assert not out.unreadable
    assert len((await run_node(Cited, {"most": 2}, {"text": text, "sources": SOURCES})).entries) == 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no bracket",
        "a (because of)",
        "a (because of 3)",
        "a (because of x)",
        "a (3)",
        "a (x, 1)",
        "in (1) a hall",
        "a (because of 0)\nb",
        "(because of 0)",
    ],
)
async def test_one_line_that_cannot_be_read_takes_all_of_them_away(text: str) -> None:
    out = await run_node(Cited, {}, {"text": text, "sources": SOURCES})

    assert (out.entries, out.unreadable) == ([], True)


@pytest.mark.parametrize("line", ["a (0, 2)", "- a [0,2]", "1. a (0, 2).", "- a (because of 0 and 2)"])
async def test_the_bracket_may_hold_nothing_but_numbers(line: str) -> None:
    out = await run_node(Cited, {}, {"text": line, "sources": SOURCES})

    assert out.entries == [{"text": "a", "numbers": [0, 2], "sources": ["a", "c"]}]


async def test_numbers_may_begin_at_one() -> None:
    given: dict[str, Any] = {"text": "a (because of 3)", "sources": SOURCES}

    assert (await run_node(Cited, {"first": 1}, given)).entries[0]["sources"] == ["c"]
    assert (await run_node(Cited, {"first": 1}, given | {"text": "a (because of 0)"})).unreadable


@given(st.text(alphabet="a (becausof0123),\n.", max_size=80))
async def test_whatever_is_written_only_sources_are_cited(text: str) -> None:
    for one in (await run_node(Cited, {}, {"text": text, "sources": SOURCES})).entries:
        assert one["sources"] == [SOURCES[number] for number in one["numbers"]]
