"""Runs for tests of the trace; loads nothing but the trace, so that child processes start fast."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from studio.support.values import hash_bytes
from studio.trace import RunStart
from studio.trace.runlog import FileRunLog

GRAPH = "studio: 1\n"
GRAPH_HASH = hash_bytes(GRAPH.encode())
ROOT = Path(__file__).resolve().parents[2]


def start_of(run_id: str = "01RUN", **facts: Any) -> RunStart:
    """A header."""
    return RunStart(run_id, "toy", "toy.yaml", GRAPH_HASH, GRAPH, started_at=time.time_ns(), **facts)


def blank_trace(path: Path) -> bytes:
    """Make an up-to-date empty trace at `path`; return its bytes, for tests to write down where they need one.

    The schema needs sqlite-utils, which takes its time to load: it is made once for many tests.
    """
    from studio.trace import open_run
    from studio.trace.sqlite import sqlite3
    from studio.trace.writer import close_writer

    open_run(path, start_of()).flush()
    close_writer(path)
    connection = sqlite3.connect(str(path), isolation_level=None)
    for table in ("_run", "_process", "_graph_version"):
        connection.execute(f"DELETE FROM {table}")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path.read_bytes()


def put_firings(log: FileRunLog, count: int, *, first: int = 1, path: int = 1) -> None:
    """Put firings as a chain of no-op nodes makes them."""
    for id in range(first, first + count):
        started = time.time_ns()
        inputs = {"value": [id - 1, "value"]}
        log.firing(id, id, path, "a0", 0, 0, 0, "", 0, started, 5_000, inputs, {"value": b'{"n":1}'}, 1)


def child(*arguments: str) -> subprocess.Popen[str]:
    """Start `tests/trace/child.py` in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.trace.child", *arguments],
        cwd=ROOT,
        stdin=subprocess.DEVNULL if arguments[0] not in ("wait", "old-sqlite") else subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
