"""Runs that a run is worth comparing with: what it continues, what continues it, other runs of the same graph."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from studio.support.errors import UsageError

if TYPE_CHECKING:
    from studio.trace import Trace
    from studio.trace.found import Run

LOOKED_AT: Final = 500
"""The latest runs of a file among which others of the same graph are looked for."""


class Relative(NamedTuple):
    """A run, and what it is to the one that was asked about: `parent`, `fork`, `beside` (of the same parent), or
    `same graph`."""

    run: Run
    relation: str


def relatives(trace: Trace, run: Run) -> list[Relative]:
    """Return the runs of a file that a run is worth comparing with, the nearest first; `run` may be of another file."""
    ranks = ("parent", "fork", "beside", "same graph")
    found: dict[str, Relative] = {}
    try:
        for above in islice(trace.lineage(run.id), 1, None):
            found[above.id] = Relative(above, "parent")
    except UsageError:  # it is of another file
        pass
    for one in islice(trace.runs(), LOOKED_AT):
        relation = _relation(run, one)
        if relation and one.id != run.id:
            found.setdefault(one.id, Relative(one, relation))
    return sorted(found.values(), key=lambda one: ranks.index(one.relation))


def _relation(run: Run, other: Run) -> str:
    if other.parent_run == run.id:
        return "fork"
    if other.id == run.parent_run:
        return "parent"
    if run.parent_run and other.parent_run == run.parent_run:
        return "beside"
    return "same graph" if other.graph == run.graph else ""


def stands_left(one: Run, other: Run) -> bool:
    """True if a run stands on the left of another: what is continued does, and otherwise what was first."""
    if one.parent_run == other.id:
        return False
    return other.parent_run == one.id or one.started_at <= other.started_at
