"""Questions that every provider answers alike, whatever stands behind it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.models import weights
from studio.models.embedded import Embedded
from studio.models.litellm.access import Endpoint
from studio.models.litellm.provider import LiteLLM
from studio.models.model_host import HostPool, HostSpec
from studio.models.scripted import Scripted
from studio.spec.calls import ChatCall, ChatReply, CompletionCall, CompletionReply, ModelProvider
from studio.support.values import decode, encode
from tests.support.fake_llm_server import chat, fake_llm_server, stream


@pytest.fixture(scope="module")
def embedded() -> Iterator[ModelProvider]:
    """The embedded model, loaded once."""
    if weights.installed() is None:
        pytest.skip("the weights package is not installed")
    pool = HostPool()
    path = weights.find("smollm2-135m", data_folder=Path("/nonexistent"))
    yield Embedded("embedded/smollm2-135m", HostSpec(path, slots=1), pool)
    pool.stop_all()


@pytest.fixture(params=["scripted", "litellm", pytest.param("embedded", marks=pytest.mark.embedded)])
def provider(request: pytest.FixtureRequest) -> Iterator[ModelProvider]:
    if request.param == "scripted":
        yield Scripted(["hello"] * 9)
    elif request.param == "litellm":
        steps = [stream("hel", "lo") if "stream" in request.node.name else chat("hello")] * 9
        with fake_llm_server(*steps) as server:
            yield LiteLLM("openai/gpt-4o-mini", endpoint=Endpoint(server.base), keyring=False)
    else:
        yield request.getfixturevalue("embedded")


# Without a system message the embedded model is told of itself, in words that take it a second to read.
CALL = ChatCall(
    messages=({"role": "system", "content": "Be brief."}, {"role": "user", "content": "Say hello."}),
    max_tokens=4,
    logprobs=True,
)


async def test_a_reply_survives_being_recorded(provider: ModelProvider) -> None:
    reply = await provider.chat(CALL)

    assert ChatReply.from_json(decode(encode(reply.to_json()))) == reply
    assert reply.text
    assert reply.model == provider.info.name
    assert reply.cost_usd == 0.0
    if provider.info.supports_completion:
        completion = await provider.complete(CompletionCall(prompt="a", top=5))
        assert CompletionReply.from_json(decode(encode(completion.to_json()))) == completion
        assert completion.choices


async def test_a_stream_adds_up_to_the_reply(provider: ModelProvider) -> None:
    pieces: list[str] = []

    reply = await provider.chat(CALL, pieces.append)

    assert "".join(pieces) == reply.text


def test_event_loops_of_several_threads_may_use_one_provider(provider: ModelProvider) -> None:
    replies: list[ChatReply] = []

    def user() -> None:
        replies.append(asyncio.run(provider.chat(CALL)))

    threads = [threading.Thread(target=user) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert len(replies) == 3
    assert len({reply.text for reply in replies}) == 1


def test_what_a_model_can_do_is_told_before_it_is_called(provider: ModelProvider) -> None:
    info = provider.info

    assert info.name
    assert info.supports_schema
    assert not info.billable
    assert provider.retry_transient >= 0
    assert provider.deterministic_order == isinstance(provider, Scripted)
