"""How long toys take: turns of the event loop, which a test chooses.

Nothing sleeps: a node that "takes time" yields to the event loop a number of times, so a test explores schedules, not
seconds.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from studio.spec import RunContext

Latency = Callable[[str, str], int]


class _Turns:
    """How many turns of the event loop a firing waits; a test sets it by `latencies`."""

    def __init__(self) -> None:
        self.of: Latency = lambda node, tick: 0
        self.waiting = 0
        self.most_waiting = 0

    async def pass_by(self, ctx: RunContext) -> None:
        self.waiting += 1
        self.most_waiting = max(self.most_waiting, self.waiting)
        try:
            for _ in range(self.of(ctx.node, ctx.tick)):
                await asyncio.sleep(0)
        finally:
            self.waiting -= 1


TURNS = _Turns()


@contextmanager
def latencies(of: Latency) -> Iterator[_Turns]:
    """Let every toy firing wait `of(node path, tick path)` turns; yields the counter of firings under way at once."""
    before = TURNS.of
    TURNS.of, TURNS.waiting, TURNS.most_waiting = of, 0, 0
    try:
        yield TURNS
    finally:
        TURNS.of = before


def shuffled(seed: int, up_to: int = 7) -> Latency:
    """Return latencies that look random but depend on seed, node and tick alone."""
    return lambda node, tick: zlib.crc32(f"{seed} {node} {tick}".encode()) % up_to
