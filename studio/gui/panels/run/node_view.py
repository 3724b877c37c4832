"""The selected node's firing in full: how it went, and all that it gave. Long values are fetched from the trace."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from studio.gui.live.watching.lookup import whole_value
from studio.gui.live.watching.places import Spot
from studio.gui.live.watching.showing import money, span
from studio.gui.live.watching.values import Shot
from studio.gui.panels.run.text_view import SIGNS, Piece, TextView
from studio.gui.widgets.outputs_view import readable
from studio.support.errors import StudioError
from studio.support.ticks import tick_path
from studio.trace.log import ORIGIN_NAMES

if TYPE_CHECKING:
    from studio.gui.live.bridge import Live
    from studio.gui.live.document_run import DocumentRun

EMPTY = "Select a node, to see how it went and what it gave."
FETCHED = 8
"""Long values that are kept once they are fetched."""

ROLES = {"ok": "ok", "error": "bad", "skipped": "soft"}

Key = tuple[str, str, int, str]


class NodeView(TextView):
    """Follows the selection and what is picked."""

    def __init__(self, live: Live, parent: QWidget | None = None) -> None:
        super().__init__("run.node", "The selected node's firing", EMPTY, parent)
        self.live = live
        self._fetched: OrderedDict[Key, str] = OrderedDict()
        self._asked: set[Key] = set()
        live.found.connect(self._take)

    def show_node(self, mine: DocumentRun | None, spot: Spot | None) -> None:
        """Show a node (by the place it has now), or that none is selected."""
        view = None if mine is None else self.live.seen(mine.document)
        if mine is None or view is None or spot is None:
            self.show_pieces([])
            return
        then = spot if view is not mine.view and spot in view.spots else mine.spot_in_run(spot)
        place = view.spots.get(then)
        pick = mine.picks.get(spot.at)
        region, tick = (None, None) if pick is None else (pick.region, pick.tick)
        shot = None if tick is None else mine.found.get((region or "", then.name, tick))
        if place is None:
            self.show_pieces([], f"{spot.name} did not fire in this run.")
            return
        shot = shot or place.last(region, tick)
        pieces: list[Piece] = []
        if tick is None:
            for (path, at), text in list(place.said.items())[-3:]:
                pieces += [Piece(f"{path}  ·  tick {at}  ·  under way", "accent", bold=True), Piece(text), Piece("")]
        if shot is not None:
            pieces += self._pieces(view.run_id, shot)
        self.show_pieces(pieces, f"{spot.name} has not fired yet.")

    def _pieces(self, run: str, shot: Shot) -> list[Piece]:
        facts = [shot.path, f"tick {tick_path(shot.tick)}", shot.status_name]
        if shot.origin:
            facts.append(ORIGIN_NAMES[shot.origin])
        if shot.duration >= 1_000_000:
            facts.append(span(shot.duration / 1e9))
        if shot.calls:
            facts.append(f"{shot.calls} calls" if shot.calls > 1 else "1 call")
            facts += [f"{shot.tokens:,} tokens"] if shot.tokens else []
            facts += [money(shot.cost)] if money(shot.cost) else []
        if shot.attempt > 1:
            facts.append(f"attempt {shot.attempt}")
        pieces = [Piece("  ·  ".join(facts), ROLES[shot.status_name], bold=True)]
        if shot.reason:
            pieces.append(Piece(shot.reason, "bad" if shot.status_name == "error" else "text"))
        for port in shot.outputs:
            pieces += [Piece(port, "soft", bold=True), Piece(self._text(run, shot, port), "ink")]
        for port, why in (shot.absent or {}).items():
            if port not in shot.outputs and port != "error":
                pieces += [Piece(port, "soft", bold=True), Piece(f"nothing: {why}", "soft")]
        return pieces

    def _text(self, run: str, shot: Shot, port: str) -> str:
        if shot.is_whole(port):
            return readable(shot.value(port))[: SIGNS + 1]
        key = ("whole", run, shot.firing, port)
        known = self._fetched.get(key)
        if known is not None:
            return known
        if run and key not in self._asked:
            self._asked.add(key)
            self.live.look_up(key, lambda trace: readable(whole_value(run, shot.firing, port)(trace))[:SIGNS])
        size = (shot.sizes or {}).get(port, 0)
        return f"{shot.shown(port, 2000)}\n({size:,} bytes; the trace is asked for more)"

    def _take(self, key: object, answer: object) -> None:
        if isinstance(key, tuple) and key[:1] == ("whole",):
            self._asked.discard(key)
            self._fetched[key] = str(answer) if isinstance(answer, StudioError | str) else ""
            while len(self._fetched) > FETCHED:
                self._fetched.popitem(last=False)
