"""At which steps firings were decided: those of one node path in one tick, and all of a run by their ids."""

from __future__ import annotations

from studio.trace.decided import RUN_OF
from studio.trace.steps import Steps
from studio.trace.views import ID_MASK


def seqs_at(steps: Steps, path: int, tick_key: str) -> list[int]:
    """Return the steps at which a node path (by its number) fired in a tick (sortable), in their order. There are
    several where a region around it was tried again."""
    rows = steps.reader.rows(
        # "+" keeps SQLite from going through all firings of the path in the order of steps.
        "SELECT seq FROM _firing WHERE path = ? AND tick = ? ORDER BY +seq",
        (steps.base + path, tick_key),
    )
    return [int(seq) for (seq,) in rows]


def seqs_by_id(steps: Steps) -> dict[int, int]:
    """Return the step of every firing of a run: reads all of them."""
    rows = steps.reader.rows(f"SELECT id & {ID_MASK}, seq FROM _firing WHERE id {RUN_OF} = ?", (steps.key,))
    return {int(id): int(seq) for id, seq in rows if seq is not None}
