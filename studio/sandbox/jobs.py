"""Job objects of Windows: they hold the processes of a box together. Nobody has tried this yet.

See "Job Objects" in Microsoft's documentation of Windows: a job whose last handle closes ends all its processes
(JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE), also when the process that held it crashed.
"""

from __future__ import annotations

import ctypes
import subprocess
import sys
import threading

_EXTENDED_LIMITS = 9
_PROCESS_MEMORY = 0x100
_DIE_ON_UNHANDLED = 0x400
_KILL_ON_CLOSE = 0x2000


class _Basic(ctypes.Structure):
    _fields_ = (
        ("process_time", ctypes.c_int64), ("job_time", ctypes.c_int64), ("flags", ctypes.c_uint32),
        ("least_set", ctypes.c_size_t), ("most_set", ctypes.c_size_t), ("processes", ctypes.c_uint32),
        ("affinity", ctypes.c_size_t), ("priority", ctypes.c_uint32), ("scheduling", ctypes.c_uint32),
    )  # fmt: skip


class _Extended(ctypes.Structure):
    _fields_ = (
        ("basic", _Basic), ("io", ctypes.c_uint64 * 6), ("process_memory", ctypes.c_size_t),
        ("job_memory", ctypes.c_size_t), ("peak_process", ctypes.c_size_t), ("peak_job", ctypes.c_size_t),
    )  # fmt: skip


class Job:
    """One job. `end` ends all its processes, once."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self._lock = threading.Lock()

    def end(self) -> None:
        """Close the job's only handle."""
        with self._lock:
            handle, self._handle = self._handle, 0
        if handle and sys.platform == "win32":
            ctypes.WinDLL("kernel32").CloseHandle(ctypes.c_void_p(handle))


def holding(process: subprocess.Popen[bytes], most_bytes: int) -> Job | None:
    """Put a process that was just started into a job of its own; `most_bytes` bounds each process in it.

    Raises `OSError` if the system refuses; the process is killed then.
    """
    if sys.platform != "win32":
        return None
    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel.CreateJobObjectW.restype = ctypes.c_void_p
    handle = kernel.CreateJobObjectW(None, None)
    limits = _Extended()
    limits.basic.flags = _KILL_ON_CLOSE | _DIE_ON_UNHANDLED | (_PROCESS_MEMORY if most_bytes else 0)
    limits.process_memory = most_bytes
    job = Job(handle or 0)
    done = handle and kernel.SetInformationJobObject(
        ctypes.c_void_p(handle), _EXTENDED_LIMITS, ctypes.byref(limits), ctypes.sizeof(limits)
    )
    own = getattr(process, "_handle")  # noqa: B009 - Python keeps it to itself, and offers no other way
    held = done and kernel.AssignProcessToJobObject(ctypes.c_void_p(handle), ctypes.c_void_p(int(own)))
    if not held:
        code = ctypes.get_last_error()
        process.kill()
        job.end()
        raise OSError(code, "the process cannot be held by a job")
    return job
