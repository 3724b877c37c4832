"""Takes runs of other trace files into a database: those it has not yet, whole or not at all.

The other file counts as a stranger's (`connect_foreign`): a private copy is read, migrated if it is older, and each
row is checked before it is believed. One transaction per run, so that a kill in the middle leaves whole runs only, and
the next attempt goes on where this one ended.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from studio.support.errors import EnvironmentProblem, UsageError
from studio.trace.locks import SOLE_WRITER, LockFile, process_is_alive
from studio.trace.payloads import Damaged
from studio.trace.reader import Reader
from studio.trace.schema import make_current
from studio.trace.search import index_some
from studio.trace.sqlite import connect_writer, prepare_for_writing, problem_of, sqlite3, sqlite_is_safe
from studio.trace.transfer import Transfer

CARRIED = (
    "_process", "_graph_version", "_run", "_run_end", "_path", "_open", "_firing", "_effect", "_answer", "_message",
    "_message_use", "_blob", "_store_op", "_memory", "_memory_content", "_alarm", "_reading",
    "_flaw",
)  # fmt: skip
"""Tables whose rows go with a run. A new table belongs here, with what `transfer` does about it, or in `LEFT`."""

LEFT = (
    "_sqlite_migrations", "_spent", "_checkpoint", "control", "_batch", "_batch_session", "_batch_end", "_batch_try",
    "_batch_result",
)  # fmt: skip
"""Tables that say nothing about a run, or only what can be found again; a batch stays in the file it was begun in."""

ATTEMPTS = 5
"""How often a file that is being written is copied, before it is given up."""

_RUN_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.-]{0,63}")

Told = Callable[[int, int], None]
"""Hears how many runs are done, of how many."""


@dataclass(slots=True)
class MergeReport:
    """What became of the runs of one file. Runs are named by their ids, parents before their forks."""

    source: Path
    added: list[str] = field(default_factory=list)
    present: list[str] = field(default_factory=list)
    """Were in the database already."""
    running: list[str] = field(default_factory=list)
    """Not finished, and the process that writes them lives; they can be merged later."""
    refused: list[tuple[str, str]] = field(default_factory=list)
    """Damaged or not what they should be, and why."""
    orphans: list[tuple[str, str]] = field(default_factory=list)
    """Added without the run they continue, and that run's id: it is in neither file, or was not added."""
    rows: int = 0
    """Rows written for the runs added."""


def merge(source: Path, into: Path, runs: Sequence[str] | None = None, *, told: Told | None = None) -> MergeReport:
    """Copy runs of `source` that are not in `into` yet: all, or those named by id; each brings the runs it continues.

    Only finished runs are copied, and those whose process is dead. `into` is made if need be; `source` is not
    touched, but must be no file that this process has open for writing (a recorded example never is). Raises
    `EnvironmentProblem` if a file cannot be read or written, `UsageError` for a run that `source` has not.
    """
    _refuse_same(source, into)
    with _stranger(source) as (reader, living), _writing(into) as target:
        _refuse_other_tables(reader.connection, target, source)
        report = MergeReport(source)
        known = {row[0]: _Run(*row) for row in reader.rows(_RUNS)}
        for name in runs or ():
            if name not in known:
                raise UsageError(
                    f"There is no run {name!r}.", where=str(source), hint="`studio runs --db FILE` lists them."
                )
        chosen = _parents_first(known, list(known) if runs is None else list(dict.fromkeys(runs)))
        transfer = Transfer(reader.connection, target)
        for done, run in enumerate(chosen):
            if told is not None:
                told(done, len(chosen))
            _take(transfer, target, into, run, living, report)
        if told is not None:
            told(len(chosen), len(chosen))
        _index(target, into)
    return report


def excerpt(source: Path, run: str, into: Path) -> MergeReport:
    """Copy one run that has ended, with those it continues, out of a database of one's own, which this process may be
    writing to, into a new file. Raises as `merge` does."""
    with closing(Reader(source)) as reader, _writing(into) as target:
        report = MergeReport(source)
        known = {row[0]: _Run(*row) for row in reader.rows(_RUNS)}
        transfer = Transfer(reader.connection, target)
        for one in _parents_first(known, [run]):
            _take(transfer, target, into, one, set(), report)
        return report


@dataclass(frozen=True, slots=True)
class _Run:
    run: str
    key: int
    parent: str | None
    process: int
    finished: int


_RUNS = "SELECT r.run, r.id, r.parent_run, r.process, z.id IS NOT NULL FROM _run r LEFT JOIN _run_end z ON z.id = r.id"


def _parents_first(known: dict[str, _Run], names: list[str]) -> list[_Run]:
    """Return these runs and all that they continue, each after its parent."""
    ordered: dict[str, _Run] = {}
    for name in names:
        lineage: dict[str, _Run] = {}
        at: str | None = name
        while at in known and at not in ordered and at not in lineage:
            lineage[at] = known[at]
            at = known[at].parent
        ordered.update((run.run, run) for run in reversed(lineage.values()))
    return list(ordered.values())


