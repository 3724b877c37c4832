from __future__ import annotations

from dataclasses import replace

import pytest

from studio.nodes.llm.chat import Chat
from studio.nodes.llm.embed import Embed
from studio.spec.params import parse_params
from studio.support.errors import NodeError
from tests.support.fake_context import FULL_INFO, FakeContext, present, run_node

HISTORY = [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hi"}]


async def test_a_turn_goes_to_the_model_after_the_history_and_comes_back_with_the_reply() -> None:
    ctx = FakeContext(replies=["Fine.\n"])

    out = await run_node(Chat, {"system": "Be brief."}, {"messages": HISTORY, "text": "How are you?"}, ctx)

    asked = {"role": "user", "content": "How are you?"}
    answer = {"role": "assistant", "content": "Fine."}
    assert list(ctx.chats[0].messages) == [{"role": "system", "content": "Be brief."}, *HISTORY, asked]
    assert present(out) == {"text": "Fine.", "message": answer, "messages": [*HISTORY, asked, answer]}


async def test_nothing_new_means_no_call_and_no_output() -> None:
    ctx = FakeContext()

    out = await run_node(Chat, {}, {"messages": HISTORY}, ctx)

    assert present(out) == {}
    assert out.text.reason == "nothing to answer: no new text or message of a person"
    assert ctx.effects == []


async def test_only_the_last_messages_are_sent_and_all_are_kept() -> None:
    ctx = FakeContext(replies=["Fine."])
    rules = {"role": "system", "content": "Rules."}

    out = await run_node(Chat, {"keep": 2}, {"messages": [rules, *HISTORY], "text": "And now?"}, ctx)

    assert [message["content"] for message in ctx.chats[0].messages] == ["Rules.", "And now?"]
    assert len(out.messages) == 5


async def test_an_empty_reply_and_a_message_without_text_are_refused() -> None:
    with pytest.raises(NodeError, match="empty text"):
        await run_node(Chat, {}, {"text": "Hi"}, FakeContext(replies=["  "]))
    assert (await run_node(Chat, {"allow_empty": True}, {"text": "Hi"}, FakeContext(replies=["  "]))).text == ""
    with pytest.raises(NodeError, match="one of the roles"):
        await run_node(Chat, {}, {"messages": [{"role": "robot", "content": "Hi"}]})


@pytest.mark.parametrize(
    ("params", "room", "asked"),
    [
        ({}, 70, 70),
        ({"max_tokens": 50}, 70, 50),
        ({"max_tokens": 90}, 70, 70),
        ({"max_tokens": 50}, -3, 1),
        ({}, None, None),
    ],
)
async def test_the_room_that_is_left_lowers_the_longest_reply(
    params: dict[str, int], room: int | None, asked: int | None
) -> None:
    ctx = FakeContext(replies=["Fine."])

    await run_node(Chat, params, {"text": "Hi", **({} if room is None else {"room": room})}, ctx)

    assert ctx.chats[0].max_tokens == asked


@pytest.mark.parametrize("held", [True, False])
async def test_a_form_is_asked_for_where_the_model_can_be_held_to_it_and_the_reply_is_not_checked(held: bool) -> None:
    form = {"type": "object", "properties": {"mood": {"type": "string"}}}
    ctx = FakeContext(replies=["no object"], info=replace(FULL_INFO, supports_schema=held))

    out = await run_node(Chat, {"form": form}, {"text": "Hi"}, ctx)

    assert ctx.chats[0].schema == (form if held else None)
    assert out.text == "no object"


def test_a_form_is_the_schema_of_an_object() -> None:
    params, _ = parse_params(Chat.Params, {"form": {"type": "string"}})

    assert list(Chat.problems(params)) == ["`form` must be a JSON Schema with `type: object`."]


async def test_a_text_gives_a_vector_and_a_list_gives_vectors_in_order() -> None:
    ctx = FakeContext(embed=lambda text: [float(len(text)), 1.0])

    one = await run_node(Embed, {}, {"text": "abc"}, ctx)
    many = await run_node(Embed, {}, {"text": ["a", "bb"]}, ctx)
    none = await run_node(Embed, {}, {"text": []}, ctx)

    assert present(one) == {"vector": [3.0, 1.0], "vectors": [[3.0, 1.0]]}
    assert present(many) == {"vectors": [[1.0, 1.0], [2.0, 1.0]]}
    assert present(none) == {"vectors": []}


async def test_what_is_no_text_is_not_embedded() -> None:
    with pytest.raises(NodeError, match="Only a text or a list of texts"):
        await run_node(Embed, {}, {"text": {"a": 1}})
