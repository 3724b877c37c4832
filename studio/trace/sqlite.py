"""The one place that opens SQLite: connections for writing, for reading, and for files of strangers.

Everything here uses one SQLite library (`pysqlite3` where its wheel exists, else the standard module),
because two libraries in one process break each other's file locks.  What SQLite says when the machine
refuses is turned into an `EnvironmentProblem`: one sentence and the next step.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from studio.support.errors import EnvironmentProblem
from studio.trace.packing import unpacked

if TYPE_CHECKING:
    import sqlite3
else:
    try:
        import pysqlite3.dbapi2 as sqlite3
    except ImportError:
        import sqlite3

__all__ = [
    "COPY_NAME",
    "SAFE_VERSION",
    "bound_memory",
    "connect_cache",
    "connect_copy",
    "connect_foreign",
    "connect_looking",
    "connect_reader",
    "connect_scratch",
    "connect_writer",
    "drop_private_copy",
    "is_private_copy",
    "is_recorded_example",
    "prepare_for_writing",
    "primary_code",
    "problem_of",
    "sqlite3",
    "sqlite_is_safe",
]

SAFE_VERSION = (3, 51, 3)
"""From here on, several processes may write one file: older ones can corrupt it when a WAL is reset."""

BUSY_MS = 5000
WAL_LIMIT_BYTES = 64 << 20
FOREIGN_LIMIT_BYTES = 4 << 30
COPY_NAME = "foreign.db"
LONGEST_NAME = 255
"""Bytes of a file's name; one that long has no log beside it."""

MOST_MEMORY = 2 << 30
"""Bytes that SQLite may take in this process from the first free query on."""

_private_copies: set[Path] = set()

_NETWORK_FILE_SYSTEMS = {
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "afs",
    "ncpfs",
    "9p",
    "fuse.sshfs",
    "glusterfs",
    "ceph",
}


def sqlite_is_safe() -> bool:
    """True if this SQLite lets several processes write one file without risk (3.51.3 or newer)."""
    return tuple(sqlite3.sqlite_version_info) >= SAFE_VERSION


def is_recorded_example(path: Path) -> bool:
    """True for `<name>.run.db`: one finished recorded run, never written, opened without side files."""
    return path.name.endswith(".run.db")


def connect_writer(path: Path) -> sqlite3.Connection:
    """Open `path` for writing, creating it (readable by its owner only) and its folder if need be.

    Autocommit mode: transactions are begun by hand, `BEGIN IMMEDIATE`. Raises `EnvironmentProblem`.
    """
    return connect_looking(path, lambda connection: None)


def connect_looking(path: Path, look: Callable[[sqlite3.Connection], object]) -> sqlite3.Connection:
    """Like `connect_writer`; `look` is called before anything is changed, and may refuse the file."""
    prepare_for_writing(path)
    try:
        connection = sqlite3.connect(
            str(path), isolation_level=None, check_same_thread=False, cached_statements=256, timeout=BUSY_MS / 1000
        )
        try:
            look(connection)
            writer_pragmas(connection)
        except BaseException:
            connection.close()
            raise
    except sqlite3.Error as error:
        raise problem_of(error, path) or error from error
    return connection


def prepare_for_writing(path: Path) -> None:
    """Make the file (readable by its owner only) and its folder if need be. Raises `EnvironmentProblem`.

    An existing file is not opened here: closing it again would drop the locks this process's connections have on it.
    """
    if is_recorded_example(path):
        raise EnvironmentProblem(
            "A recorded example run is never written to.", where=str(path), hint="Give another database with --db."
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _refuse_network(path)
        if not path.exists():
            with contextlib.suppress(FileExistsError):  # another process was faster
                os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        if not os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise EnvironmentProblem(
            f"The database cannot be opened for writing: {error.strerror or error}.",
            where=str(path),
            hint="Give another file with --db, or mend its permissions.",
        ) from error


def connect_reader(path: Path) -> sqlite3.Connection:
    """Open `path` for reading only. Recorded examples, and files in a folder where nothing can be written,
    are opened as immutable (no side files are made). Raises `EnvironmentProblem`."""
    if not path.exists():
        raise EnvironmentProblem(
            "There is no such trace database.", where=str(path), hint="Run a graph first, or give the file with --db."
        )
    problem: EnvironmentProblem | None = None
    for mode in ("immutable=1",) if is_recorded_example(path) else ("mode=ro", "immutable=1"):
        if mode == "immutable=1" and problem is not None and _has_wal(path):
            break  # an immutable connection would silently ignore what stands in the log
        try:
            return _open_reader(path, mode)
        except UnicodeDecodeError as error:  # the names of tables and columns are texts too
            raise _malformed(path) from error
        except sqlite3.Error as error:
            problem = problem_of(error, path)
            if problem is None:
                raise
            if primary_code(error) not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_FULL):
                break
    assert problem is not None
    raise problem