def _take(
    transfer: Transfer, target: sqlite3.Connection, into: Path, run: _Run, living: set[int], report: MergeReport
) -> None:
    """Copy one run in one transaction, or say in the report why not."""
    if not isinstance(run.run, str) or not _RUN_ID.fullmatch(run.run) or run.run == "last":
        report.refused.append((str(run.run), "its id is no run id"))
        return
    if not run.finished and run.process in living:
        report.running.append(run.run)
        return
    before = transfer.copied
    try:
        target.execute("BEGIN IMMEDIATE")
        if _has(target, run.run):
            target.execute("ROLLBACK")
            report.present.append(run.run)
            return
        if run.parent and run.run in _lineage(target, run.parent):
            raise Damaged("it continues a run that continues it")
        transfer.run(run.key)
        orphan = bool(run.parent) and not _has(target, run.parent or "")
        target.execute("COMMIT")
    except Damaged as damage:
        _undo(target, transfer)
        report.refused.append((run.run, str(damage)))
        return
    except sqlite3.Error as error:
        _undo(target, transfer)
        problem = problem_of(error, into)
        if problem is not None:
            raise problem from error
        report.refused.append((run.run, f"a row cannot be read: {error}"))
        return
    except BaseException:
        _undo(target, transfer)
        raise
    report.added.append(run.run)
    report.rows += transfer.copied - before
    if orphan:
        report.orphans.append((run.run, run.parent or ""))


def _undo(target: sqlite3.Connection, transfer: Transfer) -> None:
    if target.in_transaction:
        target.execute("ROLLBACK")
    transfer.forget()


def _has(connection: sqlite3.Connection, run: str) -> bool:
    return connection.execute("SELECT 1 FROM _run WHERE run = ?", (run,)).fetchone() is not None


def _lineage(connection: sqlite3.Connection, run: str) -> set[str]:
    """Return a run and all that it continues, present in the database or only named there."""
    seen: set[str] = set()
    at: str | None = run
    while at and at not in seen:
        seen.add(at)
        row = connection.execute("SELECT parent_run FROM _run WHERE run = ?", (at,)).fetchone()
        at = None if row is None else row[0]
    return seen


def _index(target: sqlite3.Connection, into: Path) -> None:
    """Make the messages that came findable."""
    try:
        while index_some(target):
            pass
    except sqlite3.Error as error:
        if target.in_transaction:
            target.execute("ROLLBACK")
        problem = problem_of(error, into)
        if problem is None:
            raise
        raise problem from error


# -- the two files --------------------------------------------------------------------------------


def _refuse_same(source: Path, into: Path) -> None:
    if source.exists() and into.exists() and source.samefile(into):
        raise UsageError("A database cannot be merged into itself.", where=str(source), hint="Give another FILE.")


@contextmanager
def _stranger(source: Path) -> Iterator[tuple[Reader, set[int]]]:
    """Open a copy of the file that nobody changed while it was taken; yield it and the processes that still write."""
    from studio.trace.writer import open_writer

    if open_writer(source) is not None:
        raise UsageError(
            "This process is writing to the file; copying it now would drop its locks.",
            where=str(source),
            hint="Merge it when its runs have ended.",
        )
    for _ in range(ATTEMPTS):
        before = _stamps(source)
        reader = Reader(source, foreign=True)
        try:
            # A process that ended after the copy was taken may have written a footer the copy has not.
            unended = reader.rows("SELECT id FROM _process WHERE ended_at IS NULL")
            living = {id for (id,) in unended if isinstance(id, int) and process_is_alive(source, id)}
            if _stamps(source) == before:
                yield reader, living
                return
        finally:
            reader.close()
    raise EnvironmentProblem(
        "Another process is writing to the file.", where=str(source), hint="Merge it when its runs have ended."
    )


def _stamps(source: Path) -> list[tuple[int, int] | None]:
    stamps: list[tuple[int, int] | None] = []
    for path in (source, source.with_name(source.name + "-wal")):
        try:
            stat = path.stat()
        except FileNotFoundError:
            stamps.append(None)
        else:
            stamps.append((stat.st_size, stat.st_mtime_ns))
    return stamps


@contextmanager
def _writing(into: Path) -> Iterator[sqlite3.Connection]:
    """Open the database for writing, made or migrated if need be; where SQLite is too old, nobody else may write."""
    prepare_for_writing(into)
    lock = LockFile.of(into)
    if lock is None:
        raise EnvironmentProblem(
            "The lock file beside the database cannot be made.",
            where=str(into),
            hint="Give a file in a folder that may be written with --into.",
        )
    try:
        alone = not sqlite_is_safe()
        if alone and not lock.hold(SOLE_WRITER):
            raise EnvironmentProblem(
                f"The database is being written to; SQLite {sqlite3.sqlite_version} is too old to share it.",
                where=str(into),
                hint="Merge when its runs have ended, or install pysqlite3.",
            )
        try:
            connection = connect_writer(into)
            try:
                make_current(connection, into)
                yield connection
            finally:
                connection.close()
        finally:
            if alone:
                lock.release(SOLE_WRITER)
    finally:
        lock.close()


def _refuse_other_tables(source: sqlite3.Connection, target: sqlite3.Connection, path: Path) -> None:
    """A table of a stranger may be a view or have triggers and other columns: it must be made as ours is."""
    query = f"SELECT type, name, sql FROM sqlite_master WHERE name IN ({', '.join('?' * len(CARRIED))}) ORDER BY name"
    if source.execute(query, CARRIED).fetchall() != target.execute(query, CARRIED).fetchall():
        raise EnvironmentProblem(
            "The tables of the file are not those of a trace of Ganglia Studio.",
            where=str(path),
            hint="`studio db check --db FILE` says more.",
        )
