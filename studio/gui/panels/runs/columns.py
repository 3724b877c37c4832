"""What the list of runs shows: its columns, and what each says of a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from studio.gui.live.watching.showing import count, span
from studio.support.ago import ago, in_full
from studio.support.plain import plain_line

if TYPE_CHECKING:
    from studio.trace.run_filter import SortKey
    from studio.trace.run_list import RunRow

SHORT_ID: Final = 13
"""Signs of an id that tell it from others."""

MOST: Final = 300
"""Signs of a cell."""

UNKNOWN: Final = "–"

_ENDS: Final = {
    "quiet": "nothing left to do", "stop": "stopped by the graph", "max_ticks": "all ticks done", "abort": "stopped",
    "error": "failed",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `text` says it of a run, seen from now; `tip` says more; `wide` in pixels at first."""

    id: SortKey
    title: str
    wide: int
    text: Callable[[RunRow, float], str]
    tip: Callable[[RunRow], str] | None = None
    right: bool = False
    shown: bool = True


def _started(row: RunRow, now: float) -> str:
    return ago(row.started_at, now)


def _took(row: RunRow, now: float) -> str:
    took = row.took(now)
    return UNKNOWN if took is None else span(took)


def cost_of(row: RunRow) -> str:
    """Return the cost; a run that cost nothing says so, one with calls of unknown price too."""
    if row.cost_usd is None:
        return "$?"
    if row.cost_usd == 0:
        return "$0"
    return f"${row.cost_usd:.2f}" if row.cost_usd >= 0.1 else f"${row.cost_usd:.4f}"


def how_it_ended(row: RunRow) -> str:
    """Return how a run came to its end, with the sentence of its error."""
    if row.ended.startswith("limit:"):
        return f"limit reached: {plain_line(row.ended.removeprefix('limit:')[:60])}"
    if row.error:
        return plain_line(row.error[:MOST])
    if not row.ended:
        return {"running": "goes on", "interrupted": "its process died"}.get(row.status, "")
    return _ENDS.get(row.ended, plain_line(row.ended[:60]))


def lineage(row: RunRow) -> str:
    """Return from which run this one goes on, and where."""
    if not row.parent_run:
        return ""
    where = "" if row.fork_seq is None else f" at step {row.fork_seq:,}"
    gone = "" if row.has_parent else " (not in this file)"
    return f"from {plain_line(row.parent_run[:SHORT_ID])}{where}{gone}"


def status_said(row: RunRow, note: str) -> str:
    """Return the status; of a run that goes on with what is known beyond the trace (`here`, `held`)."""
    return f"{row.status} · {note}" if note and row.is_live else row.status


def _number(value: int | None) -> str:
    return UNKNOWN if value is None else count(value)


def _exact(value: int | None, what: str) -> str:
    return f"{what}: not known" if value is None else f"{value:,} {what}"


COLUMNS: Final[tuple[Column, ...]] = (
    Column("graph", "Graph", 150, lambda row, _: plain_line(row.graph[:MOST]) or "(no name)",
           lambda row: "\n".join(part for part in (row.graph[:MOST], row.file[:MOST]) if part)),
    Column("status", "Status", 122, lambda row, _: row.status,
           lambda row: row.status + (f"\n{row.alarms:,} alarms" if row.alarms else "")),
    Column("started", "Started", 124, _started, lambda row: in_full(row.started_at)),
    Column("took", "Took", 74, _took, right=True),
    Column("firings", "Firings", 64, lambda row, _: _number(row.firings),
           lambda row: _exact(row.firings, "firings"), right=True),
    Column("calls", "Calls", 56, lambda row, _: _number(row.calls),
           lambda row: _exact(row.calls, "model calls"), right=True),
    Column("tokens", "Tokens", 64, lambda row, _: _number(row.tokens),
           lambda row: _exact(row.tokens, "tokens, in and out"), right=True),
    Column("cost", "Cost", 64, lambda row, _: cost_of(row),
           lambda row: "The price of some calls is not known." if row.cost_usd is None else f"${row.cost_usd:.6f}",
           right=True),
    Column("ended", "How it ended", 170, lambda row, _: how_it_ended(row),
           lambda row: row.error or how_it_ended(row)),
    Column("inputs", "Inputs", 190, lambda row, _: plain_line(row.inputs[:MOST]), lambda row: row.inputs),
    Column("models", "Models", 170, lambda row, _: plain_line(", ".join(row.models)[:MOST]) or UNKNOWN,
           lambda row: "\n".join(row.models)[:MOST]),
    Column("class", "Class", 58, lambda row, _: plain_line(row.behaviour) or UNKNOWN,
           lambda row: "The class of its dynamics" + (f": {row.behaviour}" if row.behaviour else " is not recorded.")),
    Column("lineage", "Goes on from", 190, lambda row, _: lineage(row),
           lambda row: f"{row.parent_run[:64]}\n{lineage(row)}" if row.parent_run else "It began afresh."),
    Column("id", "Run", 124, lambda row, _: plain_line(row.id[:SHORT_ID]), lambda row: row.id[:64]),
)  # fmt: skip
