"""Graphs as tools of a Model Context Protocol server: one tool each, its arguments the graph's inputs.

Speaks over standard input and output, which belong to the protocol while it runs: whatever else is printed goes to
standard error.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

import mcp_types as types
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

from studio.serve.service import GraphService, failure_of
from studio.support.errors import StudioError
from studio.support.templates import as_text

_ODD = re.compile(r"[^A-Za-z0-9_-]+")


def tool_name(name: str) -> str:
    """Return a graph's name as a tool's: letters, digits, `_` and `-`, 64 at most."""
    return _ODD.sub("_", name).strip("_")[:64] or "graph"


def make_server(services: Sequence[GraphService]) -> Server[Any]:
    """Return a server that offers each graph as a tool; graphs of one name are numbered."""
    offered: dict[str, GraphService] = {}
    for service in services:
        name, number = tool_name(service.name), 2
        while name in offered:
            name, number = f"{tool_name(service.name)[:60]}_{number}", number + 1
        offered[name] = service

    async def list_tools(_: Any, __: Any) -> types.ListToolsResult:
        return types.ListToolsResult(
            tools=[
                types.Tool(
                    name=name,
                    description=service.graph.about or f"Run the graph {service.name}.",
                    input_schema=service.input_schema,
                )
                for name, service in offered.items()
            ]
        )

    async def call_tool(_: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
        service = offered.get(params.name)
        if service is None:
            return _failed(f"There is no tool `{params.name}`; there is {', '.join(offered)}.")
        try:
            result = await service.call(params.arguments or {})
        except StudioError as error:
            return _failed(str(error))
        if problem := failure_of(result):
            return _failed(problem)
        outputs = result.outputs
        text = as_text(next(iter(outputs.values()))) if len(outputs) == 1 else as_text(outputs)
        return types.CallToolResult(
            content=[types.TextContent(type="text", text=text)], structured_content=dict(outputs)
        )

    return Server("ganglia-studio", version=version("ganglia-studio"), on_list_tools=list_tools, on_call_tool=call_tool)


async def serve_stdio(services: Sequence[GraphService]) -> None:
    """Answer on standard input and output until the client closes them."""
    server = make_server(services)
    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())


def _failed(message: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(type="text", text=message)], is_error=True)
