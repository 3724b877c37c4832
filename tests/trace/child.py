"""A process that writes a run and tells on standard output what it was told to be durable; others kill it.

python -m tests.trace.child MODE DB RUN
"""

from __future__ import annotations

import itertools
import os
import random
import signal
import sys
import time
from pathlib import Path

from studio.support.errors import EnvironmentProblem
from studio.trace import open_run
from tests.trace.declaring import declare
from tests.trace.runs import put_firings, start_of


def main(mode: str, db: Path, run: str) -> None:
    if mode == "old-sqlite":
        import studio.trace.writer

        studio.trace.writer.sqlite_is_safe = lambda: False  # type: ignore[attr-defined]
    log = open_run(db, start_of(run))
    declare(log, 1, "work", "toy.work", 1, 0, 0)
    if mode == "forever":  # acknowledge what is durable, until killed
        sizes = random.Random(run)
        at = 1
        for _ in itertools.count():
            count = sizes.randint(1, 40)
            put_firings(log, count, first=at)
            at += count
            log.flush()
            print(at - 1, flush=True)
    elif mode in ("flush-and-die", "put-and-die"):
        put_firings(log, 10)
        if mode == "flush-and-die":
            log.flush()
        os.kill(os.getpid(), signal.SIGKILL)
    elif mode == "many":  # many small commits, then a footer
        for at in range(1, 1001, 10):
            put_firings(log, 10, first=at)
            log.flush()
        log.finish("ok", "quiet", None, {}, {"firings": 1000}, time.time_ns())
    elif mode == "exit-at-once":  # no flush: what was put is written at exit
        put_firings(log, 1000)
        log.finish("ok", "quiet", None, {}, {"firings": 1000}, time.time_ns())
    elif mode in ("wait", "old-sqlite"):
        put_firings(log, 1)
        log.open_firing(2, 1, "a1", 0, 0, time.time_ns())
        log.flush()
        print("ready", flush=True)
        sys.stdin.read()
    elif mode == "file-limit":
        file_limit(db, log)


def file_limit(db: Path, log: object) -> None:
    """Let the system refuse to let files grow, then allow it again."""
    import resource

    from studio.trace.runlog import FileRunLog

    assert isinstance(log, FileRunLog)
    log.flush()
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    wal = db.with_name(db.name + "-wal")
    resource.setrlimit(resource.RLIMIT_FSIZE, (wal.stat().st_size + 8192, hard))
    put_firings(log, 3000)
    try:
        log.flush()
    except EnvironmentProblem as problem:
        print(problem.message, flush=True)
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    log.flush()
    log.finish("ok", "quiet", None, {}, {"firings": 3000}, time.time_ns())
    log.flush()
    print("written", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
