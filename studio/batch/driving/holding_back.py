"""Holds back what workers say while the disk is slower than they are: else it would pile up in the driver's memory."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final

from studio.support.errors import EnvironmentProblem
from studio.trace.batches import BatchLog

MOST: Final = 8 << 20
"""Bytes of frames that may wait for the disk; as rows in memory they take about ten times as much."""


class HoldingBack:
    """Counts what was taken from workers; `room` waits until enough of it is written, or was refused."""

    def __init__(self, log: BatchLog, most: int = MOST) -> None:
        self._log = log
        self._most = most
        self._held = 0
        self._turn = asyncio.Lock()

    def take(self, size: int) -> None:
        """So many bytes have come."""
        self._held += size

    async def room(self) -> None:
        """Return when more may come."""
        if self._held <= self._most:
            return
        async with self._turn:
            if self._held <= self._most:
                return
            loop = asyncio.get_running_loop()
            written: asyncio.Future[None] = loop.create_future()
            held = self._held

            def wake() -> None:
                if not written.done():
                    written.set_result(None)

            def told(problem: EnvironmentProblem | None) -> None:
                with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                    loop.call_soon_threadsafe(wake)

            self._log.when_durable(told)
            await written
            self._held -= held
