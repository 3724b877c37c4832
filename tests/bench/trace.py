"""`python -m tests.bench.trace [--out FILE]`: what recording costs, per firing of a node that does nothing.

put: the caller's share, one record appended to the queue.  row: the writer's share, one record made a row and
inserted (processor time, without commit).  committed: put and flush of a whole run.  flush: how long
until a few records are durable.  Medians of several rounds; a busy machine shows in the p99.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from studio.trace import RunStart, Trace, open_run
from studio.trace.runlog import FIRING, FileRunLog
from studio.trace.writer import close_writer, writer_of
from tests.bench.machine import machine_facts, median, quantile, write_report
from tests.trace.declaring import declare

INPUTS = {"value": [1, "value"]}
OUTPUTS = {"value": b'{"n":1}'}


def begin(db: Path, name: str) -> FileRunLog:
    log = open_run(db, RunStart(name, "bench", "bench.yaml", "hash", "", started_at=time.time_ns()))
    for path in (1, 2, 3):
        declare(log, path, f"node_{path}", "bench.node", 1, path, 0)
    return log


def put(log: FileRunLog, count: int) -> None:
    firing = log.firing
    for id in range(1, count + 1):
        firing(id, id, 1 + id % 3, "a3", 0, 0, 0, "", 0, 1_700_000_000_000_000_000 + id, 5000, INPUTS, OUTPUTS, 1)


def timed(call: Callable[[], Any]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def put_cost(db: Path, rounds: int) -> list[float]:
    """Microseconds per record while the writer waits for its window to end."""
    count, costs = 2000, []
    for round in range(rounds):
        log = begin(db, f"PUT{round}")
        costs.append(timed(lambda log=log: put(log, count)) / count * 1e6)  # type: ignore[misc]
        log.flush()
    return costs


def row_cost(db: Path, rounds: int) -> list[float]:
    """Microseconds of processor time of the writer per record, in one thread and rolled back."""
    writer = writer_of(db)
    count, costs = 5000, []
    log = begin(db, "ROW")
    log.flush()
    batch = [
        (
            log, FIRING, id, id, 1 + id % 3, "a3", 0, 0, 0, "", 0, 1_700_000_000_000_000_000, 5000, INPUTS, OUTPUTS, 1,
            None,
        )
        for id in range(1, count + 1)
    ]  # fmt: skip
    for _ in range(rounds):
        writer._connection.execute("BEGIN IMMEDIATE")
        before = time.thread_time()
        writer._rows.write(batch)
        costs.append((time.thread_time() - before) / count * 1e6)
        writer._connection.execute("ROLLBACK")
    return costs


def committed_cost(db: Path, count: int, rounds: int) -> list[float]:
    """Microseconds per record until a run of `count` firings is durable."""

    def whole(name: str) -> None:
        log = begin(db, name)
        put(log, count)
        log.finish("ok", "quiet", None, {}, {"firings": count}, 1)
        log.flush()

    return [timed(lambda name=f"ALL{count}-{n}": whole(name)) / count * 1e6 for n in range(rounds)]  # type: ignore[misc]


def flush_cost(db: Path, rounds: int) -> list[float]:
    """Milliseconds until three records are durable."""
    log = begin(db, "FLUSH")
    costs = []
    for round in range(rounds):
        first = round * 3
        for id in (first + 1, first + 2, first + 3):
            log.firing(id, id, 1, "a0", 0, 0, 0, "", 0, 1, 1, INPUTS, OUTPUTS, 1)
        costs.append(timed(log.flush) * 1e3)
    return costs


def bytes_per_firing(folder: Path, count: int) -> float:
    db = folder / "size.db"
    begin(db, "EMPTY").flush()
    close_writer(db)
    before = db.stat().st_size
    put(begin(db, "SIZE"), count)
    close_writer(db)
    return (db.stat().st_size - before) / count


def measure(folder: Path, rounds: int) -> dict[str, Any]:
    db = folder / "bench.db"
    begin(db, "WARM").flush()
    flushes = flush_cost(db, rounds * 20)
    results = {
        "put_us": round(median(put_cost(db, rounds)), 3),
        "row_cpu_us": round(median(row_cost(db, rounds)), 2),
        "committed_200_us": round(median(committed_cost(db, 200, rounds * 4)), 2),
        "committed_3000_us": round(median(committed_cost(db, 3000, rounds)), 2),
        "committed_100000_us": round(median(committed_cost(db, 100_000, 1)), 2),
        "flush_p50_ms": round(median(flushes), 2),
        "flush_p99_ms": round(quantile(flushes, 0.99), 2),
        "bytes_per_firing": round(bytes_per_firing(folder, 20_000), 1),
    }
    close_writer(db)
    with Trace(db) as trace:
        count = sum(1 for _ in trace.firings("ALL3000-0"))
        results["read_us"] = round(timed(lambda: list(trace.firings("ALL3000-0"))) / count * 1e6, 2)
        results["outline_us"] = round(timed(lambda: list(trace.outline("ALL3000-0"))) / count * 1e6, 2)
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, help="file or folder for the JSON report")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--folder", type=Path, help="where the database is written (a real disk)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        results = measure(Path(folder), arguments.rounds)
    for name, value in results.items():
        print(f"{name:22} {value}")
    print(machine_facts(), file=sys.stderr)
    if arguments.out:
        write_report(arguments.out, "trace", results)


if __name__ == "__main__":
    main()
