"""Ask a tool server what it offers, and print its tools as nodes, pinned as they are now.

This starts the command, or asks the URL: do it with servers that you would run by hand. A graph that uses a tool holds
its description, its schemas and their hash, and fails when the server changes any of them.

--add-to puts the tools into a graph. --accept takes over what changed in the nodes of a graph that use this server.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.cli import exits
from studio.cli.output import Output
from studio.support.errors import UsageError
from studio.support.values import Json, same_value

if TYPE_CHECKING:
    from studio.graph.model import Graph, NodeInstance
    from studio.spec.outside import ServerSpec, ServerTool

EXAMPLES = (
    "studio mcp-tools -- npx -y @modelcontextprotocol/server-everything",
    "studio mcp-tools https://tools.example.org/mcp --tool search",
    "studio mcp-tools --add-to my_graph.yaml --tool read_file -- python my_server.py",
    "studio mcp-tools --accept my_graph.yaml -- python my_server.py",
)
WIDE = 70


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("server", nargs="+", metavar="COMMAND", help="a command and its arguments after `--`, or a URL")
    parser.add_argument("--tool", action="append", default=[], metavar="NAME", help="only this tool (may be repeated)")
    parser.add_argument("--add-to", metavar="GRAPH", help="add the tools to this graph file as nodes")
    parser.add_argument("--accept", metavar="GRAPH", help="renew the nodes of this graph file that use this server")
    parser.add_argument(
        "--secret", action="append", default=[], metavar="NAME", help="a secret that the command gets as a variable"
    )
    parser.add_argument(
        "--header",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a header for a URL, as in Authorization='Bearer secret:NAME'",
    )
    parser.add_argument(
        "--folder", default=".", help="where the command starts (default: the graph's project, or here)"
    )
    parser.add_argument("--seconds", type=float, default=60.0, metavar="S", help="most seconds to wait (default 60)")


def run(args: argparse.Namespace, out: Output) -> int:
    from studio.graph.model import Graph
    from studio.tools.looking import look_at

    if args.add_to and args.accept:
        raise UsageError("Use --add-to or --accept, not both.")
    server = _server(args)
    path = args.add_to or args.accept
    graph = Graph.load(path) if path else None
    offered = look_at(server, _project(path), args.seconds)
    if missing := [name for name in args.tool if name not in {tool.name for tool in offered}]:
        raise UsageError(f"The server offers no tool `{missing[0]}`.", hint=_names(offered))
    chosen = [tool for tool in offered if not args.tool or tool.name in args.tool]
    if graph is None:
        _show(server, chosen, out)
        return exits.OK
    done = _accept(graph, server, chosen, out) if args.accept else _add(graph, server, chosen)
    if done:
        graph.save(path)
    if out.as_json:
        out.json({"graph": path, "nodes": done})
    elif done:
        out.say(f"{path}: {', '.join(done)} {'renewed' if args.accept else 'added'}.")
    else:
        out.say(f"{path}: no node needs renewing.")
    return exits.OK


def params_of(server: ServerSpec, tool: ServerTool) -> dict[str, Json]:
    """Return the params of an `mcp.tool` node that pins a tool as it is now."""
    from studio.tools.looking import pins

    made: dict[str, Json] = {"command": list(server.command)} if server.command else {"url": server.url}
    made |= {key: value for key, value in pins(tool).items() if value is not None}
    if server.folder != ".":
        made["folder"] = server.folder
    if server.variables:
        made["variables"] = list(server.variables)
    if server.headers:
        made["headers"] = dict(server.headers)
    return made


def node_name(tool: str, taken: Sequence[str]) -> str:
    """Return a name for a node, made from a tool's, that a graph can have and has not."""
    import re

    name = re.sub(r"[^A-Za-z0-9_]+", "_", tool).strip("_").lower()[:40] or "tool"
    name = f"tool_{name}" if name[0].isdigit() else name
    number, made = 2, name
    while made in taken:
        made, number = f"{name}_{number}", number + 1
    return made


def _server(args: argparse.Namespace) -> ServerSpec:
    from studio.spec.outside import ServerSpec

    first = args.server[0]
    headers = dict(one.partition("=")[::2] for one in args.header)
    if first.startswith(("http://", "https://")):
        if len(args.server) > 1 or args.secret:
            raise UsageError("A URL stands alone, and secrets for it stand in --header.", hint="See --help.")
        return ServerSpec(url=first, headers=headers)
    if headers:
        raise UsageError("--header is for a URL.", hint="A command gets secrets by --secret.")
    return ServerSpec(tuple(args.server), folder=args.folder, variables=tuple(args.secret))


def _project(path: str | None) -> Path:
    from studio.graph.scope import project_folder

    return project_folder(Path(path).resolve().parent) if path else Path.cwd()


def _show(server: ServerSpec, tools: Sequence[ServerTool], out: Output) -> None:
    from studio.graph.model import Graph

    if out.as_json:
        out.json([{"name": tool.name, "node": {"type": "mcp.tool", **params_of(server, tool)}} for tool in tools])
        return
    graph = Graph("tools")
    names = {node_name(tool.name, ()): tool for tool in tools}
    for tool in tools:
        graph.add("mcp.tool", node_name(tool.name, list(graph.nodes)), **params_of(server, tool))
    out.say(graph.to_text().rstrip("\n"))
    out.note()
    out.note(f"{len(names)} tool{'s' if len(names) != 1 else ''}. Their texts are the server's: read them before use.")


def _add(graph: Graph, server: ServerSpec, tools: Sequence[ServerTool]) -> list[str]:
    added = []
    for tool in tools:
        name = node_name(tool.name, list(graph.nodes))
        graph.add("mcp.tool", name, **params_of(server, tool))
        added.append(name)
    return added


def _accept(graph: Graph, server: ServerSpec, tools: Sequence[ServerTool], out: Output) -> list[str]:
    """Renew what is pinned in each node that uses one of the tools of this server; say what changes."""
    now = {tool.name: tool for tool in tools}
    done = []
    for path, inner in graph.walk():
        for node in inner.nodes.values():
            tool = now.get(str(node.params.get("tool")))
            if node.type != "mcp.tool" or tool is None or not _uses(node, server):
                continue
            if node.params.get("hash") == tool.hash:
                continue
            name = f"{path}.{node.name}" if path else node.name
            for key, value in params_of(server, tool).items():
                if key in ("description", "schema", "output_schema") and not same_value(node.params.get(key), value):
                    out.note(f"{name}: {key} was “{_short(node.params.get(key))}”, is “{_short(value)}”")
                node.params[key] = value
            if tool.output_schema is None:
                node.params.pop("output_schema", None)
            done.append(name)
    return done


def _uses(node: NodeInstance, server: ServerSpec) -> bool:
    command: Any = node.params.get("command") or []
    return list(command) == list(server.command) and (node.params.get("url") or "") == server.url


def _short(value: Json) -> str:
    from studio.support.plain import plain_line
    from studio.support.values import preview

    return preview(
        plain_line(value) if isinstance(value, str) else value, max(WIDE, shutil.get_terminal_size().columns)
    )


def _names(tools: Sequence[ServerTool]) -> str:
    shown = ", ".join(tool.name for tool in tools[:20])
    return f"It offers {shown}{' and more' if len(tools) > 20 else ''}." if tools else "It offers none."
