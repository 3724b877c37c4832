"""The warden: the trusted parent of what runs in a box.

It ends its child, and all that descends from it, when the studio is gone (the life pipe closes, whatever way it
died) or when the child ends; and it tells how the child ended. What runs in the box cannot keep it from that, because
it is another process.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
from contextlib import suppress

MEMORY_MS = 250
"""How often memory is looked at, where the system does not limit it."""
SWEEP_S = 5.0
"""So long processes that multiply faster than they are killed are chased."""


class Watch:
    """Tells when a child has ended, by a pipe that its signal writes to. Made before the child is forked."""

    def __init__(self) -> None:
        self._read, self._write = os.pipe()
        os.set_blocking(self._write, False)
        os.set_blocking(self._read, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)

    def forget(self) -> None:
        """In the child: undo all of it."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.close(self._read)
        os.close(self._write)

    def wait(self, child: int, life: int, most_bytes: int = 0) -> int | str | None:
        """Wait until the child has ended, and return how (as `subprocess` does); None if life ended before.

        With `most_bytes` its group's memory is watched too, where the system's own limits do nothing (macOS), and
        "memory" returned when it takes more.
        """
        poll = select.poll()
        poll.register(life, select.POLLIN)
        poll.register(self._read, select.POLLIN)
        while True:
            ready = dict(poll.poll(MEMORY_MS if most_bytes else None))
            if life in ready:
                return None
            with suppress(BlockingIOError):
                os.read(self._read, 4096)
            ended = reap(child)
            if ended is not None:
                return ended
            if most_bytes and memory_of(child) > most_bytes:
                return "memory"


def memory_of(group: int) -> int:
    """Return the resident bytes of a process group, as `ps` tells them."""
    listing = os.popen("ps -axo pgid=,rss=").read()
    total = 0
    for line in listing.splitlines():
        fields = line.split()
        if len(fields) == 2 and fields[0] == str(group) and fields[1].isdigit():
            total += int(fields[1]) * 1024
    return total


def reap(child: int) -> int | None:
    """Collect all that have ended; return how the child did, if it is among them."""
    ended = None
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return ended
        if pid == 0:
            return ended
        if pid == child:
            ended = os.waitstatus_to_exitcode(status)


def guard(child: int, watch: Watch, life: int, status: int, most_bytes: int = 0) -> None:
    """Stay until child or studio ends, tell how the child ended, then end all that is left of it."""
    ended = watch.wait(child, life, most_bytes)
    if ended is not None:
        with suppress(OSError):  # the studio may be gone as well
            os.write(status, json.dumps({"exit": ended}).encode() + b"\n")
    with suppress(OSError):
        os.killpg(child, signal.SIGKILL)
    sweep()


def clear_away(folder: str) -> None:
    """Remove a folder that nobody uses any more; here, since the studio may have been killed."""
    import shutil

    with suppress(RecursionError):  # folders in folders in folders …: what is left of them goes with the next restart
        shutil.rmtree(folder, ignore_errors=True)


def sweep() -> None:
    """Kill all descendants: orphans come to us, so there is an end when we have no children."""
    until = time.monotonic() + SWEEP_S
    while time.monotonic() < until:
        for pid in _children():
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        try:
            while os.waitpid(-1, os.WNOHANG)[0] != 0:
                continue
        except ChildProcessError:
            return
        time.sleep(0.001)


def _children() -> list[int]:
    me, found = os.getpid(), []
    if sys.platform != "linux":
        return []
    for name in os.listdir("/proc"):
        if name.isdigit():
            with suppress(OSError, IndexError, ValueError), open(f"/proc/{name}/stat", "rb") as file:
                if int(file.read().rpartition(b")")[2].split()[1]) == me:
                    found.append(int(name))
    return found
