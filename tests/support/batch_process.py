"""A batch that is driven by a process of its own, which others kill.

python -m tests.support.batch_process DB BATCH COUNT MODEL [--workers N] [--silent S] [--nodes N] [--at-once N]
    [--cpu FILE] [--begun]

It tells on standard output, a line each: `worker PID` of each that it starts, with `--begun` also `begun` when the
first records of runs come from one, `done N repeated M` after each result, and at the end `end` with an object: status,
reason, done, repeated, refused (records of runs that were given away).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.batch.engines.local import LocalEngine, LocalLink, begin_early

if TYPE_CHECKING:
    from studio.batch.driving.progress import Progress

MODELS = 6


class Told(LocalEngine):
    """The local pool; says which processes it starts."""

    async def start(self) -> LocalLink:
        link = await super().start()
        print(f"worker {link.process}", flush=True)
        return link


def main() -> int:
    host = begin_early()  # as the command `batch` does it, before it imports what itself needs
    from studio.batch.driving.driver import SILENT_S, Driver
    from studio.batch.work.messages import Frame
    from studio.support.errors import StudioError
    from studio.trace.log import BatchStart
    from tests.support.batches import Breaking, SmallJobs, chain_graph

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("db", type=Path)
    parser.add_argument("batch")
    parser.add_argument("count", type=int)
    parser.add_argument("model")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--silent", type=float, default=SILENT_S)
    parser.add_argument("--nodes", type=int, default=20)
    parser.add_argument("--at-once", type=int, default=1)
    parser.add_argument(
        "--cpu", type=Path,
        help="file that gets the seconds of processor time of this process alone, and those from first to last result",
    )  # fmt: skip
    parser.add_argument("--begun", action="store_true")
    given = parser.parse_args()

    ends: list[float] = []

    def watch(progress: Progress) -> None:
        ends.append(time.perf_counter())
        print(f"done {progress.done} repeated {progress.repeated}", flush=True)

    told_begun: set[int] = set()

    def tell(worker: int, heard: list[Any]) -> bool:
        if worker not in told_begun and isinstance(heard[-1], Frame):
            told_begun.add(worker)
            print("begun", flush=True)
        return False

    engine = Breaking(Told(host), tell) if given.begun else Told(host)
    start = BatchStart(given.batch, "chain", {}, given.count, b"", time.time_ns())
    jobs = SmallJobs(chain_graph(given.nodes, MODELS), given.count, {"model": given.model})
    driver = Driver(
        start, jobs, engine, given.db, workers=given.workers, at_once=given.at_once, silent_s=given.silent, watch=watch
    )
    try:
        outcome = asyncio.run(driver.drive())
    except StudioError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    if given.cpu:
        given.cpu.write_text(f"{time.process_time()} {ends[-1] - ends[0]}", encoding="utf-8")
    progress = outcome.progress
    told = {
        "status": outcome.status, "reason": outcome.reason, "done": progress.done, "failed": progress.failed,
        "repeated": progress.repeated, "refused": driver.refused,
    }  # fmt: skip
    print("end", json.dumps(told), flush=True)
    return 0 if outcome.problem is None else outcome.problem.exit_code


if __name__ == "__main__":
    sys.exit(main())
