"""What Linux tells of processes in /proc: their parents, what they have started, where they listen."""

from __future__ import annotations

import socket
import time
from pathlib import Path

LISTENS = "0A"
GONE_S = 10.0


def parent_of(process: int) -> int:
    """The number of the process that started one, or took it in."""
    return int(_state(process)[1])


def children_of(process: int) -> set[int]:
    """All processes that descend from one, and still have their parents."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents.setdefault(parent_of(int(entry.name)), []).append(int(entry.name))
            except OSError:
                continue  # it ended meanwhile
    found: set[int] = set()
    left = [process]
    while left:
        more = parents.get(left.pop(), [])
        found.update(more)
        left += more
    return found


def environments_of(processes: set[int]) -> dict[int, bytes]:
    """What others on the machine can read of the variables of processes, as far as they are still there."""
    found = {}
    for process in processes:
        try:
            found[process] = Path(f"/proc/{process}/environ").read_bytes()
        except OSError:
            continue  # it ended meanwhile
    return found


def listening(processes: set[int]) -> set[tuple[int, str]]:
    """Which of these processes listen for TCP, and at which addresses."""
    sockets: dict[str, str] = {}
    for table, family in (("tcp", socket.AF_INET), ("tcp6", socket.AF_INET6)):
        for line in Path(f"/proc/net/{table}").read_text(encoding="ascii").splitlines()[1:]:
            cells = line.split()
            if cells[3] == LISTENS:
                sockets[f"socket:[{cells[9]}]"] = _address(cells[1].split(":")[0], family)
    found = set()
    for process in processes:
        try:
            held = [str(fd.readlink()) for fd in Path(f"/proc/{process}/fd").iterdir()]
        except OSError:
            continue  # it ended meanwhile
        found |= {(process, sockets[name]) for name in held if name in sockets}
    return found


def have_ended(processes: set[int]) -> bool:
    """Whether all of them end within some seconds; a dead one that nobody has fetched counts as ended."""
    until = time.monotonic() + GONE_S
    while left := {process for process in processes if _lives(process)}:
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
        processes = left
    return True


def _lives(process: int) -> bool:
    try:
        return _state(process)[0] not in "ZX"
    except OSError:
        return False


def _state(process: int) -> list[str]:
    return Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()


def _address(text: str, family: socket.AddressFamily) -> str:
    words = bytes.fromhex(text)
    packed = b"".join(words[start : start + 4][::-1] for start in range(0, len(words), 4))
    shown = socket.inet_ntop(family, packed)
    return shown.removeprefix("::ffff:")
