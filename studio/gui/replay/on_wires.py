"""Shows on one canvas what lies on the wires of a run at a step: those in view with the step, all others after it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from time import perf_counter
from typing import TYPE_CHECKING

from studio.gui.canvas.wire_item import WireKey
from studio.gui.replay.showing import shown_wire, value_on

if TYPE_CHECKING:
    from studio.graph.model import Edge
    from studio.gui.canvas import Canvas
    from studio.gui.canvas.wire_values import WireValue
    from studio.gui.replay.session import Session
    from studio.replay.states.state import State
    from studio.replay.states.wires import Lying, Wire


class OnWires:
    """The wires of one canvas that shows a run."""

    def __init__(self, canvas: Canvas, session: Session) -> None:
        self._canvas = canvas
        self._session = session
        self._state: State | None = None
        self._edges: Sequence[Edge] = ()
        self._numbers: dict[WireKey, int] = {}
        """The first edge of each wire, by its place in the file: equal edges share a wire."""
        self._signs: dict[WireKey, object] = {}
        """What tells that which is shown on a wire from something else."""
        self._shown: dict[WireKey, WireValue] = {}
        self._left: dict[WireKey, int] = {}
        """Wires that were not looked at since the last step, those in view first."""

    @property
    def is_done(self) -> bool:
        """True if all wires show what lies on them at the step."""
        return not self._left

    @property
    def count(self) -> int:
        """How many wires there are."""
        return len(self._numbers)

    def turn_to(self, state: State | None, seen: Iterable[WireKey]) -> None:
        """Be about another step, at which those that are `seen` come first."""
        self._state = state
        edges = () if state is None else state.edges
        if edges is not self._edges:
            self._edges = edges
            self._numbers = {}
            for number, edge in enumerate(edges):
                self._numbers.setdefault(WireKey.of(edge), number)
            if not self._shown.keys() <= self._numbers.keys():
                self._signs, self._shown = {}, {}
                self._canvas.set_wire_values({})
        front = {key: self._numbers[key] for key in seen if key in self._numbers}
        self._left = front | self._numbers

    def give_up(self) -> None:
        """Look at no more wires of this step."""
        self._left = {}

    def show(self, seconds: float, most: int | None = None) -> None:
        """Show what lies on the wires that are next, as many as there is time for, and no more than `most`."""
        until = perf_counter() + seconds
        looked_at = list(islice(self._left, most))
        changed = False
        for number, key in enumerate(looked_at):
            changed = self._look_at(key) or changed
            del self._left[key]
            if number % 8 == 7 and perf_counter() > until:
                break
        if changed:
            self._canvas.set_wire_values(self._shown)

    def _look_at(self, key: WireKey) -> bool:
        """Find what lies on a wire; return whether it is something else than before."""
        assert self._state is not None, "wires are those of a state"
        wire = self._state.wire(self._numbers[key])
        sign = _sign(wire.lying), _sign(wire.coming)
        if self._signs.get(key) == sign:
            return False
        self._signs[key] = sign
        self._shown[key] = value_on(wire, self._session.shots)
        return True

    def told(self, edge: Edge) -> str:
        """Return what lies on a wire at the session's step, cut for a tool tip."""
        state = self._session.state_at(self._canvas.at)
        if state is None:
            return ""
        wire: Wire | None = state.wire_of(edge)
        if wire is None:
            return self._session.problem and "What lay on it is not known: a node type of the run's graph is gone."
        return shown_wire(wire, self._session.shots)


def _sign(lying: Lying | None) -> object:
    if lying is None:
        return None
    return lying.state, lying.fresh, lying.origin, lying.port, 0 if lying.firing is None else lying.firing.id
