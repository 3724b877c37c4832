"""A script asks litellm's models with the requests of the studio, and names each failure alike; no key escapes."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from studio.export.standalone.runtime.models import litellm_model
from studio.export.standalone.runtime.models.catalog import Models
from studio.export.standalone.runtime.models.embedding import LiteLLMEmbedder
from studio.export.standalone.runtime.models.litellm_model import LiteLLM
from studio.export.standalone.runtime.models.tools import Tools
from studio.models.embedders import LiteLLMEmbedder as StudioEmbedder
from studio.models.failures import MissingModel
from studio.models.litellm import provider as litellm_provider
from studio.spec.calls import ChatCall, CompletionCall, ToolOffer
from studio.support.errors import ModelError
from tests.support.fake_llm_server import FakeServer, Step, chat, echo_key, error, fake_llm_server

CANARY = "canary-key-4711-abcdef"
NAME = "openai/gpt-4o-mini"
ASK = ChatCall(messages=({"role": "user", "content": "hi"},), node="a/b", tick="3")


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)


def both(monkeypatch: pytest.MonkeyPatch, server: FakeServer, name: str = NAME) -> list[Any]:
    """The studio's model and a script's, led to the fake server by the environment."""
    monkeypatch.setenv("OPENAI_API_BASE", server.base)
    return [litellm_provider.LiteLLM(name, keyring=False), LiteLLM(name, Tools())]


def chat_of(model: Any, call: ChatCall) -> Awaitable[Any]:
    """Let either make a call: a script's model takes it as it is recorded."""
    if not isinstance(model, LiteLLM):
        return model.chat(call)  # type: ignore[no-any-return]
    return model.chat(call.canonical(model.name), call, call.timeout_s)


async def outcome(asking: Awaitable[Any]) -> Any:
    """What came of a call: the recorded form of the reply, or all that is said of the failure."""
    try:
        reply = await asking
    except ModelError as raised:
        return {"type": type(raised).__name__, "kind": raised.kind, "transient": raised.transient,
                "after": raised.retry_after_s, "said": str(raised), "exit": raised.exit_code}  # fmt: skip
    if isinstance(reply, dict):
        return reply
    return reply.to_json() if hasattr(reply, "to_json") else [reply.vectors, reply.tokens_in, reply.cost_usd]


def logprobs(*tops: dict[str, float]) -> Step:
    content = [
        {"token": "x", "logprob": -0.1, "bytes": None,
         "top_logprobs": [{"token": token, "logprob": value, "bytes": None} for token, value in top.items()]}
        for top in tops
    ]  # fmt: skip
    message = {"role": "assistant", "content": "x"}
    return chat(choices=[{"index": 0, "finish_reason": "stop", "message": message, "logprobs": {"content": content}}])


def calling() -> Step:
    call = {"id": "c1", "type": "function", "function": {"name": "look", "arguments": '{"word": "tide"}'}}
    message = {"role": "assistant", "content": None, "tool_calls": [call]}
    return chat(choices=[{"index": 0, "finish_reason": "tool_calls", "message": message}])


CLOSED = {"type": "object", "properties": {"x": {"type": "string"}}, "required": ["x"], "additionalProperties": False}
CALLS = {
    "plain": ASK,
    "all that can be asked": ChatCall(
        ASK.messages, schema=CLOSED, max_tokens=9, temperature=0.5, seed=5, stop=("x",), logprobs=True,
        tools=(ToolOffer("look", "Looks.", {"type": "object"}),), must_call=True, timeout_s=30,
    ),
    "a loose schema": ChatCall(ASK.messages, schema={"type": "object", "properties": {"x": {}}}),
}  # fmt: skip


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("name", [NAME, "openai/o3-mini", "openai/a-model-nobody-knows"])
async def test_the_same_call_sends_the_same_request_and_gives_the_same_reply(
    monkeypatch: pytest.MonkeyPatch, call: ChatCall, name: str
) -> None:
    with fake_llm_server(chat("hello"), chat("hello")) as server:
        replies = [await outcome(chat_of(model, call)) for model in both(monkeypatch, server, name)]

    assert replies[0] == replies[1]
    assert server.requests[0] == server.requests[1]
    assert server.headers[0]["authorization"] == server.headers[1]["authorization"] == f"Bearer {CANARY}"


