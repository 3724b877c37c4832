"""Graphs as tools, called by the reference client: in memory, and over standard input and output of the command."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest
from mcp import Client, StdioServerParameters, stdio_client

from studio import Graph, Trace
from studio.serve.mcp_server import make_server, tool_name
from studio.serve.service import GraphService

Make = Callable[..., GraphService]


async def test_a_graph_is_a_tool_with_its_inputs_as_arguments(echo: Graph, service: Make) -> None:
    async with Client(make_server([service(echo)])) as client:
        tools = (await client.list_tools()).tools
        result = await client.call_tool("echo", {"message": "hi"})

    assert [(tool.name, tool.description) for tool in tools] == [("echo", "Say it back.")]
    assert tools[0].input_schema["properties"]["message"] == {"type": "string", "description": "What to say."}
    assert tools[0].input_schema["required"] == ["message"]
    assert not result.is_error
    assert result.content[0].text == "hi!"  # type: ignore[union-attr]
    assert result.structured_content == {"reply": "hi!"}


@pytest.mark.parametrize(
    ("name", "arguments", "told"),
    [
        ("other", {"message": "x"}, "There is no tool `other`"),
        ("echo", {}, "do not fit"),
        ("echo", {"message": 3}, "do not fit"),
        ("echo", {"message": "x", "more": 1}, "do not fit"),
    ],
)
async def test_a_wrong_call_is_told_and_the_server_goes_on(
    echo: Graph, service: Make, name: str, arguments: dict[str, object], told: str
) -> None:
    async with Client(make_server([service(echo)])) as client:
        wrong = await client.call_tool(name, arguments)
        right = await client.call_tool("echo", {"message": "x"})

    assert wrong.is_error
    assert told in wrong.content[0].text  # type: ignore[union-attr]
    assert not right.is_error


async def test_graphs_of_one_name_are_numbered(echo: Graph, service: Make) -> None:
    async with Client(make_server([service(echo), service(echo)])) as client:
        tools = (await client.list_tools()).tools

    assert [tool.name for tool in tools] == ["echo", "echo_2"]


def test_names_are_those_of_tools() -> None:
    assert tool_name("my graph: ä/b") == "my_graph_b"
    assert tool_name("…") == "graph"


async def test_the_command_serves_the_reference_client_over_its_standard_streams(echo: Graph, tmp_path: Path) -> None:
    file, db = tmp_path / "echo.yaml", tmp_path / "t.db"
    file.write_text(echo.to_text(), "utf-8")
    parameters = StdioServerParameters(
        command=sys.executable, args=["-m", "studio", "mcp", str(file), "--db", str(db)],
        env={"STUDIO_HOME": str(tmp_path / "home")},
    )  # fmt: skip

    async with Client(stdio_client(parameters)) as client:
        served = client.server_info
        result = await client.call_tool("echo", {"message": "hi"})

    assert served is not None
    assert (served.name, served.version) == ("ganglia-studio", version("ganglia-studio"))
    assert result.structured_content == {"reply": "hi!"}
    with Trace(db) as trace:
        assert [run.status for run in trace.runs()] == ["ok"]
