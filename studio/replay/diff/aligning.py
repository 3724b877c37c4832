"""Which step of one run belongs to which of another: the firing of the same node, tick and attempt (design rule 2.7).

Answers one step at a time from indexes, so that stepping through two runs side by side waits for nothing. The whole
comparison pairs firings the same way.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from studio.replay.diff.versions import Version
from studio.trace.seqs import seqs_at

if TYPE_CHECKING:
    from studio.trace import Trace
    from studio.trace.decided import Decided
    from studio.trace.moments import Moments

Which = Literal["a", "b"]

CHUNK: Final = 32
"""Steps looked through at a time for the last one that the other run has, too."""

FURTHEST: Final = 256
"""Steps that are looked through at most."""


class Aligned(NamedTuple):
    """A step of the other run. `exact`: it is the counterpart; otherwise that of the last step before that has one,
    and `back` says how many steps before that is."""

    seq: int
    exact: bool
    back: int = 0


class Aligner:
    """Two runs, which may stand in different files. `renamed` maps nodes of B (`graph.node`) to their names in A."""

    def __init__(
        self, trace_a: Trace, run_a: str, trace_b: Trace, run_b: str, renamed: Mapping[str, str] | None = None
    ) -> None:
        self._traces: dict[Which, Trace] = {"a": trace_a, "b": trace_b}
        self._runs: dict[Which, str] = {"a": run_a, "b": run_b}
        self._steps: dict[Which, Moments] = {"a": trace_a.steps(run_a), "b": trace_b.steps(run_b)}
        self._versions: dict[Which, Version] = {}
        self._renames: dict[Which, dict[str, str]] = {"a": {}, "b": {}}
        self.rename(renamed or {})

    def rename(self, renamed: Mapping[str, str]) -> None:
        """Know nodes of B by other names in A from now on."""
        self._renames["b"] = dict(renamed)
        self._renames["a"] = {_renamed(place, old): place.rpartition(".")[2] for place, old in renamed.items()}

    def counterpart(self, which: Which, firing: Decided) -> int | None:
        """Return the step of the other run at which the same firing was decided, None if there is none."""
        other: Which = "b" if which == "a" else "a"
        mine = self._seqs(which, firing.node, firing.tick_key)
        theirs = self._seqs(other, self._called(which, firing.node), firing.tick_key)
        if firing.seq is None or not theirs:
            return None
        place = mine.index(firing.seq) if firing.seq in mine else 0  # attempts of a region come one after the other
        return theirs[place] if place < len(theirs) else None

    def aligned(self, which: Which, seq: int) -> Aligned | None:
        """Return the step of the other run that belongs to a step; None if none near before it has one."""
        steps = self._steps[which]
        known = steps.step(seq)
        found = None if known is None else self.counterpart(which, known)
        if found is not None:
            return Aligned(found, True)
        at, looked = seq - 1, 0
        while at > 0 and looked < FURTHEST:
            row = [one for one in steps.near(at, CHUNK - 1, CHUNK) if one.seq is not None and one.seq <= at]
            if not row:
                return None
            for one in reversed(row):
                looked += 1
                found = self.counterpart(which, one)
                if found is not None:
                    return Aligned(found, False, seq - (one.seq or 0))
            at = (row[0].seq or 0) - 1
        return None

    def _seqs(self, which: Which, node: str, tick_key: str) -> list[int]:
        steps = self._steps[which]
        row = steps.path_named(node)
        return [] if row is None else seqs_at(steps, row.path, tick_key)

    def _called(self, which: Which, node: str) -> str:
        """How the other run calls the node of a path."""
        renames = self._renames[which]
        if not renames:
            return node
        if which not in self._versions:
            self._versions[which] = Version(self._traces[which], self._runs[which])
        return self._versions[which].renamed(node, renames)


def _renamed(place: str, name: str) -> str:
    graph = place.rpartition(".")[0]
    return f"{graph}.{name}" if graph else name
