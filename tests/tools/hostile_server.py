"""A tool server that means harm, for tests: it speaks just enough of the protocol to be listened to.

python hostile_server.py MODE
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

MODE = sys.argv[1]


def say(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def answer(id: Any, result: dict[str, Any]) -> None:
    say({"jsonrpc": "2.0", "id": id, "result": result})


def tool(name: Any, **more: Any) -> dict[str, Any]:
    return {"name": name, "inputSchema": {"type": "object"}, **more}


def nested(depth: int) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for _ in range(depth):
        made = {"properties": {"a": made}}
    return {"type": "object", **made}


def tools(cursor: Any) -> dict[str, Any]:
    good = tool("good", description="Fine.")
    match MODE:
        case "names":
            names = ["", "x" * 129, "a\x1b[31mb", "two\nlines", "t\u202eab", "../etc", "ok name", "🙂"]
            return {"tools": [good, *map(tool, names)]}
        case "deep" | "deeper":
            return {"tools": [good, {"name": "deep", "inputSchema": nested(30 if MODE == "deep" else 400)}]}
        case "large":
            return {
                "tools": [
                    good,
                    tool("large", description="d" * 20_001),
                    tool("big", outputSchema={"type": "object", "x": "y" * 200_000}),
                ]
            }
        case "many":
            return {"tools": [tool(f"t{number}") for number in range(1_001)]}
        case "pages":
            return {"tools": [good], "nextCursor": str(int(cursor or 0) + 1)}
        case "wrong":
            return {"tools": [{"nome": 3}]}
    return {"tools": [good]}


def call(arguments: dict[str, Any]) -> dict[str, Any]:
    match MODE:
        case "huge":
            return {"content": [{"type": "text", "text": "x" * 6_000_000}]}
        case "depth":
            return {"content": [], "structuredContent": {"deep": json.loads("[" * 900 + "]" * 900)}}
        case "nonsense":
            return {"content": "no list"}
        case "asks":
            return {"content": [{"type": "text", "text": "asked"}]}
    return {"content": [{"type": "text", "text": "fine"}]}


def main() -> None:
    if MODE == "orphan":
        # A child that leaves the group, ignores what it is asked, and outlives its parent.
        if os.fork() == 0:
            os.setsid()
            time.sleep(600)
    if MODE == "stubborn":
        import signal

        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if MODE in ("flood", "bulk"):
        size = 100 if MODE == "flood" else 1_000_000
        while True:
            say({"jsonrpc": "2.0", "method": "notifications/message", "params": {"level": "info", "data": "x" * size}})
    if MODE == "pings":
        for number in range(200_000):
            say({"jsonrpc": "2.0", "id": number, "method": "ping"})
    if MODE == "line":
        while True:
            sys.stdout.write("x" * 65_536)
    if MODE == "noise":
        while True:
            print("hello, I am a server")
    if MODE == "brackets":
        print("[" * 5_000_000, flush=True)
    for line in sys.stdin:
        message = json.loads(line)
        method, id = message.get("method"), message.get("id")
        params = message.get("params") or {}
        if MODE == "silent":
            continue
        if method == "initialize":
            version = "1066-10-14" if MODE == "version" else params["protocolVersion"]
            answer(
                id,
                {
                    "protocolVersion": version,
                    "capabilities": {"tools": {}},
                    "serverInfo": {"name": "x", "version": "1"},
                },
            )
        elif method == "tools/list":
            answer(id, tools(params.get("cursor")))
        elif method == "tools/call":
            if MODE == "mute":
                continue
            if MODE == "asks":
                for number, asked in enumerate(("sampling/createMessage", "roots/list", "elicitation/create", "ping")):
                    say(
                        {
                            "jsonrpc": "2.0",
                            "id": f"q{number}",
                            "method": asked,
                            "params": {
                                "messages": [],
                                "maxTokens": 9,
                                "message": "pw?",
                                "requestedSchema": {"type": "object", "properties": {}},
                            },
                        }
                    )
                    sys.stdin.readline()
            answer(id, call(params.get("arguments") or {}))
        elif id is not None and method is not None:
            say({"jsonrpc": "2.0", "id": id, "error": {"code": -32601, "message": "unknown"}})
    if MODE == "stubborn":
        time.sleep(600)


main()
