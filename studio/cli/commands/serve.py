"""Serve a graph over HTTP, as if it were a chat model of OpenAI's: on this machine only, until Ctrl-C.

Programs that speak to OpenAI's chat interface talk to the graph when their base URL is the one printed. What a person
says goes to the input `--input`, the answer is the output `--output` (default: those most like a conversation). Each
call is a run of its own, recorded, under the graph's limits and yours.

Where the environment has STUDIO_SERVE_KEY, calls must bring it as their API key; without it any program of this
machine may call. Pages in a browser cannot. A call, once it serves:

    curl -s http://127.0.0.1:8800/v1/chat/completions -H 'Content-Type: application/json'
        -d '{"messages": [{"role": "user", "content": "hello"}]}'

Exit codes: 0 ended by Ctrl-C or a signal, 2 something was given wrongly or is not approved, 5 the port cannot be used.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys

from studio.cli import exits
from studio.cli.database import database
from studio.cli.output import Output
from studio.cli.serving import service_of, serving_arguments

EXAMPLES = (
    "studio serve chat_router",
    "studio serve critic_loop --port 8801 --input topic --output result --model openai/gpt-4.1-mini",
)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("graph", metavar="GRAPH", help="a graph file, or the name of an example")
    parser.add_argument("--port", type=int, default=8800, metavar="N", help="the port (default 8800; 0: a free one)")
    parser.add_argument("--input", default="", metavar="NAME", help="the input that gets what is said")
    parser.add_argument("--output", default="", metavar="NAME", help="the output that is the answer")
    serving_arguments(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    import os

    from studio.serve.http import open_socket, serve_http
    from studio.serve.openai_api import ChatEndpoint

    service = service_of(args, args.graph, database(args))
    key = os.environ.get("STUDIO_SERVE_KEY", "")
    endpoint = ChatEndpoint(service, input=args.input, output=args.output, key=key)
    listening = open_socket(args.port)

    def started(port: int) -> None:
        base = f"http://127.0.0.1:{port}/v1"
        if out.as_json:
            out.json({"base_url": base, "graph": service.name, "input": endpoint.input, "output": endpoint.output})
        else:
            out.say("serving ", ("bold", service.name), " at ", ("heading", base))
            out.note(("dim", f"{endpoint.input} → {endpoint.output} · runs are recorded · Ctrl-C ends it"))
        sys.stdout.flush()  # whoever started us waits for the address

    async def serve() -> None:
        await service.prepare()
        await serve_http(endpoint, listening, started)

    with listening, contextlib.suppress(KeyboardInterrupt):  # how it is meant to end
        asyncio.run(serve())
    return exits.OK
