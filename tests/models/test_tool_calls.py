"""Calls of tools: what goes to a provider, what comes back whole or in pieces, and what a script says of them."""

from __future__ import annotations

import json

import pytest

from studio.models.litellm.access import Endpoint
from studio.models.litellm.provider import LiteLLM
from studio.models.litellm.tools import arguments_of
from studio.models.script import parse_line
from studio.models.scripted import Scripted
from studio.spec.calls import ChatCall, ChatReply, ToolCall, ToolOffer
from studio.support.errors import UsageError
from tests.support.fake_llm_server import FakeServer, Step, chat, fake_llm_server

LOOK_UP = ToolOffer("look_up", "Look a word up.", {"type": "object", "properties": {"word": {"type": "string"}}})


def ask(*, must_call: bool = False) -> ChatCall:
    return ChatCall(messages=({"role": "user", "content": "hi"},), tools=(LOOK_UP,), must_call=must_call)


def model(server: FakeServer) -> LiteLLM:
    return LiteLLM("openai/gpt-4o-mini", endpoint=Endpoint(server.base), keyring=False)


def called(*functions: tuple[str, str]) -> Step:
    calls = [
        {"id": f"c{number}", "type": "function", "function": {"name": name, "arguments": written}}
        for number, (name, written) in enumerate(functions)
    ]
    message = {"role": "assistant", "content": None, "tool_calls": calls}
    return chat(None, choices=[{"index": 0, "finish_reason": "tool_calls", "message": message}])


async def test_tools_are_offered_and_their_calls_come_back() -> None:
    with fake_llm_server(called(("look_up", '{"word": "tide"}'), ("look_up", "{broken"))) as server:
        reply = await model(server).chat(ask(must_call=True))

    assert reply.text == ""
    assert reply.tool_calls == (
        ToolCall("c0", "look_up", {"word": "tide"}),
        ToolCall("c1", "look_up", "{broken"),
    )
    sent = server.requests[0]
    assert sent["tools"][0]["function"] == {
        "name": "look_up", "description": "Look a word up.", "parameters": dict(LOOK_UP.parameters),
    }  # fmt: skip
    assert sent["tool_choice"] == "required"


async def test_calls_in_a_stream_are_put_together() -> None:
    def event(**delta: object) -> str:
        return "data: " + json.dumps({
            "id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m",
            "choices": [{"index": 0, "delta": delta, "finish_reason": None}],
        }) + "\n\n"  # fmt: skip

    function = {"name": "look_up", "arguments": '{"wo'}
    pieces = [
        event(role="assistant", tool_calls=[{"index": 0, "id": "c0", "type": "function", "function": function}]),
        event(tool_calls=[{"index": 0, "function": {"arguments": 'rd": "tide"}'}}]),
    ]
    usage = {
        "id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m",
        "choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }  # fmt: skip
    body = "".join(pieces) + "data: " + json.dumps(usage) + "\n\ndata: [DONE]\n\n"
    said: list[str] = []
    with fake_llm_server(Step(body=body.encode(), type="text/event-stream")) as server:
        reply = await model(server).chat(ask(), said.append)

    assert reply.tool_calls == (ToolCall("c0", "look_up", {"word": "tide"}),)
    assert said == []


def test_a_reply_is_the_same_after_it_was_recorded() -> None:
    reply = ChatReply(text="", tool_calls=(ToolCall("c0", "look_up", {"word": "tide"}),))

    assert ChatReply.from_json(reply.to_json()) == reply
    assert "tool_calls" not in ChatReply(text="x").to_json(), "older records and new ones without tools are alike"
    assert "tools" not in ChatCall(messages=()).canonical("m")


def test_what_is_no_object_stays_the_text_that_the_model_wrote() -> None:
    assert arguments_of("") == {}
    assert arguments_of("[1]") == "[1]"
    assert arguments_of('{"a": NaN}') == '{"a": NaN}'


async def test_a_script_can_call_tools() -> None:
    scripted = Scripted([{"tool_calls": [{"name": "look_up", "arguments": {"word": "tide"}}], "reply": "Let me see."}])

    reply = await scripted.chat(ask())

    assert (reply.text, reply.finish_reason) == ("Let me see.", "tool_calls")
    assert reply.tool_calls == (ToolCall("call_1", "look_up", {"word": "tide"}),)


@pytest.mark.parametrize("calls", ["look_up", [{"arguments": {}}], [{"name": "a", "args": {}}]])
def test_a_script_line_with_odd_calls_is_refused(calls: object) -> None:
    with pytest.raises(UsageError, match="tool_calls"):
        parse_line({"tool_calls": calls}, "replies.jsonl:1")