def connect_cache(path: Path) -> sqlite3.Connection:
    """Open a file whose content may be lost, but not damaged: made if need be, commits not waited for. Autocommit mode.

    Raises `EnvironmentProblem`.
    """
    prepare_for_writing(path)
    try:
        connection = sqlite3.connect(str(path), isolation_level=None, check_same_thread=False, timeout=BUSY_MS / 1000)
        try:
            run = connection.execute
            run("PRAGMA trusted_schema=OFF")
            run("PRAGMA cell_size_check=ON")
            if run("PRAGMA page_count").fetchone()[0] == 0:
                run("PRAGMA auto_vacuum=INCREMENTAL")
            # Where SQLite is too old for several processes in one WAL, a rollback journal is safe.
            run(f"PRAGMA journal_mode={'WAL' if sqlite_is_safe() else 'TRUNCATE'}")
            run("PRAGMA synchronous=NORMAL")
            run(f"PRAGMA journal_size_limit={WAL_LIMIT_BYTES}")
        except BaseException:
            connection.close()
            raise
    except sqlite3.Error as error:
        raise problem_of(error, path) or error from error
    return connection


def bound_memory(connection: sqlite3.Connection) -> None:
    """Let what takes more than `MOST_MEMORY` fail with a MemoryError. This holds for all connections of the process,
    and to its end: SQLite knows no bound for one query."""
    connection.execute(f"PRAGMA hard_heap_limit={MOST_MEMORY}")


def connect_scratch() -> sqlite3.Connection:
    """Open an empty database in memory, for work on a few rows that is SQLite's."""
    return sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)


def connect_copy(path: Path) -> sqlite3.Connection:
    """Open a fresh copy, which nobody else knows of, to finish it; no log beside it."""
    connection = sqlite3.connect(str(path), isolation_level=None)
    connection.execute("PRAGMA journal_mode=DELETE")
    return connection


def connect_foreign(path: Path) -> tuple[sqlite3.Connection, Path]:
    """Open a trace that came from someone else: a private copy, checked, read-only, trusting nothing in it.

    Not for a file that this process has open: copying it would drop its locks. Returns the connection and the copy's
    folder, which the caller removes when done. Raises `EnvironmentProblem`.
    """
    folder = Path(tempfile.mkdtemp(prefix="studio-trace-"))
    copy = folder / COPY_NAME
    try:
        copy_file(path, copy, FOREIGN_LIMIT_BYTES)
        _private_copies.add(copy)
        connection = _open_reader(copy, "mode=ro")
        try:
            found = connection.execute("PRAGMA quick_check(1)").fetchone()
            if found is None or found[0] != "ok":
                raise sqlite3.DatabaseError("database disk image is malformed")
            _refuse_views(connection, path)
        except BaseException:
            connection.close()
            raise
    except EnvironmentProblem:
        drop_private_copy(folder)
        raise
    except (sqlite3.Error, OSError, UnicodeDecodeError) as error:
        drop_private_copy(folder)
        if isinstance(error, OSError):
            raise EnvironmentProblem(f"The file cannot be copied: {error.strerror}.", where=str(path)) from error
        no_database = primary_code(error) == sqlite3.SQLITE_NOTADB
        raise (problem_of(error, path) if no_database else None) or _malformed(path) from error
    return connection, folder


def copy_file(path: Path, copy: Path, most: int) -> None:
    """Copy a database with the log beside it. Raises `EnvironmentProblem` if it is not there, is no file (a device
    never ends) or has more than so many bytes, OSError if it cannot be read or written."""
    if not path.exists():
        raise EnvironmentProblem("There is no such trace database.", where=str(path))
    if not path.is_file():
        raise EnvironmentProblem("It is no file.", where=str(path), hint="Name a file of recorded runs.")
    wal = path.with_name(path.name + "-wal")
    parts = [(path, copy)]
    if len(os.fsencode(wal.name)) <= LONGEST_NAME and wal.is_file() and wal.stat().st_size:
        parts.append((wal, copy.with_name(copy.name + "-wal")))
    if sum(one.stat().st_size for one, _ in parts) > most:
        raise EnvironmentProblem(f"The file is larger than {most >> 30} GB.", where=str(path))
    for one, target in parts:
        shutil.copyfile(one, target)


def _refuse_views(connection: sqlite3.Connection, path: Path) -> None:
    """Tables of a trace (`_run`) are no views: whoever reads one does what a stranger wrote, for ever if he likes."""
    acts = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'view' AND name GLOB '_[a-z]*' LIMIT 1"
    ).fetchone()
    if acts is not None:
        raise EnvironmentProblem(
            "The tables of the file are not those of a trace of Ganglia Studio.",
            where=str(path),
            hint="`studio db salvage` reads what its tables hold.",
        )


def is_private_copy(path: Path) -> bool:
    """True for a copy that `connect_foreign` made here: whoever reads it again trusts it as little, and nobody writes
    into it."""
    return path in _private_copies


def drop_private_copy(folder: Path) -> None:
    """Remove the folder of a private copy."""
    _private_copies.discard(folder / COPY_NAME)
    shutil.rmtree(folder, ignore_errors=True)


def take_in_log(copy: Path) -> bool:
    """Write what stands in the log beside a private copy into it, as far as SQLite finds it whole; False if it
    cannot."""
    try:
        connection = sqlite3.connect(str(copy), isolation_level=None)
        try:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            connection.close()
    except (sqlite3.Error, UnicodeDecodeError):
        return False
    return True


