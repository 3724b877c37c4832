"""Processes that are killed, or end themselves by a signal in the middle of a statement, at a moment they are given.

python -m tests.reliability.child MODE ARGUMENTS…

A moment is a count of SQLite's steps (`set_progress_handler`): the process kills itself (-9) within the statement that
is then under way. A checkpoint has no such steps: there the system kills the process, when it writes to the database
beyond the size given (`RLIMIT_FSIZE`, whose signal Python would ignore).
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

from studio.trace.sqlite import connect_writer, sqlite3

STEPS = 50
"""Steps of SQLite from one look at the count to the next."""


def die_at(connection: sqlite3.Connection, moment: int) -> None:
    """Kill this process at the `moment`-th look; 0: never, and the looks are told at the end."""
    looks = 0

    def look() -> int:
        nonlocal looks
        looks += 1
        if looks == moment:
            os.kill(os.getpid(), signal.SIGKILL)
        if moment == 0:
            _looks[0] = looks
        return 0

    connection.set_progress_handler(look, STEPS)


_looks = [0]


def checkpoint(db: Path, beyond: int) -> None:
    """Fill the log, then carry it over into a database that may grow by so many bytes only."""
    import resource

    from studio.trace import open_run
    from studio.trace.writer import writer_of
    from tests.trace.declaring import declare
    from tests.trace.runs import put_firings, start_of

    log = open_run(db, start_of("01RUN"))
    declare(log, 1, "work", "toy.work", 1, 0, 0)
    for at in range(1, 4001, 500):
        put_firings(log, 500, first=at)
        log.flush()
        print(at + 499, flush=True)
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (db.stat().st_size + beyond, hard))
    writer_of(db)._connection.execute("PRAGMA wal_checkpoint(FULL)")


def migrate(db: Path, moment: int, *, bare: bool) -> None:
    """Bring an old database up to date; `bare`: step by step, without the transaction around them."""
    from studio.trace import migrations
    from studio.trace.schema import make_current

    connection = connect_writer(db)
    die_at(connection, moment)
    if bare:
        from sqlite_utils import Database

        version = connection.execute("PRAGMA user_version").fetchone()[0]
        for step in migrations.STEPS[version:]:
            step(Database(connection, execute_plugins=False))
        migrations.make_views(connection)
        connection.execute(f"PRAGMA user_version={len(migrations.STEPS)}")
    else:
        make_current(connection, db)


class Bare:
    """A connection each of whose statements stands alone: transactions are begun and ended in name only."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._own = connection

    def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
        return self._own.execute("SELECT 1" if sql in ("BEGIN IMMEDIATE", "COMMIT") else sql, *parameters)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._own, name)


def merging(source: Path, db: Path, moment: int, *, bare: bool) -> None:
    """Merge a file into another; `bare`: without transactions."""
    from studio.trace import merging as module

    def connect(path: Path) -> Any:
        connection = connect_writer(path)
        die_at(connection, moment)
        return Bare(connection) if bare else connection

    module.connect_writer = connect  # type: ignore[attr-defined]
    module.merge(source, db)


def compacting(db: Path, moment: int) -> None:
    """Pack all values of a database."""
    from studio.trace import compacting as module

    def connect(path: Path) -> Any:
        connection = connect_writer(path)
        die_at(connection, moment)
        return connection

    module.connect_writer = connect  # type: ignore[attr-defined]
    module.BATCH = 2
    module.compact(db, older_than_s=0)


def live(db: Path, file: Path, ticks: int, *, irreversible: bool) -> None:
    """Run a graph that notes numbers in a file."""
    from studio.engine.run import run
    from tests.reliability.live import noting_graph, noting_registry

    run(noting_graph(file, ticks, irreversible=irreversible), registry=noting_registry(), db=db)


def main(mode: str, *words: str) -> None:
    if mode == "checkpoint":
        checkpoint(Path(words[0]), int(words[1]))
    elif mode in ("migrate", "migrate-bare"):
        migrate(Path(words[0]), int(words[1]), bare=mode.endswith("bare"))
    elif mode in ("merge", "merge-bare"):
        merging(Path(words[0]), Path(words[1]), int(words[2]), bare=mode.endswith("bare"))
    elif mode == "compact":
        compacting(Path(words[0]), int(words[1]))
    elif mode in ("live", "live-careless"):
        live(Path(words[0]), Path(words[1]), int(words[2]), irreversible=mode == "live")
    else:
        raise SystemExit(f"no such mode: {mode}")
    print(f"looks {_looks[0]}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
