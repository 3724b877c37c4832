"""Firings of one run by id, by place and tick, one look-up each: nothing here reads the run as a whole."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from studio.replay.turns import GiveWay, on_and_on
from studio.trace import queries
from studio.trace.assemble import firing_of
from studio.trace.views import ID_MASK

if TYPE_CHECKING:
    from studio.trace import Trace
    from studio.trace.found import Firing, Run

KEPT = 20_000
"""Firings kept in memory at most."""

PAGE = 200
"""Firings read at a time where there may be many; more than a region is ever tried at one tick."""

_LAST = "\x7f"
"""Sorts after every tick."""


class Rows:
    """Reads firings of one run. Raises UsageError for a run that is not there."""

    def __init__(self, trace: Trace, run: str) -> None:
        self.trace = trace
        self.run: Run = trace.run(run)
        steps = trace.steps(self.run.id)
        self._reader = steps.reader
        self.base = steps.base
        self._undecided = self._reader.undecided(steps.key)
        self._known: OrderedDict[int, Firing] = OrderedDict()
        self._path_of: dict[int, int] = {}
        self.give_way: GiveWay = on_and_on
        """Called where much is read, now and then."""
        self._path_ids: dict[str, int | None] = {}

    # -- firings ------------------------------------------------------------------------------

    def get(self, id: int) -> Firing:
        """Return a firing. Raises UsageError if the run has none of this id."""
        known = self._known.get(id)
        if known is not None:
            return known
        found = self._decided("f.id = ?", self.base + id) or self._open("f.id = ?", self.base + id)
        return found[0] if found else self.trace.firing(self.run.id, id)

    def at(self, path: int, tick_key: str) -> list[Firing]:
        """Return the firings of a node at a tick by id: one per attempt of a region around it."""
        return self._decided("f.path = ? AND f.tick = ? ORDER BY f.id", path, tick_key)

    def begun(self, path: int, tick_key: str) -> Firing | None:
        """Return the firing of a node at a tick that began and was never decided, None if there is none."""
        found = self._open(
            f"f.path = ? AND f.tick = ? AND f.id BETWEEN ? AND ? AND {queries.UNDECIDED}",
            path, tick_key, self.base, self.base + ID_MASK,
        )  # fmt: skip
        return found[-1] if found else None

    def last_up_to(self, path: int, tick_key: str, prefix: str, *, below: int = ID_MASK) -> Firing | None:
        """Return the last firing of a node in the region execution with this tick prefix, at a tick or before it.

        `below`: only of firings that began before the one of this id, so that of a region tried several times the
        attempt of that firing is meant.
        """
        return self._one("f.tick <= ? AND f.id < ? ORDER BY f.tick DESC, f.id DESC", path, prefix, tick_key, below)

    def last_before(self, path: int, tick_key: str, prefix: str, *, below: int = ID_MASK) -> Firing | None:
        """As `last_up_to`, but before that tick."""
        return self._one("f.tick < ? AND f.id < ? ORDER BY f.tick DESC, f.id DESC", path, prefix, tick_key, below)

    def next_after(self, path: int, tick_key: str, prefix: str) -> Firing | None:
        """Return the first firing of a node in the region execution with this tick prefix, after a tick."""
        return self._one("f.tick > ? AND f.id < ? ORDER BY f.tick, f.id", path, prefix, tick_key, ID_MASK)

    def between(self, path: int, first: str, last: str, limit: int = -1) -> list[Firing]:
        """Return the firings of a node from one tick key to another (both included), by id."""
        return self._decided("f.path = ? AND f.tick BETWEEN ? AND ? ORDER BY f.id LIMIT ?", path, first, last, limit)

    def streamed(self, path: int, first: str, last: str) -> Iterator[Firing]:
        """Yield the firings of a node from one tick key to another by tick, those never decided after the others."""
        begin = first
        while True:
            page = self._decided(
                f"f.path = ? AND f.tick BETWEEN ? AND ? ORDER BY f.tick, f.id LIMIT {PAGE}", path, begin, last
            )
            whole = len(page) < PAGE or page[0].tick_key == page[-1].tick_key
            # Attempts of one tick stay together: the last tick of a page is read again with the next.
            yield from page if whole else (one for one in page if one.tick_key < page[-1].tick_key)
            if whole:
                break
            begin = page[-1].tick_key
        yield from self._open(f"f.path = ? AND f.tick BETWEEN ? AND ? AND {queries.UNDECIDED}", path, first, last)

    def within(self, path: int, prefix: str) -> list[Firing]:
        """Return all firings of a node in the region executions with this tick prefix, by id."""
        return self.between(path, prefix, prefix + _LAST)

    # -- paths --------------------------------------------------------------------------------

    def path_of(self, firing: Firing) -> int:
        """Return the id of the firing's node path."""
        known = self._path_of.get(firing.id)
        if known is None:
            row = self._reader.one("SELECT path FROM _firing WHERE id = ?", self.base + firing.id) or self._reader.one(
                "SELECT path FROM _open WHERE id = ?", self.base + firing.id
            )
            assert row is not None
            known = self._path_of[firing.id] = int(row[0])
        return known

    def path_id(self, path: str) -> int | None:
        """Return the id of a node path, None if the run never came there."""
        if path not in self._path_ids:
            row = self._reader.one(
                "SELECT id FROM _path WHERE id BETWEEN ? AND ? AND path = ?", self.base, self.base + ID_MASK, path
            )
            self._path_ids[path] = None if row is None else int(row[0])
        return self._path_ids[path]

    def inner_paths(self, region: int, plan_index: int) -> dict[str, int]:
        """Return the paths of one node of a body with their ids: one for a subgraph, one per item's key for a map."""
        rows = self._reader.rows(
            "SELECT path, id FROM _path WHERE id > ? AND id <= ? AND parent = ? AND plan_index = ?",
            (region, self.base + ID_MASK, region & ID_MASK, plan_index),
        )
        return {str(path): int(id) for path, id in rows}

    # -- below --------------------------------------------------------------------------------

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run a query on the private tables of the trace."""
        return self._reader.rows(query, values)

    def column(self, stored: str | int | None) -> Any:
        """Decode a JSON column."""
        return self._reader.column(stored)

    def _one(self, where: str, path: int, prefix: str, tick_key: str, below: int) -> Firing | None:
        found = self._decided(
            f"f.path = ? AND f.tick >= ? AND f.tick < ? AND {where} LIMIT 1",
            path, prefix, prefix + _LAST, tick_key, self.base + below,
        )  # fmt: skip
        return found[0] if found else None

    def _decided(self, where: str, *values: Any) -> list[Firing]:
        return self._kept(f"SELECT f.path, {queries.FIRING} WHERE {where}", values)

    def _open(self, where: str, *values: Any) -> list[Firing]:
        return self._kept(f"SELECT f.path, {queries.OPEN} WHERE {where}", values)

    def _kept(self, query: str, values: tuple[Any, ...]) -> list[Firing]:
        made = []
        for path, *row in self._reader.rows(query, values):
            firing = firing_of(tuple(row), self._undecided)
            self._path_of[firing.id] = int(path)
            self._known[firing.id] = firing
            made.append(firing)
        while len(self._known) > KEPT:
            self._path_of.pop(self._known.popitem(last=False)[0], None)
        return made
