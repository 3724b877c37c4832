"""How a node and a wire at a step are shown: as `NodeState` and `WireValue` of the canvas, and as one line of text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from studio.gui.canvas.state import NodeState as Shown
from studio.gui.canvas.wire_values import WireValue
from studio.gui.live.watching.showing import count, money, span
from studio.gui.live.watching.values import HOVER, PREVIEW
from studio.replay.states.state import FAILED, FIRED, HELD, RUNNING, SKIPPED, WAITING
from studio.support.plain import plain_line
from studio.support.values import Json, preview
from studio.trace.found import Ref

if TYPE_CHECKING:
    from studio.gui.replay.shots import Shots
    from studio.replay.states.state import NodeState
    from studio.replay.states.wires import Lying, Wire
    from studio.trace.decided import Spent

STATUS: Final = {FIRED: "ok", FAILED: "error", SKIPPED: "skipped", HELD: "ok", RUNNING: "running", WAITING: "waiting"}
"""How states of a node at a step are called on the canvas; of what is not yet anything, nothing is shown."""

ON_WIRE: Final = 40
"""Signs of a value that stand on a wire at most."""

FRESH, AGAIN, ABSENT, OPEN = "value", "again", "absent", "open"

NOT_BEGUN: Final = Shown(stale=True)
"""A node of a region that has not begun: paler than those that wait."""


def wait_words(state: NodeState) -> str:
    """Return what a node waits for, "" for one that does not wait."""
    if state.state not in (WAITING, RUNNING):
        return ""
    waits = state.waits
    return waits[0].text + (f" and {len(waits) - 1} more" if len(waits) > 1 else "") if waits else ""


def shown_node(state: NodeState, shots: Shots, spent: Spent | None = None, now: float = 0.0, waits: str = "") -> Shown:
    """Return what the canvas shows of a node. `spent` is what its last firing used for model calls, `now` the moment
    of the step, in seconds since 1970, `waits` what it waits for."""
    last = state.last
    text, took, cost = "", "", ""
    if state.state in (FIRED, HELD) and last is not None:
        text = shots.of(last).summary()
    elif state.state in (FAILED, SKIPPED):
        text = state.reason
    elif state.state in (WAITING, RUNNING):
        text = waits
    elif not STATUS.get(state.state, ""):
        return NOT_BEGUN
    tick = "" if last is None else last.tick
    if state.state == RUNNING and state.now is not None:
        tick = state.now.tick
        took = span(max(0.0, now - (state.since or now)))
    elif last is not None and state.state in (FIRED, FAILED):
        took = span(last.duration / 1e9) if last.duration is not None and last.duration >= 1_000_000 else ""
        cost = used(spent)
    elif state.state == HELD:
        took = "steady"  # where the time of a firing stands: this one held from before
    badge = ""
    if state.origin not in ("", "executed") and state.state in (FIRED, FAILED):
        badge = state.origin
    return Shown(STATUS[state.state], plain_line(text[: 2 * PREVIEW])[:PREVIEW], tick, cost, took, None, badge)


def used(spent: Spent | None) -> str:
    """Return what model calls used in few signs: their cost, or their tokens where they cost nothing."""
    if spent is None or not spent.calls:
        return ""
    cost = money(None if spent.unpriced else spent.cost_usd)
    tokens = spent.tokens_in + spent.tokens_out
    return cost if cost or not tokens else f"{count(tokens)} tok"


def value_on(wire: Wire, shots: Shots) -> WireValue:
    """Return what stands on a wire of the canvas."""
    lying, coming = wire.lying, wire.coming
    kind = _kind(lying)
    following = "" if coming is None else _brief(coming, shots) if coming.state == "present" else "–"
    text = _brief(lying, shots) if lying.state == "present" else ""
    return WireValue(kind, text, following)  # type: ignore[arg-type]


def _kind(lying: Lying) -> str:
    if lying.state == "present":
        return FRESH if lying.fresh else AGAIN
    return ABSENT if lying.state == "absent" else OPEN


def _brief(lying: Lying, shots: Shots) -> str:
    if lying.firing is not None and lying.firing.status_number is not None:
        shot = shots.of(lying.firing)
        if lying.port in shot.outputs:
            return plain_line(shot.brief(lying.port, ON_WIRE))
    return plain_line(shown_value(lying.value, ON_WIRE))


def shown_wire(wire: Wire, shots: Shots | None = None) -> str:
    """Return what lies on a wire, cut: the value, why there is none, or that its source is not decided yet; and what
    feedback brings next."""
    text = shown_lying(wire.lying, shots=shots)
    if wire.coming is not None:
        text = f"{text[: HOVER // 2]}\nat the next tick: {shown_lying(wire.coming, HOVER // 2, shots)}"
    return "\n".join(plain_line(line) for line in text.split("\n"))[:HOVER]


def shown_lying(lying: Lying, limit: int = HOVER, shots: Shots | None = None) -> str:
    """Return one of the two."""
    when = "" if lying.firing is None else f"tick {lying.firing.tick}: "
    if lying.state == "present":
        first = "first value: " if lying.origin == "initial" else when
        again = "" if lying.fresh else " (again)"
        known = None
        if shots is not None and lying.firing is not None and lying.firing.status_number is not None:
            shot = shots.of(lying.firing)
            known = shot.shown(lying.port, limit) if lying.port in shot.outputs else None
        return f"{first}{known if known is not None else shown_value(lying.value, limit)}{again}"
    if lying.state == "absent":
        return f"{when}nothing. {lying.reason[:limit]}"
    return "not decided yet"


def shown_value(value: Json, limit: int = HOVER) -> str:
    """Return a value on one line, cut; a large one that stands elsewhere is named by its size."""
    if isinstance(value, Ref):
        return f"{value.size:,} bytes"
    return preview(value, limit)
