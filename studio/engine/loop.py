"""The event loop that `run` uses: one for the main thread, kept between runs; elsewhere a fresh one for each.

Making and closing a loop costs as much as some fifty firings, which a batch of small runs would pay every time.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

_kept: asyncio.Runner | None = None
_inherited: list[asyncio.Runner | None] = []
"""Loops of a parent process, held so that nothing closes them."""


def run_to_end(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end, as `asyncio.run` does: what it leaves behind is cancelled, Ctrl-C cancels it."""
    if threading.current_thread() is not threading.main_thread():
        return asyncio.run(work)
    runner = _runner()
    try:
        return runner.run(work)
    finally:
        left = asyncio.all_tasks(runner.get_loop())
        if left:
            for task in left:
                task.cancel()
            runner.run(_all(left))


def _runner() -> asyncio.Runner:
    global _kept
    if _kept is None or _kept.get_loop().is_closed():
        _kept = asyncio.Runner()
        atexit.register(_close)
    return _kept


async def _all(tasks: set[asyncio.Task[Any]]) -> None:
    await asyncio.gather(*tasks, return_exceptions=True)


def _close() -> None:
    """Close the kept loop at exit. Its threads have ended by then, and `Runner.close` would start one to wait for them,
    which a process that ends refuses from Python 3.12 on."""
    global _kept
    if _kept is not None and not (loop := _kept.get_loop()).is_closed():
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
    _kept = None


def _forget() -> None:
    """A forked child must not use the parent's loop, nor close it: both would reach into the parent's selector."""
    global _kept
    _inherited.append(_kept)
    _kept = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
