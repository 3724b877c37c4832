"""Starting and ending child processes: always from one thread that lives as long as the studio.

Linux kills a process that asked for it (`PR_SET_PDEATHSIG`, `bwrap --die-with-parent`) when the *thread* that started
it ends; a worker started from a short-lived thread would die with it.  And never by `fork` alone: the window's process
has threads and locks that a forked copy would inherit in whatever state they are.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue

from studio.support.private_memory import keep_memory_private

GRACE_S = 6.0
"""How long a box may take to end itself when its life pipe closes; then it is killed."""


class Spawner:
    """One thread that starts processes, another that waits for their ends. Both start when first needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: SimpleQueue[tuple[Callable[[], subprocess.Popen[bytes]], Future[subprocess.Popen[bytes]]]]
        self._asked = SimpleQueue()
        self._ending: SimpleQueue[tuple[subprocess.Popen[bytes], Path | None]] = SimpleQueue()
        self._owner = 0

    def start(self, make: Callable[[], subprocess.Popen[bytes]]) -> Future[subprocess.Popen[bytes]]:
        """Have the thread call `make`, which starts a process."""
        self._awake()
        future: Future[subprocess.Popen[bytes]] = Future()
        self._asked.put((make, future))
        return future

    def end(self, process: subprocess.Popen[bytes], scratch: Path | None) -> None:
        """See to it that a process ends whose life pipe is closed, and its scratch folder goes. Returns at once."""
        self._awake()
        self._ending.put((process, scratch))

    def _awake(self) -> None:
        with self._lock:
            if self._owner == os.getpid():
                return
            self._owner = os.getpid()
            keep_memory_private()  # where the studio is a library of some program, nobody has done it yet
            threading.Thread(target=self._start_all, name="sandbox-spawner", daemon=True).start()
            threading.Thread(target=self._end_all, name="sandbox-reaper", daemon=True).start()

    def _start_all(self) -> None:
        while True:
            make, future = self._asked.get()
            try:
                future.set_result(make())
            except BaseException as error:  # noqa: BLE001 - it belongs to whoever asked
                future.set_exception(error)

    def _end_all(self) -> None:
        while True:
            process, scratch = self._ending.get()
            end_now(process, scratch)
            del process


def end_now(process: subprocess.Popen[bytes], scratch: Path | None) -> None:
    """Wait for the end of a process whose life pipe is closed, then insist."""
    try:
        process.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        kill_group(process)
        process.wait()
    if scratch is not None:
        shutil.rmtree(scratch, ignore_errors=True)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and its group at once."""
    with suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


SPAWNER = Spawner()
