"""Shows on the canvas in front how the nodes of a run stand, a few milliseconds' worth at a time.

What is in view comes first; the rest follows when there is time, or when it comes into view.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from time import monotonic, perf_counter
from typing import TYPE_CHECKING, Any, Final

from studio.editing import At, Document
from studio.gui.live.document_run import DocumentRun
from studio.gui.live.watching.places import Spot
from studio.gui.live.watching.showing import IDLE, Pick, shown, wire_text
from studio.gui.workbench import Workbench

if TYPE_CHECKING:
    from studio.graph.model import Edge
    from studio.gui.canvas.state import NodeState
    from studio.gui.live.watching.feed import RunView
    from studio.gui.live.watching.parts import FilePart

PUSH_S: Final = 0.006
"""Longest time that one push of states may take, in seconds."""

MANY: Final = 60
"""Nodes changed at once from which on only those in view are told first."""

SEEN_S: Final = 0.3
"""How long what is in view is taken to stay the same, in seconds."""


class CanvasStates:
    """Which nodes look different is noted with `note`; `push` tells the canvas of them. One thread."""

    def __init__(
        self,
        workbench: Workbench,
        runs: Callable[[Document], DocumentRun],
        seen: Callable[[Document], RunView | FilePart | None],
    ) -> None:
        self.workbench = workbench
        self.is_loading: Callable[[], bool] = lambda: False
        """Whether the embedded model is being started."""
        self._runs = runs
        self._seen_of = seen
        self._dirty: dict[Spot, None] = {}
        self._seen: tuple[float, Any, frozenset[str]] = (0.0, None, frozenset())
        self._make: Any = None

    @property
    def waiting(self) -> bool:
        """True while some nodes do not show yet how they stand."""
        return bool(self._dirty)

    def note(self, mine: DocumentRun, spots: Iterable[Spot]) -> None:
        """These nodes, by the names they have now, look different; others than the shown graph's do not matter."""
        tab = self.workbench.current
        if tab is not None and tab.document is mine.document and tab.document.locked is None:
            at = tab.at
            self._dirty.update((spot, None) for spot in spots if spot.at == at)

    def push(self, budget: float = PUSH_S) -> None:
        """Tell the canvas of what was noted, as far as time allows."""
        tab, canvas = self.workbench.current, self.workbench.canvas
        if tab is None or canvas is None or not tab.document.has(tab.at):
            self._dirty.clear()
            return
        if not self._dirty:
            return
        mine = self._runs(tab.document)
        nodes = tab.document.at(tab.at).nodes
        seen = self._in_view(canvas) if len(self._dirty) > MANY else None
        until, told = perf_counter() + budget, 0
        for only_seen in (True, False):
            if only_seen and seen is None:
                continue
            if not only_seen and seen is not None and mine.is_running:
                return  # what is out of view changes again before anyone looks
            for spot in list(self._dirty):
                if only_seen and seen is not None and spot.name not in seen:
                    continue
                del self._dirty[spot]
                if spot.name in nodes and spot.at == tab.at:
                    canvas.set_state(spot.name, self.state(mine, spot))
                told += 1
                if told % 8 == 0 and perf_counter() > until:
                    return

    def show(self, mine: DocumentRun, spots: Iterable[Spot]) -> None:
        """Show these nodes at once."""
        self.note(mine, spots)
        self.push()

    def show_all(self, *, anew: bool = False) -> None:
        """Show all nodes of the graph in front; `anew`: what the canvas shows of an older run goes at once."""
        self._dirty.clear()
        tab, canvas = self.workbench.current, self.workbench.canvas
        if tab is None or canvas is None or not tab.document.has(tab.at) or tab.document.locked is not None:
            return  # of a locked one, who locked it says what is shown
        mine = self._runs(tab.document)
        if anew:
            canvas.clear_states()
        if self._seen_of(tab.document) is None and not mine.breakpoints and not mine.frozen:
            return
        self.note(mine, (Spot(tab.at, name) for name in tab.document.at(tab.at).nodes))
        self.push()

    def state(self, mine: DocumentRun, spot: Spot) -> NodeState:
        """Return what the canvas shows of a node."""
        if self._make is None:
            from studio.gui.canvas.state import NodeState

            self._make = NodeState
        pick = mine.picks.get(spot.at) or LATEST
        now = IDLE
        view = self._seen_of(mine.document)
        if view is not None:
            then = self._then(mine, view, spot)
            looked_up = mine.found.get((pick.region or "", then.name, pick.tick)) if pick.tick else None
            now = shown(view, then, pick, looked_up)
        text, status, badge = now.text, now.status, now.badge
        if status == "running" and not text and self.is_loading():
            text = "loading the model…"
        stale = bool(status) and view is mine.view and spot in mine.stale
        if stale:
            status, badge = "", "changed"
        if mine.off or mine.frozen:
            region = pick.region if spot.at else None
            is_off = mine.marked(mine.off, spot, region)
            badge = "off" if is_off else "frozen" if mine.marked(mine.frozen, spot, region) else badge
        if spot in mine.breakpoints and status != "held":
            badge = f"● {badge}".rstrip()
        made: NodeState = self._make(status, text, now.tick, now.cost, now.duration, None, badge, stale)
        return made

    def wire_value(self, document: Document, at: At, edge: Edge) -> str:
        """Return what lies on a wire, cut for a tool tip; "" before anything is known."""
        mine = self._runs(document)
        view = self._seen_of(document)
        if view is None:
            return ""
        then = self._then(mine, view, Spot(at, edge.source))
        return wire_text(view, replace(edge, source=then.name), at, mine.picks.get(at) or LATEST)

    def _then(self, mine: DocumentRun, view: RunView | FilePart, spot: Spot) -> Spot:
        """Where a node was when it was run. A file that was run as a body was run as it stands on the disk."""
        return spot if view is not mine.view and spot in view.spots else mine.spot_in_run(spot)

    def _in_view(self, canvas: Any) -> frozenset[str]:
        at, whose, names = self._seen
        now = monotonic()
        if whose is not canvas or now - at > SEEN_S:
            names = frozenset(canvas.visible_nodes())
            self._seen = now, canvas, names
        return names


LATEST: Final = Pick()
