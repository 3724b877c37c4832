"""How the nodes of a region stand at a step: in one word each, looked at when it is asked for.

A region may have thousands of nodes of which a window shows ten.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from studio.engine.plan import RegionPlan
    from studio.trace.decided import Decided

FIRED, FAILED, SKIPPED, HELD, RUNNING, WAITING, NOT_YET = (
    "fired", "failed", "skipped", "held", "running", "waiting", "not yet",
)  # fmt: skip

DECIDED: Final = (FIRED, FAILED, SKIPPED, HELD)
OF_STATUS: Final = {"ok": FIRED, "error": FAILED, "skipped": SKIPPED}


class Standing:
    """How each node of a region stands, by plan index. `last` are their last firings in this execution, `now` those
    under way, `tick_key` is the region's tick ("": it has not begun)."""

    def __init__(
        self,
        plan: RegionPlan | None,
        last: Mapping[int, Decided],
        now: Mapping[int, Decided],
        tick_key: str,
        may_have_failed: Callable[[], bool],
    ) -> None:
        self._plan = plan
        self.last = last
        self.now = now
        self._tick_key = tick_key
        self.may_have_failed = may_have_failed
        """Returns False if nothing in the run had failed: then nobody need be asked."""

    def is_live(self, index: int) -> bool:
        """True if a node is decided anew at every tick."""
        return self._plan is None or self._plan.nodes[index].live

    def of(self, index: int) -> str:
        """Return the word for a node."""
        last, now = self.last.get(index), self.now.get(index)
        if now is not None and (last is None or last.id != now.id):
            return RUNNING
        if last is not None and last.tick_key == self._tick_key:
            return OF_STATUS[last.status]
        if last is not None and not self.is_live(index):
            return HELD
        return WAITING if self._tick_key else NOT_YET

    def among(self, firings: Collection[int]) -> int | None:
        """Return the node whose last firing, or the one under way, is one of these; None if there is none."""
        for rows in (self.now, self.last):
            for index, row in rows.items():
                if row.id in firings:
                    return index
        return None