async def test_a_call_that_differs_sends_another_request(monkeypatch: pytest.MonkeyPatch) -> None:
    with fake_llm_server(chat("hello"), chat("hello")) as server:
        for model, call in zip(both(monkeypatch, server), CALLS.values(), strict=False):
            await chat_of(model, call)

    assert server.requests[0] != server.requests[1]


async def test_what_is_recorded_of_a_model_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    with fake_llm_server() as server:
        for name in (NAME, "openai/o3-mini", "ollama/llama3", "text-completion-openai/gpt-3.5-turbo-instruct"):
            models = both(monkeypatch, server, name)
            for model in models:
                await model.prepare()

            # No model of a script completes texts.
            assert replace(models[0].info, supports_completion=False) == models[1].info
            assert models[0].retry_transient == models[1].retry_transient


STEPS = {
    "reply": chat("hello"),
    "unpriced": chat("hello", model="nobody-knows"),
    "entropy": logprobs({"a": -0.5, "b": -1.0}, {"a": -0.01}),
    "tools": calling(),
    "cut": chat(choices=[{"index": 0, "finish_reason": "length", "message": {"role": "assistant", "content": "he"}}]),
    "withheld": chat(choices=[{"index": 0, "finish_reason": "content_filter", "message": {"content": None}}]),
    "429": error(429, "slow down", Retry_After="7"),
    "500": error(500, "boom"),
    "503": error(503, "busy"),
    "408": error(408, "late"),
    "400": error(400, "bad"),
    "401": error(401, "who"),
    "403": error(403, "not you"),
    "404": error(404, "what"),
    "context": error(400, "This model's maximum context length is 10 tokens"),
    "no json": Step(body=b"{nope"),
    "no choices": chat(choices=[]),
    "no text": chat(None),
    "dropped": Step(drop=True),
    "echoed key": echo_key(401),
    "echoed key in an error": echo_key(400),
}


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
async def test_every_answer_and_failure_is_told_alike(monkeypatch: pytest.MonkeyPatch, step: Step) -> None:
    with fake_llm_server(step, step) as server:
        told = [await outcome(chat_of(model, ASK)) for model in both(monkeypatch, server)]

    assert told[0] == told[1]
    assert CANARY not in json.dumps(told)
    assert len(server.requests) == 2  # retries are the runtime's


async def test_a_model_that_is_silent_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    held = threading.Event()
    call = ChatCall(ASK.messages, timeout_s=0.2, node="a", tick="0")
    with fake_llm_server(Step(wait=held), Step(wait=held)) as server:
        told = [await outcome(chat_of(model, call)) for model in both(monkeypatch, server)]
        held.set()

    assert told[0] == told[1]
    assert told[1]["kind"] == "timeout"


async def test_vectors_come_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"object": "embedding", "index": index, "embedding": [0.5, index]} for index in (1, 0)]
    usage = {"prompt_tokens": 3, "total_tokens": 3}
    good = Step(body=json.dumps({"object": "list", "model": "m", "data": rows, "usage": usage}).encode())
    short = Step(body=json.dumps({"object": "list", "model": "m", "data": rows[:1], "usage": usage}).encode())
    name = "openai/text-embedding-3-small"
    with fake_llm_server(good, good, short, short) as server:
        ours, its = both(monkeypatch, server, name)
        embedders: list[Any] = [StudioEmbedder(ours), LiteLLMEmbedder(its)]
        first = [await outcome(embedder.embed(["a", "b"])) for embedder in embedders]
        second = [await outcome(embedder.embed(["a", "b"])) for embedder in embedders]
        empty = [await outcome(embedder.embed(["a", ""])) for embedder in embedders]
        none = [await outcome(embedder.embed([])) for embedder in embedders]

    assert first[0] == first[1]
    assert first[1][:2] == [[[0.5, 0.0], [0.5, 1.0]], 3]
    assert second[0] == second[1]
    assert empty[0] == empty[1]
    assert none[0] == none[1]
    assert server.requests[0] == server.requests[1]


