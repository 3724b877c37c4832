"""A gate before the slots of a model: a few callers at a time, from any thread and any event loop.

A slot keeps the state of its last prompt, and a prompt that begins like it is answered many times faster.  So callers
name their `family`, the beginning of their prompt, and are led to the slot that read this beginning last.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from concurrent.futures import Future
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

PATIENCE = 64
"""How many later callers may go first because their slot is free, before a caller takes the next free slot."""

LINGER_S = 0.03
"""How long a slot that was just used waits for its own family while only others want it. Who asks several questions
one after another (Decide and its empty inputs) asks the next within this time; reading the beginning again would cost
a second."""


@dataclass(eq=False, slots=True)
class _Waiting:
    family: str
    turn: Future[int] = field(default_factory=Future)
    overtaken: int = 0


class Gate:
    """`async with gate.turn(family) as slot:` waits for a free slot. Unlike asyncio's own locks it belongs to no
    event loop.

    Callers pass in the order they came, but for this: one whose family holds a slot waits for that slot, if `loyal`
    even while others are free (right where slots share one processor: another one would read the beginning again).
    """

    def __init__(self, width: int, *, loyal: bool = True) -> None:
        self._lock = threading.Lock()
        self._loyal = loyal
        self._free = list(range(width))  # longest unused first
        self._lingering: dict[int, object] = {}
        self._families = [""] * width
        self._waiting: list[_Waiting] = []

    @asynccontextmanager
    async def turn(self, family: str = "") -> AsyncIterator[int]:
        """Hold a slot for the block; gives its number."""
        asked = _Waiting(family)
        with self._lock:
            self._waiting.append(asked)
            self._let_through()
        try:
            slot = await asyncio.wrap_future(asked.turn)
        except asyncio.CancelledError:
            if not asked.turn.cancel():  # the slot was given to us in the same moment: pass it on
                self._release(asked.turn.result())
            raise
        try:
            yield slot
        finally:
            self._release(slot)

    def _release(self, slot: int) -> None:
        with self._lock:
            self._free.append(slot)
            family = self._families[slot]
            if family and self._waiting and all(caller.family != family for caller in self._waiting):
                mark = self._lingering[slot] = object()
                timer = threading.Timer(LINGER_S, self._stop_lingering, (slot, mark))
                timer.daemon = True
                timer.start()
            self._let_through()

    def _stop_lingering(self, slot: int, mark: object) -> None:
        with self._lock:
            if self._lingering.get(slot) is mark:
                del self._lingering[slot]
                self._let_through()

    def _let_through(self) -> None:
        while self._free and (pair := self._next()) is not None:
            place, slot = pair
            caller = self._waiting.pop(place)
            if not caller.turn.set_running_or_notify_cancel():
                continue
            for earlier in self._waiting[:place]:
                earlier.overtaken += 1
            self._free.remove(slot)
            self._lingering.pop(slot, None)
            self._families[slot] = caller.family
            caller.turn.set_result(slot)

    def _next(self) -> tuple[int, int] | None:
        """Return who goes next (place in the queue) and to which slot; None if all wait for slots that are taken."""
        held = {self._families[slot]: slot for slot in range(len(self._families)) if slot not in self._free}
        free = {self._families[slot]: slot for slot in self._free}
        if self._waiting and self._waiting[0].overtaken >= PATIENCE:
            return 0, free.get(self._waiting[0].family, self._free[0])
        for place, caller in enumerate(self._waiting):
            if caller.family and caller.family in free:
                return place, free[caller.family]
        ready = [slot for slot in self._free if slot not in self._lingering]
        for place, caller in enumerate(self._waiting if ready else ()):
            if not (self._loyal and caller.family and caller.family in held):
                return place, ready[0]
        return None
