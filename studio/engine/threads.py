"""Worker threads for node code that blocks: daemons, so a call that nobody waits for keeps no program from ending.

(`concurrent.futures` joins its threads when the interpreter exits, so an aborted run would end only with its slowest
call.)
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import os
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

AT_ONCE = 32
"""Calls that run at the same time; more wait. A call that was given up does not count."""


class _Call:
    __slots__ = ("around", "call", "finished", "future", "given_up", "loop")

    def __init__(self, call: Callable[[], Any], loop: asyncio.AbstractEventLoop) -> None:
        self.call = call
        self.loop = loop
        self.future: asyncio.Future[tuple[bool, Any]] = loop.create_future()
        self.around = contextvars.copy_context()
        self.finished = False
        self.given_up = False

    def settle(self, outcome: tuple[bool, Any]) -> None:
        if not self.future.done():
            self.future.set_result(outcome)


class Workers:
    """A pool of daemon threads, made as they are needed and kept for the next call."""

    def __init__(self) -> None:
        self._ready = threading.Condition()
        self._waiting: deque[_Call] = deque()
        self._idle = 0
        self._busy = 0
        self._given_up = 0

    async def call(self, call: Callable[[], Any]) -> tuple[bool, Any]:
        """Call in a thread; return whether it went well, and what it returned or raised.

        Being cancelled returns at once: the call is left to itself.
        """
        asked = _Call(call, asyncio.get_running_loop())
        with self._ready:
            self._waiting.append(asked)
            self._serve()
        try:
            return await asked.future
        except asyncio.CancelledError:
            self._give_up(asked)
            raise

    def _serve(self) -> None:
        """Let a thread take the next call, if another may be under way. The lock is held."""
        if self._busy - self._given_up + min(self._idle, len(self._waiting) - 1) >= AT_ONCE:
            return
        if self._idle >= len(self._waiting):
            self._ready.notify()
        else:
            threading.Thread(target=self._work, name="node code", daemon=True).start()
            self._idle += 1

    def _give_up(self, asked: _Call) -> None:
        with self._ready:
            if asked in self._waiting:
                self._waiting.remove(asked)
                return
            if asked.finished:
                return
            asked.given_up = True
            self._given_up += 1
            if self._waiting:
                self._serve()

    def _work(self) -> None:
        ready = self._ready
        while True:
            with ready:
                while not self._waiting or self._busy - self._given_up >= AT_ONCE:
                    ready.wait()
                asked = self._waiting.popleft()
                self._idle -= 1
                self._busy += 1
            try:
                outcome: tuple[bool, Any] = (True, asked.around.run(asked.call))
            except BaseException as raised:  # noqa: BLE001 - handed over
                outcome = (False, raised)
            with ready:
                asked.finished = True
                self._busy -= 1
                self._given_up -= asked.given_up
                self._idle += 1
                if self._waiting:
                    ready.notify()
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                asked.loop.call_soon_threadsafe(asked.settle, outcome)
            del asked, outcome  # an idle thread holds on to nothing


_workers = Workers()


async def in_thread(call: Callable[[], Any]) -> tuple[bool, Any]:
    """`Workers.call` in the pool of this process."""
    return await _workers.call(call)


def _new_after_fork() -> None:
    """A forked child has none of its parent's threads."""
    global _workers
    _workers = Workers()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_new_after_fork)
