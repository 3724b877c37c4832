"""Brings the firings of two runs together: by node path, tick and attempt of the region around (design rule 2.7).

Both outlines stream by. Only firings whose counterpart has not come yet are kept, so for runs of the same shape no
more than a few; beside them each firing leaves a few numbers.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from studio.replay.diff.versions import Version

if TYPE_CHECKING:
    from studio.trace import Trace
    from studio.trace.found import Firing

Identity = tuple[str, str, int]
"""Node path as run A has it, tick and attempt of the region around, from 1."""


class Numbers:
    """One whole number per firing id, 0 where none was set."""

    def __init__(self) -> None:
        self._kept = array("q")

    def __getitem__(self, id: int) -> int:
        return self._kept[id] if id < len(self._kept) else 0

    def __setitem__(self, id: int, number: int) -> None:
        if id >= len(self._kept):
            self._kept.extend([0] * max(id + 1 - len(self._kept), len(self._kept) // 2))
        self._kept[id] = number

    def ids(self) -> Iterator[int]:
        """Yield the ids that have a number."""
        return (id for id, number in enumerate(self._kept) if number)


class Side:
    """The firings of one run on their way past: where each stands in the outline (from 1), which region firing is
    around it, and which firing of the other run is its counterpart."""

    def __init__(self, trace: Trace, run: str, version: Version, renames: Mapping[str, str]) -> None:
        self.trace = trace
        self.run = run
        self.version = version
        self.rank = Numbers()
        self.parent = Numbers()
        self.mate = Numbers()
        self.waiting: dict[Identity, Firing] = {}
        self.count = 0
        self._renames = renames
        self._seen: set[int] = set()

    def firings(self) -> Iterator[tuple[Identity, Firing]]:
        """Yield the firings in outline order with their identities."""
        for firing in self.trace.outline(self.run):
            self.count += 1
            self.rank[firing.id] = self.count
            self.parent[firing.id] = firing.parent
            yield self._identity(firing), firing

    def _identity(self, firing: Firing) -> Identity:
        path = self.version.renamed(firing.node, self._renames)
        attempt = 1
        if firing.attempt > 1:  # attempts of the region around count on through the node's own
            node = self.version.spot(firing.node).node
            attempt += (firing.attempt - 1) // ((node.retries if node is not None else 0) + 1)
        identity = (path, firing.tick, attempt)
        if "/" not in firing.node:  # the top region is never tried again
            return identity
        # Some do not know the attempt of the region around: those without a decision, and bodies that share a clock.
        # They come one after the other in the outline. Only hashes are kept, so that long runs stay small.
        while hash(identity) in self._seen:
            identity = (path, firing.tick, identity[2] + 1)
        self._seen.add(hash(identity))
        return identity


def brought_together(
    a: Side,
    b: Side,
    pair: Callable[[Identity, Firing, Firing], None],
    alone: Callable[[Identity, Firing, Side], None],
) -> None:
    """Call `pair` for every firing that both runs have, about in outline order, and `alone` for every other."""
    left, right = a.firings(), b.firings()
    while True:
        one, other = next(left, None), next(right, None)
        if one is not None and other is not None and one[0] == other[0]:
            _met(a, b, one[0], one[1], other[1], pair)
            continue
        if one is not None:
            found = b.waiting.pop(one[0], None)
            if found is not None:
                _met(a, b, one[0], one[1], found, pair)
            elif other is None:
                alone(one[0], one[1], a)
            else:
                a.waiting[one[0]] = one[1]
        if other is not None:
            found = a.waiting.pop(other[0], None)
            if found is not None:
                _met(a, b, other[0], found, other[1], pair)
            elif one is None:
                alone(other[0], other[1], b)
            else:
                b.waiting[other[0]] = other[1]
        if one is None and other is None:
            break
    for side in (a, b):
        for identity, firing in side.waiting.items():
            alone(identity, firing, side)
        side.waiting.clear()


def _met(
    a: Side, b: Side, identity: Identity, one: Firing, other: Firing, pair: Callable[[Identity, Firing, Firing], None]
) -> None:
    a.mate[one.id] = other.id
    b.mate[other.id] = one.id
    pair(identity, one, other)