async def test_a_chat_model_completes_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    with fake_llm_server() as server:
        ours, its = both(monkeypatch, server)
        call = CompletionCall("x")
        told = [await outcome(ours.complete(call)), await outcome(its.complete(call.canonical(NAME), call))]

    assert told[0] == told[1]


async def refused(model: LiteLLM) -> MissingModel:
    with pytest.raises(MissingModel) as caught:
        await model.prepare()
    return caught.value


async def test_a_missing_key_is_named_with_the_next_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")

    told = await refused(LiteLLM(NAME))

    assert "OPENAI_API_KEY is not set" in str(told)
    assert "--model" in told.hint
    assert told.exit_code == 5


async def test_a_model_without_provider_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "There is no model provider for 'gibberish'" in str(await refused(LiteLLM("gibberish")))


async def test_no_graph_says_where_keys_are_sent() -> None:
    assert "no graph says where keys are sent" in str(await refused(LiteLLM("huggingface/https://evil.example/x")))


@pytest.mark.parametrize("protected", [True, False], ids=["as it is", "control: unprotected"])
async def test_a_model_that_is_named_while_the_graph_runs_gets_no_key_sent_to_an_address(
    monkeypatch: pytest.MonkeyPatch, protected: bool
) -> None:
    if not protected:
        monkeypatch.setattr(LiteLLM, "_require_access", lambda self, library: None)
    tried: list[str] = []

    async def send(**params: Any) -> Any:
        tried.append(params["model"])
        raise RuntimeError("nothing is sent in this test")

    monkeypatch.setattr(litellm_model._library(), "acompletion", send)
    told = await outcome(chat_of(LiteLLM("huggingface/https://evil.example/x"), ASK))

    assert ("no graph says where keys are sent" in told["said"]) is protected
    assert bool(tried) is not protected


async def test_a_model_on_this_machine_needs_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    model = LiteLLM("ollama/llama3")
    await model.prepare()

    assert not model.info.billable


async def test_where_litellm_is_not_installed_one_sentence_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "litellm", None)

    told = await refused(LiteLLM(NAME))

    assert "pip install litellm" in str(told)
    assert told.exit_code == 5


async def test_connections_are_closed_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[bool] = []
    library = litellm_model._library()

    async def close() -> None:
        closed.append(True)

    monkeypatch.setattr(library, "close_litellm_async_clients", close, raising=False)
    models = Models({}, model=NAME)
    models.provider()
    await models.close()

    assert closed


@pytest.mark.parametrize("protected", [True, False], ids=["as it is", "control: unprotected"])
async def test_no_message_of_a_script_quotes_a_key(monkeypatch: pytest.MonkeyPatch, protected: bool) -> None:
    if not protected:
        for name in ("scrub_error", "scrub"):
            monkeypatch.setattr(litellm_model, name, lambda text: text)
    said: list[str] = []
    cases: list[Callable[[LiteLLM], Awaitable[Any]]] = [lambda model: chat_of(model, ASK)] * 3
    with fake_llm_server(echo_key(401), echo_key(400), chat(f"your key is {CANARY}")) as server:
        model = both(monkeypatch, server)[1]
        for case in cases:
            with contextlib.suppress(MissingModel):
                said.append(json.dumps(await outcome(case(model))))

    assert len(said) == 3
    assert [CANARY in text for text in said] == [not protected] * 3
