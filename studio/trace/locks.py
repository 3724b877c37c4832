"""Locks that die with their process: they tell a running writer from one that was killed, at once.

Beside each database `X` lies `X-lock`. A writing process holds the byte numbered by its row in `_process`;
whoever wants to know whether that process lives tries the byte. Byte 0 is the seat of the only writer where
SQLite is too old for several. POSIX record locks are not inherited by children and end with the process, but
also when *any* descriptor of the file is closed in it, so each process opens the file once and keeps it.
"""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

SOLE_WRITER = 0


class LockFile:
    """The lock file of one database, open in this process."""

    _open: dict[str, LockFile] = {}  # noqa: RUF012 - one per file and process, see the module's docstring
    _guard = threading.Lock()

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor = descriptor
        self._users = 0
        self._held: set[int] = set()

    @classmethod
    def of(cls, database: Path) -> LockFile | None:
        """Return the lock file of `database`, made if need be; None where it can neither be opened nor made."""
        path = database.with_name(database.name + "-lock")
        key = os.path.realpath(path)
        with cls._guard:
            found = cls._open.get(key)
            if found is None:
                try:
                    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
                except OSError:
                    return None
                found = cls._open[key] = cls(path, descriptor)
            found._users += 1
            return found

    def hold(self, byte: int) -> bool:
        """Take the byte for the life of this process; False if another process, or another part of this one, has it."""
        taken = byte not in self._held and _lock(self._descriptor, byte)
        if taken:
            self._held.add(byte)
        return taken

    def is_held(self, byte: int) -> bool:
        """True if some living process, this one included, holds the byte."""
        if byte in self._held:
            return True
        if not _lock(self._descriptor, byte, shared=True):
            return True
        _unlock(self._descriptor, byte)
        return False

    def release(self, byte: int) -> None:
        """Give the byte back."""
        if byte in self._held:
            self._held.discard(byte)
            _unlock(self._descriptor, byte)

    def close(self) -> None:
        """Say that one user of this object is done; the last one closes the file and so frees all its bytes."""
        with self._guard:
            self._users -= 1
            if self._users == 0:
                self._open.pop(os.path.realpath(self.path), None)
                os.close(self._descriptor)


def process_is_alive(database: Path, process: int) -> bool:
    """True if the writing process with this row in `_process` still lives (here or elsewhere)."""
    if not database.with_name(database.name + "-lock").exists():
        return False  # a copy of a database, or one that came from another machine
    lock = LockFile.of(database)
    if lock is None:
        return False
    try:
        return lock.is_held(process)
    finally:
        lock.close()


def _forget_after_fork() -> None:
    """A child has none of its parent's locks; it must not close or reuse the parent's file either."""
    LockFile._open = {}
    LockFile._guard = threading.Lock()


if sys.platform == "win32":
    import msvcrt

    # Windows knows exclusive locks only: of two processes asking at the same instant one may see the other's probe.
    def _lock(descriptor: int, byte: int, *, shared: bool = False) -> bool:
        os.lseek(descriptor, byte, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(descriptor: int, byte: int) -> None:
        os.lseek(descriptor, byte, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int, byte: int, *, shared: bool = False) -> bool:
        try:
            fcntl.lockf(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB, 1, byte)
        except OSError:
            return False
        return True

    def _unlock(descriptor: int, byte: int) -> None:
        fcntl.lockf(descriptor, fcntl.LOCK_UN, 1, byte)

    os.register_at_fork(after_in_child=_forget_after_fork)
