"""The litellm provider against a fake server: what comes back, what goes out, and what each failure is called."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable

import pytest

from studio.models.litellm.access import Endpoint
from studio.models.litellm.params import response_format
from studio.models.litellm.provider import LiteLLM
from studio.spec.calls import ChatCall, CompletionCall
from studio.support.errors import ModelError
from tests.support.fake_llm_server import FakeServer, Step, chat, echo_key, error, fake_llm_server, stream

CANARY = "canary-key-4711-abcdef"


def ask(**options: object) -> ChatCall:
    return ChatCall(messages=({"role": "user", "content": "hi"},), node="a/b", tick="3", **options)  # type: ignore[arg-type]


def model(server: FakeServer, name: str = "openai/gpt-4o-mini", **options: object) -> LiteLLM:
    return LiteLLM(name, endpoint=Endpoint(server.base, **options), keyring=False)  # type: ignore[arg-type]


async def test_a_chat_gives_text_usage_and_dropped_params() -> None:
    schema = {"type": "object", "properties": {}, "additionalProperties": False}
    with fake_llm_server(chat("hello")) as server:
        reply = await model(server).chat(ask(seed=5, max_tokens=9, stop=("x",), schema=schema, logprobs=True))

    assert (reply.text, reply.tokens_in, reply.tokens_out, reply.finish_reason) == ("hello", 7, 3, "stop")
    assert reply.cost_usd == 0.0  # the server is on this machine
    assert reply.dropped == ()
    sent = server.requests[0]
    assert sent == {
        "model": "gpt-4o-mini",
        "messages": [{"role": "user", "content": "hi"}],
        "temperature": 0.0,
        "seed": 5,
        "max_tokens": 9,
        "stop": ["x"],
        "logprobs": True,
        "top_logprobs": 20,
        "response_format": response_format(schema),
    }


async def test_params_a_model_does_not_take_are_left_out_and_named() -> None:
    with fake_llm_server(chat(), chat()) as server:
        thinker = await model(server, "openai/o3-mini").chat(ask(logprobs=True, stop=("x",)))
        unschooled = await model(server, "openai/gpt-4o-mini", schema=False).chat(ask(schema={"type": "object"}))

    assert set(thinker.dropped) == {"temperature", "seed", "logprobs"} - set(server.requests[0])
    assert "temperature" not in server.requests[0]
    assert "logprobs" not in server.requests[0]
    assert unschooled.dropped == ("schema",)
    assert "response_format" not in server.requests[1]


async def test_a_stream_arrives_in_order_on_the_callers_loop() -> None:
    seen: list[tuple[str, int]] = []

    with fake_llm_server(stream("he", "l", "lo")) as server:
        reply = await model(server).chat(ask(), lambda piece: seen.append((piece, threading.get_ident())))

    assert seen == [(piece, threading.get_ident()) for piece in ("he", "l", "lo")]
    assert (reply.text, reply.tokens_in, reply.tokens_out) == ("hello", 7, 3)
    assert server.requests[0]["stream_options"] == {"include_usage": True}


@pytest.mark.parametrize(
    ("step", "kind", "transient"),
    [
        (error(429, "slow down"), "rate_limit", True),
        (error(500, "boom"), "server", True),
        (error(502, "gateway"), "server", True),
        (error(503, "busy"), "server", True),
        (error(529, "overloaded"), "server", True),
        (error(408, "late"), "timeout", True),
        (error(400, "bad"), "bad_request", False),
        (error(422, "worse"), "bad_request", False),
        (error(401, "who"), "auth", False),
        (error(402, "pay"), "auth", False),
        (error(403, "not you"), "auth", False),
        (error(404, "what"), "not_found", False),
        (error(400, "This model's maximum context length is 10 tokens"), "context_window", False),
        (Step(body=b"{nope"), "malformed", True),
        (Step(body=b"<html>welcome</html>", type="text/html"), "malformed", True),
        (Step(body=b"{}"), "malformed", True),
        (Step(body=b"[1]"), "malformed", True),
        (chat(choices=[]), "malformed", True),
        (chat(None), "malformed", True),
        (Step(502, b"<html>gateway</html>", "text/html"), "server", True),
        (Step(drop=True), "server", True),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
async def test_every_failure_has_a_kind_and_names_model_node_and_tick(step: Step, kind: str, transient: bool) -> None:
    with fake_llm_server(step) as server, pytest.raises(ModelError) as caught:
        await model(server).chat(ask())

    assert (caught.value.kind, caught.value.transient) == (kind, transient)
    assert str(caught.value).startswith("openai/gpt-4o-mini, node `a/b` at tick 3: ")
    assert "litellm" not in str(caught.value).lower()
    assert len(server.requests) == 1  # retries are the engine's


@pytest.mark.parametrize(("header", "seconds"), [("7", 7), ("Wed, 01 Jan 2020 00:00:00 GMT", 0), ("?", None)])
async def test_the_wait_the_server_asks_for_is_told(header: str, seconds: float | None) -> None:
    with fake_llm_server(error(429, Retry_After=header)) as server, pytest.raises(ModelError) as caught:
        await model(server).chat(ask())

    assert caught.value.retry_after_s == seconds


@pytest.mark.parametrize(
    "step",
    [
        stream("he", "l", end=False),
        Step(body=b"<html>hello</html>", type="text/event-stream"),
        Step(body=stream("he", end=False).body + b"data: {nope\n\n", type="text/event-stream"),  # type: ignore[operator]
    ],
    ids=["cut", "html", "garbage"],
)
async def test_a_stream_that_breaks_off_is_no_answer(step: Step) -> None:
    with fake_llm_server(step) as server, pytest.raises(ModelError) as caught:
        await model(server).chat(ask(), lambda _: None)

    assert (caught.value.kind, caught.value.transient) == ("malformed", True)


async def test_a_silent_server_is_a_timeout_and_cancelling_ends_the_wait_at_once() -> None:
    held = threading.Event()
    with fake_llm_server(Step(wait=held), Step(wait=held)) as server:
        with pytest.raises(ModelError, match=r"within 0\.2 s|in time") as caught:
            await model(server).chat(ask(timeout_s=0.2))
        task = asyncio.create_task(model(server).chat(ask()))
        for _ in range(2):
            assert await asyncio.to_thread(server.arrived.acquire, timeout=5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, 2)
        held.set()

    assert caught.value.kind == "timeout"


async def test_log_probabilities_become_bits_per_token() -> None:
    half = {"token": "a", "logprob": -0.6931471805599453, "bytes": None}
    token = {**half, "top_logprobs": [half, {**half, "token": "b"}]}
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "aa"}}
    with fake_llm_server(chat(choices=[{**choice, "logprobs": {"content": [token, token]}}])) as server:
        reply = await model(server).chat(ask(logprobs=True))

    assert reply.token_entropy == pytest.approx((1.0, 1.0))
    assert reply.entropy == pytest.approx(1.0)


async def test_an_answer_cut_by_its_length_is_told_by_its_finish_reason() -> None:
    choice = {"index": 0, "finish_reason": "length", "message": {"role": "assistant", "content": None}}
    with fake_llm_server(chat(choices=[choice])) as server:
        reply = await model(server).chat(ask())

    assert (reply.text, reply.finish_reason) == ("", "length")


async def test_prices_are_known_or_unknown_but_never_invented(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)
    with fake_llm_server(chat(), chat()) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.base)
        monkeypatch.setenv("OPENAI_API_BASE", server.base)
        known = await LiteLLM("openai/gpt-4o-mini").chat(ask())
        unknown = await LiteLLM("openai/never-heard-of-it").chat(ask())

    assert known.cost_usd == pytest.approx(7 * 1.5e-07 + 3 * 6e-07)
    assert unknown.cost_usd is None
    assert server.headers[0]["authorization"] == f"Bearer {CANARY}"


async def test_a_text_completion_model_gives_token_choices() -> None:
    logprobs = {"tokens": [" good"], "token_logprobs": [-0.1], "top_logprobs": [{" bad": -2.5, " good": -0.1}]}
    step = chat(
        object="text_completion",
        choices=[{"index": 0, "text": " good", "finish_reason": "length", "logprobs": logprobs}],
    )
    with fake_llm_server(step) as server:
        provider = model(server, "text-completion-openai/gpt-3.5-turbo-instruct")
        reply = await provider.complete(CompletionCall(prompt="p"))

    assert provider.info.supports_completion
    assert [(c.token, c.logprob) for c in reply.choices] == [(" good", -0.1), (" bad", -2.5)]
    assert server.paths == ["/v1/completions"]


async def test_chat_models_refuse_text_completion_in_words() -> None:
    with pytest.raises(ModelError, match="offers no text completion"):
        await LiteLLM("openai/gpt-4o-mini").complete(CompletionCall(prompt="p"))


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("openai/gpt-4o-mini", "OPENAI_API_KEY"),
        ("anthropic/claude-3-5-haiku", "ANTHROPIC_API_KEY"),
        ("gemini/gemini-2.0-flash", "GOOGLE_API_KEY or GEMINI_API_KEY"),
        ("bedrock/anthropic.claude-v2", "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"),
        ("nosuch/model", "no model provider for 'nosuch/model'"),
    ],
)
async def test_a_missing_key_or_provider_is_named_before_anything_is_sent(
    monkeypatch: pytest.MonkeyPatch, name: str, says: str
) -> None:
    for variable in ("OPENAI", "ANTHROPIC", "GOOGLE", "GEMINI"):
        monkeypatch.delenv(f"{variable}_API_KEY", raising=False)
    provider = LiteLLM(name, keyring=False)

    steps: list[Callable[[], Awaitable[object]]] = [provider.prepare, lambda: provider.chat(ask())]
    for step in steps:
        with pytest.raises(ModelError, match=says) as caught:
            await step()
        assert not caught.value.transient
        assert caught.value.exit_code == 5


async def test_info_tells_what_a_model_can_do() -> None:
    mini, claude, llama = (LiteLLM(n).info for n in ("openai/gpt-4o-mini", "anthropic/claude-x", "ollama/llama3"))

    assert (mini.supports_schema, mini.supports_logprobs, mini.context_tokens) == (True, True, 128000)
    assert (mini.billable, mini.local, mini.supports_completion) == (True, False, False)
    assert not claude.supports_logprobs
    assert (llama.billable, llama.local) == (False, True)


async def test_an_endpoint_gets_the_key_named_for_it_and_never_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)
    monkeypatch.setenv("MY_SERVER_KEY", "my-server-key-1")
    with fake_llm_server(chat(), chat()) as server:
        await model(server).chat(ask())
        await model(server, key_env="MY_SERVER_KEY").chat(ask())
        with pytest.raises(ModelError, match="OTHER_KEY is not set"):
            await model(server, key_env="OTHER_KEY").chat(ask())

    assert CANARY not in repr(server.headers) + repr(server.requests)
    assert server.headers[1]["authorization"] == "Bearer my-server-key-1"


async def test_no_key_appears_in_any_reply_or_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)
    held, found = threading.Event(), []
    steps = [chat(f"you sent {CANARY}"), stream("you sent ", CANARY), echo_key(401), echo_key(500), Step(wait=held)]
    with fake_llm_server(*steps) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.base)
        monkeypatch.setenv("OPENAI_API_BASE", server.base)
        provider = LiteLLM("openai/gpt-4o-mini")
        found.append(repr((await provider.chat(ask())).to_json()))
        found.append(repr((await provider.chat(ask(), found.append)).to_json()))
        for _ in range(3):
            with pytest.raises(ModelError) as caught:
                await provider.chat(ask(timeout_s=0.3))
            error = caught.value
            found.append(f"{error} {error!r} {error.__cause__!r} {error.__dict__}")
            assert error.__suppress_context__
        held.set()

    assert all(header["authorization"] == f"Bearer {CANARY}" for header in server.headers)
    assert len(found) >= 6
    assert CANARY not in " ".join(found)
    assert "[secret:OPENAI_API_KEY]" in found[0]
    assert "[secret" in found[-3]


@pytest.mark.parametrize(
    ("schema", "strict"),
    [
        (
            {
                "type": "object",
                "properties": {"a": {"type": "string"}},
                "required": ["a"],
                "additionalProperties": False,
            },
            True,
        ),
        ({"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False}, False),
        ({"type": "object", "properties": {}}, False),
        ({"type": "array", "items": {"type": "object", "properties": {}}}, False),
        ({"enum": ["a", {"type": "object"}]}, True),
        (
            {
                "type": "object",
                "properties": {"enum": {"type": "object"}},
                "required": ["enum"],
                "additionalProperties": False,
            },
            False,
        ),
    ],
)
def test_strict_is_asked_only_for_schemas_that_meet_its_rules(schema: dict[str, object], strict: bool) -> None:
    assert response_format(schema)["json_schema"]["strict"] is strict
