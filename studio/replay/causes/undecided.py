"""Why a node was not decided at a tick: it fires once, its body was frozen, its region had ended, the run stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.replay.causes.absence import Absences
from studio.replay.causes.giving import Giving
from studio.replay.causes.places import Place, Region, outer_tick
from studio.replay.causes.records import Absence, Link
from studio.support.errors import UsageError
from studio.support.ticks import region_prefix, tick_key, tick_path

if TYPE_CHECKING:
    from studio.trace.found import Firing

_RUN_IS = {
    "running": "the run is still going and has not come here yet",
    "paused": "the run paused before it was decided",
    "failed": "the run failed before it was decided",
    "aborted": "the run was aborted before it was decided",
    "interrupted": "the run was interrupted before it was decided",
}


class Undecided:
    """Looks for what kept nodes of one run from being decided."""

    def __init__(self, giving: Giving) -> None:
        self.giving = giving
        self.rows = giving.rows
        self.places = giving.places

    def of(self, node: str, tick: str) -> Absence:
        """Return why a node was not decided at a tick. Raises UsageError if the graph has no such node, or if the
        tick has not as many numbers as the node has own-clock regions around it."""
        place = self.places.find(node)
        if place is None:
            raise UsageError(f"The run's graph has no node `{node}`.")
        key = tick_key(tick)
        if key.count(".") != sum(not region.shared for region in place.regions()) - 1:
            raise UsageError(f"`{node}` has no tick {tick}: {_tick_words(place)}.")
        return self._here(node, place, key)

    def _here(self, node: str, place: Place, key: str) -> Absence:
        path = self.rows.path_id(node)
        if path is not None:
            begun = self.rows.begun(path, key)
            if begun is not None:
                why = f"it began, and was never decided: {_RUN_IS.get(self.rows.run.status, 'the run ended before')}"
                return Absence(self.rows.run.status, (self._link(node, key, why),), begun)
            held = self.rows.last_before(path, key, region_prefix(key))
            if held is not None and self._ticked(held, place.region, key):
                why = f"it is steady: it was decided at tick {held.tick}, and that holds"
                return Absence("steady", (self._link(node, key, why),), held)
        return self._around(node, place, key)

    def _around(self, node: str, place: Place, key: str) -> Absence:
        """Nothing of its region was decided at that tick: the region had ended, was frozen, or never began."""
        region = place.region
        if region.node is None:
            return self._ended(node, region, key, self.rows.path_id(node))
        around = node.rpartition("/")[0] if region.key is None else node.rpartition("/")[0].rpartition("/")[0]
        outer = outer_tick(region, key)
        path = self.rows.path_id(around)
        found = [] if path is None else self.rows.at(path, outer)
        if not found:
            inner = self._here(around, region.node, outer)
            why = f"`{around}` was not decided at tick {tick_path(outer)}"
            return Absence(inner.kind, (self._link(node, key, why), *inner.links), inner.decided_by)
        last = found[-1]
        if last.status == "skipped":
            frozen = "frozen" if region.shared else ""
            inner = Absences(self.giving).of(last)
            why = f"`{around}` was skipped at tick {last.tick}" + (", so its body was frozen" if frozen else "")
            return Absence(frozen or inner.kind, (self._link(node, key, why), *inner.links), inner.decided_by)
        return self._ended(node, region, key, self.rows.path_id(node))

    def _ended(self, node: str, region: Region, key: str, path: int | None) -> Absence:
        """The region began and did not come to this tick, or not to this node at it."""
        prefix = region_prefix(key)
        base = None if path is None else path - region.order[node.rpartition("/")[2]]
        latest = None if base is None else self._latest(region, base, prefix)
        if latest is None:
            return Absence("ended", (self._link(node, key, "nothing was decided there"),), None)
        if latest.tick_key >= key:
            return self._stopped_within(node, region, key, base or 0)
        stop = None if base is None else self._stop(region, base, latest.tick_key)
        if stop is not None:
            why = f"its region ended after tick {latest.tick}: `{stop.node.rpartition('/')[2]}` stopped it"
            return Absence("ended", (self._link(node, key, why),), stop)
        failed = None if base is None else self._failed(region, base, latest.tick_key)
        if failed is not None:
            why = f"its region failed at tick {failed.tick}: {failed.reason}"
            return Absence("failed", (self._link(node, key, why),), failed)
        status = self.rows.run.status
        if region.node is None and status != "ok":
            why = f"{_RUN_IS[status]}, at tick {latest.tick}{_limit(self.rows.run.ended)}"
            return Absence(status, (self._link(node, key, why),), None)
        number = int(latest.tick.rpartition(".")[2]) + 1
        most = region.scope.graph.max_ticks
        how = "it has no more ticks (`max_ticks`)" if most is not None and number >= most else "it had come to rest"
        why = f"its region ended after tick {latest.tick}: {how}"
        return Absence("ended", (self._link(node, key, why),), None)

    def _stopped_within(self, node: str, region: Region, key: str, base: int) -> Absence:
        """The tick began and this node was not decided in it: something failed or the run stopped."""
        failed = self._failed(region, base, key)
        if failed is not None:
            why = f"`{failed.node.rpartition('/')[2]}` failed at this tick: {failed.reason}"
            return Absence("failed", (self._link(node, key, why),), failed)
        run = self.rows.run
        why = _RUN_IS.get(run.status, "nothing reached it") + _limit(run.ended)
        return Absence(run.status, (self._link(node, key, why),), None)

    # -- looking around -----------------------------------------------------------------------

    def _ticked(self, held: Firing, region: Region, key: str) -> bool:
        """True if the region had this tick: some other node of it was decided then."""
        base = self.rows.path_of(held) - held.plan_index
        if any(self.rows.at(base + nth, key) for nth in region.order.values()):
            return True
        if not region.shared or region.node is None:
            return False
        around = held.node.rpartition("/")[0] if region.key is None else held.node.rpartition("/")[0].rpartition("/")[0]
        path = self.rows.path_id(around)  # all its nodes are steady: it ticked if its region node fired
        return path is not None and any(one.status == "ok" for one in self.rows.at(path, key))

    def _latest(self, region: Region, base: int, prefix: str) -> Firing | None:
        found = [self.rows.last_up_to(base + nth, prefix + "\x7f", prefix) for nth in region.order.values()]
        return max((one for one in found if one is not None), key=lambda one: one.tick_key, default=None)

    def _stop(self, region: Region, base: int, key: str) -> Firing | None:
        for name, nth in region.order.items():
            if region.scope.graph.nodes[name].type == "flow.stop":
                for one in self.rows.at(base + nth, key):
                    if one.status == "ok":
                        return one
        return None

    def _failed(self, region: Region, base: int, key: str) -> Firing | None:
        for name, nth in region.order.items():
            if region.scope.graph.nodes[name].on_error == "fail":
                for one in self.rows.at(base + nth, key):
                    if one.status == "error":
                        return one
        return None

    def _link(self, node: str, key: str, why: str) -> Link:
        return Link(None, node, tick_path(key), "", why)


def _limit(ended: str) -> str:
    return f" (limit {ended.partition(':')[2]})" if ended.startswith("limit:") else ""


def _tick_words(place: Place) -> str:
    numbers = sum(not region.shared for region in place.regions())
    return "its ticks are single numbers" if numbers == 1 else f"its ticks have {numbers} numbers, joined by dots"
