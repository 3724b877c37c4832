"""The driver's end of a process that forks workers (`studio.batch.work.host`), where the system forks well: on Linux.

It can be begun before anything else of a batch is known, so that it imports while the batch is planned.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import signal
import socket
import subprocess
import sys
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Final, Protocol

from studio.support.errors import EnvironmentProblem

LONGEST: Final = 4096
"""Bytes of what a host says at a time."""

LEAVE_S: Final = 3.0
"""How long a host without workers may take to end by itself."""

GONE_S: Final = 0.5
"""How long a host whose socket is closed may take until it has ended."""

PIPE_BYTES: Final = 1 << 20
"""What a worker may say before the driver has to take it, if the system allows as much."""


class Process(Protocol):
    """What is asked of a host's process, as `subprocess.Popen` answers it; its standard error is a pipe."""

    returncode: Any

    @property
    def stderr(self) -> IO[bytes] | None: ...

    def kill(self) -> None: ...

    def wait(self, timeout: float | None = None) -> int: ...


def host_process(asked: socket.socket, environment: dict[str, str]) -> Process:
    """Start a host that is asked through a socket. Raises OSError if the system starts none."""
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "studio.batch.work.host"],
        stdin=asked.fileno(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment,
        start_new_session=True,
    )  # fmt: skip


class WorkerHost:
    """A host and what it has forked. Making one starts the process, and waits for nothing; all else belongs to one
    event loop. Raises `EnvironmentProblem` if the system starts none."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._asks, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            self._process = host_process(theirs, environment)
        except OSError as error:
            self._asks.close()
            raise EnvironmentProblem(f"No worker can be started: {error.strerror or error}.") from None
        finally:
            theirs.close()
        self._asks.setblocking(False)
        self._hearing: asyncio.Task[None] | None = None
        self._beginning: deque[asyncio.Future[Forked]] = deque()
        self._workers: dict[int, Forked] = {}
        self.is_lost = False
        """True if it has ended, and its workers with it."""

    async def start(self) -> Forked:
        """Have a worker forked. Raises `EnvironmentProblem`."""
        loop = asyncio.get_running_loop()
        if self._hearing is None:
            self._hearing = loop.create_task(self._hear())
        (order_end, orders), (replies, reply_end), (said, said_end) = os.pipe(), os.pipe(), os.pipe()
        with suppress(OSError):
            fcntl.fcntl(reply_end, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        try:
            began: asyncio.Future[Forked] = loop.create_future()
            try:
                if self.is_lost:
                    raise ConnectionError
                socket.send_fds(self._asks, [os.fsencode(Path.cwd())], [order_end, reply_end, said_end])
                self._beginning.append(began)
            except OSError:
                raise self._problem() from None
            finally:
                for end in (order_end, reply_end, said_end):
                    os.close(end)
            worker = await began
        except BaseException:
            for end in (orders, replies, said):  # a worker that begins nevertheless meets the end of its input
                os.close(end)
            raise
        await worker.connect(orders, replies, said)
        return worker

    async def close(self) -> None:
        """End the host; workers that are still there are killed."""
        for worker in self._workers.values():
            worker.kill()
        self._asks.close()
        if self._hearing is not None:
            self._hearing.cancel()
        await asyncio.to_thread(self.end)

    def end(self) -> None:
        """End the host at once if it ends not by itself; for one that no worker was asked of, also outside the loop."""
        self._asks.close()
        if self._hearing is None:
            self._process.kill()
        try:
            self._process.wait(LEAVE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        assert self._process.stderr is not None
        self._process.stderr.close()

    async def _hear(self) -> None:
        loop = asyncio.get_running_loop()
        with suppress(ConnectionError):
            while message := await loop.sock_recv(self._asks, LONGEST):
                word, *numbers = message.decode("ascii").split()
                self._take(word, [int(number) for number in numbers])
        self.is_lost = True
        for worker in self._workers.values():  # nobody tells any more how they end
            worker.kill()
            worker.has_ended(-signal.SIGKILL)
        for began in self._beginning:
            if not began.done():
                began.set_exception(self._problem())
        self._beginning.clear()

    def _take(self, word: str, numbers: list[int]) -> None:
        if word == "ended":
            if (worker := self._workers.pop(numbers[0], None)) is not None:
                worker.has_ended(numbers[1])
            return
        began = self._beginning.popleft()
        if word == "began":
            worker = self._workers[numbers[0]] = Forked(numbers[0])
            if began.done():
                worker.kill()  # nobody waits for it any more
            else:
                began.set_result(worker)
        elif not began.done():
            began.set_exception(EnvironmentProblem(f"No worker can be started: {os.strerror(numbers[0])}."))

    def _problem(self) -> EnvironmentProblem:
        """Say why there is no host any more."""
        assert self._process.stderr is not None
        said = b""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(GONE_S)
            said = os.read(self._process.stderr.fileno(), LONGEST)
        lines = said.decode("utf-8", "replace").strip().splitlines()
        why = lines[-1][:300] if lines else f"their host ended with exit code {self._process.returncode}"
        return EnvironmentProblem(f"No worker can be started: {why}.")


class Forked:
    """A worker's process, as `asyncio.subprocess.Process` is one: `returncode` is None while it lives."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self.stdin: asyncio.WriteTransport | None = None
        self.stdout: asyncio.StreamReader | None = None
        self.stderr: asyncio.StreamReader | None = None
        self._ended = asyncio.Event()

    async def connect(self, orders: int, replies: int, said: int) -> None:
        """Take the driver's ends of its pipes."""
        loop = asyncio.get_running_loop()
        self.stdin, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, os.fdopen(orders, "wb", buffering=0))
        self.stdout, self.stderr = await _reader(replies), await _reader(said)

    async def wait(self) -> int | None:
        """Return when it has ended, with its exit code."""
        await self._ended.wait()
        return self.returncode

    def kill(self) -> None:
        """Kill it and what it has started."""
        if self.returncode is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)

    def has_ended(self, code: int) -> None:
        """Its host says so."""
        self.returncode = code
        self._ended.set()


async def _reader(end: int) -> asyncio.StreamReader:
    reader = asyncio.StreamReader(limit=PIPE_BYTES)
    protocol = asyncio.StreamReaderProtocol(reader)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, os.fdopen(end, "rb", buffering=0))
    return reader
