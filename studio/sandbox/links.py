"""Pipes to a child, read and written by whichever event loop is waiting, without ever blocking it.

All pipes of a child stand in one selector of their own, so that a call registers one descriptor with the event loop
and not five: a warm call takes 0.1 ms, and the next call may come from another loop.
"""

from __future__ import annotations

import asyncio
import os
import selectors
from collections.abc import Callable
from contextlib import suppress

CHUNK = 1 << 18


class Captured:
    """What a stream gave, cut after `most` bytes; the rest is read and dropped, so that the writer never blocks."""

    __slots__ = ("_data", "ended", "is_cut", "most", "total")

    def __init__(self, most: int) -> None:
        self.most = most
        self._data = bytearray()
        self.is_cut = False
        self.ended = False
        self.total = 0

    def feed(self, data: bytes) -> None:
        """Take what was read; nothing means that the stream ended."""
        if not data:
            self.ended = True
            return
        self.total += len(data)
        room = self.most - len(self._data)
        self._data += data[:room]
        self.is_cut = self.is_cut or len(data) > room

    @property
    def text(self) -> str:
        """All that was kept, as text; bytes that are none show as replacement characters."""
        return self._data.decode("utf-8", "replace")

    def clear(self) -> None:
        """Start anew."""
        self._data.clear()
        self.is_cut = False
        self.total = 0


class Link:
    """The studio's ends of a child's pipes."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._left: dict[int, memoryview] = {}

    def read(self, fd: int, take: Callable[[bytes], None]) -> None:
        """Hand what comes out of `fd` to `take`, and b"" at its end."""
        os.set_blocking(fd, False)
        self._selector.register(fd, selectors.EVENT_READ, take)

    def write(self, fd: int, data: bytes, *, close: bool = False) -> None:
        """Write to `fd`, at once what fits, the rest while somebody waits; then close it if asked to."""
        os.set_blocking(fd, False)
        left = _written(fd, memoryview(data))
        if left:
            self._left[fd] = left
            self._selector.register(fd, selectors.EVENT_WRITE, close)
        elif close:
            os.close(fd)

    async def until(self, done: Callable[[], bool]) -> None:
        """Read and write until `done`."""
        self.turn()
        if done():
            return
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[None] = loop.create_future()

        def ready() -> None:
            self.turn()
            if not waiter.done() and done():
                waiter.set_result(None)

        fd = self._selector.fileno()
        loop.add_reader(fd, ready)
        try:
            await waiter
        finally:
            loop.remove_reader(fd)

    def turn(self) -> None:
        """Read and write what can be, without waiting."""
        for key, events in self._selector.select(0):
            if events & selectors.EVENT_WRITE:
                self._go_on_writing(key.fd, key.data)
                continue
            try:
                data = os.read(key.fd, CHUNK)
            except BlockingIOError:
                continue
            if not data:
                self._selector.unregister(key.fd)
            key.data(data)

    def _go_on_writing(self, fd: int, close: bool) -> None:
        left = self._left[fd] = _written(fd, self._left[fd])
        if not left:
            self._selector.unregister(fd)
            del self._left[fd]
            if close:
                os.close(fd)

    def close(self) -> None:
        """Forget the pipes (closing them is for whoever made them), but for one that was still to be written."""
        for fd, key in list(self._selector.get_map().items()):
            if key.events & selectors.EVENT_WRITE and key.data:
                with suppress(OSError):
                    os.close(int(str(fd)))
        self._selector.close()


def _written(fd: int, left: memoryview) -> memoryview:
    """Write what fits and return the rest; nothing is left where the reader is gone."""
    while left:
        try:
            left = left[os.write(fd, left) :]
        except BlockingIOError:
            return left
        except OSError:
            return left[:0]  # the child has ended or closed its end: how it ended is told by its status
    return left
