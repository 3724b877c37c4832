"""Graphs to be served, and a server of one that ends with its test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from studio import Graph
from studio.serve.http import open_socket, serve_http
from studio.serve.openai_api import ChatEndpoint
from studio.serve.service import GraphService


@pytest.fixture
def echo() -> Graph:
    """Says back what was said to it."""
    graph = Graph("echo", about="Say it back.")
    graph.add("flow.input", "message", kind="text", help="What to say.")
    graph.add("text.template", "shout", template="{text}!")
    graph.add("flow.output", "reply", kind="text")
    graph.connect("message.value", "shout.text")
    graph.connect("shout.text", "reply.value")
    return graph


@pytest.fixture
def service(tmp_path: Path) -> Callable[..., GraphService]:
    def make(graph: Graph, **more: Any) -> GraphService:
        return GraphService(graph, db=tmp_path / "served.db", **more)

    return make


@asynccontextmanager
async def served(endpoint: ChatEndpoint) -> AsyncIterator[str]:
    """Serve an endpoint on a free port; gives its base URL."""
    listening = open_socket(0)
    ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(serve_http(endpoint, listening, ready.set_result))
    try:
        yield f"http://127.0.0.1:{await ready}/v1"
    finally:
        task.cancel()
        await asyncio.wait([task])
        listening.close()
