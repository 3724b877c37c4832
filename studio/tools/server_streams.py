"""Counts what a tool server says unasked: each message costs a task of ours, so a flood of small ones costs memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from types import TracebackType
from typing import Any, Self

MAX_MESSAGES = 5_000
"""Most messages (notices, progress, requests) that a server may send between two requests of ours."""


class Tally:
    """How many messages came since our last request; `fault` says so once they were too many."""

    def __init__(self) -> None:
        self.count = 0
        self.fault = ""


@asynccontextmanager
async def counted(streams: AbstractAsyncContextManager[Any], tally: Tally) -> AsyncIterator[Any]:
    """Yield the two streams of a transport, of which the reading one ends when too much comes."""
    async with streams as (read, write):
        yield _Reading(read, tally), _Writing(write, tally)


class _Wrapped:
    def __init__(self, inner: Any, tally: Tally) -> None:
        self._inner = inner
        self._tally = tally

    async def aclose(self) -> None:
        await self._inner.aclose()

    def close(self) -> None:
        self._inner.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


class _Reading(_Wrapped):
    @property
    def last_context(self) -> Any:
        """The context that the last message was sent in, as the package's own streams tell it."""
        return getattr(self._inner, "last_context", None)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Any:
        from anyio import EndOfStream

        try:
            return await self.receive()
        except EndOfStream:
            raise StopAsyncIteration from None

    async def receive(self) -> Any:
        from anyio import EndOfStream

        item = await self._inner.receive()
        self._tally.count += 1
        if self._tally.count > MAX_MESSAGES:
            self._tally.fault = f"it sent more than {MAX_MESSAGES} messages that nobody asked for"
            raise EndOfStream
        return item


class _Writing(_Wrapped):
    async def send(self, item: Any) -> None:
        import mcp_types

        if isinstance(item.message, mcp_types.JSONRPCRequest):
            self._tally.count = 0
        await self._inner.send(item)
