"""What a run did from a step on, node path by node path: what a fork from there may have to do again."""

from __future__ import annotations

from typing import NamedTuple

from studio.trace.decided import RUN_OF
from studio.trace.steps import Steps


class Ahead(NamedTuple):
    """What the firings of one node path came to from a step on; skipped ones are counted apart. `calls` counts model
    calls, also those that were made in the run it was taken over from; `cost_usd` sums what is known."""

    node: str
    firings: int
    skipped: int
    calls: int
    cost_usd: float


def done_from(steps: Steps, seq: int) -> list[Ahead]:
    """Return what each node path did from a step on, in the order in which they first fired there."""
    rows = steps.reader.rows(
        "SELECT p.path, sum(f.status <> 2), sum(f.status = 2), coalesce(sum(s.asked), 0), coalesce(sum(s.cost_usd), 0)"
        f" FROM _firing f JOIN _path p ON p.id = f.path LEFT JOIN _spent s ON s.id = ? + f.seq"
        f" WHERE f.id {RUN_OF} = ? AND f.seq >= ? GROUP BY f.path ORDER BY min(f.seq)",
        (steps.base, steps.key, seq),
    )
    return [Ahead(str(node), int(firings), int(skipped), int(calls), float(cost))
            for node, firings, skipped, calls, cost in rows]  # fmt: skip
