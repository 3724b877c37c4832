"""All steps of a run as plain numbers, a stretch at a time: what draws a long run whole asks here.

A stretch comes as one text that SQLite itself puts together. So the thread that asks needs Python's lock once for
thousands of steps and not once for each, and a busy window hardly slows it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from studio.trace.decided import RUN_OF, Spent
from studio.trace.steps import Steps
from studio.trace.views import ID_MASK

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

COLUMNS: Final = {
    "seq": "seq",
    "id": f"id & {ID_MASK}",
    "path": f"path & {ID_MASK}",
    "status": "coalesce(status, 0)",
    "origin": "coalesce(origin, 0)",
    "started": "started_at - :since",
    "duration": "max(0, coalesce(duration, 0))",
    "attempt": "coalesce(attempt, 1)",
    "depth": "length(tick) - length(replace(tick, '.', ''))",
    "tick": "substr(tick, 2, instr(tick || '.', '.') - 2)",
}
"""What is told of each step, in this order. `started` is in nanoseconds since the moment that is asked for, `duration`
in nanoseconds; `depth` counts the clocks around the region's own one, `tick` is that of the top region."""

_ONE = " || ',' || ".join(f"CAST({each} AS INTEGER)" for each in COLUMNS.values())

_STRETCH = f"""SELECT group_concat(one) FROM (SELECT {_ONE} AS one FROM _firing
 WHERE id {RUN_OF} = :run AND seq > :after ORDER BY seq LIMIT :most)"""


class Mark(NamedTuple):
    """An alarm: the firing it concerns (0: the whole run), when it was raised (as `started` counts), what it says."""

    firing: int
    at: int
    text: str


def stretch(steps: Steps, after: int, most: int, since: int) -> NDArray[numpy.int64]:
    """Return up to `most` steps after one, as rows of `COLUMNS`; times count from `since` (nanoseconds since 1970)."""
    import numpy

    found = steps.reader.rows(_STRETCH, {"run": steps.key, "after": after, "most": most, "since": since})
    text = found[0][0] or ""
    return numpy.fromstring(text, dtype=numpy.int64, sep=",").reshape(-1, len(COLUMNS))


def asking(steps: Steps, after: int, last: int) -> NDArray[numpy.int64]:
    """Return the steps in a stretch (`last` belongs to it) that asked a model, or had asked one where they were taken
    over from, in order."""
    import numpy

    row = steps.reader.one(
        f"SELECT group_concat(seq) FROM (SELECT id & {ID_MASK} AS seq FROM _spent WHERE id > ? AND id <= ?"
        " AND asked > 0 ORDER BY id)",
        steps.base + after, steps.base + last,
    )  # fmt: skip
    text = "" if row is None or row[0] is None else row[0]
    return numpy.fromstring(text, dtype=numpy.int64, sep=",")


def alarms(steps: Steps, since: int, most: int) -> list[Mark]:
    """Return the first alarms of the run, each text cut to a line's length."""
    rows = steps.reader.rows(
        f"SELECT firing & {ID_MASK}, at - ?, substr(coalesce(message, kind, ''), 1, 300) FROM _alarm"
        " WHERE id BETWEEN ? AND ? ORDER BY id LIMIT ?",
        (since, steps.base, steps.base + ID_MASK, most),
    )
    return [Mark(int(firing or 0), int(at or 0), str(text)) for firing, at, text in rows]


def forks(steps: Steps, run: str, most: int) -> list[tuple[str, int]]:
    """Return the runs of the file that continue this one: each id, and the last step that was taken over."""
    rows = steps.reader.rows(
        "SELECT run, fork_seq FROM _run WHERE parent_run = ? AND fork_seq IS NOT NULL ORDER BY id LIMIT ?", (run, most)
    )
    return [(str(id), int(seq)) for id, seq in rows]


def spent_at(steps: Steps, seq: int) -> Spent | None:
    """Return what a step asked of models, or had asked where it was taken over from; None if it asked nothing."""
    row = steps.reader.one(
        "SELECT asked, tokens_in, tokens_out, cost_usd, unpriced FROM _spent WHERE id = ? AND asked > 0",
        steps.base + seq,
    )
    return None if row is None else Spent._make(value or 0 for value in row)
