"""An actor of Ray that has one worker: a process on its machine, the same that the local pool starts."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Final

from studio.batch.engines.base import WorkerLost
from studio.batch.engines.local import LocalEngine, LocalLink
from studio.batch.engines.on_ray.telling import PIECE, Joiner, framed
from studio.support.private_memory import keep_memory_private

AHEAD: Final = 16 * PIECE
"""Bytes of a worker's messages that wait here to be fetched; then the worker waits."""


class Outpost:
    """The bridge calls `begin` once, `listen` once, and `deliver` with one piece after the other.

    Ray may run calls of an actor in another order than they were made: `deliver` is called when the last call is over.
    """

    def __init__(self) -> None:
        self._engine = LocalEngine(shares=False)
        self._joiner = Joiner()
        self._link: LocalLink | None = None
        self._said = bytearray()
        self._ended = ""
        self._more = asyncio.Event()
        self._room = asyncio.Event()

    async def begin(self, folder: str) -> tuple[int, str]:
        """Start the worker, in a folder if this machine has it; return its process and the machine's name."""
        keep_memory_private()  # keys of the batch come through here
        with suppress(OSError):
            os.chdir(folder)
        self._link = await self._engine.start()
        self._hearing = asyncio.get_running_loop().create_task(self._hear(self._link))
        return self._link.process, socket.gethostname()

    async def deliver(self, piece: bytes) -> None:
        """Pass a piece of the driver's messages on."""
        assert self._link is not None, "begin comes first"
        for message in self._joiner.feed(piece):
            self._link.send(message)

    async def listen(self) -> AsyncIterator[bytes | str]:
        """Yield what the worker says in pieces, and at last how it ended."""
        while True:
            await self._more.wait()
            while self._said:
                piece = bytes(self._said[:PIECE])
                del self._said[:PIECE]
                self._room.set()
                yield piece
            if self._ended:
                yield self._ended
                return
            self._more.clear()

    async def kill(self) -> None:
        """Kill the worker and what it has started."""
        if self._link is not None:
            self._link.kill()

    async def leave(self) -> None:
        """Ask the worker to end, and see to it."""
        await self._engine.close()

    async def _hear(self, link: LocalLink) -> None:
        try:
            while True:
                self._said += framed(await link.receive())
                self._more.set()
                while len(self._said) > AHEAD:
                    self._room.clear()
                    await self._room.wait()
        except WorkerLost as lost:
            self._ended = str(lost)
            self._more.set()
