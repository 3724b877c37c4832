"""Servers on this machine for tests of the web: scripted answers, and a list of what they were asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Place:
    """One server: `origin` is how to name it, `asked` are the requests it got, `answers` what it says by path."""

    origin: str
    asked: list[web.Request] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)

    def url(self, path: str = "/") -> str:
        return self.origin + path


Serve = Callable[..., Awaitable[Place]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Start a server on 127.0.0.1 (or another loopback address) that answers `hello` where nothing else is said."""
    running: list[TestServer] = []

    async def start(host: str = "127.0.0.1") -> Place:
        place = Place("")

        async def answer(request: web.Request) -> web.StreamResponse:
            place.asked.append(request)
            place.bodies.append(await request.read())
            if request.path in place.answers:
                return await place.answers[request.path](request)
            return web.Response(text="hello")

        app = web.Application(client_max_size=50_000_000)
        app.router.add_route("*", "/{rest:.*}", answer)
        server = TestServer(app, host=host)
        await server.start_server()
        running.append(server)
        place.origin = f"http://{host}:{server.port}"
        return place

    yield start
    async with asyncio.timeout(20):
        await asyncio.gather(*(server.close() for server in running))
