"""Stands between us and a tool server's command, so that nothing of it is left when we end, even by `kill -9`.

Run as a script, by Python alone: `server_keeper.py LIFE PROGRAM [ARGUMENT]…`.  LIFE is the number of a pipe that
the studio holds open for as long as the server may live; at its end the command and all that it started are ended.
The command inherits standard input, output and error, and nothing else.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
GRACE_S = 0.5
SWEEP_S = 2.0


def main(life: int, argv: list[str]) -> int:
    """Run the command until it ends or the pipe does. Returns its exit code, 128 and more for a signal."""
    os.set_inheritable(life, False)
    # What the command starts and leaves behind becomes ours and not the system's, so that we can find and end it.
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    try:
        # No thread runs yet, so code between fork and exec is safe.
        child = subprocess.Popen(argv, start_new_session=True, preexec_fn=die_with_parent)
    except OSError as error:
        print(f"{argv[0]}: {error.strerror}", file=sys.stderr)
        return 127
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):  # else the studio would wait for us when the command closes them
        os.dup2(nothing, stream)
    threading.Thread(target=end_with, args=(life, child.pid), daemon=True).start()
    signal.signal(signal.SIGTERM, lambda *_: end_all(child.pid))
    code = child.wait()
    sweep(child.pid)
    return code if code >= 0 else 128 - code


def end_with(life: int, group: int) -> None:
    """Wait for the end of the pipe, then end everything."""
    while True:
        try:
            if not os.read(life, 1):
                break
        except InterruptedError:
            continue
        except OSError:
            break
    end_all(group)


def end_all(group: int) -> None:
    """Ask the command to end, and a moment later make sure of it."""
    kill_group(group, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_S
    while time.monotonic() < deadline and is_alive(group):
        time.sleep(0.01)
    sweep(group)
    os._exit(143)


def sweep(group: int) -> None:
    """End what is left of the command: its group, and whatever left the group."""
    kill_group(group, signal.SIGKILL)
    deadline = time.monotonic() + SWEEP_S
    while time.monotonic() < deadline and (left := children()):
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                continue  # it ended by itself
        while True:
            try:
                if os.waitpid(-1, os.WNOHANG)[0] == 0:
                    break
            except OSError:  # no child is left
                return
        time.sleep(0.005)


def children() -> list[int]:
    """Return the processes whose parent we are, as far as the system says (Linux)."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = entry.read_text().rpartition(")")[2].split()[1]
        except (OSError, IndexError):
            continue  # it ended meanwhile
        if int(parent) == os.getpid():
            found.append(int(entry.parent.name))
    return found


def is_alive(pid: int) -> bool:
    """Return whether there is such a process."""
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def kill_group(group: int, number: int) -> None:
    """Send a signal to a group of processes, if there still is one."""
    try:
        os.killpg(group, number)
    except OSError:
        return


def die_with_parent() -> None:
    """In the command, before it starts: if we are killed, so is it."""
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def prctl(option: int, value: int) -> None:
    """Ask the kernel for something about this process; other systems than Linux have no such call."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
