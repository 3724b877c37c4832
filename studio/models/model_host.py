"""Starts, shares and restarts model hosts: one child process per model and settings, for all threads and event loops.

A host starts with the first call that needs it (about half a second) and ends with this process.
When it has crashed, the next call starts another one.
"""

from __future__ import annotations

import asyncio
import atexit
import json
import os
import secrets
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, NamedTuple

from studio.models.failures import MissingModel
from studio.models.gate import Gate
from studio.models.loopback import Address

START_SECONDS = 60.0
_PASSED_ON = (
    *("PATH", "LANG", "HOME", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "WINDIR", "USERPROFILE", "VIRTUAL_ENV"),
    *("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONPATH", "PYTHONHOME", "GOMP_SPINCOUNT", "OMP_NUM_THREADS"),
)
"""Variables the child may see. A whitelist, because the others may hold keys."""


class HostSpec(NamedTuple):
    """What a host is started with.

    `slots` calls run at a time, the others wait; a slot keeps the state of its last prompt, so that the next one
    with the same beginning is answered ten times faster. `context` counts tokens per slot. `exact` makes answers
    repeatable to the last bit whatever else is asked; without it long prompts are read faster on many cores.
    """

    model: Path
    slots: int = 4
    context: int = 2048
    threads: int = 0
    exact: bool = True

    @property
    def thread_count(self) -> int:
        """`threads`, or one less than the cores this process may use: a busy neighbour costs the last one dearly."""
        if self.threads > 0:
            return self.threads
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        return max(1, cores - 1)


class ModelHost:
    """One running child process."""

    def __init__(self, spec: HostSpec, command: list[str] | None = None) -> None:
        """Start the child and wait until it listens. Raises `MissingModel` with what it said if it does not."""
        self.spec = spec
        self._key = secrets.token_urlsafe(32)
        self._said: deque[str] = deque(maxlen=40)
        self._process = subprocess.Popen(
            # -P: the folder of host.py must not shadow modules of the engine.
            command or [sys.executable, "-P", str(Path(__file__).with_name("host.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
        )
        pipes = self._process
        assert pipes.stdin is not None
        assert pipes.stdout is not None
        assert pipes.stderr is not None
        self._stdin: IO[bytes] = pipes.stdin
        self._errors = _reader(pipes.stderr, self._said.append)
        first: list[str] = []
        self._announced = threading.Event()
        _reader(pipes.stdout, first.append, done=self._announced)
        try:
            self.address = self._shake_hands(first)
        except BaseException:
            self.stop()
            raise

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        return self._process.pid

    def cause_of_death(self) -> str:
        """Return how the child ended: `signal SIGSEGV`, or `exit code 1: last line it wrote`."""
        self.wait(1.0)
        code = self._process.poll()
        if code is None:
            return "it runs but does not answer"
        self._errors.join(1.0)
        last = self._said[-1] if self._said else ""
        if code < 0:
            try:
                return f"signal {signal.Signals(-code).name}"
            except ValueError:
                return f"signal {-code}"
        return f"exit code {code}: {last}" if last else f"exit code {code}"

    def wait(self, seconds: float) -> bool:
        """Wait until the child has ended; False if it has not within `seconds`."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def stop(self) -> None:
        """End the child: ask by closing its standard input, then insist."""
        with suppress(OSError):  # the child may be gone already, and with it the pipe
            self._stdin.close()
        if not self.wait(2.0):
            self._process.kill()
            self._process.wait()

    def _shake_hands(self, first: list[str]) -> Address:
        ask = {
            "model": str(self.spec.model),
            "slots": self.spec.slots,
            "context": self.spec.context,
            "threads": self.spec.thread_count,
            "exact": self.spec.exact,
            "key": self._key,
        }
        with suppress(OSError):  # it may have ended before it read: the missing announcement below tells
            self._stdin.write(json.dumps(ask).encode() + b"\n")
            self._stdin.flush()
        self._announced.wait(START_SECONDS)
        if not first:
            raise MissingModel(
                f"The embedded model did not start ({self.cause_of_death()}).",
                where=str(self.spec.model),
                hint="Check that the file is a GGUF model this processor and memory can hold, or choose another "
                "model with --model.",
                code="server",
            )
        host, _, port = json.loads(first[0])["address"].rpartition("/")[2].rpartition(":")
        return Address(host, int(port), self._key)


class HostPool:
    """The hosts of this process. Safe to use from any thread; `get` starts what is not running."""

    def __init__(self, start: Callable[[HostSpec], ModelHost] = ModelHost) -> None:
        self._start = start
        self._lock = threading.Lock()
        self._hosts: dict[HostSpec, ModelHost] = {}
        self._gates: dict[HostSpec, Gate] = {}
        self._owner = os.getpid()
        self._starting = 0

    @property
    def starting(self) -> bool:
        """True while a host is being started."""
        return self._starting > 0

    def gate(self, spec: HostSpec) -> Gate:
        """Return the gate before the host of `spec`, one for all threads and event loops."""
        with self._lock:
            return self._gates.setdefault(spec, Gate(max(1, spec.slots), loyal=spec.exact))

    async def get(self, spec: HostSpec) -> ModelHost:
        """Return a running host, off the event loop where one has to be started."""
        if (host := self._hosts.get(spec)) is not None and host.alive:
            return host
        return await asyncio.to_thread(self.get_blocking, spec)

    def get_blocking(self, spec: HostSpec) -> ModelHost:
        """Return a running host, starting one if needed (half a second, more for large models)."""
        with self._lock:
            host = self._hosts.get(spec)
            if host is not None and host.alive:
                return host
            if host is not None:
                host.stop()
            self._starting += 1
            try:
                host = self._hosts[spec] = self._start(spec)
            finally:
                self._starting -= 1
            return host

    def stop_all(self) -> None:
        """End all hosts; the next call starts a new one."""
        if os.getpid() != self._owner:
            return  # a forked copy of this process: the hosts belong to the original
        with self._lock:
            hosts, self._hosts = list(self._hosts.values()), {}
        for host in hosts:
            host.stop()


def _reader(pipe: IO[bytes], keep: Callable[[str], None], done: threading.Event | None = None) -> threading.Thread:
    """Drain a pipe on a thread of its own, so that the child never blocks on a full one."""

    def drain() -> None:
        with pipe:
            for line in pipe:
                keep(line.decode("utf-8", "replace").rstrip()[:500])
                if done is not None:
                    done.set()
        if done is not None:
            done.set()

    thread = threading.Thread(target=drain, name="model-host-pipe", daemon=True)
    thread.start()
    return thread


POOL = HostPool()
"""The hosts of this process; ended when it exits."""
atexit.register(POOL.stop_all)
