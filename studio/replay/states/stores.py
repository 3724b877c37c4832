"""What stores held at a step, as the nodes of one region saw them (rule 2.9).

A memory is rebuilt from the last content written down and the operations since: its own, and those that ended maps
have made on it for their items. An item of a map sees what is around the map as it was, and its own writes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from studio.engine.memories import PROJECT, declared_prefix
from studio.graph.model import StoreDecl
from studio.graph.scope import Scope
from studio.replay.states.old_stores import OldMemories
from studio.stores import make_store
from studio.stores.base import Store
from studio.support.errors import StudioError
from studio.support.values import Json
from studio.trace.memories import Applied, Memories, MemoryRow, Operation
from studio.trace.views import ID_MASK

if TYPE_CHECKING:
    from studio.replay.states.regions import Regions
    from studio.replay.states.state import State
    from studio.trace.moments import Moments


@dataclass(frozen=True, slots=True)
class StoreAt:
    """A store at a step. `content` is what `Store.dump` gives; `known` is false where the record does not tell it.

    `used` is false as long as nothing has been done with it, `in_item` true if it is an item's own view.
    """

    name: str
    kind: str
    scope: str
    content: Json
    known: bool = True
    used: bool = True
    in_item: bool = False


class StoresAt:
    """Rebuilds stores of one run."""

    def __init__(self, steps: Moments, regions: Regions) -> None:
        self._steps = steps
        self._regions = regions

    @cached_property
    def memories(self) -> Memories:
        """What tells memories: the record, or in older runs what can be made of it."""
        first = self._steps.reader.one(
            "SELECT place IS NULL FROM _store_op WHERE id BETWEEN ? AND ? ORDER BY id LIMIT 1",
            self._steps.base, self._steps.base + ID_MASK,
        )  # fmt: skip
        if first is not None and first[0]:
            return OldMemories(self._steps, self._regions)
        return Memories(self._steps.reader, self._steps.key)

    def seen_in(self, state: State) -> list[StoreAt]:
        """Return the stores that can be used in a region, as they were at the state's step."""
        plan = state.region.plan
        if plan is None:
            return []
        chain = [*state.around, state]
        made = []
        for name in plan.scope.store_names():
            found = plan.scope.find_store(name)
            if found is not None:
                made.append(self._seen(chain, found[0], found[1], state.seq))
        return made

    def _seen(self, chain: list[State], scope: Scope, declared: StoreDecl, seq: int) -> StoreAt:
        memory, inner = self._outermost(chain, scope, declared, seq)
        in_item = False
        for state in inner if memory is not None else ():
            if memory is not None and _has_own_view(state, chain):
                mine = self.memories.of_item(memory.number, state.firing, state.item, seq)
                if mine is None:
                    break
                memory, in_item = mine, True
        fresh = make_store(declared.type, declared.params, declared.name)
        if memory is None:
            known = declared.scope != "project"
            return StoreAt(declared.name, declared.type, declared.scope, fresh.dump() if known else None, known, False)
        try:
            held, known = self.rebuilt(memory, fresh, seq)
            content = held.dump() if known else None
        except (StudioError, LookupError, TypeError, ValueError, AttributeError):
            # The record is damaged, or of a store that has other operations today: all else is shown.
            content, known = None, False
        return StoreAt(declared.name, declared.type, declared.scope, content, known, True, in_item)

    def _outermost(
        self, chain: list[State], scope: Scope, declared: StoreDecl, seq: int
    ) -> tuple[MemoryRow | None, list[State]]:
        """The memory where the store lives, and the regions between there and here."""
        if declared.scope != "region":
            return self.memories.of_region(declared.name, declared_prefix(scope, declared), "", seq), chain
        for place in range(len(chain) - 1, -1, -1):
            region = chain[place].region
            if region.plan is not None and region.plan.graph is scope.graph:
                found = self.memories.of_region(declared.name, region.prefix, region.span.ticks, seq)
                return found, chain[place + 1 :]
        return None, []

    # -- rebuilding -------------------------------------------------------------------------------

    def rebuilt(self, memory: MemoryRow, fresh: Store, seq: int, before: int = ID_MASK) -> tuple[Store, bool]:
        """Return a store with what a memory held when step `seq` was decided, counting operations numbered below
        `before`; and whether that is known."""
        store = fresh
        written = self.memories.content(memory.number, seq, before)
        since = after = 0
        known = True
        if written is not None:
            store.load(written.content)
            since, after = written.number, written.after
        elif memory.base:
            base = self.memories.numbered(memory.base)
            if base is None:
                return store, False
            store, known = self.rebuilt(base, store, memory.after + 1, memory.number)
        elif memory.prefix == PROJECT:
            known = False
        self._repeat(store, memory, since, after, seq, before)
        return store, known

    def version(self, memory: MemoryRow, seq: int) -> tuple[object, ...]:
        """Return what is equal for two steps between which nothing was done with a memory."""
        applied = self.memories.applied(memory.number, 0, seq)
        return memory.number, self.memories.last_operation(memory.number, seq), len(applied), tuple(applied[-1:])

    def continued(self, store: Store, memory: MemoryRow, since: int, seq: int) -> None:
        """Bring a store with what a memory held when step `since` was decided to what it held at a later one."""
        own = self.memories.operations(
            memory.number, self.memories.last_operation(memory.number, since), since - 1, seq, ID_MASK
        )
        # Also of maps that were under way at the earlier step.
        applied = [one for one in self.memories.applied(memory.number, 0, seq) if one.seq > since]
        self._merge(store, own, applied)

    def written(self, memory: MemoryRow, seq: int) -> int:
        """Return the last step before which the content of a memory was written down, 0 if it never was."""
        found = self.memories.content(memory.number, seq, ID_MASK)
        return 0 if found is None else found.after

    def _repeat(self, store: Store, memory: MemoryRow, since: int, after: int, seq: int, before: int) -> None:
        """Do the writes of a memory again, own ones and those of ended maps in the order they were made."""
        own = self.memories.operations(memory.number, since, after, seq, before)
        self._merge(store, own, self._applied(memory, since, after, seq, before))

    def _merge(self, store: Store, operations: Iterator[Operation], applied: list[Applied]) -> None:
        own = iter(operations)
        waiting = next(own, None)
        for one in applied:
            while waiting is not None and waiting.after < one.seq:
                _do(store, waiting)
                waiting = next(own, None)
            self._repeat(store, one.memory, 0, 0, one.seq, ID_MASK)
        while waiting is not None:
            _do(store, waiting)
            waiting = next(own, None)

    def _applied(self, memory: MemoryRow, since: int, after: int, seq: int, before: int) -> list[Applied]:
        found = self.memories.applied(memory.number, since, seq)
        return [one for one in found if one.seq > after and one.memory.number < before]


def _do(store: Store, operation: Operation) -> None:
    if store.ops[operation.op] != "read":
        store.do(operation.op, operation.args)


def _has_own_view(state: State, chain: list[State]) -> bool:
    """True if the region is an item of a map whose items have their own views of stores outside."""
    place = chain.index(state)
    if not place or state.region.node is None:
        return False
    plan = chain[place - 1].region.plan
    node = None if plan is None else plan.nodes[state.region.node.plan_index]
    return node is not None and node.role == "map" and not node.params.sequential
