"""Offer graphs as tools to a client of the Model Context Protocol, over standard input and output.

Each graph is one tool: its arguments are the graph's inputs, its result the outputs. A client starts this command
itself; in its settings write the command `studio` with the arguments `mcp` and the graph. Each call is a run of its
own, recorded, under the graph's limits and yours.

Standard output belongs to the protocol; messages go to standard error.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib

from studio.cli import exits
from studio.cli.database import database
from studio.cli.output import Output
from studio.cli.serving import service_of, serving_arguments

EXAMPLES = ("studio mcp critic_loop", "studio mcp my_graph.yaml other.yaml --model openai/gpt-4.1-mini")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("graphs", metavar="GRAPH", nargs="+", help="graph files, or names of examples")
    serving_arguments(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    from studio.serve.mcp_server import serve_stdio

    db = database(args)
    services = [service_of(args, name, db) for name in args.graphs]

    async def serve() -> None:
        for service in services:
            await service.prepare()
        out.note(("dim", f"serving {', '.join(service.name for service in services)} to an MCP client"))
        await serve_stdio(services)

    with contextlib.suppress(KeyboardInterrupt):  # how a client may end it
        asyncio.run(serve())
    return exits.OK
