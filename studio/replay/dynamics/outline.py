"""The firings of a recorded run in the order of its outline, and the executions of graphs that they are part of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from studio.trace import Trace
    from studio.trace.found import Firing


class Execution(NamedTuple):
    """One execution of a graph: the firing that makes it (0: the run itself), its attempt, and the item of a map."""

    firing: int
    attempt: int
    item: int


THE_RUN = Execution(0, 1, 0)


class Outline:
    """The firings of a run in outline order. Where a region was tried again, the firings of each attempt follow those
    of the one before, as they did in the run; the outline itself would mix them."""

    def __init__(self, trace: Trace, run: str) -> None:
        listed = list(trace.outline(run))
        self.run = run
        self.by_id: dict[int, Firing] = {firing.id: firing for firing in listed}
        self._attempts = _attempts(listed)
        self._around: dict[Execution, tuple[Execution, ...]] = {THE_RUN: (THE_RUN,)}
        self.firings: Sequence[Firing] = self._in_turn(listed) if self._attempts else listed

    def lies_in(self, firing: Firing) -> Execution:
        """Return the execution that a firing is part of."""
        if firing.parent not in self.by_id:
            return THE_RUN
        return Execution(firing.parent, self._attempts.get(firing.id, 1), firing.item)

    def around(self, firing: Firing) -> tuple[Execution, ...]:
        """Return the executions around a firing, outermost first."""
        nearest = self.lies_in(firing)
        known = self._around.get(nearest)
        if known is None:
            known = self._around[nearest] = (*self.around(self.by_id[nearest.firing]), nearest)
        return known

    def within(self, execution: Execution, firing: Firing) -> Firing:
        """Return the firing of this execution that is, or runs, a firing inside of it."""
        while self.lies_in(firing) != execution:
            firing = self.by_id[firing.parent]
        return firing

    def has_clock(self, firing: Firing) -> bool:
        """Whether the graph that a firing is part of has a clock of its own."""
        around = self.by_id.get(firing.parent)
        return around is None or around.tick_key != firing.tick_key

    def _in_turn(self, listed: Sequence[Firing]) -> list[Firing]:
        inside: dict[int, list[Firing]] = {}
        for firing in listed:
            inside.setdefault(self.lies_in(firing).firing, []).append(firing)
        told: list[Firing] = []
        waiting = list(reversed(inside.pop(0, ())))
        while waiting:
            firing = waiting[-1]
            body = inside.pop(firing.id, None)
            if body is None:
                told.append(waiting.pop())
            else:
                body.sort(key=lambda one: self._attempts.get(one.id, 1))
                waiting += reversed(body)
        return told


def _attempts(listed: Sequence[Firing]) -> dict[int, int]:
    """Return the attempt at the region around them that firings belong to, where it is not the first.

    Attempts follow each other: one begins with a firing that the last has had already.
    """
    found: dict[int, int] = {}
    now: dict[int, tuple[int, set[tuple[int, str, str]]]] = {}
    for firing in sorted(listed, key=lambda one: one.id):
        if not firing.parent:
            continue
        attempt, seen = now.get(firing.parent, (1, set()))
        key = (firing.item, firing.node, firing.tick_key)
        if key in seen:
            attempt, seen = attempt + 1, set()
        seen.add(key)
        now[firing.parent] = attempt, seen
        if attempt > 1:
            found[firing.id] = attempt
    return found
