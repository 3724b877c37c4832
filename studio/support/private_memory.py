"""Keeping other processes of this user out of this one's memory and environment, where its keys are."""

from __future__ import annotations

import sys

_PR_SET_DUMPABLE = 4
_done = False


def keep_memory_private() -> None:
    """On Linux, forbid other processes of the same user to read `/proc/<pid>/environ` and memory, and to attach.

    A variable stays in `/proc/<pid>/environ` even after `del os.environ[...]`, so this is what keeps code without a
    boundary from reading keys there.  It costs: no core dump is written when this process crashes, debuggers and
    profilers (gdb, strace, py-spy) attach only as root, and the files of `/proc/<pid>` belong to root, so that other
    programs of the user, such as the desktop's portals, cannot look into them.  Programs that it starts are not
    concerned: the mark ends where they begin.  Who is root with all capabilities reads on.
    """
    global _done
    if _done or sys.platform != "linux":
        return
    import ctypes

    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "the process cannot be kept private")
    _done = True
