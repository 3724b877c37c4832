"""The warm workers of this process, kept apart by graph; safe to use from any thread and event loop."""

from __future__ import annotations

import atexit
import os
import threading
import time

from studio.sandbox.workers import Worker, WorkerKind

MOST_IDLE = 8
IDLE_S = 60.0
"""At most so many workers wait for work, at most so long: 11 MB each."""


class Pool:
    """Idle workers by kind. A worker is in here or with one caller, never both."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[Worker] = []
        self._owner = os.getpid()
        self._timer: threading.Timer | None = None

    async def take(self, kind: WorkerKind) -> Worker:
        """Return a worker of this kind: one that waits, or a new one (some 25 ms)."""
        while (worker := self._found(kind)) is not None:
            if worker.is_fit:
                return worker
            worker.stop()
        return await Worker.start(kind)

    def _found(self, kind: WorkerKind) -> Worker | None:
        with self._lock:
            for index in range(len(self._idle) - 1, -1, -1):
                if self._idle[index].kind == kind:
                    return self._idle.pop(index)
        return None

    def give_back(self, worker: Worker) -> None:
        """Take a worker back; one that is in doubt or worn out ends."""
        if not worker.usable:
            worker.stop()
            return
        worker.idle_since = time.monotonic()
        with self._lock:
            self._idle.append(worker)
            surplus = self._idle[:-MOST_IDLE]
            del self._idle[:-MOST_IDLE]
            self._watch()
        for one in surplus:
            one.stop()

    def _watch(self) -> None:
        """See to it that idle workers end some time (under the lock)."""
        if self._timer is None and self._idle:
            self._timer = threading.Timer(IDLE_S / 2, self._end_old)
            self._timer.daemon = True
            self._timer.name = "sandbox-idle"
            self._timer.start()

    def _end_old(self) -> None:
        limit = time.monotonic() - IDLE_S
        with self._lock:
            self._timer = None
            old = [worker for worker in self._idle if worker.idle_since < limit]
            self._idle = [worker for worker in self._idle if worker.idle_since >= limit]
            self._watch()
        for worker in old:
            worker.stop()

    def end_all(self, graph: str | None = None) -> None:
        """End the idle workers, all or those of one graph."""
        if os.getpid() != self._owner:
            return  # a forked copy of this process: the workers belong to the original
        with self._lock:
            ending = [worker for worker in self._idle if graph in (None, worker.kind.graph)]
            self._idle = [worker for worker in self._idle if worker not in ending]
        for worker in ending:
            worker.stop()


POOL = Pool()
atexit.register(POOL.end_all)
