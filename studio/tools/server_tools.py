"""What a tool server says of its tools and gives back, read within bounds: all of it was written by a stranger."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from studio.spec.outside import ServerTool
from studio.support import keys
from studio.support.errors import NodeError
from studio.support.plain import plain
from studio.support.values import Json, NotJson, decode, encode, hash_bytes, sorted_encode

MAX_TOOLS = 1_000
MAX_PAGES = 100
MAX_NAME = 128
MAX_DESCRIPTION = 20_000
"""Longest description of a tool, in characters: a longer one is no description."""

MAX_SCHEMA = 200_000
"""Largest schema of a tool, in bytes of JSON."""

MAX_DEPTH = 40
"""Deepest nesting of a schema."""

MAX_RESULT = 5_000_000
"""Largest result of a call, in bytes of JSON."""


def tool_hash(name: str, description: str, schema: Mapping[str, Json], output_schema: Mapping[str, Json] | None) -> str:
    """Return the hash a tool is pinned by: over all that a person, a model or a wire relies on."""
    return hash_bytes(sorted_encode([name, description, schema, output_schema]))


def read_tool(tool: Any) -> ServerTool | None:
    """Return a tool as the server describes it, or None if it is beyond the bounds and so not offered."""
    name, description = tool.name, tool.description or ""
    if not 0 < len(name) <= MAX_NAME or plain(name) != name or "\n" in name or "\t" in name:
        return None
    if len(description) > MAX_DESCRIPTION:
        return None
    schema, output = tool.input_schema, tool.output_schema
    if not all(one is None or _is_bounded(one) for one in (schema, output)):
        return None
    description = plain(description)
    try:
        return ServerTool(name, description, schema, tool_hash(name, description, schema, output), output)
    except NotJson:
        return None


def read_result(result: Any) -> dict[str, Json]:
    """Return what a call gave, without keys: `{"content": […], "structured": …, "is_error": …}`. Raises `NodeError`."""
    content = [block.model_dump(by_alias=True, mode="json", exclude_none=True) for block in result.content]
    whole: Json = {"content": content, "structured": result.structured_content, "is_error": bool(result.is_error)}
    try:
        text = encode(whole)
    except NotJson as error:
        raise NodeError(f"The tool gave what is no JSON value: {error}.", code="server") from None
    if len(text) > MAX_RESULT:
        raise NodeError(
            f"The tool gave {len(text) // 1000} KB, more than {MAX_RESULT // 1000} KB.",
            hint="Ask it for less.",
            code="server",
        )
    told = text.decode()
    clean = keys.scrub(told)
    made: dict[str, Json] = whole if clean == told else decode(clean)
    return made


def _is_bounded(schema: Json) -> bool:
    level: list[Json] = [schema]
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for value in level
            if isinstance(value, dict | list)
            for inner in (value.values() if isinstance(value, dict) else value)
        ]
        if not level:
            break
    else:
        return False
    try:
        return len(encode(schema)) <= MAX_SCHEMA
    except NotJson:
        return False
