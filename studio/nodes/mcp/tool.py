"""`mcp.tool`: one tool of a tool server."""

from __future__ import annotations

import asyncio
import base64
import binascii
import shlex
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from studio.nodes.mcp._ports import input_ports, output_ports, port_names, properties_of
from studio.nodes.mcp._server import server_of, server_permissions, server_problems
from studio.spec import Fields, Node, Permission, RunContext, make_fields, node, param, port
from studio.spec.outside import ServerTool
from studio.support.errors import NodeError, UsageError
from studio.support.plain import plain_line
from studio.support.schemas import schema_faults, schema_problem
from studio.support.values import Absent, Json, encode, preview, same_value
from studio.tools.server_tools import tool_hash

OWN = frozenset(("text", "json", "files", "is_error"))
MAX_SCHEMA = 200_000
_PINNED = {"group": "Pinned", "folded": True}
"""What `studio mcp-tools` writes: to be read, hardly ever to be changed by hand."""


@node(
    "mcp.tool",
    title="Tool of a server (MCP)",
    category="Web and tools",
    icon="plug",
    effects="executes",
    library="mcp",
    limits="1 s to 10 min a call, 5 MB a result, 100 inputs; a command runs with your rights",
)
class Tool(Node):
    """Call a tool of a tool server (Model Context Protocol).

    The server is a command that is started when this node first fires, or the URL of one that runs.  The tool was
    looked at once, by `studio mcp-tools`, which wrote down its schema and its hash: the arguments are inputs of this
    node, and the parts of a structured result are outputs.  If the server now describes the tool in other words or
    with another schema, the node fails and says what changed: descriptions are instructions to models, and
    a server may change them after you looked.

    A name that no port can have is changed: the argument `title` is the input `title_`.  `arguments` gives fixed
    values.  A result that the tool calls an error fails the node, unless `errors` is `give`.
    """

    class Params(Fields):
        command: list[Any] = param([], help="The program and its arguments, one text each.")
        url: str = param("", help="Where a server runs, as in `https://tools.example.org/mcp`.")
        tool: str = param(help="The name of the tool.")
        description: str = param(
            "", help="What the server said of the tool when you looked.", editor={**_PINNED, "kind": "text"}
        )
        schema: dict[str, Any] = param({}, help="The schema of its arguments when you looked.", editor=_PINNED)
        output_schema: dict[str, Any] | None = param(
            None, help="The schema of its result when you looked, if any.", editor=_PINNED
        )
        hash: str = param("", help="The hash of name, description and schemas when you looked.", editor=_PINNED)
        arguments: dict[str, Any] = param({}, help="Fixed values of arguments, by name.")
        folder: str = param(".", help="The folder of the project that a command starts in.", editor={"kind": "folder"})
        variables: list[Any] = param([], help="Names of secrets that the command gets as variables.")
        headers: dict[str, Any] = param({}, help="Headers for a URL. Values may hold `secret:NAME`.")
        errors: str = param("fail", help="What a result means that the tool calls an error.", choices=("fail", "give"))
        seconds: float = param(60.0, ge=1, le=600, help="Most seconds that a call may take.")

    class Out(Fields):
        text: str = port(help="The texts of the result, one after the other.", untrusted=True)
        json: Any = port(help="The structured result, if the tool gives one.", untrusted=True)
        files: list[Any] = port(help="Images, sounds and other files of the result.", untrusted=True)
        is_error: bool = port(help="True if the tool calls its result an error.")

    @classmethod
    def inputs(cls, params: Any) -> type[Fields]:
        return make_fields("In", input_ports(params.schema, params.arguments))

    @classmethod
    def outputs(cls, params: Any) -> type[Fields]:
        # A command of this machine may read what is private, and so may whoever got a secret.
        private = bool(params.command or params.variables or params.headers)
        own = dict(cls.Out.fields())
        for name in ("text", "json", "files"):
            own[name] = port(type=own[name].type, help=own[name].help, untrusted=True, private=private)
        return make_fields("Out", {**own, **output_ports(params.output_schema, OWN, private)})

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        yield from server_problems(params)
        if not params.hash:
            yield "Nobody looked at this tool yet: `studio mcp-tools` lists a server's tools as nodes."
        elif params.hash != tool_hash(params.tool, params.description, params.schema, params.output_schema):
            # Else a graph could show one description and pin another.
            yield "`hash` is not that of what stands here: look at the tool again with `studio mcp-tools`."
        for name, schema in (("schema", params.schema), ("output_schema", params.output_schema)):
            if schema is not None and len(encode(schema)) > MAX_SCHEMA:
                yield f"`{name}` is larger than {MAX_SCHEMA // 1000} KB."
            elif schema and (problem := schema_problem(schema)):
                yield f"`{name}`: {problem}"
        known = properties_of(params.schema)
        if not isinstance(params.arguments, dict):
            yield "`arguments` is an object of values by name."
            return
        for name in params.arguments:
            if known and name not in known:
                yield f"`arguments` gives `{name}`, which the tool does not ask for."

    @classmethod
    def permissions(cls, params: Any, wired: Collection[str]) -> Iterator[Permission]:
        yield from server_permissions(params, params.tool)

    async def run(self, ctx: RunContext, params: Params, inputs: Fields) -> Fields:
        server = server_of(params)
        arguments: dict[str, Json] = dict(params.arguments)
        given = vars(inputs)
        for name, prop in port_names(params.schema).items():
            if prop not in params.arguments and given.get(name) is not None:
                arguments[prop] = given[name]

        async def call() -> Json:
            offered = await ctx.outside.servers.tools(server, timeout_s=params.seconds)
            check_pinned(params, offered)
            result = await ctx.outside.servers.call(server, params.tool, arguments, timeout_s=params.seconds)
            if params.output_schema is not None and not result["is_error"]:
                await asyncio.to_thread(_check_fits, params, result["structured"])
            return {**result, "content": [_stored(ctx, block) for block in result["content"]]}

        request: dict[str, Json] = {"tool": params.tool, "hash": params.hash, "arguments": arguments}
        if server.command:
            request |= {"command": list(server.command), "folder": server.folder, "variables": list(server.variables)}
        else:
            request |= {"url": server.url, "headers": dict(server.headers)}
        # What a tool does is known to its server alone, so it is taken for something that cannot be undone.
        result = await ctx.effect("mcp", params.tool, request, call, irreversible=True, outbound=True)
        return self._given(params, result)

    def _given(self, params: Params, result: Mapping[str, Json]) -> Fields:
        texts = [block["text"] for block in result["content"] if isinstance(block.get("text"), str)]
        text = "\n".join(texts)
        if result["is_error"] and params.errors == "fail":
            why = preview(plain_line(text).strip() or "no reason given", 500)
            raise NodeError(
                f"The tool `{plain_line(params.tool)[:100]}` says that it failed: {why}.",
                hint="Check its inputs, or let `errors` give its error as a result.",
                code="tool",
            )
        structured = result["structured"]
        files = [block["file"] for block in result["content"] if "file" in block]
        made: dict[str, Any] = {
            "text": text,
            "json": structured if structured is not None else Absent("the tool gave no structured result"),
            "files": files,
            "is_error": result["is_error"],
        }
        parts = structured if isinstance(structured, dict) else {}
        for name, prop in port_names(params.output_schema, OWN).items():
            value = parts.get(prop)
            made[name] = value if value is not None else Absent(f"the result has no `{plain_line(prop)[:60]}`")
        return self.outputs(params).holding(made)


