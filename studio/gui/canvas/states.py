"""What a run says about nodes, shown on their cards as often as the window bears it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from time import perf_counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from studio.gui.canvas import tips
from studio.gui.canvas.state import IDLE, NodeState

if TYPE_CHECKING:
    from studio.gui.canvas.canvas import Canvas

FRAME_MS = 33
"""States of a run are shown this often; between two the last one counts."""

SELDOM_MS = 400
"""How long a canvas that is slow to paint waits at most between two."""


class States(QObject):
    """The states that wait to be shown on a canvas, by node; of many the last one counts."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._waiting: dict[str, NodeState] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(FRAME_MS)
        self._timer.timeout.connect(self.show)
        # A timer of its own: what a single shot is to call is kept for ever if the canvas goes before it rings.
        self._pacing = QTimer(self)
        self._pacing.setSingleShot(True)
        self._pacing.timeout.connect(self._pace)
        self._began = 0.0

    def set(self, name: str, state: NodeState) -> None:
        """Show a state, soon."""
        self._waiting[name] = state
        if not self._timer.isActive():
            self._timer.start()

    def clear(self) -> None:
        """Show no run."""
        self._waiting.clear()
        for card in self._canvas.projection.cards.values():
            card.set_state(IDLE)
        self._canvas.minimap.refresh()
        tips.describe(self._canvas)

    def show(self) -> None:
        """Show what waits."""
        self._began = perf_counter()
        waiting, self._waiting = self._waiting, {}
        cards = self._canvas.projection.cards
        for name, state in waiting.items():
            if name in cards:
                cards[name].set_state(state)
        self._canvas.minimap.refresh()
        self._tell(waiting)
        # Painting follows at once; a canvas that is slow to paint shows states less often, so that the window lives.
        self._pacing.start(0)

    def show_now(self, names: Iterable[str]) -> None:
        """Show what waits for some nodes, and do not wait until it is time for all."""
        cards = self._canvas.projection.cards
        shown = [name for name in names if name in self._waiting]
        for name in shown:
            state = self._waiting.pop(name)
            if name in cards:
                cards[name].set_state(state)
        self._tell(shown)

    def _tell(self, names: Collection[str]) -> None:
        """Tell those who do not see the canvas how the selected node goes, if it is one of these."""
        chosen = self._canvas.selected() if names else []
        if len(chosen) == 1 and chosen[0] in names:
            tips.describe(self._canvas)

    def _pace(self) -> None:
        seconds = perf_counter() - self._began
        self._timer.setInterval(max(FRAME_MS, min(SELDOM_MS, round(seconds * 3000))))
