"""Loads litellm when first needed and runs its calls on one event loop of their own.

Importing it takes seconds, and many calls at once keep an event loop busy for tenths of a second: neither may
happen to a window, or to the loop that decides what fires next.
"""

from __future__ import annotations

import asyncio
import atexit
import gc
import os
import threading
import warnings
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

Result = TypeVar("Result")


class Runtime:
    """The library and its loop. One per process; safe to use from any thread and event loop."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._library: Any = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._owner = os.getpid()

    def library(self) -> Any:
        """Return the litellm module; the first call blocks for seconds (use `call` in coroutines)."""
        with self._lock:
            if self._library is None:
                self._library = load_litellm()
            return self._library

    async def call(self, task: Callable[[Any], Awaitable[Result]]) -> Result:
        """Run `task(litellm)` on the library's loop. Cancelling the caller cancels it there."""
        if self._library is None:
            await asyncio.to_thread(self.library)
        library = self._library

        async def run() -> Result:
            return await task(library)

        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(run(), self._running_loop()))

    def close(self) -> None:
        """Close open connections and stop the loop; the next call starts a new one."""
        with self._lock:
            loop, self._loop = self._loop, None
        if loop is None or os.getpid() != self._owner:
            return
        closing = getattr(self._library, "close_litellm_async_clients", None)

        async def finish() -> None:
            if closing is not None:
                await closing()

        try:
            asyncio.run_coroutine_threadsafe(finish(), loop).result(2)
        except TimeoutError:
            pass  # a connection does not close: the end of the process closes it
        finally:
            loop.call_soon_threadsafe(loop.stop)

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None or self._owner != os.getpid():  # after a fork the thread is not there
                self._owner = os.getpid()
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=_serve, args=(self._loop,), name="litellm-loop", daemon=True).start()
            return self._loop


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    loop.run_forever()
    loop.close()


def load_litellm() -> Any:
    """Import the library, with its own settings for a program that speaks for itself; takes seconds."""
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")  # else it downloads prices while importing
    # Its data classes and pydantic's disagree about details that say nothing to a person.
    warnings.filterwarnings("ignore", module=r"(litellm|pydantic)\b")
    # The collector would run many times over the library's 100,000 new objects and stall all threads.
    collecting = gc.isenabled()
    gc.disable()
    try:
        import litellm
    finally:
        if collecting:
            gc.enable()
    litellm.suppress_debug_info = True  # it prints to standard output
    litellm.disable_hf_tokenizer_download = True
    litellm.telemetry = False
    return litellm


RUNTIME = Runtime()
atexit.register(RUNTIME.close)
