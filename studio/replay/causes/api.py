"""`Causes`: the questions one can ask of a recorded run, answered firing by firing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from studio.replay.causes.absence import Absences
from studio.replay.causes.closure import Closure, Step
from studio.replay.causes.giving import DONE, Giving
from studio.replay.causes.leading import Leading
from studio.replay.causes.places import Places
from studio.replay.causes.records import FAILURE, OUTSIDE, SAME_QUESTION, STORE, Absence, Ancestry, Cause
from studio.replay.causes.rows import Rows
from studio.replay.causes.undecided import Undecided
from studio.support.errors import UsageError
from studio.support.ticks import asked_tick_key
from studio.support.values import Json
from studio.trace.found import producers_of

if TYPE_CHECKING:
    from studio.replay.turns import GiveWay
    from studio.spec.registry import Registry
    from studio.trace import Trace
    from studio.trace.found import Effect, Firing


class Causes:
    """Answers questions about one run.

    Raises UsageError for a run that is not there, and `StudioError` if the graph it ran cannot be read.
    """

    def __init__(self, trace: Trace, run: str = "last", *, registry: Registry | None = None) -> None:
        self.trace = trace
        self._rows = Rows(trace, run)
        self._places = Places(trace, self._rows.run.id, registry)
        self._giving = Giving(self._rows, self._places)
        self._leading = Leading(self._giving)
        self.run = self._rows.run

    def give_way_by(self, give_way: GiveWay) -> None:
        """Have this called now and then while much is read: see `Turns`."""
        self._rows.give_way = give_way

    # -- finding ------------------------------------------------------------------------------

    def firing(self, node: str, tick: str) -> Firing:
        """Return the firing of a node path at a tick: the last one, where a region was tried several times.

        Raises UsageError if the node was not decided then; `undecided` says why.
        """
        found = self.firings(node, tick)
        if not found:
            raise UsageError(f"`{node}` was not decided at tick {tick}.")
        return found[-1]

    def firings(self, node: str, tick: str) -> list[Firing]:
        """Return the firings of a node path at a tick: several where a region around it was tried again."""
        path = self._rows.path_id(node)
        return [] if path is None else self._rows.at(path, asked_tick_key(tick))

    def ticks(self, node: str, limit: int = 1000) -> list[str]:
        """Return the ticks at which a node path was decided, in order, at most `limit`."""
        path = self._rows.path_id(node)
        if path is None:
            return []
        rows = self._rows.rows("SELECT DISTINCT tick FROM _firing WHERE path = ? ORDER BY tick LIMIT ?", path, limit)
        return [".".join(part[1:] for part in str(row[0]).split(".")) for row in rows]

    def get(self, id: int) -> Firing:
        """Return the firing of an id. Raises UsageError if the run has none such."""
        return self._rows.get(id)

    # -- what led here, and where it led ------------------------------------------------------

    def direct(self, firing: Firing, port: str | None = None) -> list[Cause]:
        """Return what an output of a firing (or all of them) came from, one step back."""
        return self._giving.of(firing, port)

    def ancestors(
        self, firing: Firing, port: str | None = None, *, depth: int | None = None, limit: int | None = None
    ) -> Ancestry:
        """Return all that an output of a firing (all outputs, if no port is given) came from.

        Exactly what gave values, nothing beside it: of a region, only what its outputs were made of; of a store, only
        the writes that what was met there consists of. `depth` bounds the steps back, `limit` the firings.
        """
        return self.walk(firing, port, depth=depth, limit=limit).whole()

    def descendants(
        self, firing: Firing, port: str | None = None, *, depth: int | None = None, limit: int | None = None
    ) -> Ancestry:
        """Return all that an output of a firing led to: the inverse of `ancestors`, by the same relations."""
        return self.walk(firing, port, down=True, depth=depth, limit=limit).whole()

    def walk(
        self,
        firing: Firing,
        port: str | None = None,
        *,
        down: bool = False,
        depth: int | None = None,
        limit: int | None = None,
    ) -> Closure:
        """Return the search behind `ancestors` (with `down`: `descendants`), to be gone on with bit by bit."""

        def back(id: int, output: str | None) -> Iterable[Step]:
            for cause in self._giving.of(self._rows.get(id), output):
                yield cause, cause.source, self._asked(cause)

        def on(id: int, output: str | None) -> Iterator[Step]:
            for cause, touched in self._leading.of(self._rows.get(id), output):
                yield cause, cause.of, touched

        return Closure(firing, port, on if down else back, self._rows.get, depth, limit)

    def _asked(self, cause: Cause) -> str | None:
        """Which output of its source an edge came from; None where it is no matter, as each came from all inputs."""
        if cause.source == OUTSIDE or cause.why in (STORE, SAME_QUESTION, FAILURE):
            return None
        place = self._places.find(self._rows.get(cause.source).node)
        return cause.output if place is not None and place.is_region else None

    # -- what a firing has --------------------------------------------------------------------

    def effects(self, firing: Firing) -> list[Effect]:
        """Return what a firing asked of the outside; of one taken over from another run, what it asked there.

        Empty if that run is not in this file.
        """
        origin = self.trace.source(firing)
        return [] if origin is None else list(self.trace.effects(origin.run, firing=origin.id))

    def value(self, firing: Firing, port: str) -> Json:
        """Return the value of an output of a firing, None if it holds nothing."""
        if port == DONE:
            return True if firing.status == "ok" else None
        if port not in firing.outputs:
            place = self._places.find(firing.node)
            if place is not None and place.role == "output":  # it gives out what it takes
                [(source, output), *_] = [*producers_of(firing.inputs.get("value")), (OUTSIDE, "")]
                return self.first_value(firing, "value") if source == OUTSIDE else self.value(self.get(source), output)
        return self._giving.bodies.value(firing, port)

    def first_value(self, firing: Firing, port: str) -> Json:
        """Return the first value written on the feedback wire into an input, None if it cannot be told."""
        first = self._giving.bodies.firsts.find(firing.node, port)
        return None if first is None else first.value

    def ports(self, firing: Firing) -> list[str]:
        """Return the outputs a firing's node has, `done` and (of one that routes its errors) `error` among them."""
        place = self._places.find(firing.node)
        names = dict.fromkeys([*firing.outputs, *firing.absent])
        if place is not None:
            names.update(dict.fromkeys(place.outputs()))
        return [*dict.fromkeys([*names, "done"])]

    def in_graph(self, node: str) -> bool:
        """True if the run's graph has a node of this path, decided or not."""
        return self._places.find(node) is not None

    def first_tick(self, node: str) -> str:
        """Return the first tick a node path could have been decided at: one zero per own-clock region around it."""
        place = self._places.find(node)
        return "0" if place is None else ".".join("0" for region in place.regions() if not region.shared)

    # -- why there is nothing -----------------------------------------------------------------

    def absence(self, firing: Firing, port: str | None = None) -> Absence:
        """Return why a firing was skipped or, with a port, why that output holds nothing.

        Raises UsageError if there is nothing absent.
        """
        if firing.status == "skipped":
            return Absences(self._giving).of(firing)
        if port is None or port in firing.outputs:
            what = f"`{port}` of `{firing.node}`" if port else f"`{firing.node}`"
            raise UsageError(f"{what} is not absent at tick {firing.tick}.")
        return Absences(self._giving).of_output(firing, port)

    def undecided(self, node: str, tick: str) -> Absence:
        """Return why a node path was not decided at a tick. Raises UsageError if the graph has no such node."""
        asked_tick_key(tick)
        return Undecided(self._giving).of(node, tick)
