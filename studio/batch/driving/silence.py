"""Which workers have said nothing for so long that they are held for dead."""

from __future__ import annotations

import asyncio
from typing import Final

from studio.batch.engines.base import Link

PARTS: Final = 4
"""Silence is counted in so many parts, each of which the driver has to live through: one that was itself held up, on a
machine that slept or by Ctrl-Z, hears what was said meanwhile before it takes anybody for dead."""


class Silence:
    """Kills workers that the driver listens to and that say nothing for `after_s` seconds."""

    def __init__(self, after_s: float) -> None:
        self._part_s = after_s / PARTS
        self._parts: dict[Link, int] = {}
        self._killed: set[Link] = set()

    def begin(self, link: Link) -> None:
        """The driver listens to this worker from now on."""
        self._parts[link] = 0

    def end(self, link: Link) -> None:
        """The worker has said something, or the driver listens to it no more."""
        self._parts.pop(link, None)

    def ended(self, link: Link) -> bool:
        """True if the worker was killed for its silence."""
        return link in self._killed

    async def watch(self) -> None:
        """Count, until it is cancelled."""
        while True:
            await asyncio.sleep(self._part_s)
            for link in self._parts:
                self._parts[link] += 1
                if self._parts[link] > PARTS and link not in self._killed:
                    self._killed.add(link)
                    link.kill()
