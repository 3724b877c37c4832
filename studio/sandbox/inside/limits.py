"""Limits and privileges that a process takes upon itself before it runs what strangers wrote."""

from __future__ import annotations

import ctypes
import signal
import sys

_PR_SET_PDEATHSIG = 1
_PR_CAPBSET_DROP = 24
_PR_SET_CHILD_SUBREAPER = 36
_PR_SET_NO_NEW_PRIVS = 38
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_CLEAR_ALL = 4
_CAPABILITY_VERSION_3 = 0x20080522


def limit(limits: dict[str, int]) -> None:
    """Set resource limits by name (`AS`, `CPU`, …), soft and hard alike, never above what holds already."""
    import resource

    for name, value in limits.items():
        which = getattr(resource, f"RLIMIT_{name}", None)
        if which is None:
            continue
        hard = resource.getrlimit(which)[1]
        most = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(which, (most, most))


def adopt_orphans() -> None:
    """Become the parent of all descendants whose own parent ends, so that none of them is lost (Linux)."""
    if sys.platform == "linux":
        _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def die_with_parent() -> None:
    """Be killed when the parent ends (Linux)."""
    if sys.platform == "linux":
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def drop_privileges() -> None:
    """Give up all capabilities for good: also what runs as root can then do no more than its user may (Linux)."""
    if sys.platform != "linux":
        return
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    _prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL)
    for number in range(64):
        if _libc().prctl(_PR_CAPBSET_DROP, number, 0, 0, 0) != 0:
            break  # beyond the last capability, or there are none to drop
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    none = (ctypes.c_uint32 * 6)()
    if _libc().capset(header, none) != 0:
        raise OSError(ctypes.get_errno(), "capset failed")


def _prctl(option: int, argument: int) -> None:
    if _libc().prctl(option, ctypes.c_ulong(argument), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"prctl({option}) failed")


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
