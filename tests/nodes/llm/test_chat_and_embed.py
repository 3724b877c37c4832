from __future__ import annotations

import pytest

from studio.nodes.llm.chat import Chat
from studio.nodes.llm.embed import Embed
from studio.support.errors import NodeError
from tests.support.fake_context import FakeContext, present, run_node

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
