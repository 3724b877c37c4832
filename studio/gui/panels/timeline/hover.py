"""What a tool tip tells of a firing: node, tick, state, how long it took, what it cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.gui.live.watching.showing import count, span
from studio.gui.panels.timeline.state import State
from studio.support.errors import StudioError
from studio.support.plain import plain_line
from studio.trace.log import ORIGIN_NAMES, STATUS_NAMES
from studio.trace.overview import spent_at

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

MOST = 240
"""Signs of a reason that are shown."""

_SAID = {"ok": "fired", "error": "failed", "skipped": "skipped"}


def told(state: State, index: int, beside: NDArray[numpy.int64]) -> str:
    """Return some lines about a firing; `beside` are the firings that lie on the same pixels."""
    overview = state.overview
    seq = int(overview.seq[index])
    steps = state.session.cursor.steps
    try:
        firing = steps.step(seq)
        spent = spent_at(steps, seq) if overview.asked[index] else None
    except StudioError as error:
        return plain_line(str(error)[:MOST])
    status = STATUS_NAMES[overview.status[index]]
    tick = "" if firing is None else f" · tick {firing.tick}"
    lines = ["" if firing is None else plain_line(firing.node[:MOST]), f"step {seq:,}{tick}"]
    said = _SAID[status]
    if status != "skipped":
        said += f" in {exact_span(int(overview.duration[index]))}"
    if overview.origin[index]:
        said += f", {ORIGIN_NAMES[overview.origin[index]]}"
    if overview.attempt[index] > 1:
        said += f", attempt {overview.attempt[index]}"
    lines.append(said)
    if firing is not None and firing.reason:
        lines.append(plain_line(firing.reason[:MOST]))
    if spent is not None:
        lines.append(
            f"{spent.calls} model call{'s' if spent.calls != 1 else ''} · {count(spent.tokens_in)} tokens in,"
            f" {count(spent.tokens_out)} out{cost(spent.cost_usd, spent.unpriced)}"
        )
    if len(beside) > 1:
        lines.append(others(state, beside))
    return "\n".join(lines)


def others(state: State, beside: NDArray[numpy.int64]) -> str:
    """Return a line about how many firings lie together."""
    status = state.overview.status[beside]
    parts = [f"{int((status == number).sum()):,} {_SAID[name]}" for number, name in enumerate(STATUS_NAMES)]
    return f"{len(beside):,} firings here: {', '.join(part for part in parts if not part.startswith('0 '))}"


def cost(usd: float, unpriced: int) -> str:
    """Return what something cost, if anything is known of it."""
    if unpriced:
        return " · price not known"
    return f" · ${usd:.4f}" if usd else ""


def exact_span(nanoseconds: int) -> str:
    """Return a length of time, short ones to the microsecond."""
    if nanoseconds < 1_000_000:
        return f"{nanoseconds / 1000:.0f} µs"
    return f"{nanoseconds / 1e6:.1f} ms" if nanoseconds < 10_000_000 else span(nanoseconds / 1e9)