def columns_made_by(table: str, statement: str) -> list[str]:
    """Return the columns of a table by the statement that makes it, tried in an empty database; none if it fails."""
    with contextlib.closing(connect_scratch()) as empty:
        try:
            empty.execute(statement)
            return [row[1] for row in empty.execute(f"PRAGMA table_info({table})")]
        except (sqlite3.Error, sqlite3.Warning, ValueError):  # a warning: of several statements in one
            return []


def primary_code(error: BaseException) -> int:
    """Return SQLite's primary result code of an error, 0 if it has none."""
    return int(getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF


def problem_of(error: BaseException, path: Path, *, others: str = "") -> EnvironmentProblem | None:
    """Return what to tell a person if the machine is at fault, None if the error is of another kind.

    `others` names the processes that have the file open, if known.
    """
    code = primary_code(error)
    where = str(path)
    if code == sqlite3.SQLITE_FULL:
        return EnvironmentProblem(
            "The disk is full; nothing recorded so far is lost.",
            where=where,
            hint="Free some space: what waits is written as soon as there is room.",
        )
    if code == sqlite3.SQLITE_READONLY:
        return EnvironmentProblem(
            "The database may only be read.", where=where, hint="Mend its permissions or give another file with --db."
        )
    if code == sqlite3.SQLITE_NOTADB:
        return EnvironmentProblem("The file is no SQLite database.", where=where, hint="Give another file with --db.")
    if code == sqlite3.SQLITE_CORRUPT:
        return _malformed(path)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return EnvironmentProblem(
            f"Another process has kept the database locked for {BUSY_MS // 1000} s{others}.",
            where=where,
            hint="Close that program, or give another file with --db.",
        )
    if code == sqlite3.SQLITE_IOERR:
        name = getattr(error, "sqlite_errorname", "SQLITE_IOERR")
        return EnvironmentProblem(
            f"The disk refused to read or write ({name}).",
            where=where,
            hint="Check free space, file size limits and the disk, then try again.",
        )
    if code == sqlite3.SQLITE_CANTOPEN:
        return EnvironmentProblem(
            "The database cannot be opened.", where=where, hint="Check that its folder exists and may be written."
        )
    if code in (sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH):
        return EnvironmentProblem("The database may not be opened.", where=where, hint="Mend its permissions.")
    return None


def _malformed(path: Path) -> EnvironmentProblem:
    return EnvironmentProblem(
        "The database is damaged.", where=str(path), hint="`studio db check` says which runs are still whole."
    )


def writer_pragmas(connection: sqlite3.Connection) -> None:
    """Set what every writing connection needs: a write-ahead log, commits that are waited for, checks."""
    run = connection.execute
    run(f"PRAGMA busy_timeout={BUSY_MS}")
    until = time.monotonic() + BUSY_MS / 1000
    while run("PRAGMA journal_mode").fetchone()[0] != "wal":
        # The change needs the file for itself, and SQLite does not wait for that: another process may be at it.
        try:
            run("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if primary_code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.01)
    # NORMAL loses acknowledged commits in a power cut; with group commit FULL costs the same.
    run("PRAGMA synchronous=FULL")
    run("PRAGMA wal_autocheckpoint=1000")
    run(f"PRAGMA journal_size_limit={WAL_LIMIT_BYTES}")
    run("PRAGMA foreign_keys=ON")
    if sys.platform == "darwin":
        run("PRAGMA fullfsync=1")
        run("PRAGMA checkpoint_fullfsync=1")


def _open_reader(path: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"file:{quote(str(path.absolute()))}?{mode}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=BUSY_MS / 1000,
    )
    try:
        connection.create_function("unpacked", 3, unpacked, deterministic=True)
        connection.execute("PRAGMA query_only=1")
        if is_private_copy(path):
            connection.execute("PRAGMA trusted_schema=OFF")
            connection.execute("PRAGMA cell_size_check=ON")
            connection.execute("PRAGMA mmap_size=0")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def _has_wal(path: Path) -> bool:
    wal = path.with_name(path.name + "-wal")
    return wal.exists() and wal.stat().st_size > 0


def _refuse_network(path: Path) -> None:
    """SQLite's locks cannot be trusted on network file systems."""
    mounts = Path("/proc/self/mountinfo")
    if sys.platform != "linux" or not mounts.exists():
        return
    target = os.path.realpath(path.parent)
    best, kind = "", ""
    for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines():
        left, _, right = line.partition(" - ")
        point = left.split(" ")[4].replace("\\040", " ")
        if len(point) >= len(best) and (target == point or target.startswith(point.rstrip("/") + "/")):
            best, kind = point, right.split(" ")[0]
    if kind in _NETWORK_FILE_SYSTEMS:
        raise EnvironmentProblem(
            f"The database would lie on a network file system ({kind}), where SQLite's locks cannot be trusted.",
            where=str(path),
            hint="Give a file on a local disk with --db or STUDIO_DB.",
        )
