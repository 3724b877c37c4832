"""The one thread of this process that writes a trace file; all its runs share it and it stays for the next.

Callers append to `queue` and go on. The thread gathers for at most `WINDOW_S`, then writes one transaction
(`BEGIN IMMEDIATE … COMMIT`, WAL, FULL). When the machine refuses, the batch is kept and tried again; when a
record is at fault, the batch is halved until only the offender is left, which is kept escaped and flagged.
"""

from __future__ import annotations

import atexit
import logging
import os
import platform
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from studio.support.errors import EnvironmentProblem
from studio.trace import flaws
from studio.trace.locks import SOLE_WRITER, LockFile
from studio.trace.rows import Record, Rows
from studio.trace.runlog import MARK, QUEUE_LIMIT
from studio.trace.schema import make_current
from studio.trace.sqlite import connect_writer, prepare_for_writing, problem_of, sqlite3, sqlite_is_safe

WINDOW_S = 0.02
"""Longest wait of a record before its transaction begins."""

RETRY_S = 0.5
"""Pause before a batch that the machine refused is tried again (a flush tries at once)."""

IDLE_S = 0.25
"""Quiet time after which new messages are indexed for search."""

GOODBYE_S = 1.0
"""Longest time that indexing may take when the process ends."""

BATCH_LIMIT = 20_000
"""Records per transaction."""

Durable = Callable[[EnvironmentProblem | None], None]


class Mark:
    """A question "is everything before me durable?" in the queue."""

    __slots__ = ("call",)

    def __init__(self, call: Durable) -> None:
        self.call = call


_log = logging.getLogger(__name__)


