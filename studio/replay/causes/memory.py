"""Effects that were answered from what the run knew already, and the firings that really asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.trace.views import ID_MASK

if TYPE_CHECKING:
    from studio.replay.causes.rows import Rows
    from studio.trace.found import Firing

_FROM_MEMORY = "(a.finish_reason = 'cached' OR a.origin = 1)"

_OWN = f"""SELECT e.id, e.kind, e.name, e.request, e.messages FROM _effect e JOIN _answer a ON a.id = e.id
 WHERE e.firing = ? AND a.status = 'ok' AND {_FROM_MEMORY}"""

_ALIKE = """SELECT e.firing FROM _effect e JOIN _answer a ON a.id = e.id
 WHERE e.id BETWEEN ? AND ? AND e.kind = ? AND e.name = ? AND e.request IS ? AND e.messages IS ? AND a.status = 'ok'
 AND e.firing <> ?"""

_ASKED = f"{_ALIKE} AND NOT coalesce({_FROM_MEMORY}, 0) ORDER BY e.id LIMIT 1"
_ANSWERED = f"{_ALIKE} AND {_FROM_MEMORY} ORDER BY e.id"

_ANY = (
    f"""SELECT 1 FROM _effect e JOIN _answer a ON a.id = e.id WHERE e.id BETWEEN ? AND ? AND {_FROM_MEMORY} LIMIT 1"""
)


def asker_of(rows: Rows, firing: Firing) -> list[int]:
    """Return the firings that really asked what this firing was answered from memory.

    Requests are stored once, so that equal ones are found by what stands in their rows. An answer from the cache on
    disk has no asker in the run.
    """
    made: dict[int, None] = {}
    origin = rows.trace.source(firing) if firing.origin == "replayed" else firing
    if origin is None:
        return []
    base = rows.base if origin.run == rows.run.id else rows.trace.steps(origin.run).base
    for _, kind, name, request, messages in rows.rows(_OWN, base + origin.id):
        for (asker,) in rows.rows(_ASKED, base, base + ID_MASK, kind, name, request, messages, base + origin.id):
            found = _here(rows, base, int(asker) - base)
            if found is not None:
                made[found] = None
    return list(made)


def answered_from(rows: Rows, firing: Firing) -> list[int]:
    """Return the firings that were answered from memory what this firing really asked."""
    if not rows.rows(_ANY, rows.base, rows.base + ID_MASK):
        return []
    made: dict[int, None] = {}
    asked = rows.rows("SELECT kind, name, request, messages FROM _effect WHERE firing = ?", rows.base + firing.id)
    for kind, name, request, messages in asked:
        alike = (rows.base, rows.base + ID_MASK, kind, name, request, messages, rows.base + firing.id)
        made.update(dict.fromkeys(int(row[0]) - rows.base for row in rows.rows(_ANSWERED, *alike)))
    return [one for one in made if firing.id in asker_of(rows, rows.get(one))]


def _here(rows: Rows, base: int, asker: int) -> int | None:
    """The firing of this run that stands for one of the run it continues: the same node and tick."""
    if base == rows.base:
        return asker
    row = rows.rows("SELECT path, tick FROM _firing WHERE id = ?", base + asker)
    if not row:
        return None
    path = rows.rows("SELECT path FROM _path WHERE id = ?", row[0][0])[0][0]
    here = rows.path_id(str(path))
    found = [] if here is None else rows.at(here, str(row[0][1]))
    return found[-1].id if found else None
