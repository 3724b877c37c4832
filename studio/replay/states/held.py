"""What the stores of a whole run held at a step, by their paths: for queries, commands and the panel of stores.

A store is called by its path: the region it lives in and its name, `town/isabella/memories`; a store of the top graph,
of the run or of the project is called by its name alone. Of a region that was executed again and again, the last
execution up to the step counts. What the items of a map see before the map ends is theirs (`State.stores` has it).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.stores import Store, make_store
from studio.support.errors import StudioError, UsageError
from studio.support.nearest import did_you_mean
from studio.support.ticks import tick_path

if TYPE_CHECKING:
    from studio.graph.model import StoreDecl
    from studio.replay.cursor import Cursor
    from studio.trace.memories import MemoryRow

MOST = 1000
"""Stores that are listed; of populations, the items that used theirs last."""
KEPT = 3
"""Contents that are remembered of a store."""
REMEMBERED = 32
"""Stores of which some are."""
_MANY = 20_000
"""Memories of a run that are looked through for them."""


@dataclass(frozen=True, slots=True)
class Place:
    """A store at a step. `tick` is that of the regions around it ("" at the top), `used` False as long as nothing was
    done with it."""

    path: str
    name: str
    kind: str
    scope: str
    tick: str
    used: bool
    declared: StoreDecl
    memory: MemoryRow | None


class Held:
    """Looks at the stores of the run that a cursor reads, at any step, wherever the cursor stands."""

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        self._declarations: dict[int, StoreDecl | None] = {}
        self._kept: dict[int, deque[tuple[int, Store]]] = {}
        """By memory, steps and what was held then: a step on from there takes few operations."""

    def __len__(self) -> int:
        """The number of the last step so far."""
        return len(self._cursor)

    def places(self, seq: int | None = None) -> list[Place]:
        """Return the stores there were by a step (by default the last), those of the top graph first."""
        cursor, seq = self._cursor, len(self._cursor) if seq is None else seq
        top = cursor.regions.top()
        made: dict[str, Place] = {}
        if top.plan is not None:
            for name in top.plan.scope.store_names():
                found = top.plan.scope.find_store(name)
                if found is not None:
                    made[name] = _unused(name, found[1])
        for memory in cursor.stores.memories.used_until(
            seq, _MANY
        ):  # the newest first: of one path, the last execution counts
            path = _path(memory)
            if path in made and made[path].used:
                continue
            if path not in made and len(made) >= MOST:
                break
            declared = self._declared(memory)
            if declared is not None:
                tick = tick_path(memory.tick[:-1]) if memory.tick else ""
                made[path] = Place(path, memory.store, memory.kind, declared.scope, tick, True, declared, memory)
        nested = sorted(path for path in made if "/" in path)
        return [place for path, place in made.items() if "/" not in path] + [made[path] for path in nested]

    def place(self, path: str, seq: int | None = None) -> Place:
        """Return a store by its path, or by the end of it where that tells which one is meant. Raises UsageError."""
        places = {place.path: place for place in self.places(seq)}
        found = [places[path]] if path in places else [one for one in places.values() if one.path.endswith("/" + path)]
        if len(found) == 1:
            return found[0]
        if found:
            several = ", ".join(f"`{one.path}`" for one in found[:4]) + (" …" if len(found) > 4 else "")
            raise UsageError(f"`{path}` may be several stores: {several}.", hint="Name one of them.")
        known = ", ".join(f"`{name}`" for name in list(places)[:8]) or "none"
        raise UsageError(
            f"The run {self._cursor.run.id} has no store `{path}` at step {len(self._cursor) if seq is None else seq}.",
            hint=did_you_mean(path, places) or f"Stores: {known}.",
        )

    def content(self, place: Place, seq: int | None = None) -> Store | None:
        """Return the store with what it held when a step was decided (by default the last); None where the record does
        not tell it, as of a project's store that was not used yet."""
        seq = len(self._cursor) if seq is None else seq
        if place.memory is None:
            fresh = make_store(place.declared.type, place.declared.params, place.name)
            return None if place.scope == "project" else fresh
        try:
            held = self._made(place, place.memory, seq)
        except (StudioError, LookupError, TypeError, ValueError, AttributeError):
            # The record is damaged, or of a store that has other operations today.
            return None
        if held is not None:
            mine = self._kept.pop(place.memory.number, deque(maxlen=KEPT))
            mine.append((seq, held.copy()))
            self._kept[place.memory.number] = mine  # used last
            if len(self._kept) > REMEMBERED:
                del self._kept[next(iter(self._kept))]
        return held

    def _made(self, place: Place, memory: MemoryRow, seq: int) -> Store | None:
        stores = self._cursor.stores
        kept = max(
            (one for one in self._kept.get(memory.number, ()) if one[0] <= seq),
            key=lambda one: one[0],
            default=None,
        )
        if kept is not None and (kept[0] == seq or kept[0] > stores.written(memory, seq)):
            held = kept[1].copy()
            stores.continued(held, memory, kept[0], seq)
            return held
        fresh = make_store(place.declared.type, place.declared.params, place.name)
        held, known = stores.rebuilt(memory, fresh, seq)
        return held if known else None

    def version(self, place: Place, seq: int) -> object:
        """Return what is equal for two steps between which nothing was done with a store."""
        return None if place.memory is None else self._cursor.stores.version(place.memory, seq)

    def _declared(self, memory: MemoryRow) -> StoreDecl | None:
        if memory.number not in self._declarations:
            self._declarations[memory.number] = self._looked_up(memory)
        return self._declarations[memory.number]

    def _looked_up(self, memory: MemoryRow) -> StoreDecl | None:
        cursor = self._cursor
        user = cursor.stores.memories.user_of(memory.number)
        firing = None if user is None else cursor.steps.firing(user)
        plan = None if firing is None else cursor.regions.of(firing).plan
        found = None if plan is None else plan.scope.find_store(memory.store)
        return None if found is None else found[1]


def _unused(name: str, declared: StoreDecl) -> Place:
    return Place(name, name, declared.type, declared.scope, "", False, declared, None)


def _path(memory: MemoryRow) -> str:
    """The path of a store, by the memory that it is: see `engine.memories.declared_prefix`."""
    kind, colon, where = memory.prefix.partition(":")
    if colon and kind in ("run", "project"):
        return f"{where}/{memory.store}" if where else memory.store
    return memory.prefix + memory.store
