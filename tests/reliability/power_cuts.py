"""Power cuts: what a disk may hold when the machine stops, rebuilt from a record of each write, truncation and sync.

The writer under test is the real one (`studio.trace.writer`: its thread, its transactions, its pragmas). Only the
connection it is given belongs to another SQLite library, apsw, because Python's own modules cannot watch what
SQLite does to its files. Three things therefore differ from daily life, none of them the order of writes and syncs
within a commit: the file is locked for the recorder alone (apsw's file systems have no shared memory, so the index
of the log is kept on the heap), the log is carried over into the database more often (so that a short record holds
many checkpoints), and a sync is noted, not waited for.

What a power cut leaves of a file: everything before its last sync, and of what came later any part, whole or in
sectors, in any order. So a later write may be there where an earlier one is not.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import apsw

from studio.trace.sqlite import writer_pragmas

SECTOR = 512
CHECKPOINT_PAGES = 40

WRITE, TRUNCATE, SYNC, DELETE, TOLD = "write", "truncate", "sync", "delete", "told"

Operation = tuple[str, str, int, bytes]
"""What was done, to which file (its name), at which place (or to which size, or the number told), with which bytes."""


@dataclass
class Record:
    """The operations of one recording in their order."""

    operations: list[Operation] = field(default_factory=list)

    @property
    def numbers(self) -> list[int]:
        """All that was told, in order."""
        return [number for kind, _, number, _ in self.operations if kind == TOLD]

    def told(self, number: int) -> None:
        """Note that from here on this much counts as acknowledged."""
        self.operations.append((TOLD, "", number, b""))


class _Files(apsw.VFS):
    """Hands out files that note what is done to them."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.label = f"recorder{id(record)}"
        super().__init__(self.label, "")

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:
        return _File(self.record, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:
        self.record.operations.append((DELETE, Path(filename).name, 0, b""))
        super().xDelete(filename, syncdir)


class _File(apsw.VFSFile):
    def __init__(self, record: Record, name: Any, flags: list[int]) -> None:
        filename = name.filename() if isinstance(name, apsw.URIFilename) else name
        self._name = Path(filename).name if filename else ""
        self._note = record.operations.append
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:
        if self._name:  # files without a name are scratch and gone after a cut
            self._note((WRITE, self._name, offset, bytes(data)))
        super().xWrite(data, offset)

    def xTruncate(self, newsize: int) -> None:
        self._note((TRUNCATE, self._name, newsize, b""))
        super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:
        self._note((SYNC, self._name, 0, b""))


class Connection:
    """An apsw connection with the few methods of Python's own that the writer uses."""

    def __init__(self, path: Path, files: _Files) -> None:
        self._files = files
        self._own = apsw.Connection(str(path), vfs=files.label)
        self._own.execute("PRAGMA locking_mode=EXCLUSIVE")

    def execute(self, sql: str, parameters: Any = ()) -> Cursor:
        return Cursor(self._own, self._own.execute(sql, parameters or None))

    def executemany(self, sql: str, rows: Any) -> None:
        self._own.executemany(sql, rows)

    @property
    def in_transaction(self) -> bool:
        return self._own.in_transaction

    def close(self) -> None:
        self._own.close()
        self._files.unregister()


class Cursor:
    """The answer to one statement."""

    def __init__(self, connection: apsw.Connection, rows: apsw.Cursor) -> None:
        self._rows = rows
        self.lastrowid = connection.last_insert_rowid()
        self.rowcount = connection.changes()

    def fetchone(self) -> Any:
        return self._rows.fetchone()

    def fetchall(self) -> list[Any]:
        return self._rows.fetchall()

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rows)


def recording(record: Record, synchronous: str) -> Callable[[Path], Connection]:
    """Return what stands in for `connect_writer`: the same pragmas over recorded files."""

    def connect(path: Path) -> Connection:
        connection = Connection(path, _Files(record))
        writer_pragmas(connection)  # type: ignore[arg-type]
        connection.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}")
        if synchronous != "FULL":
            connection.execute(f"PRAGMA synchronous={synchronous}")
        return connection

    return connect


@dataclass
class Image:
    """What one power cut may have left: the files' bytes, and how much had been acknowledged before it."""

    cut: int
    files: dict[str, bytes]
    acknowledged: int

    def put(self, folder: Path) -> None:
        """Write the files into an empty folder."""
        for name, data in self.files.items():
            (folder / name).write_bytes(data)


def images(record: Record, before: dict[str, bytes], count: int, seed: int) -> Iterator[Image]:
    """Yield `count` disks as they may look after a cut at a random moment; `before` are the files at the start."""
    chance = random.Random(seed)
    operations = record.operations
    safe = {name: bytearray(data) for name, data in before.items()}
    pending: dict[str, list[Operation]] = {}
    acknowledged = 0
    at = 0
    for cut in sorted(chance.randrange(1, len(operations) + 1) for _ in range(count)):
        for operation in operations[at:cut]:
            kind, name, number, _ = operation
            if kind == TOLD:
                acknowledged = number
            elif kind == SYNC:
                for earlier in pending.pop(name, ()):
                    _apply(safe, earlier)
            else:
                pending.setdefault(name, []).append(operation)
        at = cut
        files = {name: bytearray(data) for name, data in safe.items()}
        for later in pending.values():
            for operation in later:
                for part in _left_of(operation, chance):
                    _apply(files, part)
        yield Image(cut, {name: bytes(data) for name, data in files.items()}, acknowledged)


def _left_of(operation: Operation, chance: random.Random) -> list[Operation]:
    """Return the parts of an operation without a sync that reached the disk: all, none, or some of its sectors."""
    kind, name, offset, data = operation
    fate = chance.choice(("kept", "dropped", "torn"))
    if fate == "kept" or (fate == "torn" and kind != WRITE):
        return [operation]
    if fate == "dropped":
        return []
    bounds = [offset, *range(offset - offset % SECTOR + SECTOR, offset + len(data), SECTOR), offset + len(data)]
    return [
        (WRITE, name, start, data[start - offset : end - offset])
        for start, end in itertools.pairwise(bounds)
        if chance.random() < 0.5
    ]


def _apply(files: dict[str, bytearray], operation: Operation) -> None:
    kind, name, number, data = operation
    if kind == DELETE:
        files.pop(name, None)
        return
    content = files.setdefault(name, bytearray())
    if kind == TRUNCATE:
        del content[number:]
        content.extend(bytes(number - len(content)))
        return
    content.extend(bytes(max(0, number - len(content))))
    content[number : number + len(data)] = data
