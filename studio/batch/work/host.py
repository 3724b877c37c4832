"""`python -m studio.batch.work.host`: a process that has imported what runs need, and becomes a worker when asked.

Importing takes half a second of a processor for each process. A host does it once, while the batch is still being
planned, and each worker is a fork of it. It runs nothing itself, has one thread, and knows no key.

It is asked through its standard input, a socket that keeps messages apart. A message is the folder to work in, with
three file descriptors: the worker's standard input, output and error. It answers `began PROCESS` or `refused ERRNO`,
and tells `ended PROCESS CODE` of each worker that ends (negative: the signal that ended it). Whatever a worker has
started dies with it: its group is killed before its number can become another's. The end of the input is the end of the
driver: workers may leave, and are killed where they do not.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import os
import select
import signal
import socket
import sys
import time
from contextlib import suppress
from typing import Final

NEEDED: Final = (
    *("studio.batch.work.worker", "studio.engine.run", "studio.engine.guard", "studio.plugins.registries"),
    *("studio.nodes.flow.input", "studio.nodes.flow.output", "studio.nodes.text.template", "studio.nodes.llm.function"),
    *("studio.nodes.llm._settle", "studio.nodes.llm._generate"),
    *("studio.models.catalog", "studio.models.humans", "studio.models.scripted"),
)
"""What next to every run needs: no worker begins before it is there."""

USEFUL: Final = (
    *("studio.batch.design.scores", "studio.nodes.flow.switch", "studio.nodes.flow.stop", "studio.nodes.flow.subgraph"),
    *("studio.nodes.flow.map", "studio.nodes.flow.merge", "studio.replay.continuing"),
)
"""What many batches need: imported while nobody asks for a worker."""

LONGEST: Final = 1 << 16
"""Bytes of a message: a folder's name."""

LEAVE_S: Final = 6.0
"""How long workers may take to end after their driver: a second more than they give themselves."""


def main() -> None:
    """Serve one driver; in a forked process, be a worker of it."""
    ending = prepared()
    serve(socket.socket(fileno=os.dup(0)))
    ending.code = 0


def prepared() -> Ending:
    """Import what next to every run needs; return what ends the process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C at the terminal is the driver's to answer
    ending = Ending()
    gc.disable()  # it would copy, in each worker, what all workers share
    from studio.support.private_memory import keep_memory_private

    keep_memory_private()
    for name in NEEDED:
        importlib.import_module(name)
    _read_ahead()
    return ending


def serve(asked: socket.socket) -> None:
    """Fork workers as the socket asks, until its end; in a forked process, be a worker until its own."""
    if Host(asked).serve():
        from studio.batch.work.__main__ import main as work

        gc.enable()
        work()


def _read_ahead() -> None:
    """Read what every run reads of the studio's own files, and keeps."""
    from studio.dynamics.words.lists import common_words
    from studio.spec.registry import default_registry

    common_words()
    default_registry()


class Ending:
    """Ends the process in place of the interpreter, after all else that is to be done at its end: taking apart what was
    imported would first copy all of it, in each worker, which takes longer than many a run."""

    def __init__(self) -> None:
        self.code = 1
        """Its exit code; 1 where an exception ends it."""
        atexit.register(self._end)  # before all others, thus called after them

    def _end(self) -> None:
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                stream.flush()
        os._exit(self.code)


class Host:
    """Forks workers as it is asked through a socket."""

    def __init__(self, asked: socket.socket) -> None:
        self._asked = asked
        self._workers: set[int] = set()
        self._woken, self._wakes = socket.socketpair()
        for end in (self._woken, self._wakes):
            end.setblocking(False)
        signal.set_wakeup_fd(self._wakes.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def serve(self) -> bool:
        """Return True in a process that is to be a worker, False in the host when its driver is gone."""
        waiting = list(USEFUL)
        while True:
            ready, _, _ = select.select([self._asked, self._woken], [], [], 0 if waiting else None)
            if self._woken in ready:
                self._reap()
            if self._asked in ready:
                waiting.clear()
                message, descriptors, _, _ = socket.recv_fds(self._asked, LONGEST, 3)
                if not message:
                    return self._see_them_off()
                if self._fork(message.decode("utf-8", "surrogateescape"), descriptors):
                    return True
            elif waiting:
                importlib.import_module(waiting.pop(0))

    def _fork(self, folder: str, descriptors: list[int]) -> bool:
        """Start a worker: True in the new process."""
        gc.freeze()
        try:
            process = os.fork()
        except OSError as error:
            self._tell(f"refused {error.errno}")
            process = -1
        if process == 0:
            self._settle(folder, descriptors)
            return True
        for descriptor in descriptors:
            os.close(descriptor)
        if process > 0:
            with suppress(ProcessLookupError, PermissionError):  # it has done so itself, and may be gone
                os.setpgid(process, process)
            self._workers.add(process)
            self._tell(f"began {process}")
        return False

    def _settle(self, folder: str, descriptors: list[int]) -> None:
        """Leave everything of the host's behind: in the new process."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for end in (self._asked, self._woken, self._wakes):
            end.close()
        os.setpgid(0, 0)
        for place, descriptor in enumerate(descriptors):
            os.dup2(descriptor, place)
            os.close(descriptor)
        with suppress(OSError):
            os.chdir(folder)

    def _reap(self) -> None:
        """Tell of the workers that have ended."""
        with suppress(BlockingIOError):
            while self._woken.recv(LONGEST):
                """Each byte says only that some child may have ended."""
        while self._workers:
            ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if ended is None:
                return
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(ended.si_pid, signal.SIGKILL)
            _, status = os.waitpid(ended.si_pid, 0)
            self._workers.discard(ended.si_pid)
            self._tell(f"ended {ended.si_pid} {os.waitstatus_to_exitcode(status)}")

    def _see_them_off(self) -> bool:
        """The driver is gone: let the workers end, and see to it."""
        until = time.monotonic() + LEAVE_S
        while self._workers and (left := until - time.monotonic()) > 0:
            select.select([self._woken], [], [], left)
            self._reap()
        for process in self._workers:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process, signal.SIGKILL)
        return False

    def _tell(self, text: str) -> None:
        with suppress(OSError):  # the driver is gone: the end of the input comes next
            self._asked.send(text.encode())


if __name__ == "__main__":
    main()
