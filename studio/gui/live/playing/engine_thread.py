"""One thread with an event loop for all runs of a window. It starts with the first run and stays for the next."""

from __future__ import annotations

import threading
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import asyncio
    from concurrent.futures import Future

T = TypeVar("T")

GRACE_S = 5.0
"""How long `stop` waits for what is cancelled to end."""


class EngineThread:
    """Runs coroutines on its own thread. Safe to call from any thread."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    @property
    def is_alive(self) -> bool:
        """True while the thread runs."""
        return self._thread is not None and self._thread.is_alive()

    def submit(self, make: Callable[[], Coroutine[Any, Any, T]]) -> Future[T]:
        """Have a coroutine run in the loop; the thread is started if need be. Returns at once."""
        import asyncio  # with the first run: it takes a good part of the window's start

        with self._guard:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=self._work, args=(self._loop,), name="engine", daemon=True)
                self._thread.start()
            return asyncio.run_coroutine_threadsafe(_made(make), self._loop)

    def stop(self, grace_s: float = GRACE_S) -> bool:
        """Cancel what still runs, wait for its end and end the thread. False if it does not end within `grace_s`
        seconds (node code that blocks); the thread then ends with the process."""
        with self._guard:
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
        if loop is None or thread is None:
            return True
        loop.call_soon_threadsafe(loop.stop)
        thread.join(grace_s)
        return not thread.is_alive()

    def _work(self, loop: asyncio.AbstractEventLoop) -> None:
        import asyncio

        asyncio.set_event_loop(loop)
        try:
            loop.run_forever()
            left = asyncio.all_tasks(loop)
            for task in left:
                task.cancel()
            if left:
                loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.run_until_complete(loop.shutdown_default_executor())
        finally:
            loop.close()


async def _made(make: Callable[[], Coroutine[Any, Any, T]]) -> T:
    return await make()
