"""The columns of the list of prompts, as data: what stands in each, and how wide it is at first."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from studio.support.plain import plain_line
from studio.trace.prompt_rows import PromptRow

SHORT: Final = 10
"""Signs of a run's id that tell it."""


@dataclass(frozen=True, slots=True)
class Column:
    """`text` gives what stands in a row; `shown` False hides the column until it is asked for."""

    key: str
    title: str
    width: int
    text: Callable[[PromptRow], str]
    right: bool = False
    shown: bool = True
    tip: str = ""


def when_text(seconds: float, now: float | None = None) -> str:
    """Return a time as people read it: the hour if it was today, else the date, too."""
    if seconds <= 0:
        return ""
    now = time.time() if now is None else now
    then, today = time.localtime(seconds), time.localtime(now)
    if then[:3] == today[:3]:
        return time.strftime("%H:%M:%S", then)
    return time.strftime("%d %b %H:%M" if then[0] == today[0] else "%d %b %Y", then)


def took_text(milliseconds: float | None) -> str:
    """Return a length of time with a fitting unit."""
    if milliseconds is None:
        return ""
    if milliseconds < 1:
        return "< 1 ms"
    if milliseconds < 1000:
        return f"{milliseconds:.0f} ms"
    return f"{milliseconds / 1000:.1f} s" if milliseconds < 100_000 else f"{milliseconds / 60_000:.1f} min"


def cost_text(usd: float | None) -> str:
    """Return dollars with as many digits as tell something."""
    if usd is None:
        return ""
    if usd == 0:
        return "0"
    return f"${usd:.4f}" if usd >= 0.0001 else f"${usd:.1e}"


def excerpt_text(row: PromptRow) -> str:
    """Return the excerpt without marks."""
    return "".join(text for text, _ in row.excerpt)


def times_text(row: PromptRow) -> str:
    """Return how often the same was asked, and with how many answers."""
    if row.times == 1:
        return ""
    return f"×{row.times:,}" if row.replies == 1 else f"×{row.times:,}, {row.replies:,} replies"


COLUMNS: Final[tuple[Column, ...]] = (
    Column("when", "When", 66, lambda row: when_text(row.asked_at)),
    Column("node", "Node", 118, lambda row: plain_line(row.node[:300])),
    Column("times", "Times", 88, times_text, tip="How often the same messages were asked, with how many replies"),
    Column("prompt", "Prompt", 230, excerpt_text),
    Column("reply", "Reply", 110, lambda row: row.reply or row.error),
    Column("status", "Status", 62, lambda row: row.outcome),
    Column("tokens", "Tokens", 60, lambda row: "" if row.tokens is None else f"{row.tokens:,}", right=True),
    Column("cost", "Cost", 66, lambda row: cost_text(row.cost_usd), right=True),
    Column("took", "Took", 62, lambda row: took_text(row.duration_ms), right=True),
    Column("model", "Model", 130, lambda row: plain_line(row.model[:300])),
    Column("tick", "Tick", 50, lambda row: row.tick),
    Column("graph", "Graph", 100, lambda row: plain_line(row.graph[:300])),
    Column("run", "Run", 92, lambda row: row.run[:SHORT]),
    Column("attempt", "Attempt", 62, lambda row: str(row.attempt), right=True),
    Column("finish", "Ended by", 70, lambda row: row.finish_reason, shown=False),
)

PLACES: Final = {column.key: place for place, column in enumerate(COLUMNS)}
