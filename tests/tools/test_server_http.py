"""Tool servers by HTTP: the reference server behind uvicorn, reached through checked addresses only."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from aiohttp import web
from mcp import Client
from mcp.server import MCPServer

from studio.spec.outside import ServerSpec
from studio.support.errors import NodeError
from studio.tools.addresses import read_url
from studio.tools.servers import McpServers
from tests.support.web_places import Serve

SEEN: list[dict[str, str]] = []
KEY = "canary-0123456789"


def application() -> Any:
    server = MCPServer("weather")

    @server.tool(description="Repeat a text.", structured_output=False)
    def echo(text: str) -> str:
        return text

    inner = server.streamable_http_app()

    async def watching(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            SEEN.append({name.decode(): value.decode() for name, value in scope["headers"]})
        await inner(scope, receive, send)

    return watching


@pytest.fixture
async def url() -> AsyncIterator[str]:
    """The URL of a server that runs; `SEEN` are the headers it got."""
    SEEN.clear()
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(application(), log_level="critical", lifespan="on"))
    task = asyncio.create_task(server.serve([listening]))
    # It listens already: who connects before it has started waits for it.
    yield f"http://127.0.0.1:{listening.getsockname()[1]}/mcp"
    server.should_exit = True
    server.force_exit = True
    await task
    listening.close()


@contextlib.asynccontextmanager
async def reaching(folder: Path, *origins: str, **more: Any) -> AsyncIterator[McpServers]:
    def secret(name: str, origin: str) -> str:
        if origin not in origins:
            raise NodeError(f"The secret {name} is not bound to {origin}.")
        return KEY

    servers = McpServers(folder, secret, origins=origins, **more)
    yield servers
    await servers.close()


async def test_a_server_that_runs_is_asked_with_its_secret(url: str, tmp_path: Path) -> None:
    spec = ServerSpec(url=url, headers={"Authorization": "Bearer secret:A_TOKEN"})
    async with reaching(tmp_path, read_url(url).origin) as servers:
        tools = await servers.tools(spec)
        result = await servers.call(spec, "echo", {"text": "hi"})

    assert [tool.name for tool in tools] == ["echo"]
    assert result["content"] == [{"type": "text", "text": "hi"}]
    assert {seen["authorization"] for seen in SEEN} == {f"Bearer {KEY}"}
    assert {seen["host"] for seen in SEEN} == {url.split("/")[2]}


async def test_a_server_of_this_machine_is_not_reached_unless_it_is_allowed(url: str, tmp_path: Path) -> None:
    async with reaching(tmp_path, "http://127.0.0.1:1") as servers:
        with pytest.raises(NodeError, match="this machine"):
            await servers.tools(ServerSpec(url=url))
    assert SEEN == []

    async with Client(url) as client:  # the control: the package's own client
        assert [tool.name for tool in (await client.list_tools()).tools] == ["echo"]


async def test_a_name_that_changes_its_mind_does_not_lead_here(url: str, tmp_path: Path) -> None:
    answers = [["93.184.216.34"], ["127.0.0.1"]]

    async def lookup(host: str, port: int) -> list[str]:
        return answers.pop(0) if len(answers) > 1 else answers[0]

    named = url.replace("127.0.0.1", "rebind.example")
    async with reaching(tmp_path, lookup=lookup) as servers:
        with pytest.raises(NodeError, match="this machine"):
            await servers.tools(ServerSpec(url=named))

    assert SEEN == []


async def test_the_name_stays_in_the_host_header_and_the_connection_goes_to_the_address(
    url: str, tmp_path: Path
) -> None:
    async def lookup(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    named = url.replace("127.0.0.1", "localhost")  # the reference server refuses other names
    async with reaching(tmp_path, read_url(named).origin, lookup=lookup) as servers:
        await servers.tools(ServerSpec(url=named))

    assert {seen["host"] for seen in SEEN} == {named.split("/")[2]}


async def test_a_redirect_is_not_followed_to_another_server(url: str, tmp_path: Path, serve: Serve) -> None:
    stranger = await serve()

    async def away(request: web.Request) -> web.Response:
        return web.Response(status=307, headers={"Location": url})

    stranger.answers["/mcp"] = away
    async with reaching(tmp_path, stranger.origin, read_url(url).origin) as servers:
        with pytest.raises(NodeError, match="did not start"):
            await servers.tools(ServerSpec(url=stranger.url("/mcp"), headers={"A": "secret:A_TOKEN"}))

    assert SEEN == []


async def test_answers_that_would_grow_are_refused(tmp_path: Path, serve: Serve) -> None:
    place = await serve()

    async def bomb(request: web.Request) -> web.Response:
        assert request.headers["Accept-Encoding"] == "identity"
        headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        return web.Response(body=gzip.compress(b" " * 10_000_000), headers=headers)

    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        while True:
            await response.write(b" " * 65_536)

    for answer in (bomb, endless):
        place.answers["/mcp"] = answer
        async with reaching(tmp_path, place.origin) as servers:
            with pytest.raises(NodeError) as told:
                await servers.tools(ServerSpec(url=place.url("/mcp")), timeout_s=20)
        assert told.value.kind == "server", told.value


async def test_a_flood_of_small_messages_is_ended(tmp_path: Path, serve: Serve) -> None:
    place = await serve()

    async def flood(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for _ in range(5_500):
            notice = '{"jsonrpc": "2.0", "method": "notifications/message", "params": {"level": "info", "data": 1}}'
            await response.write(f"event: message\ndata: {notice}\n\n".encode())
        return response

    place.answers["/mcp"] = flood
    async with reaching(tmp_path, place.origin) as servers:
        with pytest.raises(NodeError, match="more than 5000 messages that nobody asked for"):
            await servers.tools(ServerSpec(url=place.url("/mcp")))


@pytest.mark.parametrize("bad", ["ftp://x/", "http://2130706433/mcp", "http://u:p@127.0.0.1/", "not a url"])
async def test_a_url_that_is_none_is_refused(tmp_path: Path, bad: str) -> None:
    async with reaching(tmp_path) as servers:
        with pytest.raises(NodeError, match="refused"):
            await servers.tools(ServerSpec(url=bad))
