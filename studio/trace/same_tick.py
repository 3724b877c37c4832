"""The firings of one node path in one tick: several, where a region around it was tried again."""

from __future__ import annotations

from studio.trace.steps import Steps


def seqs_at(steps: Steps, path: int, tick_key: str) -> list[int]:
    """Return the steps at which a node path (by its number) fired in a tick (sortable), in their order."""
    rows = steps.reader.rows(
        "SELECT seq FROM _firing WHERE path = ? AND tick = ? ORDER BY seq", (steps.base + path, tick_key)
    )
    return [int(seq) for (seq,) in rows]
