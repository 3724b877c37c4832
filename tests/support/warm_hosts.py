"""Hosts of workers that have imported what they need before they are asked for.

Importing takes a host 0.4 s of a processor, and hundreds of tests start one. `python -m tests.support.warm_hosts` does
it once and is forked for each host; all that comes after, a host's serving and its workers, is the product's. Tests
of how a host starts, and what runs in processes of its own, start the product's.

The process is asked through its standard input, a socket that keeps messages apart: a host's environment as JSON, with
three file descriptors: what becomes the host's standard input and error, and where its exit code is told.
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO
from unittest import mock

from studio.batch.work import host

LONGEST = 1 << 16


@contextmanager
def warm_hosts() -> Iterator[None]:
    """Have the batches of this process take forked hosts. The first that is asked for starts what forks them, which
    stays until this process ends."""
    with mock.patch("studio.batch.engines.hosting.host_process", FORKING.host_process):
        yield


class Forking:
    """The process that is forked for hosts, once there is one."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._asks: socket.socket | None = None

    def host_process(self, asked: socket.socket, environment: dict[str, str]) -> ForkedHost:
        """In place of `hosting.host_process`."""
        if self._asks is None:
            self._asks, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with theirs:
                command = [sys.executable, "-P", "-m", "tests.support.warm_hosts"]
                path = os.pathsep.join(filter(None, sys.path))
                self._process = subprocess.Popen(
                    command, stdin=theirs.fileno(), env={**environment, "PYTHONPATH": path}, start_new_session=True
                )
        (told, tells), (said, says) = os.pipe(), os.pipe()
        socket.send_fds(self._asks, [json.dumps(environment).encode()], [asked.fileno(), says, tells])
        os.close(says)
        os.close(tells)
        return ForkedHost(os.fdopen(said, "rb", buffering=0), os.fdopen(told, "rb", buffering=0))

    def end(self) -> None:
        if self._asks is not None and self._process is not None:
            self._asks.close()
            self._process.wait()


FORKING = Forking()
atexit.register(FORKING.end)


class ForkedHost:
    """A host's process as `subprocess.Popen` is one, as far as hosts are asked."""

    def __init__(self, stderr: IO[bytes], told: IO[bytes]) -> None:
        self.stderr = stderr
        self._told = told
        self._pid = int(self._line())
        self.returncode: int | None = None

    def kill(self) -> None:
        if self.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            if not select.select([self._told], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("a forked host", timeout or 0.0)
            self.returncode = int(self._line())
            self._told.close()
        return self.returncode

    def _line(self) -> bytes:
        line = self._told.readline()
        assert line, "what forks hosts has ended"
        return line


def main() -> None:
    """Fork a host for each message, until there comes none."""
    ending = host.prepared()
    for name in host.USEFUL:
        importlib.import_module(name)
    woken, wakes = socket.socketpair()
    wakes.setblocking(False)
    signal.set_wakeup_fd(wakes.fileno(), warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    asked = socket.socket(fileno=os.dup(0))
    tells: dict[int, int] = {}
    while True:
        ready, _, _ = select.select([asked, woken], [], [])
        if woken in ready:
            woken.recv(LONGEST)
            while tells and (ended := os.waitpid(-1, os.WNOHANG))[0]:
                tell = tells.pop(ended[0])
                with suppress(BrokenPipeError):
                    os.write(tell, b"%d\n" % os.waitstatus_to_exitcode(ended[1]))
                os.close(tell)
        if asked in ready:
            message, descriptors, _, _ = socket.recv_fds(asked, LONGEST, 3)
            if not message:
                break
            *ends, tell = descriptors
            if (process := os.fork()) == 0:
                for mine in (asked, woken, wakes):
                    mine.close()
                for other in (tell, *tells.values()):
                    os.close(other)
                _be_a_host(json.loads(message), *ends)
                break
            os.write(tell, b"%d\n" % process)
            tells[process] = tell
            for end in ends:
                os.close(end)
    ending.code = 0


def _be_a_host(environment: dict[str, str], asks: int, says: int) -> None:
    """What `host.main` does, with what `hosting.host_process` gives it."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    os.environ.clear()
    os.environ.update(environment)
    nothing = os.open(os.devnull, os.O_WRONLY)
    for place, end in enumerate((asks, nothing, says)):
        os.dup2(end, place)
        os.close(end)
    host.serve(socket.socket(fileno=os.dup(0)))


if __name__ == "__main__":
    main()
