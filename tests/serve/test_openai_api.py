"""A graph behind OpenAI's chat interface, called by OpenAI's own client, and by pages that must not."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import openai
import pytest

from studio import Graph, Trace
from studio.serve.openai_api import MOST_BYTES, ChatEndpoint
from studio.serve.service import GraphService
from studio.support.errors import UsageError
from tests.serve.conftest import served

Make = Callable[..., GraphService]


def client(base: str, key: str = "none") -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(base_url=base, api_key=key, max_retries=0)


async def test_the_official_client_gets_an_answer_and_the_run_is_recorded(
    echo: Graph, service: Make, tmp_path: Path
) -> None:
    async with served(ChatEndpoint(service(echo))) as base:
        reply = await client(base).chat.completions.create(
            model="echo", messages=[{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hello"}]
        )

    assert reply.choices[0].message.content == "hello!"
    assert reply.choices[0].finish_reason == "stop"
    with Trace(tmp_path / "served.db") as trace:
        assert trace.run(reply.id).status == "ok"


async def test_the_official_client_gets_a_stream_and_the_list_of_models(echo: Graph, service: Make) -> None:
    async with served(ChatEndpoint(service(echo))) as base:
        models = await client(base).models.list()
        stream = await client(base).chat.completions.create(
            model="echo", messages=[{"role": "user", "content": [{"type": "text", "text": "hi"}]}], stream=True,
            stream_options={"include_usage": True},
        )  # fmt: skip
        chunks = [chunk async for chunk in stream]

    assert [model.id for model in models.data] == ["echo"]
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == "hi!"
    assert chunks[-1].usage is not None
    assert chunks[-2].choices[0].finish_reason == "stop"


async def test_a_graph_that_takes_messages_gets_the_whole_conversation(service: Make) -> None:
    graph = Graph("count")
    graph.add("flow.input", "history", kind="messages")
    graph.add("list.length", "length")
    graph.add("flow.output", "answer")
    graph.connect("history.value", "length.items")
    graph.connect("length.length", "answer.value")
    said: list[Any] = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]

    async with served(ChatEndpoint(service(graph))) as base:
        reply = await client(base).chat.completions.create(model="count", messages=said)

    assert reply.choices[0].message.content == "2"


async def test_a_run_that_fails_is_an_error_of_the_server_that_names_node_and_run(service: Make) -> None:
    graph = Graph("broken")
    graph.add("flow.input", "text", kind="text")
    graph.add("json.parse", "read")
    graph.add("flow.output", "answer")
    graph.connect("text.value", "read.text")
    graph.connect("read.value", "answer.value")

    async with served(ChatEndpoint(service(graph))) as base:
        with pytest.raises(openai.InternalServerError, match=r"node `read`.*Run 01"):
            await client(base).chat.completions.create(model="x", messages=[{"role": "user", "content": "no json"}])


async def test_a_run_that_a_limit_paused_says_which(service: Make) -> None:
    graph = Graph("asks")
    graph.add("flow.input", "text", kind="text")
    graph.add("human.ask", "ask", question="{text}?")
    graph.add("flow.output", "answer")
    graph.connect("text.value", "ask.text")
    graph.connect("ask.answer", "answer.value")

    async with served(ChatEndpoint(service(graph, limits={"firings": 1}))) as base:
        with pytest.raises(openai.InternalServerError) as refused:
            await client(base).chat.completions.create(model="x", messages=[{"role": "user", "content": "you"}])

    assert refused.value.status_code == 503
    assert refused.value.code == "limit:firings"


async def test_calls_that_say_nothing_usable_are_refused(echo: Graph, service: Make) -> None:
    bad: list[Any] = [
        [], [{"role": "assistant", "content": "x"}], [{"role": "user", "content": 3}], ["x"],
        [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "http://x/y.png"}}]}],
    ]  # fmt: skip
    async with served(ChatEndpoint(service(echo))) as base:
        for messages in bad:
            with pytest.raises(openai.BadRequestError):
                await client(base).chat.completions.create(model="x", messages=messages)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),  # control: the same request, without what makes it a page's
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Host": "evil.example"}, 403),
        ({"Host": "localhost.evil.example:{port}"}, 403),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
    ],
)
async def test_pages_in_a_browser_cannot_call(echo: Graph, service: Make, headers: dict[str, str], status: int) -> None:
    body = json.dumps({"messages": [{"role": "user", "content": "hi"}]})
    async with served(ChatEndpoint(service(echo))) as base, aiohttp.ClientSession() as session:
        port = base.split(":")[2].split("/")[0]
        sent = {"Content-Type": "application/json", **{name: text.format(port=port) for name, text in headers.items()}}
        async with session.post(f"{base}/chat/completions", data=body, headers=sent) as response:
            assert response.status == status
            assert "access-control-allow-origin" not in response.headers
        asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
        async with session.options(f"{base}/chat/completions", headers=asked) as response:
            assert response.status >= 400


async def test_a_key_is_asked_for_where_one_is_set(echo: Graph, service: Make) -> None:
    async with served(ChatEndpoint(service(echo), key="secret-of-the-server")) as base:
        with pytest.raises(openai.AuthenticationError):
            await client(base, "wrong").models.list()
        assert (await client(base, "secret-of-the-server").models.list()).data[0].id == "echo"


async def test_a_request_that_is_too_large_or_no_json_is_refused(echo: Graph, service: Make) -> None:
    async with served(ChatEndpoint(service(echo))) as base, aiohttp.ClientSession() as session:
        for body in (b"x" * (MOST_BYTES + 1), b"{", b"[" * 100_000, b"\xff\xfe"):
            async with session.post(
                f"{base}/chat/completions", data=body, headers={"Content-Type": "application/json"}
            ) as response:
                assert response.status == 400


async def test_whoever_hangs_up_ends_the_run(service: Make, tmp_path: Path) -> None:
    graph = Graph("slow")
    graph.add("flow.input", "text", kind="text")
    graph.add("flow.delay", "wait", seconds=60.0)
    graph.add("flow.output", "answer")
    graph.connect("text.value", "wait.value")
    graph.connect("wait.value", "answer.value")
    made = service(graph)
    begun = asyncio.Event()
    called = made.call

    async def call(inputs: Any) -> Any:
        begun.set()
        return await called(inputs)

    made.call = call  # type: ignore[method-assign]  # only to know when it has begun
    async with served(ChatEndpoint(made)) as base:
        asking = asyncio.create_task(
            client(base).chat.completions.create(model="x", messages=[{"role": "user", "content": "hi"}])
        )
        await begun.wait()
        asking.cancel()
        await asyncio.wait([asking])
        async with asyncio.timeout(20):
            while True:
                with Trace(tmp_path / "served.db") as trace:
                    runs = list(trace.runs())
                    if runs and runs[0].status == "aborted":
                        break
                await asyncio.sleep(0.02)


@pytest.mark.parametrize(("ends", "told"), [({"input": "nobody"}, "no input `nobody`"), ({"output": "x"}, "no output")])
def test_ends_that_are_not_there_are_told(echo: Graph, service: Make, ends: dict[str, str], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        ChatEndpoint(service(echo), **ends)


def test_a_graph_that_needs_more_than_what_is_said_cannot_chat(echo: Graph, service: Make) -> None:
    echo.add("flow.input", "second", kind="text")

    with pytest.raises(UsageError, match="also needs `second`"):
        ChatEndpoint(service(echo))


async def test_odd_options_of_a_stream_are_no_fault_of_ours(echo: Graph, service: Make) -> None:
    asked = {"messages": [{"role": "user", "content": "hi"}], "stream": True, "stream_options": ["odd"]}
    async with served(ChatEndpoint(service(echo))) as base, aiohttp.ClientSession() as session:
        answer = await session.post(f"{base}/chat/completions", json=asked)
        text = await answer.text()

    assert answer.status == 200
    assert "hi!" in text
