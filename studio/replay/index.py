"""The thin index of a recorded run that a cursor moves by: one mark per firing, and what was used up to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from studio.trace import Trace

EVERYTHING = 10**9
"""Rows asked for where all are wanted."""


class Mark(NamedTuple):
    """One firing in the index: enough to move by. `depth` counts the regions around it."""

    id: int
    node: str
    type: str
    tick: str
    status: str
    parent: int
    item: int
    depth: int
    body: bool
    """True if the firing has firings inside."""


class Totals(NamedTuple):
    """What the run had used up to and including a step. `cost_usd` is None from the first call of unknown price on."""

    firings: int
    skipped: int
    errors: int
    calls: int
    tokens_in: int
    tokens_out: int
    cost_usd: float | None


class Used(NamedTuple):
    """Model calls of one firing; `unknown` counts those whose price is not known."""

    calls: int
    tokens_in: int
    tokens_out: int
    cost: float
    unknown: int


def marks_of(trace: Trace, run: str) -> list[Mark]:
    """Return the run's firings in outline order. Firings stream by; only marks stay."""
    rows = [
        (firing.id, firing.node, firing.type, firing.tick, firing.status, firing.parent, firing.item)
        for firing in trace.outline(run)
    ]
    around = {row[0]: row[5] for row in rows}
    bodies = set(around.values())
    depths: dict[int, int] = {0: -1}

    def depth(id: int) -> int:
        known = depths.get(id)
        if known is None:
            known = depths[id] = depth(around[id]) + 1 if id in around else -1
        return known

    return [Mark(*row, depth(row[0]), row[0] in bodies) for row in rows]


def used_by_firing(trace: Trace, run: str) -> dict[int, Used]:
    """Return model calls, tokens and money by firing."""
    query = (
        "SELECT firing, count(*), coalesce(sum(tokens_in), 0), coalesce(sum(tokens_out), 0),"
        " coalesce(sum(cost_usd), 0.0), sum(status = 'ok' AND cost_usd IS NULL)"
        " FROM effect WHERE run = ? AND kind IN ('chat', 'complete') GROUP BY firing"
    )
    rows = trace.sql(query, (run,), limit=EVERYTHING, seconds=60.0).rows
    return {int(row[0]): Used(*row[1:]) for row in rows}


def running_totals(marks: Sequence[Mark], used: Mapping[int, Used]) -> list[Totals]:
    """Return what the run had used after each step."""
    made = []
    firings = skipped = errors = calls = tokens_in = tokens_out = unknown = 0
    cost = 0.0
    for mark in marks:
        firings += mark.status != "skipped"
        skipped += mark.status == "skipped"
        errors += mark.status == "error"
        own = used.get(mark.id)
        if own is not None:
            calls += own.calls
            tokens_in += own.tokens_in
            tokens_out += own.tokens_out
            cost += own.cost
            unknown += own.unknown
        made.append(Totals(firings, skipped, errors, calls, tokens_in, tokens_out, None if unknown else cost))
    return made
