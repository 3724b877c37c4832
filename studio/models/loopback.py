"""A small HTTP client for our own child process on the loopback interface.

It exists because the general client library takes seconds to import, and because proxies named in the
environment must never see these calls.  One connection per request: closing it is what cancels a generation.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import NamedTuple

MAX_BODY = 64 * 2**20
_LINE_LIMIT = 2**20


class BrokenReply(Exception):
    """The connection ended, or the answer was no HTTP, before the reply was complete."""


class Address(NamedTuple):
    """Where the child listens, and the key it was given."""

    host: str
    port: int
    key: str


class Response:
    """A reply whose head has arrived: `status`, and the body in pieces or whole."""

    def __init__(self, status: int, headers: dict[str, str], reader: asyncio.StreamReader) -> None:
        self.status = status
        self._headers = headers
        self._reader = reader

    async def body(self) -> bytes:
        """Return the whole body. Raises `BrokenReply` if it ends early or exceeds 64 MB."""
        data = bytearray()
        async for piece in self.pieces():
            data += piece
            if len(data) > MAX_BODY:
                raise BrokenReply("the reply is larger than 64 MB")
        return bytes(data)

    async def lines(self) -> AsyncIterator[bytes]:
        """Yield the body line by line, without line ends."""
        rest = b""
        async for piece in self.pieces():
            *whole, rest = (rest + piece).split(b"\n")
            for line in whole:
                yield line.rstrip(b"\r")
        if rest:
            yield rest

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield the body as it arrives."""
        try:
            if self._headers.get("transfer-encoding", "").lower() == "chunked":
                while size := int(await self._reader.readline(), 16):
                    yield await self._reader.readexactly(size)
                    await self._reader.readline()
            else:
                left = int(self._headers.get("content-length", "0"))
                while left:
                    piece = await self._reader.read(min(left, 2**16))
                    if not piece:
                        raise BrokenReply("the connection closed in mid-reply")
                    left -= len(piece)
                    yield piece
        except (OSError, ValueError, EOFError) as error:
            raise BrokenReply(f"the connection closed in mid-reply ({type(error).__name__})") from None


@asynccontextmanager
async def post(address: Address, path: str, body: bytes) -> AsyncIterator[Response]:
    """Send a JSON request and yield the response; leaving the block closes the connection.

    Raises `BrokenReply` if nobody listens or the connection breaks.
    """
    try:
        reader, writer = await asyncio.open_connection(address.host, address.port, limit=_LINE_LIMIT)
    except OSError as error:
        raise BrokenReply(f"no connection ({error.strerror or error})") from None
    try:
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {address.host}:{address.port}\r\nAuthorization: Bearer {address.key}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        yield await _send(reader, writer, head.encode("ascii") + body)
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def _send(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> Response:
    try:
        writer.write(request)
        await writer.drain()
        status = (await reader.readline()).split(b" ", 2)
        if len(status) < 2 or not status[0].startswith(b"HTTP/1."):
            raise BrokenReply("the connection closed before a reply")
        headers: dict[str, str] = {}
        while line := (await reader.readline()).strip():
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.strip().lower()] = value.strip()
        return Response(int(status[1]), headers, reader)
    except (OSError, ValueError) as error:
        raise BrokenReply(f"the connection broke ({type(error).__name__})") from None
