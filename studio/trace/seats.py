"""The right to drive a batch: one process has it at a time, and loses it when it dies, however it died.

It is a byte of the lock file beside the database (`studio.trace.locks`), far beyond those of writing processes.
"""

from __future__ import annotations

from pathlib import Path
from zlib import crc32

from studio.support.errors import EnvironmentProblem, UsageError
from studio.trace.batches import Batches
from studio.trace.locks import LockFile

FIRST = 1 << 40


class Seat:
    """The right to drive one batch of a database, until `leave`.

    Raises `UsageError`, which names the process, if another driver has it, in this process or another one.
    """

    def __init__(self, db: Path, batch: str) -> None:
        lock = LockFile.of(db)
        if lock is None:
            raise EnvironmentProblem("The lock file beside the database cannot be made.", where=str(db))
        self._lock = lock
        self._byte = FIRST + crc32(batch.encode())
        if not lock.hold(self._byte):
            lock.close()
            raise UsageError(
                f"The batch {batch} is being driven{_by(db, batch)}.",
                where=str(db),
                hint="Wait until it has ended, or stop it: then the batch can go on here at once.",
            )

    def leave(self) -> None:
        """Let others drive it."""
        self._lock.release(self._byte)
        self._lock.close()


def _by(db: Path, batch: str) -> str:
    with Batches(db) as batches:
        process = batches.last_driver(batch)
    return f" by process {process}" if process else " by another process"
