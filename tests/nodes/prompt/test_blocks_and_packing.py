"""Prompts packed from what a search found, as RepoCoder packs them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.nodes.prompt._cut import cut_to_size
from studio.nodes.prompt._pack import pack
from studio.nodes.prompt.blocks import Blocks
from studio.nodes.prompt.cut import Cut
from studio.nodes.prompt.pack import Pack
from studio.support.errors import NodeError
from tests.support.fake_context import run_node

WINDOW = {
    "text": "a = 1\n\nb = 2", "source": "x.py", "score": 0.5, "rank": 1,
    "places": [
        {"source": "x.py", "start_line": 1, "end_line": 3,
         "moved": {"text": "b = 2\nc = 3\n", "start_line": 3, "end_line": 5}},
        {"source": "y.py", "start_line": 7, "end_line": 9,
         "moved": {"text": "b = 2\nd = 4", "start_line": 9, "end_line": 10}},
    ],
}  # fmt: skip
RULE = "# " + "-" * 50


async def test_a_block_is_a_comment_with_all_its_files_between_rules() -> None:
    out = await run_node(Blocks, {}, {"hits": [WINDOW]})

    assert out.texts == [f"# Found in:\n# x.py\n# y.py\n{RULE}\n# a = 1\n# \n# b = 2\n{RULE}\n"]
    assert out.blocks == [{"source": "x.py", "score": 0.5, "rank": 1, "text": out.texts[0]}]


async def test_moved_down_a_block_shows_what_follows_and_keeps_a_blank_last_line() -> None:
    out = await run_node(Blocks, {}, {"hits": [WINDOW], "moved": True})

    assert out.texts == [f"# Found in:\n# x.py\n# y.py\n{RULE}\n# b = 2\n# c = 3\n# \n{RULE}\n"]


@pytest.mark.parametrize(
    ("source", "line", "shown"),
    [("x.py", 6, "d = 4"), ("x.py", 7, "c = 3"), ("z.py", 1, "c = 3"), ("y.py", 1, "c = 3")],
)
async def test_a_place_whose_continuation_reaches_the_hole_is_not_shown(source: str, line: int, shown: str) -> None:
    out = await run_node(Blocks, {}, {"hits": [WINDOW], "moved": True, "hole": {"source": source, "line": line}})

    assert f"# {shown}" in out.texts[0]


async def test_a_window_with_no_place_to_show_is_an_empty_block() -> None:
    alone = {**WINDOW, "places": WINDOW["places"][:1]}  # type: ignore[index]
    out = await run_node(Blocks, {}, {"hits": [alone], "moved": True, "hole": {"source": "x.py", "line": 4}})

    assert out.texts == [""]


async def test_windows_that_know_no_continuation_cannot_be_moved() -> None:
    with pytest.raises(NodeError, match="one step further down"):
        await run_node(Blocks, {}, {"hits": [{"text": "a"}], "moved": True})
    with pytest.raises(NodeError, match="Element 0 of `hits` is no window"):
        await run_node(Blocks, {}, {"hits": ["a"]})


async def test_a_block_too_long_is_skipped_and_the_next_is_tried() -> None:
    blocks = ["one two", "a b c d e f g h", "three", "four"]
    out = await run_node(Pack, {"budget": 8, "reserve": 4, "count": "words"}, {"blocks": blocks})

    assert out.chosen == ["one two", "three"]
    assert (out.text, out.size, out.left_out) == ("threeone two", 7, ["a b c d e f g h", "four"])


async def test_the_sum_stays_below_the_budget_or_may_reach_it() -> None:
    given: dict[str, Any] = {"blocks": ["a b", "c"], "room": 3, "counter": "words"}
    below = await run_node(Pack, {"reserve": 0}, given)
    within = await run_node(Pack, {"reserve": 0, "fits": "within", "order": "best_first"}, given)

    assert (below.chosen, within.chosen) == (["a b"], ["a b", "c"])
    assert within.text == "a bc"


async def test_no_more_than_so_many_and_an_empty_one_takes_a_place() -> None:
    out = await run_node(Pack, {"most": 2, "count": "words"}, {"blocks": ["a", "", "b"]})

    assert (out.chosen, out.left_out) == (["a", ""], ["b"])


async def test_tokens_are_counted_as_asked() -> None:
    sizes = [
        (await run_node(Pack, {"reserve": 0, "count": "words"}, {"blocks": ["a.b() + 1"], "counter": way})).size
        for way in ("words", "code")
    ]
    ours = await run_node(Pack, {"reserve": 0}, {"blocks": ["a.b() + 1"]})

    assert sizes == [3, 7]
    assert ours.size > 3
    with pytest.raises(NodeError, match="`counter` is one of"):
        await run_node(Pack, {"count": "words"}, {"blocks": ["a"], "counter": "letters"})
    with pytest.raises(NodeError, match="Element 1 of `blocks` has no text"):
        await run_node(Pack, {"count": "words"}, {"blocks": ["a", 3]})


@given(st.lists(st.text("ab ", max_size=12), max_size=12), st.integers(0, 20), st.integers(0, 4))
def test_packing_never_passes_the_budget_and_leaves_out_only_what_does_not_fit(
    blocks: list[str], budget: int, most: int
) -> None:
    found = pack(blocks, budget=budget, reserve=0, most=most, count="words")

    assert found["size"] == sum(len(one.split()) for one in found["chosen"])
    assert found["size"] < max(1, budget)
    assert sorted([*found["chosen"], *found["left_out"]]) == sorted(blocks)
    if len(found["chosen"]) < (most or 99):
        assert all(found["size"] + len(one.split()) >= budget for one in found["left_out"])


async def test_the_last_tokens_are_kept_and_the_line_is_told() -> None:
    out = await run_node(Cut, {"size": 2, "count": "words"}, {"text": "a b\nc d\ne"})

    assert (out.text, out.size, out.start_line, out.left_out) == ("d\ne", 2, 1, 3)


async def test_the_first_tokens_are_kept_if_asked_and_none_if_there_is_no_room() -> None:
    first = await run_node(Cut, {"keep": "first", "count": "code"}, {"text": "f(x) + 1", "most": 4})
    none = await run_node(Cut, {"count": "code"}, {"text": "f(x)", "most": 0})
    nothing = await run_node(Cut, {"keep": "first", "count": "code"}, {"text": "f(x)", "most": 0})

    assert (first.text, first.left_out) == ("f(x)", 2)
    assert (none.text, nothing.text) == ("", "")
    with pytest.raises(NodeError, match="no less than 0"):
        await run_node(Cut, {}, {"text": "a", "most": -1})


@given(st.text("ab \n.", max_size=30), st.integers(0, 12), st.sampled_from(["first", "last"]))
def test_what_is_cut_is_an_end_of_the_text(text: str, most: int, keep: str) -> None:
    found = cut_to_size(text, most, "code", keep=keep)

    assert text.startswith(found["text"]) if keep == "first" else text.endswith(found["text"])
    assert found["size"] <= most
    if keep == "last":
        assert found["start_line"] == text.count("\n") - found["text"].count("\n")
