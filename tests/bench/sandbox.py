"""`python -m tests.bench.sandbox [--out FILE]`: what a call of code or a command costs, behind each boundary there is.

start: from nothing to the answer of the first call, in ms.  100 B, 100 KB, 1 MB: a warm call that gets so much text
and gives it back, in ms.  packages: start of a worker that can import installed packages.  command: `true`, from
nothing to its end.  end: from killing a worker in a busy loop until its processes are gone.  memory: resident
megabytes of a warm worker and its warden, shared pages counted in part.  Medians and, since a machine with others on
it shows its own speed at best, the lowest; aims: 20, 0.05, 0.5, 5.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from studio.sandbox import boundaries
from studio.sandbox.boundaries import Boundary
from studio.sandbox.boxes import RunSandbox
from studio.sandbox.pools import Pool
from studio.support.errors import NodeError
from tests.bench.machine import median, write_report

ECHO = "def main(a):\n    return a\n"


async def measured(call: Callable[[], Awaitable[Any]], rounds: int) -> tuple[float, float]:
    """Return the median and the lowest in milliseconds."""
    costs = []
    for _ in range(rounds):
        begin = time.perf_counter()
        await call()
        costs.append((time.perf_counter() - begin) * 1e3)
    return median(costs), min(costs)


async def bench(boundary: Boundary, rounds: int) -> dict[str, tuple[float, float]]:
    """Measure one boundary."""
    pool = Pool()
    sandbox = RunSandbox("bench", wish=boundary, pool=pool)

    async def cold(packages: bool = False) -> None:
        pool.end_all()
        await sandbox.python(ECHO, {"a": 1}, packages=packages)

    told = {"start_ms": await measured(cold, rounds), "packages_ms": await measured(lambda: cold(True), rounds)}
    for name, size in (("100_B", 100), ("100_KB", 100_000), ("1_MB", 1_000_000)):
        text = "x" * size
        await sandbox.python(ECHO, {"a": text})
        told[f"call_{name}_ms"] = await measured(
            lambda text=text: sandbox.python(ECHO, {"a": text}),  # type: ignore[misc]
            min(150, rounds * 5),
        )
    told["command_ms"] = await measured(lambda: sandbox.command(["true"], folder=Path.cwd()), rounds)
    ends = [await _end(sandbox) for _ in range(max(3, rounds // 4))]
    told["end_ms"] = median(ends), min(ends)
    await sandbox.python(ECHO, {"a": 1})
    told["memory_mb"] = (_memory(),) * 2
    pool.end_all()
    return told


async def _end(sandbox: RunSandbox) -> float:
    before = set(_mine())
    try:
        await sandbox.python("def main():\n    while True: pass", {}, timeout_s=0.2)
    except NodeError:
        begin = time.perf_counter()
    _wait_for(before)
    return (time.perf_counter() - begin) * 1e3


def _wait_for(before: set[int]) -> None:
    while set(_mine()) - before:
        time.sleep(0.0005)


def _memory() -> float:
    total = 0
    for pid in _mine():
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1024


def _mine() -> list[int]:
    """All that descends from this process."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    found: list[int] = []
    more = {os.getpid()}
    while more:
        more = {pid for pid, parent in parents.items() if parent in more}
        found += more
    return found


def main(argv: list[str]) -> None:
    """Measure, print and write the report."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.sandbox")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--rounds", type=int, default=30)
    args = parser.parse_args(argv)
    report: dict[str, Any] = {}
    for boundary in boundaries.ALL:
        if why := boundaries.missing(boundary):
            print(f"{boundary}: not here ({why})")
            continue
        told = report[boundary] = asyncio.run(bench(boundary, args.rounds))
        print(boundary, *(f"{name} {middle:.2f} ({least:.2f})" for name, (middle, least) in told.items()), sep="  ")
    if args.out:
        write_report(args.out, "sandbox", report)


if __name__ == "__main__":
    main(sys.argv[1:])
