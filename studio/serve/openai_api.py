"""A graph behind the chat interface of OpenAI: `/v1/chat/completions` and `/v1/models`, on loopback.

What the person said goes to the graph's most likely input (all messages, if it takes messages; else the last text of
the user), its most likely output is the answer.  A streamed answer comes as one piece at its end, since a graph may
check and mend what its nodes write; until then the connection is kept alive.

A page in a browser must not use it: the `Host` has to be ours (DNS rebinding), an `Origin` is refused unless it is
ours, bodies have to be JSON by their type (which a page can send to another origin only after asking, and no answer to
such a question ever allows it).
"""

from __future__ import annotations

import asyncio
import hmac
import json
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from studio.engine.result import RunResult
from studio.graph.conversing import likely_input, likely_output
from studio.serve.service import GraphService, TooBusy, failure_of
from studio.support.errors import StudioError, UsageError
from studio.support.templates import as_text
from studio.support.values import Json

MOST_BYTES: Final = 10_000_000
"""Bytes of a request."""

ALIVE_S: Final = 10.0
"""Seconds between two signs of life of a streamed answer that is not there yet."""


class ChatEndpoint:
    """One served graph. `input` and `output` name its ends; `key`, if it is not empty, has to come with each call."""

    def __init__(self, service: GraphService, *, input: str = "", output: str = "", key: str = "") -> None:
        """Raises UsageError if the graph has no such input or output, or needs more inputs than one."""
        self.service = service
        self.input = input or likely_input(service.graph)
        self.output = output or likely_output(service.graph)
        self.key = key
        self.ports: frozenset[str] = frozenset()
        """`host:port` forms under which this server is ours."""
        for name, known, what in ((self.input, service.inputs, "input"), (self.output, service.outputs, "output")):
            if name not in known:
                told = f"has no {what} `{name}`" if name else f"has no {what} for a conversation"
                raise UsageError(f"The graph {told}.", hint=f"It has: {', '.join(known) or 'none'}.")
        others = [name for name, field in service.inputs.items() if field.required and name != self.input]
        if others:
            raise UsageError(
                f"The graph also needs `{others[0]}`, which no chat brings.", hint="Give that input a default value."
            )

    def app(self) -> Starlette:
        """Return the application."""
        return Starlette(
            routes=[
                Route("/v1/chat/completions", self._guarded(self._chat), methods=["POST"]),
                Route("/v1/models", self._guarded(self._models), methods=["GET"]),
                Route("/health", self._guarded(self._health), methods=["GET"]),
            ]
        )

    def _guarded(self, handle: Any) -> Any:
        async def guarded(request: Request) -> Response:
            refusal = self._refusal(request)
            return refusal if refusal is not None else await handle(request)

        return guarded

    def _refusal(self, request: Request) -> Response | None:
        host = request.headers.get("host", "")
        if host not in self.ports:
            return _error(403, "This server answers at its own address only.", "host")
        origin = request.headers.get("origin")
        if origin is not None and origin.removeprefix("http://") not in self.ports:
            return _error(403, "Pages of other origins may not use this server.", "origin")
        if self.key:
            given = request.headers.get("authorization", "").removeprefix("Bearer ")
            if not hmac.compare_digest(given.encode(), self.key.encode()):
                return _error(401, "The key is missing or wrong.", "invalid_api_key")
        if request.method == "POST":
            kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
            if kind != "application/json":
                return _error(415, "The body has to be JSON, and say so in its content type.", "content_type")
        return None

    async def _health(self, request: Request) -> Response:
        return JSONResponse({"status": "ok", "graph": self.service.name})

    async def _models(self, request: Request) -> Response:
        entry = {"id": self.service.name, "object": "model", "created": 0, "owned_by": "ganglia-studio"}
        return JSONResponse({"object": "list", "data": [entry]})

    async def _chat(self, request: Request) -> Response:
        try:
            asked = json.loads(await _body(request))
            value = self._said(asked)
        except (UsageError, ValueError, RecursionError) as error:
            return _error(400, str(error) if isinstance(error, UsageError) else "The body is no JSON.", "bad_request")
        work = asyncio.create_task(self.service.call({self.input: value}))
        if asked.get("stream"):
            options = asked.get("stream_options")
            usage = isinstance(options, Mapping) and options.get("include_usage") is True
            return StreamingResponse(self._streamed(work, usage), media_type="text/event-stream")
        gone = asyncio.create_task(_gone(request))
        try:
            await asyncio.wait([work, gone], return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                return Response(status_code=499)
            return self._answer(work)
        finally:
            await _end(gone)
            await _end(work)

    def _said(self, asked: Json) -> Json:
        """What a request says, as the graph's input takes it. Raises UsageError."""
        messages = asked.get("messages") if isinstance(asked, Mapping) else None
        if not isinstance(messages, list) or not messages:
            raise UsageError("`messages` has to be a list of messages.")
        known = [_message(one) for one in messages]
        kind = self.service.inputs[self.input].type
        if kind == "messages":
            return known
        last = next((one for one in reversed(known) if one["role"] == "user"), None)
        if last is None:
            raise UsageError("There is no message of a user in `messages`.")
        return last if kind == "message" else last["content"]

    def _answer(self, work: asyncio.Task[RunResult]) -> Response:
        try:
            result = work.result()
        except TooBusy as error:
            return _error(503, str(error), error.code)
        except StudioError as error:
            return _error(400 if isinstance(error, UsageError) else 500, str(error), error.code)
        if problem := failure_of(result):
            return _error(503 if result.status == "paused" else 500, problem, result.ended or result.status)
        choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": self._text(result)}}
        return JSONResponse({**self._frame(result, "chat.completion"), "choices": [choice], "usage": _usage(result)})

    async def _streamed(self, work: asyncio.Task[RunResult], usage: bool) -> AsyncIterator[str]:
        try:
            while not work.done():
                await asyncio.wait([work], timeout=ALIVE_S)
                if not work.done():
                    yield ": at work\n\n"
            answer = self._answer(work)
            if answer.status_code != 200:
                yield f"data: {bytes(answer.body).decode()}\n\n"
                return
            result = work.result()
            frame = self._frame(result, "chat.completion.chunk")
            said: dict[str, Json] = {"role": "assistant", "content": self._text(result)}
            yield _event({**frame, "choices": [{"index": 0, "delta": said, "finish_reason": None}]})
            yield _event({**frame, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
            if usage:
                yield _event({**frame, "choices": [], "usage": _usage(result)})
            yield "data: [DONE]\n\n"
        finally:
            await _end(work)

    def _text(self, result: RunResult) -> str:
        value = result.outputs.get(self.output)
        if isinstance(value, Mapping) and isinstance(value.get("content"), str):
            return str(value["content"])
        return "" if value is None else as_text(value)

    def _frame(self, result: RunResult, kind: str) -> dict[str, Json]:
        return {"id": result.run_id, "object": kind, "created": int(time.time()), "model": self.service.name}


async def _body(request: Request) -> bytes:
    """Return the body. Raises UsageError if it is too large."""
    pieces, size = [], 0
    async for piece in request.stream():
        size += len(piece)
        if size > MOST_BYTES:
            raise UsageError(f"The request is larger than {MOST_BYTES:,} bytes.")
        pieces.append(piece)
    return b"".join(pieces)


async def _gone(request: Request) -> None:
    """Return when nobody waits for the answer any more; the body must have been read."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _end(task: asyncio.Task[Any]) -> None:
    if not task.done():
        task.cancel()
        await asyncio.wait([task])


def _message(given: Json) -> dict[str, Json]:
    """A message with its text as one text, whatever parts it came in. Raises UsageError."""
    if not isinstance(given, Mapping) or not isinstance(given.get("role"), str):
        raise UsageError("A message has to be an object with `role` and `content`.")
    content = given.get("content")
    if isinstance(content, Sequence) and not isinstance(content, str):
        parts = [part.get("text") if isinstance(part, Mapping) else None for part in content]
        texts = [part for part in parts if isinstance(part, str)]
        if len(texts) < len(parts):
            raise UsageError("Only text can be said to a graph: leave images and sounds out of `content`.")
        content = "\n".join(texts)
    if not isinstance(content, str):
        raise UsageError("The `content` of a message has to be text.")
    role = {"developer": "system"}.get(given["role"], given["role"])
    return {"role": role, "content": content}


def _usage(result: RunResult) -> dict[str, Json]:
    return {
        "prompt_tokens": result.tokens_in,
        "completion_tokens": result.tokens_out,
        "total_tokens": result.tokens_in + result.tokens_out,
    }


def _event(value: Json) -> str:
    return f"data: {json.dumps(value, ensure_ascii=False)}\n\n"


def _error(status: int, message: str, code: str) -> JSONResponse:
    kind = "invalid_request_error" if status < 500 else "server_error"
    return JSONResponse({"error": {"message": message, "type": kind, "param": None, "code": code}}, status)
