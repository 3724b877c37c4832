"""How a node of a run is shown: its state, text, tick, cost and time, for all items and ticks or for a picked one."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from studio.graph.model import Edge
from studio.gui.live.watching.places import Spot
from studio.gui.live.watching.tracks import PlaceTrack
from studio.gui.live.watching.values import HOVER, Shot
from studio.support.plain import plain_line
from studio.support.ticks import tick_key, tick_path
from studio.trace.log import ORIGIN_NAMES

if TYPE_CHECKING:
    from studio.gui.live.watching.feed import RunView
    from studio.gui.live.watching.parts import FilePart


@dataclass(frozen=True, slots=True)
class Pick:
    """Which firings a tab shows: of one region (`prefix`, None: of all items together) and one tick (sortable, None:
    the latest)."""

    region: str | None = None
    tick: str | None = None

    @property
    def is_latest(self) -> bool:
        """True if whatever came last is shown."""
        return self.tick is None


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown of a node; the fields are those of the canvas's `NodeState`."""

    status: str = ""
    text: str = ""
    tick: str = ""
    cost: str = ""
    duration: str = ""
    badge: str = ""


IDLE: Final = Shown()


def shown(view: RunView | FilePart, spot: Spot, pick: Pick, found: Shot | None = None) -> Shown:
    """Return how a node is shown. `found` is the picked firing where it had to be looked up in the trace."""
    place = view.spots.get(spot)
    if place is None:
        return IDLE
    if pick.is_latest and (now := _under_way(view, place, pick)) is not None:
        return now
    shot = found or place.last(pick.region, pick.tick)
    if shot is None:
        return Shown("waiting") if pick.is_latest and not view.ended and not place.decided else IDLE
    status = shot.status_name
    if pick.region is None and pick.is_latest and place.paths > 1 and place.failed and status == "ok":
        status = "error"  # of many items, one that failed must not hide behind one that came later
        failed = next((one for one in reversed(place.shots) if one.status_name == "error"), shot)
        shot = failed
    return Shown(
        status,
        plain_line(shot.summary()),
        tick_path(shot.tick),
        money(shot.cost) if shot.calls else "",
        span(shot.duration / 1e9) if shot.duration >= 1_000_000 else "",
        _badge(place, pick, shot),
    )


def _under_way(view: RunView | FilePart, place: PlaceTrack, pick: Pick) -> Shown | None:
    """How a node is shown that is not done: asking, held, running."""
    for path, tick, question in place.waits.values():
        if pick.region is None or _in(path, pick.region):
            return Shown("asks", f"waiting for you: {plain_line(question[:HOVER])}", tick)
    for path, tick in place.held:
        if pick.region is None or _in(path, pick.region):
            return Shown("held", "", tick, badge="next" if view.frontier[0].node == path else "held")
    for opened in reversed(place.opened.values()):
        if pick.region in (None, opened.track.region.prefix):
            tick = tick_path(opened.tick)
            said = place.said.get((opened.track.path, tick), "")
            return Shown(
                "running",
                plain_line(said),
                tick,
                money(opened.cost) if opened.cost else "",
                span(time.time() - opened.started),
                f"{len(place.opened)} at once" if len(place.opened) > 1 and pick.region is None else "",
            )
    return None


def _in(path: str, region: str) -> bool:
    return path.rpartition("/")[0] == region.rstrip("/")


def _badge(place: PlaceTrack, pick: Pick, shot: Shot) -> str:
    if shot.origin:
        return ORIGIN_NAMES[shot.origin]
    if not pick.is_latest or pick.region is not None:
        return ""
    fired = place.fired + place.failed
    return f"×{fired:,}" if fired > 1 else ""


def wire_text(view: RunView | FilePart, edge: Edge, at: tuple[str, ...], pick: Pick) -> str:
    """Return what lies on a wire: the value its source gave, cut; or why there is none; "" before anything is known.

    A feedback wire shows at a picked tick what was given the tick before.
    """
    place = view.spots.get(Spot(at, edge.source))
    if place is None:
        return ""
    tick = pick.tick
    if edge.feedback and tick is not None:
        tick = _before(tick)
        if tick is None:
            return "nothing fed back yet" if not edge.has_initial else f"initial: {edge.initial!r:.200}"
    shot = place.last(pick.region, tick)
    if shot is None:
        return ""
    when = f"tick {tick_path(shot.tick)}"
    if edge.source_port == "done":
        return f"done ({when})" if shot.status_name == "ok" else f"nothing ({when}): {shot.reason[:HOVER]}"
    if edge.source_port in shot.outputs:
        return f"{when}: {plain_line(shot.shown(edge.source_port, HOVER))}"
    why = (shot.absent or {}).get(edge.source_port, "") or shot.reason or "no value"
    return f"{when}: nothing. {plain_line(why[:HOVER])}"


def _before(tick: str) -> str | None:
    path = tick_path(tick)
    around, dot, last = path.rpartition(".")
    return None if last == "0" else tick_key(f"{around}{dot}{int(last) - 1}")


def money(usd: float | None) -> str:
    """Return an amount as people read it; "" for nothing, "$?" where a price is unknown."""
    if usd is None:
        return "$?"
    if usd == 0:
        return ""
    return f"${usd:.2f}" if usd >= 0.1 else f"${usd:.4f}"


def span(seconds: float) -> str:
    """Return a length of time as people read it."""
    if seconds < 1:
        return f"{max(0.0, seconds) * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"


def count(number: float) -> str:
    """Return a count as people read it: 950, 12.3k, 4.1M."""
    if number < 10_000:
        return f"{number:,.0f}"
    return f"{number / 1000:,.1f}k" if number < 1_000_000 else f"{number / 1e6:,.1f}M"
