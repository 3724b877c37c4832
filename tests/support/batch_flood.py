"""Two workers that fire very often at the same time; what memory that takes is written into a file.

python -m tests.support.batch_flood DB TICKS FILE
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path

from studio import Graph, Trace
from studio.batch.engines.local import LocalEngine
from tests.support.batches import SmallJobs, drive

RUNS = 2


def flood(ticks: int) -> Graph:
    """A counter that goes on for so many ticks, and two nodes that look at it."""
    return Graph.from_text(f"""\
studio: 1
name: flood
max_ticks: {ticks}
nodes:
  step: {{type: math.expression, expression: x + 1}}
  twin: {{type: math.expression, expression: x * 2}}
  out: {{type: flow.output}}
edges:
  - step.value ~> step.x: {{initial: 0}}
  - step.value -> twin.x
  - twin.value -> out.value
""")


def main() -> None:
    db, ticks, out = Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    limits = {"firings": 10_000_000, "ticks": 10_000_000}
    outcome = drive(SmallJobs(flood(ticks), RUNS, {"limits": limits}), LocalEngine(), db)
    if outcome.progress.done != RUNS or outcome.progress.failed:
        raise SystemExit(f"the runs did not end well: {outcome}")
    driver, workers = (
        resource.getrusage(who).ru_maxrss // 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    with Trace(db) as trace:
        firings = trace.sql("SELECT count(*) FROM firing").rows[0][0]
    out.write_text(f"{driver} {workers} {firings}", encoding="utf-8")


if __name__ == "__main__":
    main()
