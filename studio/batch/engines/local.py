"""Workers as processes of this machine, each with a pipe in and a pipe out.

On Linux they are forks of one process that has imported what they need (`hosting`); elsewhere, where forking is not
safe, each is started from the beginning.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Protocol

from studio.batch.engines.base import WorkerLost
from studio.batch.work.messages import LARGEST
from studio.support.errors import EnvironmentProblem

if TYPE_CHECKING:
    from studio.batch.engines.hosting import WorkerHost

SAID: Final = 4096
"""Bytes kept of what a worker writes to its standard error."""

LEAVE_S: Final = 3.0
"""How long a worker may take to end by itself."""

GONE_S: Final = 2.0
"""How long the pipes of a worker that was killed may stay open: something it has started may hold them for ever."""

PASSED_ON: Final = (
    *("PATH", "LANG", "LC_ALL", "LC_CTYPE", "HOME", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "WINDIR", "USERPROFILE"),
    *("APPDATA", "LOCALAPPDATA", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "VIRTUAL_ENV", "PYTHONPATH"),
    *("PYTHONHOME", "PYTHONDONTWRITEBYTECODE", "PYTHONHASHSEED", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"),
    *("GOMP_SPINCOUNT", "OMP_NUM_THREADS", "STUDIO_HOME", "STUDIO_DB", "STUDIO_RESOURCES"),
)
"""Variables that a worker is started with; all others may hold keys and go by its first message."""


def started_with() -> dict[str, str]:
    """Return the environment of a worker's process."""
    return {name: os.environ[name] for name in PASSED_ON if name in os.environ}


def told_later() -> dict[str, str]:
    """Return the variables that a worker gets by its first message; those of a cluster are no business of runs."""
    return {name: value for name, value in os.environ.items() if name not in PASSED_ON and not name.startswith("RAY_")}


class Child(Protocol):
    """A process with three pipes: `asyncio.subprocess.Process`, or one that a host has forked."""

    @property
    def pid(self) -> int: ...

    @property
    def returncode(self) -> int | None: ...

    @property
    def stdin(self) -> asyncio.WriteTransport | asyncio.StreamWriter | None: ...

    @property
    def stdout(self) -> asyncio.StreamReader | None: ...

    @property
    def stderr(self) -> asyncio.StreamReader | None: ...

    async def wait(self) -> int | None: ...

    def kill(self) -> None: ...


def begin_early() -> WorkerHost | None:
    """Begin to import what workers need, where that serves: for an engine that is yet to be made. Returns at once.

    Raises `EnvironmentProblem` if the system starts no process.
    """
    if sys.platform != "linux":
        return None
    from studio.batch.engines.hosting import WorkerHost

    return WorkerHost(started_with())


class LocalEngine:
    """Starts a process for each worker. `host` was begun before; `shares` is False where only one worker is wanted, for
    which a host would be one process too many."""

    def __init__(self, host: WorkerHost | None = None, *, shares: bool = True) -> None:
        self._host = host
        self._shares = shares
        self._links: set[LocalLink] = set()
        self._count = 0

    async def open(self) -> None:
        """Begin what the workers share. Raises `EnvironmentProblem`."""
        if self._host is None and self._shares:
            self._host = begin_early()

    async def start(self) -> LocalLink:
        """Start a process. Raises `EnvironmentProblem` if the system starts none."""
        if self._host is not None and self._host.is_lost:
            await self._host.close()
            self._host = begin_early()
        child: Child = await (spawned() if self._host is None else self._host.start())
        self._count += 1
        link = LocalLink(child, self._count)
        self._links.add(link)
        return link

    async def close(self) -> None:
        """Close the pipes, which ends the workers; insist where one does not."""
        try:
            await asyncio.gather(*(link.leave() for link in self._links))
            self._links.clear()
        finally:
            if self._host is not None:
                await self._host.close()
                self._host = None


async def spawned() -> asyncio.subprocess.Process:
    """Start a worker from the beginning. Raises `EnvironmentProblem`."""
    try:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", "studio.batch.work",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            env=started_with(), start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        raise EnvironmentProblem(f"No worker can be started: {error.strerror or error}.") from None


class LocalLink:
    """One process."""

    def __init__(self, process: Child, number: int) -> None:
        self._process = process
        self._number = number
        self._said = b""
        self._is_gone = False
        self._waiting: list[bytes] = []
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        self._in, self._out = process.stdin, process.stdout
        self._loop = asyncio.get_running_loop()
        self._listening = self._loop.create_task(self._listen(process.stderr))

    @property
    def name(self) -> str:
        """The worker's number and its process."""
        return f"worker {self._number} (process {self._process.pid})"

    @property
    def process(self) -> int:
        """The number of its process."""
        return self._process.pid

    def send(self, message: bytes) -> None:
        """Write a message into the pipe, or into memory until it fits, with all others of this turn of the loop."""
        if not self._waiting:
            self._loop.call_soon(self._write)
        self._waiting += (len(message).to_bytes(4, "big"), message)

    async def receive(self) -> bytes:
        """Return the next message. Raises `WorkerLost`."""
        try:
            size = int.from_bytes(await self._out.readexactly(4), "big")
            if size > LARGEST:
                self.kill()
                raise WorkerLost(f"said what makes no sense: a message of {size} bytes")
            return await self._out.readexactly(size)
        except (asyncio.IncompleteReadError, ConnectionError):
            raise WorkerLost(await self._ending()) from None

    def _write(self) -> None:
        data = b"".join(self._waiting)
        self._waiting.clear()
        if data and not self._in.is_closing():  # else `receive` says how it ended
            with suppress(ConnectionError, RuntimeError):
                self._in.write(data)

    def kill(self) -> None:
        """Kill the process and what it has started."""
        if self._is_gone:
            return  # its number may be another's by now
        with suppress(ProcessLookupError, PermissionError):
            if isinstance(self._process, asyncio.subprocess.Process) and hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()

    async def leave(self) -> None:
        """Ask it to end, and see to it."""
        if self._is_gone:
            return
        self._write()
        self._in.close()
        try:
            async with asyncio.timeout(LEAVE_S):
                while await self._out.read(1 << 16):
                    """What it still says is of runs that were stopped."""
                await self._process.wait()
        except TimeoutError:
            pass
        await self._gone()

    async def _gone(self) -> None:
        """Kill its group, for it may have started others, and wait for its end."""
        self.kill()
        self._in.close()
        try:
            async with asyncio.timeout(GONE_S):
                await self._process.wait()
                await self._listening
        except TimeoutError:
            self._listening.cancel()
        self._is_gone = self._process.returncode is not None

    async def _ending(self) -> str:
        await self._gone()
        code = self._process.returncode
        if code is None:
            return "closed its pipe and does not end"
        lines = self._said.decode("utf-8", "replace").strip().splitlines()
        last = f": {lines[-1][:300]}" if lines and code > 0 else ""
        if code < 0:
            with suppress(ValueError):
                return f"was ended by the signal {signal.Signals(-code).name}"
        return f"ended with exit code {code}{last}"

    async def _listen(self, stream: asyncio.StreamReader) -> None:
        while data := await stream.read(SAID):
            self._said = (self._said + data)[-SAID:]
