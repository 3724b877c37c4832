"""`Closure`: all that led to a firing, or that it led to, found step by step, breadth first.

It can be left and gone on with at any edge, so that who waits for it can say how far it is, or give it up.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from time import monotonic
from typing import TYPE_CHECKING, Final

from studio.replay.causes.records import OUTSIDE, Ancestry, Cause

if TYPE_CHECKING:
    from studio.trace.found import Firing

MORE: Final = 1000
"""Firings left out that are counted; where there are so many, there may be more."""

LOOKED: Final = 20
"""Edges between two looks at the clock."""

Step = tuple[Cause, int, str | None]
"""An edge, the firing to go on with, and which of its outputs (None: all)."""


class Closure:
    """A search from one firing (of one of its outputs, if `port` is given). `depth` bounds its steps, `limit` its
    firings; `steps` yields what is one step away, `get` a firing by its id."""

    def __init__(
        self,
        firing: Firing,
        port: str | None,
        steps: Callable[[int, str | None], Iterable[Step]],
        get: Callable[[int], Firing],
        depth: int | None,
        limit: int | None,
    ) -> None:
        self._root = firing
        self._port = port
        self._steps = steps
        self._get = get
        self._depth = depth
        self._limit = limit
        self.firings: dict[int, Firing] = {firing.id: firing}
        self._edges: dict[Cause, None] = {}
        self._more: dict[int, None] = {}
        self._going = self._edge_by_edge()

    def whole(self) -> Ancestry:
        """Go to the end and return what was found."""
        for _ in self._going:
            pass
        return self.found

    def go_on(self, seconds: float) -> bool:
        """Go on for about so long; return whether the end was reached."""
        until = monotonic() + seconds
        while True:
            if sum(1 for _ in islice(self._going, LOOKED)) < LOOKED:
                return True
            if monotonic() >= until:
                return False

    @property
    def found(self) -> Ancestry:
        """What was found so far."""
        return Ancestry(self._root.id, self._port or "", self.firings, tuple(self._edges), tuple(self._more))

    def _edge_by_edge(self) -> Iterator[None]:
        firings, edges, more = self.firings, self._edges, self._more
        seen: dict[int, set[str | None]] = {self._root.id: {self._port}}
        todo: deque[tuple[int, str | None, int]] = deque([(self._root.id, self._port, 0)])
        while todo:
            id, output, far = todo.popleft()
            if None in seen[id] and output is not None:
                continue  # all its outputs are looked at anyway
            if self._depth is not None and far >= self._depth:
                if next(iter(self._steps(id, output)), None) is not None:
                    more[id] = None
                yield
                continue
            for cause, other, asked in self._steps(id, output):
                yield
                if other != OUTSIDE and other not in firings:
                    if self._limit is not None and len(firings) >= self._limit:
                        more[other] = None
                        if len(more) >= MORE:
                            return
                        continue
                    firings[other] = self._get(other)
                edges[cause] = None
                if other != OUTSIDE and asked not in seen.setdefault(other, set()):
                    seen[other].add(asked)
                    todo.append((other, asked, far + 1))