class Writer:
    """Owns this process's only writing connection to one file. Raises `EnvironmentProblem` if it cannot open it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.queue: deque[Record] = deque()
        self.asleep = False
        """True while the thread waits for work; whoever puts a record then calls `attend`."""
        self._bell = threading.Event()
        self._room = threading.Condition()
        self._hurry = False
        self._closing = False
        self._problem: EnvironmentProblem | None = None
        self._fault: BaseException | None = None
        self._index_waits = True
        self._batch: list[Record] = []
        self._marks: dict[Mark, None] = {}
        self._lock, self._connection = self._open()
        self._rows = Rows(self._connection)
        self._thread = threading.Thread(target=self._work, name=f"trace writer {path.name}", daemon=True)
        self._thread.start()

    # -- called from any thread -------------------------------------------------------------------

    def attend(self) -> None:
        """Wake the thread if it sleeps; wait for room if too many records wait.

        Raises `EnvironmentProblem` if there is no room because the machine refuses to write.
        """
        if self.asleep:
            self.asleep = False
            self._bell.set()
        if len(self.queue) <= QUEUE_LIMIT or threading.current_thread() is self._thread:
            return
        with self._room:
            self._hurry = True
            self._bell.set()
            while len(self.queue) > QUEUE_LIMIT // 2:
                self.raise_if_broken()
                self._room.wait(0.1)

    def mark(self, call: Durable) -> None:
        """Have `call` called when everything put so far is durable or was refused."""
        if self._fault is not None:
            self.raise_if_broken()
        mark = Mark(call)
        self._marks[mark] = None
        self.queue.append((None, MARK, mark))
        self._hurry = True
        self._bell.set()

    def flush(self) -> None:
        """Block until everything put so far is durable. Raises `EnvironmentProblem` if the disk refuses."""
        done = threading.Lock()
        done.acquire()
        answer: list[EnvironmentProblem | None] = []

        def call(problem: EnvironmentProblem | None) -> None:
            answer.append(problem)
            done.release()

        self.mark(call)
        while not done.acquire(timeout=1.0):
            if not self._thread.is_alive():
                self.raise_if_broken()
                raise RuntimeError("the trace writer has ended")
        if answer[0] is not None:
            raise answer[0]
        if self._fault is not None:
            self.raise_if_broken()

    def raise_if_broken(self) -> None:
        """Raise if the thread can no longer write: `EnvironmentProblem`, or `RuntimeError` for a bug of ours."""
        if self._fault is not None:
            raise RuntimeError(f"the trace writer failed: {self._fault!r}") from self._fault
        if self._problem is not None:
            raise self._problem

    def is_over(self) -> bool:
        """True if it writes no more. One that failed is waited for: it tells of that before it lets go of its file."""
        if self._fault is not None and threading.current_thread() is not self._thread:
            self._thread.join()
        return not self._thread.is_alive()

    def close(self) -> None:
        """Write what waits, say goodbye in the database and end the thread. Raises `EnvironmentProblem`."""
        try:
            self.flush()
        finally:
            self._closing = True
            self._hurry = True
            self._bell.set()
            self._thread.join()

    # -- the thread -------------------------------------------------------------------------------

    def _work(self) -> None:
        try:
            while not self._closing:
                if self._wait():
                    self._step()
                else:
                    self._index()
            self._say_goodbye()
        except BaseException as error:  # noqa: BLE001 - kept, and raised to every caller of flush
            _log.exception("the trace writer of %s failed", self.path)
            self._fault = error
            self._answer(list(self._marks), None)
        finally:
            self._connection.close()
            self._lock.close()

    def _wait(self) -> bool:
        """Return True when a batch should be written: something waits and its window is over, or someone is in a
        hurry. Return False when nothing has come for a while and messages wait to be indexed."""
        if not self.queue and not self._batch and not self._hurry:
            self.asleep = True
            rung = bool(self.queue) or self._hurry or self._bell.wait(IDLE_S if self._index_waits else None)
            self.asleep = False
            if not rung:
                return False
            self._bell.clear()
        if not self._hurry:
            self._bell.wait(RETRY_S if self._batch else WINDOW_S)
        self._bell.clear()
        self._hurry = False
        return True

    def _step(self) -> None:
        """Write one batch, or keep it with what the machine said."""
        queue, batch = self.queue, self._batch
        take = queue.popleft
        marks: list[Mark] = []
        for _ in range(min(len(queue), BATCH_LIMIT - len(batch))):
            record = take()
            if record[1] == MARK:
                marks.append(record[2])
            else:
                batch.append(record)
        problem = self._commit(batch) if batch else None
        self._problem = problem
        if problem is None:
            self._batch = []
            self._hurry = self._hurry or bool(self._marks.keys() - set(marks)) or len(queue) >= BATCH_LIMIT
            self._tell(batch)  # first: after a flush, listeners have heard all of it
            self._answer(marks, None)
        else:
            self._answer(list(self._marks), problem)
        if len(queue) <= QUEUE_LIMIT // 2:
            with self._room:
                self._room.notify_all()

    def _answer(self, marks: list[Mark], problem: EnvironmentProblem | None) -> None:
        """Tell those who wait, once each."""
        for mark in marks:
            if self._marks.pop(mark, mark) is mark:
                continue  # was told that the machine refuses
            try:
                mark.call(problem)
            except Exception:  # noqa: BLE001 - a broken waiter must not stop the record
                _log.exception("a waiter of the trace writer failed")

    def _commit(self, batch: list[Record]) -> EnvironmentProblem | None:
        execute = self._connection.execute
        try:
            try:
                self._begin()
                self._rows.write(batch)
                execute("COMMIT")
            except flaws.DATA_ERRORS as error:
                if problem_of(error, self.path) is not None:
                    raise
                self._undo()
                self._begin()
                self._isolate(batch)
                execute("COMMIT")
        except sqlite3.Error as error:
            self._undo()
            problem = problem_of(error, self.path, others=self._others())
            if problem is None:
                raise
            return problem
        self._index_waits = True
        return None

    def _begin(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        if self._rows.process == 0:
            made = self._connection.execute(
                "INSERT INTO _process (pid, host, sqlite, started_at) VALUES (?, ?, ?, ?)",
                (os.getpid(), platform.node(), sqlite3.sqlite_version, time.time_ns()),
            )
            assert made.lastrowid is not None
            # Taken before the row can be seen by others, who ask the lock whether we live.
            if not self._lock.hold(made.lastrowid):
                raise RuntimeError(f"the lock of process {made.lastrowid} is taken")
            self._rows.process = made.lastrowid

    def _undo(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
        self._rows.forget()
        if self._rows.process and not self._process_stands():
            self._lock.release(self._rows.process)
            self._rows.process = 0

    def _process_stands(self) -> bool:
        try:
            found = self._connection.execute("SELECT 1 FROM _process WHERE id = ?", (self._rows.process,)).fetchone()
        except sqlite3.Error:
            return False
        return found is not None

    def _isolate(self, batch: list[Record]) -> None:
        """Write a batch that holds an offending record: halve until it stands alone, keep that one escaped."""
        execute = self._connection.execute
        execute("SAVEPOINT part")
        try:
            self._rows.write(batch)
        except flaws.DATA_ERRORS as error:
            if problem_of(error, self.path) is not None:
                raise
            execute("ROLLBACK TO part")
            execute("RELEASE part")
            self._rows.forget()
            if len(batch) > 1:
                middle = len(batch) // 2
                self._isolate(batch[:middle])
                self._isolate(batch[middle:])
            else:
                flaws.keep(self._connection, self._rows, batch[0], error)
        else:
            execute("RELEASE part")

    def _tell(self, batch: list[Record]) -> None:
        """Give each listening run its part of the batch."""
        heard: dict[Any, list[Record]] = {}
        for record in batch:
            log = record[0]
            if log.listener is not None:
                heard.setdefault(log, []).append(record)
        if not heard:
            return
        from studio.trace.records import BY_KIND

        for log, records in heard.items():
            named = [BY_KIND[record[1]]._make(record[2:]) for record in records]  # type: ignore[attr-defined]
            try:
                log.listener(named)
            except Exception:  # noqa: BLE001 - a broken view must not stop the record
                _log.exception("the listener of run %s failed and hears no more", log.run_id)
                log.listener = None

    def _index(self) -> None:
        """Index a slice of new message texts for search, while nothing else waits."""
        from studio.trace.search import index_some

        try:
            self._index_waits = index_some(self._connection)
        except sqlite3.Error as error:
            self._undo()
            if problem_of(error, self.path) is None:
                raise
            self._index_waits = False  # tried again after the next batch; search reads what is not indexed

    def _say_goodbye(self) -> None:
        """Index what waits, for a moment, and note that this process ended."""
        until = time.monotonic() + GOODBYE_S
        while self._index_waits and self._problem is None and time.monotonic() < until:
            self._index()
        if self._rows.process:
            try:
                self._connection.execute(
                    "UPDATE _process SET ended_at = ? WHERE id = ?", (time.time_ns(), self._rows.process)
                )
            except sqlite3.Error as error:
                # The lock says the same; only other programs' views learn it later.
                _log.warning("the end of this process could not be noted in %s: %s", self.path, error)

    def _open(self) -> tuple[LockFile, sqlite3.Connection]:
        prepare_for_writing(self.path)
        lock = LockFile.of(self.path)
        if lock is None:
            raise EnvironmentProblem(
                "The lock file beside the database cannot be made.",
                where=str(self.path),
                hint="Give a file in a folder that may be written with --db.",
            )
        try:
            if not sqlite_is_safe() and not lock.hold(SOLE_WRITER):
                raise EnvironmentProblem(
                    f"Another process writes to the database; SQLite {sqlite3.sqlite_version} is too old to share it.",
                    where=str(self.path),
                    hint="Close that program, give another file with --db, or install pysqlite3.",
                )
            connection = connect_writer(self.path)
            try:
                make_current(connection, self.path)
            except BaseException:
                connection.close()
                raise
        except BaseException:
            lock.close()
            raise
        return lock, connection

    def _others(self) -> str:
        """Name the other processes that write this file, for the message about a lock."""
        try:
            rows = self._connection.execute(
                "SELECT id, pid FROM _process WHERE ended_at IS NULL AND id <> ?", (self._rows.process,)
            ).fetchall()
        except sqlite3.Error:
            return ""
        pids = [str(pid) for id, pid in rows if self._lock.is_held(id)]
        return f" (process {', '.join(pids)})" if pids else ""


_writers: dict[str, Writer] = {}
_guard = threading.Lock()


def writer_of(path: Path) -> Writer:
    """Return this process's writer of the file, opened if need be. Raises `EnvironmentProblem`."""
    key = os.path.realpath(path)
    with _guard:
        found = _writers.get(key)
        if found is None or found.is_over():
            found = _writers[key] = Writer(Path(key))
        return found


def open_writer(path: Path) -> Writer | None:
    """Return this process's writer of the file if there is one."""
    return _writers.get(os.path.realpath(path))


def close_writer(path: Path) -> None:
    """Write what waits for this file and end its thread. Raises `EnvironmentProblem` if the disk refuses."""
    with _guard:
        found = _writers.pop(os.path.realpath(path), None)
    if found is not None:
        found.close()


@atexit.register
def close_writers() -> None:
    """Write what waits into all files of this process and close them, as at its end; faults are logged."""
    for key, writer in list(_writers.items()):
        try:
            if not writer.is_over():
                writer.close()
        except EnvironmentProblem as problem:
            _log.error("%s", problem)
        except RuntimeError:  # a bug of ours; the other files are written all the same
            _log.exception("%s was not written to the end", key)
        _writers.pop(key, None)


def _forget_after_fork() -> None:
    """A forked child must neither use nor close its parent's connections: they are kept alive, untouched."""
    global _guard
    _inherited.extend(_writers.values())
    _writers.clear()
    _guard = threading.Lock()


_inherited: list[Writer] = []
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_after_fork)
