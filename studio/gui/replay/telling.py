"""What is said of where a run stands: the way through regions and items to the node, and what is not as one expects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.replay.items import name_of
from studio.support.plain import plain_line

if TYPE_CHECKING:
    from studio.gui.replay.session import Session

ARROW = " › "

SAID = {"ok": "fired", "error": "failed", "skipped": "skipped"}


def where_words(session: Session) -> str:
    """Return the way to the node of the current step, with the items of maps, and what became of it."""
    here, steps = session.here, session.cursor.steps
    parts: list[str] = []
    row = steps.path(here.path)
    while row is not None:
        # What stands around it was known before: a stranger's file cannot lead round and round.
        around = steps.path(row.parent) if 0 < row.parent < row.path else None
        start = 0 if around is None else len(around.node) + 1
        inside = row.node[start:]
        item, slash, name = inside.rpartition("/")
        parts.append(name[:120])
        if slash:
            parts.append(f"[{name_of(item)[:40] or 'no name'}]")
        row = around
    way = ARROW.join(reversed(parts)).replace(f"{ARROW}[", " [")
    said = SAID.get(here.status, here.status)
    origin = f", {here.origin}" if here.status == "ok" and here.origin != "executed" else ""
    attempt = f", attempt {here.attempt}" if here.attempt > 1 else ""
    why = f": {here.reason[:200]}" if here.reason else ""
    return plain_line(f"{way}  ·  {said}{origin}{attempt}{why}")


def why_words(session: Session) -> str:
    """Return what is not as one expects of a run, "" if nothing is."""
    if session.problem:
        return plain_line(f"What lay on wires, and what waits for what, is not known: {session.problem[:300]}")
    if loss := session.loss:
        became = "is gone from its place" if loss == "gone" else "has been replaced by another one"
        return f"The trace file {became}; what is shown is still read from it as it was."
    spot = session.spot(session.here.node)
    if spot is None:
        return "The graph recorded with this run has no node for this step."
    return ""
