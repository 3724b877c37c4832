"""Boxes where event loops cannot wait for pipes and descriptors are not inherited by number: Windows.

Nobody has tried this on Windows; its tests run it on Linux, all but `jobs`.  A thread reads each pipe.  The frames of a
worker go by standard input and output, what the code prints comes in its answers, and there is no warden: a job object
of the system holds the processes together, bounds their memory, and ends them with the studio.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from studio.sandbox.boundaries import Boundary
from studio.sandbox.children import Child, environment
from studio.sandbox.links import CHUNK
from studio.sandbox.spawning import SPAWNER
from studio.sandbox.views import INSIDE, View

_NEEDED = ("SYSTEMROOT", "WINDIR", "COMSPEC", "PATHEXT")
"""Without these Windows starts hardly any program."""


class ThreadLink:
    """As `links.Link`, with a thread for each pipe."""

    def __init__(self) -> None:
        self._came: SimpleQueue[tuple[Callable[[Any], None], Any]] = SimpleQueue()
        self._waiter: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None

    def read(self, fd: int, take: Callable[[bytes], None]) -> None:
        """Hand what comes out of `fd` to `take`, and b"" at its end; the thread closes it then."""

        def go_on() -> None:
            while True:
                try:
                    data = os.read(fd, CHUNK)
                except OSError:
                    data = b""
                self.tell(take, data)
                if not data:
                    with suppress(OSError):
                        os.close(fd)
                    return

        threading.Thread(target=go_on, name="sandbox-pipe", daemon=True).start()

    def write(self, fd: int, data: bytes, *, close: bool = False) -> None:
        """Write to `fd` from a thread, then close it if asked to."""

        def go_on() -> None:
            left = memoryview(data)
            with suppress(OSError):  # the child has ended: that is told by its status
                while left:
                    left = left[os.write(fd, left) :]
            if close:
                with suppress(OSError):
                    os.close(fd)

        threading.Thread(target=go_on, name="sandbox-pipe", daemon=True).start()

    def tell(self, take: Callable[[Any], None], what: Any) -> None:
        """From any thread: have whoever waits call `take`."""
        self._came.put((take, what))
        waiter = self._waiter
        if waiter is not None:
            with suppress(RuntimeError):  # its loop is closed
                waiter[0].call_soon_threadsafe(waiter[1].set)

    async def until(self, done: Callable[[], bool]) -> None:
        """Take what comes until `done`."""
        event = asyncio.Event()
        self._waiter = (asyncio.get_running_loop(), event)
        try:
            while True:
                event.clear()
                self.turn()
                if done():
                    return
                await event.wait()
        finally:
            self._waiter = None

    def turn(self) -> None:
        """Take what has come, without waiting."""
        while True:
            try:
                take, what = self._came.get_nowait()
            except Empty:
                return
            take(what)

    def close(self) -> None:
        """The threads end with their pipes."""


class ThreadedChild(Child):
    """As `Child`, by standard streams and threads."""

    def __init__(self) -> None:
        super().__init__()
        self.link = ThreadLink()
        self._job: Any = None

    @classmethod
    async def start(
        cls,
        role: str,
        boundary: Boundary,
        view: View,
        *,
        limits: Mapping[str, int],
        kept: int,
        python: Sequence[str] = ("-S",),
        argv: Sequence[str] = (),
        folder: Path | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> ThreadedChild:
        """Start a box; see `Child.start`. There is no boundary, and of the limits only the one of memory."""
        self = cls()
        self.stdout.most = self.stderr.most = kept
        self._scratch = Path(tempfile.mkdtemp(prefix="studio-box-"))
        home = str(self._scratch)
        needed = {name: os.environ[name] for name in _NEEDED if name in os.environ}
        env = {**needed, **environment(home), "TEMP": home, "TMP": home, **(variables or {})}
        if role == "python":
            plan = json.dumps({"role": "streams"})
            command = [sys.executable, "-I", "-B", *python, str(INSIDE / "main.py"), plan]
        else:
            command = [shutil.which(argv[0]) or argv[0], *argv[1:]]

        def make() -> subprocess.Popen[bytes]:
            made = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=str(folder) if folder is not None else home,
                env=env,
                start_new_session=True,  # of no effect on Windows
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
            if sys.platform == "win32":
                from studio.sandbox import jobs

                self._job = jobs.holding(made, limits.get("AS") or limits.get("DATA") or 0)
            return made

        starting = asyncio.wrap_future(SPAWNER.start(make))
        try:
            self.process = await asyncio.shield(starting)
        except asyncio.CancelledError:
            self.process = await starting
            self._begin(role)
            self.stop()
            raise
        except OSError as error:
            self.status["no_start"] = error.strerror or str(error)
            self.stdout.ended = self.stderr.ended = True
            self._ours["stdin"] = os.open(os.devnull, os.O_WRONLY)
            return self
        self._begin(role)
        return self

    def _begin(self, role: str) -> None:
        process = self.process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        self._ours["requests" if role == "python" else "stdin"] = os.dup(process.stdin.fileno())
        answers = os.dup(process.stdout.fileno())
        self.link.read(os.dup(process.stderr.fileno()), self.stderr.feed)
        if role == "python":
            self._answers = answers
        else:
            self.link.read(answers, self.stdout.feed)
        for stream in (process.stdin, process.stdout, process.stderr):
            stream.close()
        threading.Thread(target=self._wait, args=(process,), name="sandbox-wait", daemon=True).start()

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        code = process.wait()
        if self._job is not None:
            self._job.end()  # all that it started ends with it, and lets go of the pipes
        self.link.tell(lambda ended: self.status.setdefault("exit", ended), code)

    def pipe(self, name: str) -> int:
        """Return our end of a pipe."""
        return self._answers if name == "answers" else super().pipe(name)

    async def ready(self) -> None:
        """There is no boundary to wait for; whether it started shows at the first call."""

    def stop(self) -> None:
        """End the box at once."""
        if self._stopped:
            return
        self._stopped = True
        for fd in self._ours.values():
            with suppress(OSError):
                os.close(fd)
        if self._job is not None:
            self._job.end()
        if self.process is not None:
            self.process.kill()
            SPAWNER.end(self.process, self._scratch)
        elif self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)
