"""Looking at a tool server because a person asks for it: what it offers now, and the params that pin a tool of it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from studio.settings import Settings
from studio.spec.outside import ServerSpec, ServerTool
from studio.support.errors import NodeError, UsageError
from studio.support.values import Json
from studio.tools.outside import RunOutside


def look_at(server: ServerSpec, project: Path, seconds: float) -> list[ServerTool]:
    """Start the command in the project, or reach the URL, and return its tools. Raises `UsageError`; blocks."""
    return asyncio.run(_look(server, project, seconds))


async def _look(server: ServerSpec, project: Path, seconds: float) -> list[ServerTool]:
    settings = Settings.load()
    origins = [one.strip() for one in str(settings["web.origins"]).split(",") if one.strip()]
    outside = RunOutside(project, "looking", origins=origins, keyring=bool(settings["keys.keyring"]))
    try:
        return await outside.servers.tools(server, timeout_s=seconds)
    except NodeError as error:
        raise UsageError(error.message, hint=error.hint) from None
    finally:
        await outside.close()


def pins(tool: ServerTool) -> dict[str, Json]:
    """Return the params of an `mcp.tool` node that hold a tool as it is now; None for what it has not."""
    return {
        "tool": tool.name,
        "description": tool.description,
        "schema": dict(tool.schema),
        "output_schema": None if tool.output_schema is None else dict(tool.output_schema),
        "hash": tool.hash,
    }
