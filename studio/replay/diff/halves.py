"""One of the two runs of a comparison, with what its firings asked, stored and used."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from studio.replay.diff.asked import (
    NOTHING_STORED,
    Asked,
    Stored,
    asked_by_firing,
    asked_of,
    stored_by_firing,
    stored_of,
)
from studio.replay.diff.found import Spent
from studio.replay.diff.pairs import Side
from studio.replay.diff.values import Values
from studio.replay.diff.versions import Version

if TYPE_CHECKING:
    from studio.trace import Trace
    from studio.trace.found import Firing, Run

_ASKED_NOTHING = Asked()


class _Used:
    """What the firings of a node have used so far."""

    __slots__ = ("asked", "duration_ms", "firings")

    def __init__(self) -> None:
        self.firings = 0
        self.duration_ms = 0.0
        self.asked = Spent()


class Half(Side):
    """One of the two runs with what its firings asked and stored."""

    def __init__(self, trace: Trace, run: Run, version: Version, renames: Mapping[str, str]) -> None:
        super().__init__(trace, run.id, version, renames)
        self.header = run
        self.asked = asked_by_firing(trace, run.id)
        self.stored = stored_by_firing(trace, run.id)
        self.values = Values(trace, run.id)
        self._used: dict[str, _Used] = {}
        self.changed_ports: set[tuple[int, str]] = set()
        """Outputs that are not the same in the other run."""
        self.changed_regions: set[int] = set()
        """Region firings with a change inside."""
        self._anchors: Sequence[int] = ()

    def tally(self, node: str, firing: Firing) -> None:
        """Count what a firing used."""
        used = self._used.get(node)
        if used is None:
            used = self._used[node] = _Used()
        used.firings += firing.status != "skipped"
        used.duration_ms += firing.duration_ms or 0.0
        own = self.asked.get(firing.id)
        if own is not None:
            used.asked = used.asked.plus(own.spent)

    def spent(self, node: str) -> Spent:
        """Return what the firings of a node used, by its path in run A."""
        used = self._used.get(node)
        return Spent() if used is None else used.asked.plus(Spent(used.firings, duration_ms=used.duration_ms))

    def source(self, firing: Firing) -> Firing | None:
        """The firing that really executed, None if its run is not in this file."""
        return firing if firing.origin != "replayed" else self.trace.source(firing)

    def effects_of(self, firing: Firing) -> tuple[Asked, Stored] | None:
        """What a firing asked and stored, where it really executed; None if that is not in this file."""
        asked, stored = self.asked.get(firing.id), self.stored.get(firing.id)
        if firing.origin == "replayed" and asked is None:
            source = self.source(firing)
            if source is None:
                return None
            asked = asked_of(self.trace.effects(source.run, firing=source.id))
            stored = stored or stored_of(self.trace.store_ops(source.run, firing=source.id))
        return asked or _ASKED_NOTHING, stored or NOTHING_STORED

    def anchors(self, other: Side) -> Sequence[int]:
        """Return for each place in the outline of this run the place in the other of the last pair up to it."""
        if not self._anchors:
            made = array("q", [0] * (self.count + 1))
            for id in self.rank.ids():
                if self.mate[id]:
                    made[self.rank[id]] = other.rank[self.mate[id]]
            for place in range(1, len(made)):
                made[place] = made[place] or made[place - 1]
            self._anchors = made
        return self._anchors
