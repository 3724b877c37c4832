"""`text.numbered` reads lists as forgivingly, or as strictly, as it is told."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.nodes.text.numbered import Numbered
from tests.support.fake_context import run_node


async def read(text: str, **params: Any) -> list[tuple[str, str]]:
    out = await run_node(Numbered, params, {"text": text})
    assert out.texts == [one["text"] for one in out.entries]
    assert out.length == len(out.entries)
    return [(one["number"], one["text"]) for one in out.entries]


async def test_a_line_is_cut_at_its_first_full_stop() -> None:
    assert await read("2. Survey crops\n 3 .  Call v. d. Berg \n") == [("2", "Survey crops"), ("3", "Call v. d. Berg")]


async def test_lines_without_a_full_stop_are_left_out_and_told() -> None:
    out = await run_node(Numbered, {}, {"text": "Tasks:\n\n1. Dig\n- Sow"})

    assert out.texts == ["Dig"]
    assert out.left_out == ["Tasks:", "- Sow"]


async def test_anything_before_the_full_stop_is_a_number_unless_digits_are_wanted() -> None:
    text = "Ask Dr. Lee\nTask 3). Dig\n4."

    assert await read(text) == [("Ask Dr", "Lee"), ("Task 3)", "Dig"), ("4", "")]
    assert await read(text, number="digits") == [("", "Lee"), ("3", "Dig"), ("4", "")]
    assert await read(text, number="needed") == [("3", "Dig"), ("4", "")]


async def test_signs_are_taken_out_and_what_is_empty_then_is_no_entry() -> None:
    text = "1. Write a to-do list (short)!\n2. ???\n3. Größe_1 & more"

    assert await read(text, strip_signs=True) == [("1", "Write a todo list short"), ("3", "Größe_1  more")]


@pytest.mark.parametrize("text", ["", "\n \n", "There is nothing to add", "[\n]"])
async def test_a_text_without_entries_gives_an_empty_list(text: str) -> None:
    assert await read(text) == []


async def test_a_sentence_that_ends_in_a_full_stop_is_an_entry_only_where_no_number_is_needed() -> None:
    assert await read("Nothing is left.") == [("Nothing is left", "")]
    assert await read("Nothing is left.", number="needed", strip_signs=True) == []


@given(st.text(alphabet="12 a.-\n²x", max_size=60))
async def test_it_reads_as_the_program_did_whose_rules_it_keeps(text: str) -> None:
    """The loops of babyagi's last version and of its first, written anew."""
    strict, loose = [], []
    for line in text.strip().split("\n"):
        parts = line.strip().split(".", 1)
        if len(parts) == 2:
            loose.append((parts[0].strip(), parts[1].strip()))
            number = "".join(s for s in parts[0] if s.isnumeric())
            name = re.sub(r"[^\w\s_]+", "", parts[1]).strip()
            if name and number.isnumeric():
                strict.append((number, name))

    assert await read(text) == loose
    assert await read(text, number="needed", strip_signs=True) == strict
