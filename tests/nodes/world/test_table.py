"""`table.show` lays rows out to be read, whatever stands in them."""

from __future__ import annotations

from typing import Any

import pytest

from studio.nodes.table.show import Show
from studio.support.errors import NodeError
from studio.support.plain import cells, cut, plain, plain_line
from tests.support.fake_context import run_node

ROWS = [{"name": "Ada", "n": 3, "note": None}, {"name": "Bo", "n": 12.5, "more": [1]}]


async def test_rows_are_aligned_with_numbers_to_the_right() -> None:
    out = await run_node(Show, {}, {"rows": [ROWS]})

    assert out.table.split("\n") == [
        "name     n  note  more",
        "────  ────  ────  ────",
        "Ada      3",
        "Bo    12.5        [1]",
    ]
    assert out.rows == ROWS


async def test_wires_may_bring_rows_or_lists_of_rows() -> None:
    out = await run_node(Show, {"columns": ["n"]}, {"rows": [ROWS[0], [ROWS[1]], []]})

    assert out.table == "   n\n────\n   3\n12.5"


async def test_wide_characters_and_long_texts_keep_the_columns() -> None:
    out = await run_node(
        Show, {"max_width": 8}, {"rows": [{"a": "日本語日本語", "b": "x"}, {"a": "e\u0301", "b": "long " * 9}]}
    )

    lines = out.table.split("\n")
    assert lines[2].startswith("日本語…")
    assert [cells(line[: line.rindex(last)]) for line, last in ((lines[2], "x"), (lines[3], "long"))] == [9, 9]


async def test_no_rows_and_rows_that_are_none_are_told() -> None:
    assert (await run_node(Show, {}, {"rows": [[]]})).table == "(no rows)"
    with pytest.raises(NodeError, match="row 1 is no object but 3"):
        await run_node(Show, {}, {"rows": [{"a": 1}, 3]})


HOSTILE = [
    ("\x1b[31mred\x1b[0m", "red"),
    ("\x1b]0;title\x07x", "x"),
    ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
    ("\x9b2Jx", "x"),
    ("a\x07b\x00c\x7f", "abc"),
    ("\x1b(0x\x1bcx", "xx"),
    ("abc\u202edef\u2066", "abcdef"),
    ("a\u200fb", "ab"),
    ("a\rb", "ab"),
    ("\x1b", ""),
    ("\x1b[", ""),
]


@pytest.mark.parametrize(("text", "left"), HOSTILE)
async def test_nothing_that_disturbs_a_terminal_is_left(text: str, left: str) -> None:
    assert plain(text) == left

    table: Any = (await run_node(Show, {}, {"rows": [{text: text}]})).table
    assert not set(table) & set("\x1b\x9b\x07\x00\x7f\r\u202e\u2066\u200f")


def test_a_line_is_one_line_and_ordinary_text_stays() -> None:
    assert plain_line("a\r\n b\t\tc\u2028d") == "a b c d"
    assert plain("Grüße, 日本 👩‍👩‍👧\n\tx") == "Grüße, 日本 👩‍👩‍👧\n\tx"
    assert cut("abcdef", 4) == "abc…"
    assert cut("abcd", 4) == "abcd"
