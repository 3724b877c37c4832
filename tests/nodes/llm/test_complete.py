"""A model goes on with a text, and what it writes is taken as it is."""

from __future__ import annotations

import pytest

from studio.nodes.llm.complete import Complete
from studio.support.errors import NodeError
from tests.support.fake_context import FakeContext, run_node


async def test_blanks_stay_and_an_empty_answer_is_one() -> None:
    out = await run_node(Complete, {}, {"prompt": "def f():"}, FakeContext(replies=["    return 1\n"]))
    empty = await run_node(Complete, {}, {"prompt": "def f():"}, FakeContext(replies=[""]))

    assert out.text == "    return 1\n"
    assert (empty.text, empty.texts) == ("", [""])


async def test_what_is_wired_wins_and_several_choices_are_several_calls() -> None:
    ctx = FakeContext(replies=["a", "b"])
    out = await run_node(
        Complete,
        {"most_choices": 3, "max_tokens": 7, "stop": ["#"]},
        {"prompt": "x = ", "choices": 2, "temperature": 0.2, "stop": ["\n"]},
        ctx,
    )

    assert (out.text, out.texts) == ("a", ["a", "b"])
    assert [(call.temperature, call.max_tokens, call.stop) for call in ctx.default_model.chats] == [
        (0.2, 7, ("\n",))
    ] * 2


@pytest.mark.parametrize(
    ("stop", "reply", "text"),
    [(["\n"], "a\nb", "a"), (["b", "\n"], "a\nb", "a"), (["\n"], "\na", ""), (["\n"], "a", "a"), ([], "a\nb", "a\nb")],
)
async def test_an_answer_ends_before_a_stop_though_the_model_wrote_on(stop: list[str], reply: str, text: str) -> None:
    out = await run_node(Complete, {}, {"prompt": "x", "stop": stop}, FakeContext(replies=[reply]))

    assert (out.text, out.texts, out.choices[0]["text"]) == (text, [text], text)


async def test_the_model_is_shown_what_stands_behind_the_gap() -> None:
    ctx = FakeContext(replies=["1"])
    await run_node(Complete, {"system": "", "gap": "|"}, {"prompt": "x = ", "suffix": "\nprint(x)"}, ctx)

    assert [dict(one) for one in ctx.default_model.chats[0].messages] == [
        {"role": "user", "content": "x = |\nprint(x)"}
    ]


@pytest.mark.parametrize("choices", [0, 2, -1])
async def test_more_choices_than_allowed_are_refused(choices: int) -> None:
    with pytest.raises(NodeError, match="`choices` is"):
        await run_node(Complete, {}, {"prompt": "a", "choices": choices}, FakeContext())


async def test_the_longest_answer_may_be_wired() -> None:
    ctx = FakeContext(replies=["a"])
    await run_node(Complete, {"max_tokens": 7}, {"prompt": "a", "most_tokens": 9}, ctx)

    assert ctx.default_model.chats[0].max_tokens == 9
    with pytest.raises(NodeError, match="at least 1"):
        await run_node(Complete, {}, {"prompt": "a", "most_tokens": 0}, FakeContext())