def check_pinned(params: Any, offered: list[ServerTool]) -> None:
    """Raise `NodeError` unless the server offers the tool just as it was when a person looked at it."""
    now = next((one for one in offered if one.name == params.tool), None)
    if now is None:
        raise NodeError(
            f"The server offers no tool {preview(plain_line(params.tool), 100)}.",
            hint="List its tools with `studio mcp-tools`.",
            code="tool",
        )
    if now.hash == params.hash:
        return
    changed = [
        name
        for name, is_same in (
            ("its description", now.description == params.description),
            ("the schema of its arguments", same_value(dict(now.schema), params.schema)),
            ("the schema of its result", same_value(now.output_schema, params.output_schema)),
        )
        if not is_same
    ]
    whole = params.url or f"-- {shlex.join(map(str, params.command))}"
    server = plain_line(whole) if len(whole) <= 200 else "SERVER"  # a sentence stays one
    raise NodeError(
        f"The server changed the tool `{plain_line(params.tool)[:100]}` since you looked at it: "
        f"{' and '.join(changed) or 'its hash'}.",
        hint=f"Look at it again with `studio mcp-tools --accept GRAPH {server}`, and run again if you agree with the "
        "change.",
        code="tool_changed",
    )


def _check_fits(params: Any, structured: Json) -> None:
    """Raise `NodeError` unless a structured result is what the pinned schema promises (within bounds of work)."""
    try:
        faults = schema_faults(params.output_schema, structured)
    except UsageError as error:
        faults = [str(error)]
    if faults:
        raise NodeError(
            f"The tool `{plain_line(params.tool)[:100]}` gave a result that does not fit its own schema: "
            f"{preview(plain_line(faults[0]), 200)}",
            hint="Report it to the server's author, or leave `output_schema` away.",
            code="tool",
        )


def _stored(ctx: RunContext, block: Mapping[str, Json]) -> dict[str, Json]:
    """A part of a result as it is recorded: texts as they are, bytes as blobs."""
    kind = block.get("type")
    if kind == "text":
        return {"type": "text", "text": block["text"]}
    if kind in ("image", "audio"):
        return {"type": kind, "file": ctx.put_blob(_bytes(block["data"]), str(block.get("mimeType", "")))}
    inner = block.get("resource")
    if kind == "resource" and isinstance(inner, Mapping):
        if isinstance(inner.get("text"), str):
            return {"type": "text", "text": inner["text"]}
        if isinstance(inner.get("blob"), str):
            return {"type": kind, "file": ctx.put_blob(_bytes(inner["blob"]), str(inner.get("mimeType", "")))}
    return {"type": "text", "text": encode(dict(block)).decode()}


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise NodeError(
            "The tool gave a file that is no base64.", hint="Report it to its author.", code="tool"
        ) from None
