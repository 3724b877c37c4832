"""How a node and a wire at a step are shown: as `NodeState` of the canvas, and as one line of text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import orjson

from studio.gui.canvas.state import NodeState as Shown
from studio.gui.live.watching.showing import span
from studio.gui.live.watching.values import HOVER, PREVIEW, Shot
from studio.replay.states.state import FAILED, FIRED, HELD, RUNNING, SKIPPED, WAITING
from studio.support.plain import plain_line
from studio.support.values import Json, preview
from studio.trace.found import Ref

if TYPE_CHECKING:
    from studio.replay.states.state import NodeState
    from studio.replay.states.wires import Wire
    from studio.trace.decided import Decided

STATUS: Final = {FIRED: "ok", FAILED: "error", SKIPPED: "skipped", HELD: "ok", RUNNING: "running", WAITING: "waiting"}
"""How states of a node at a step are called on the canvas; of what is not yet anything, nothing is shown."""


def shown_node(state: NodeState, is_here: bool) -> Shown:
    """Return what the canvas shows of a node. `is_here`: the current step is its firing."""
    last = state.last
    text = ""
    if state.state in (FIRED, HELD) and last is not None:
        text = summary_of(last)
    elif state.state in (FAILED, SKIPPED):
        text = state.reason
    elif state.state == WAITING and (waits := state.waits):
        text = waits[0].text
    took = 0 if last is None or state.state not in (FIRED, FAILED) else last.duration or 0
    badge = "here" if is_here else "steady" if state.state == HELD else ""
    if not badge and state.origin not in ("", "executed") and state.state in (FIRED, FAILED):
        badge = state.origin
    return Shown(
        STATUS.get(state.state, ""),
        plain_line(text[: 2 * PREVIEW])[:PREVIEW],
        "" if last is None else last.tick,
        "",
        span(took / 1e9) if took >= 1_000_000 else "",
        None,
        badge,
    )


def summary_of(firing: Decided) -> str:
    """Return one line about what a firing gave, as the canvas shows it during a run."""
    outputs = {port: orjson.dumps(_plain(value)) for port, value in firing.outputs.items()}
    shot = Shot(firing.id, "", "", firing.tick_key, 0, "", 0, 0, 1, outputs, None)
    shot.shed()
    return shot.summary()


def shown_wire(wire: Wire) -> str:
    """Return what lies on a wire, cut: the value, why there is none, or that its source is not decided yet."""
    return plain_line(shown_lying(wire))[:HOVER]


def shown_lying(wire: Wire, limit: int = HOVER) -> str:
    """Return the same with lines as they are, cut before anything looks at it."""
    lying = wire.lying
    when = "" if lying.firing is None else f"tick {lying.firing.tick}: "
    if lying.state == "present":
        first = "first value: " if lying.origin == "initial" else when
        again = "" if lying.fresh else " (again)"
        return f"{first}{shown_value(lying.value, limit)}{again}"
    if lying.state == "absent":
        return f"{when}nothing. {lying.reason[:limit]}"
    return "not decided yet"


def shown_value(value: Json, limit: int = HOVER) -> str:
    """Return a value on one line, cut; a large one that stands elsewhere is named by its size."""
    if isinstance(value, Ref):
        return f"{value.size:,} bytes"
    return preview(value, limit)


def _plain(value: Json) -> Json:
    return f"({value.size:,} bytes)" if isinstance(value, Ref) else value
