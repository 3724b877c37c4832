"""Markdown is cut at its headings, whatever else looks like one."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from studio.documents.reading.markdown import read_markdown, structure

TEXT = """---
title: A book
tags: [a]
---
before

# One
text # no heading

## Two `code`
```
# not a heading
```
> # nor this
- # nor this

Three
=====
end"""


def test_sections_go_from_heading_to_heading_and_know_what_is_above() -> None:
    parts = read_markdown(TEXT, "a.md").parts

    assert [(part["title"], part["level"], part["path"], part["start_line"]) for part in parts] == [
        ("", 0, [], 1), ("One", 1, ["One"], 7), ("Two `code`", 2, ["One", "Two `code`"], 10),
        ("Three", 1, ["Three"], 17),
    ]  # fmt: skip


def test_front_matter_gives_the_title_and_is_no_heading() -> None:
    found = read_markdown(TEXT, "a.md")

    assert found.title == "A book"
    assert found.metadata == {"title": "A book", "tags": "[a]"}


def test_without_front_matter_the_first_heading_is_the_title() -> None:
    assert read_markdown("x\n\n# A *b*\n", "a.md").title == "A *b*"


def test_tables_and_lists_are_blocks() -> None:
    _, blocks = structure("para\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n- x\n- y\n")

    assert [(block.type, block.first, block.last) for block in blocks] == [
        ("paragraph", 1, 1), ("table", 3, 5), ("bullet_list", 7, 8),
    ]  # fmt: skip


PIECES = st.lists(
    st.sampled_from(["# A\n", "## B\n", "text\n", "\n", "- x\n", "```\n", "> q\n", "T\n===\n", "    code\n", "<b>\n"]),
    max_size=30,
).map("".join)


@given(PIECES)
def test_sections_lie_end_to_end_and_cover_the_text(text: str) -> None:
    parts = read_markdown(text, "a.md").parts

    assert "".join(part["text"] for part in parts) == text
    assert all(text[part["start"] : part["end"]] == part["text"] for part in parts)
    assert all(one["end"] == two["start"] for one, two in pairwise(parts))
