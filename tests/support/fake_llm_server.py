"""A model server of the standard library that answers as a list of steps says: well, badly, late or not at all.

Steps are used one per request. `requests` keeps every body, `headers` every request's headers.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple


class Step(NamedTuple):
    """One answer. `body` may be made from the request's headers; `wait` holds the answer back until it is set."""

    status: int = 200
    body: bytes | Callable[[Mapping[str, str]], bytes] = b""
    type: str = "application/json"
    headers: Mapping[str, str] = {}
    wait: threading.Event | None = None
    drop: bool = False


@dataclass
class FakeServer:
    """The running server: its `base` address and what it was asked."""

    base: str
    steps: list[Step]
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    arrived: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    """Released once per request, so that a test can wait for one without polling."""


def chat(text: str | None = "hello", **more: Any) -> Step:
    """A well-formed chat answer; keyword arguments replace its parts."""
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
    usage = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
    body = {"id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": usage}
    return Step(body=json.dumps({**body, **more}).encode())


def error(status: int, message: str = "no", **headers: str) -> Step:
    """An error as OpenAI-like servers send it."""
    body = {"error": {"message": message, "type": "t", "code": "c"}}
    return Step(status, json.dumps(body).encode(), headers={k.replace("_", "-"): v for k, v in headers.items()})


def echo_key(status: int = 401) -> Step:
    """An error whose text repeats the key it was sent, as careless servers do."""

    def body(headers: Mapping[str, str]) -> bytes:
        return json.dumps({"error": {"message": f"bad key {headers.get('authorization')}"}}).encode()

    return Step(status, body)


def stream(*pieces: str, end: bool = True, usage: bool = True) -> Step:
    """A streamed answer in server-sent events; without `end` it stops in the middle."""
    frame = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    chunks: list[dict[str, Any]] = [
        {**frame, "choices": [{"index": 0, "delta": {"role": "assistant", "content": piece}}]} for piece in pieces
    ]
    if end:
        chunks.append({**frame, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    if end and usage:
        counts = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
        chunks.append({**frame, "choices": [], "usage": counts})
    text = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + ("data: [DONE]\n\n" if end else "")
    return Step(body=text.encode(), type="text/event-stream")


@contextmanager
def fake_llm_server(*steps: Step) -> Iterator[FakeServer]:
    """Serve `steps` on a free loopback port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: Any) -> None:
            """Keep quiet."""

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            state.requests.append(json.loads(body))
            state.headers.append({k.lower(): v for k, v in self.headers.items()})
            state.paths.append(self.path)
            state.arrived.release()
            self.close_connection = True
            step = state.steps.pop(0)
            if step.wait is not None:
                step.wait.wait(10)
            if step.drop:
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            data = step.body(state.headers[-1]) if callable(step.body) else step.body
            lines = [f"HTTP/1.1 {step.status} Status", f"Content-Type: {step.type}", f"Content-Length: {len(data)}"]
            lines += ["Connection: close", *(f"{name}: {value}" for name, value in step.headers.items()), "", ""]
            # One write: two would cost 40 ms of waiting for an acknowledgement.
            self.wfile.write("\r\n".join(lines).encode() + data)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state = FakeServer(f"http://127.0.0.1:{server.server_port}/v1", list(steps))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
