"""Landlock: a process restricts itself to some folders and takes TCP away from itself (Linux 5.13 and later).

By system calls through ctypes, see landlock(7). What each version of the kernel's interface adds: 2 moving files
between folders, 3 truncating, 4 TCP, 5 ioctl on devices, 6 signals and abstract sockets of others. UDP is
not covered (see `no_network`).
"""

from __future__ import annotations

import ctypes
import os
import stat

_CREATE, _ADD, _RESTRICT = 444, 445, 446
"""Numbers of the system calls, the same on all processors."""

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_TRUNCATE, _IOCTL_DEV = 1 << 14, 1 << 15
_READ = EXECUTE | READ_FILE | READ_DIR
_OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | _TRUNCATE | _IOCTL_DEV
_TCP = 0b11
_SCOPES = 0b11


class _Ruleset(ctypes.Structure):
    _fields_ = (("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def version() -> int:
    """Return the version of Landlock that this kernel offers, 0 if none."""
    return max(0, _call(_CREATE, None, 0, 1))


def restrict(read: list[str], write: list[str], *, network: bool) -> int:
    """Restrict this process and its children for good; return the version in force.

    `read` and `write` are files or folders (those that do not exist are left out). Without `network` no TCP port can
    be bound or connected to, from version 4 on. Raises `OSError` where there is no Landlock.
    """
    abi = version()
    if abi == 0:
        raise OSError("this kernel has no Landlock")
    handled = (1 << (13 + (abi >= 2) + (abi >= 3))) - 1
    if abi >= 5:
        handled |= _IOCTL_DEV
    rules = _Ruleset(handled, _TCP if abi >= 4 and not network else 0, _SCOPES if abi >= 6 else 0)
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    ruleset = _checked(_call(_CREATE, ctypes.byref(rules), size, 0))
    try:
        for path in read:
            _allow(ruleset, path, handled & _READ)
        for path in write:
            _allow(ruleset, path, handled)
        _checked(_call(_RESTRICT, ruleset, 0))
    finally:
        os.close(ruleset)
    return abi


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # not on this system, or not for this user
    try:
        if not stat.S_ISDIR(os.fstat(parent).st_mode):
            rights &= _OF_FILES
        _checked(_call(_ADD, ruleset, 1, ctypes.byref(_Beneath(rights, parent)), 0))
    finally:
        os.close(parent)


def _call(number: int, *arguments: object) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    return int(libc.syscall(ctypes.c_long(number), *arguments))


def _checked(answer: int) -> int:
    if answer < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"Landlock: {os.strerror(code)}")
    return answer
