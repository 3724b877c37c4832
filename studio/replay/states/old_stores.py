"""Memories of runs that were recorded before operations said which memory they concern.

Everything is found from the firings that did the operations, once, from the start of the run: what they stood in tells
which store a name meant. When an operation was done is known only as "before its firing was decided".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from studio.engine.memories import declared_prefix
from studio.graph.scope import Scope
from studio.trace.decided import Decided
from studio.trace.memories import Applied, Content, Memories, MemoryRow, Operation
from studio.trace.views import ID_MASK

if TYPE_CHECKING:
    from studio.graph.model import StoreDecl
    from studio.replay.states.regions import Region, Regions
    from studio.trace.moments import Moments


class _Place(NamedTuple):
    """A region that a firing stood in: with the map's firing and item where it is an item's."""

    region: Region
    firing: int
    item: int


class OldMemories(Memories):
    """Answers like `Memories`, from all operations of the run."""

    def __init__(self, steps: Moments, regions: Regions) -> None:
        super().__init__(steps.reader, steps.key)
        self._steps = steps
        self._regions = regions
        self._known: dict[tuple[object, ...], MemoryRow] = {}
        self._rows: dict[int, MemoryRow] = {}
        self._users: dict[int, int] = {}
        self._operations: dict[int, list[Operation]] = {}
        self._chains: dict[int, list[_Place]] = {}
        for row in self.reader.rows(
            f"SELECT id & {ID_MASK}, firing & {ID_MASK}, store, op, args FROM _store_op WHERE id BETWEEN ? AND ?"
            " ORDER BY id",
            (self.base, self.base + ID_MASK),
        ):
            self._take(*row)
        self._chains.clear()

    def of_region(self, store: str, prefix: str, tick: str, seq: int) -> MemoryRow | None:
        found = self._known.get((store, prefix, tick))
        return found if found is not None and found.after < seq else None

    def of_item(self, base: int, firing: int, item: int, seq: int) -> MemoryRow | None:
        found = self._known.get((base, firing, item))
        return found if found is not None and found.after < seq else None

    def numbered(self, number: int) -> MemoryRow | None:
        return self._rows.get(number)

    def used_until(self, seq: int, limit: int) -> list[MemoryRow]:
        found = [row for row in self._rows.values() if row.after < seq and not row.base]
        return found[: -limit - 1 : -1]

    def user_of(self, memory: int) -> int | None:
        return self._users.get(memory)

    def last_operation(self, memory: int, seq: int) -> int:
        return max((one.number for one in self._operations.get(memory, ()) if one.after < seq), default=0)

    def content(self, memory: int, seq: int, before: int) -> Content | None:
        return None

    def operations(self, memory: int, since: int, after: int, seq: int, before: int) -> Iterator[Operation]:
        for one in self._operations.get(memory, ()):
            if since < one.number < before and one.after < seq:
                yield one

    def applied(self, memory: int, since: int, seq: int) -> list[Applied]:
        found = []
        for row in self._rows.values():
            if row.base == memory:
                done = self._steps.firing(row.firing)
                if done is not None and done.seq is not None and done.seq <= seq and done.status == "ok":
                    found.append(Applied(done.seq, row.item, row))
        return sorted(found, key=lambda one: (one.seq, one.item))

    # -- within -----------------------------------------------------------------------------------

    def _take(self, id: int, firing: int, store: str, op: str, args: str | int | None) -> None:
        chain = self._chain(firing)
        plan = chain[0].region.plan if chain else None
        found = None if plan is None else plan.scope.find_store(store)
        if found is None:
            return
        decided = self._steps.firing(firing)
        after = decided.seq - 1 if decided is not None and decided.seq is not None else self._steps.last() or 0
        memory = self._seen_by(chain, store, *found, number=2 * id - 1, after=after)
        around: MemoryRow | None = memory
        while around is not None:
            self._users.setdefault(around.number, firing)
            around = self._rows.get(around.base)
        made = Operation(2 * id, after, op, self.reader.column(args))
        self._operations.setdefault(memory.number, []).append(made)

    def _seen_by(
        self, chain: list[_Place], store: str, scope: Scope, declared: StoreDecl, *, number: int, after: int
    ) -> MemoryRow:
        """The memory that a firing saw: where the store lives, then the views of the items in between."""
        prefix, tick, inner = declared_prefix(scope, declared), "", chain
        if declared.scope == "region":
            for place, one in enumerate(chain):
                if one.region.plan is not None and one.region.plan.graph is scope.graph:
                    prefix, tick, inner = one.region.prefix, one.region.span.ticks, chain[:place]
                    break
        made = self._one((store, prefix, tick), number, store, declared.type, prefix, tick, 0, 0, 0, after)
        for one in reversed(inner):
            if one.firing:
                key = (made.number, one.firing, one.item)
                region = one.region
                made = self._one(
                    key, number, store, declared.type, region.prefix, region.span.ticks, one.firing, one.item,
                    made.number, after,
                )  # fmt: skip
        return made

    def _one(
        self, key: tuple[object, ...], number: int, store: str, kind: str, prefix: str, tick: str, firing: int,
        item: int, base: int, after: int,
    ) -> MemoryRow:  # fmt: skip
        known = self._known.get(key)
        if known is None:
            while number in self._rows:  # several can begin with one operation
                number += ID_MASK + 1
            known = self._known[key] = MemoryRow(number, store, kind, prefix, tick, firing, item, 1, base, after)
            self._rows[known.number] = known
        return known

    def _chain(self, firing: int) -> list[_Place]:
        """The regions a firing stands in, from the innermost to the top."""
        known = self._chains.get(firing)
        if known is None:
            known = self._chains[firing] = list(self._places(self._steps.firing(firing)))
        return known

    def _places(self, firing: Decided | None) -> Iterator[_Place]:
        while firing is not None:
            around = self._steps.firing(firing.parent) if firing.parent else None
            is_item = around is not None and self._is_item(around)
            yield _Place(self._regions.of(firing), firing.parent if is_item else 0, firing.item)
            firing = around

    def _is_item(self, around: Decided) -> bool:
        plan = self._regions.of(around).plan
        node = None if plan is None else plan.nodes[around.plan_index]
        return node is not None and node.role == "map" and not node.params.sequential
