"""A run from its first step to its last, each firing with all it asked and did: for whoever takes a whole run away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from studio.trace import queries
from studio.trace.assemble import effect_of, firing_of
from studio.trace.found import Effect, Firing, StoreOp
from studio.trace.reader import Reader
from studio.trace.views import ID_MASK, RUN_BITS

PAGE = 300
"""Firings fetched at a time."""

_STEP = f"f.id / {1 << RUN_BITS} = :run AND f.seq"


@dataclass(frozen=True, slots=True)
class Whole:
    """A firing with its effects and its store operations, each in the order of `n`. Firing 0 (no `firing`) stands for
    the run itself, which notes what model names stood for."""

    firing: Firing | None
    effects: list[Effect] = field(default_factory=list)
    store_ops: list[StoreOp] = field(default_factory=list)


def whole_firings(reader: Reader, key: int) -> Iterator[Whole]:
    """Yield firing 0, then the firings of a run in the order of their steps, then those that were not decided."""
    base = key << RUN_BITS
    effects, _ = _belongings(reader, [base])
    yield Whole(None, effects.get(0, []))
    undecided = reader.undecided(key)
    last = -1
    while True:
        rows = reader.rows(
            f"SELECT {queries.FIRING} WHERE {_STEP} > :after ORDER BY f.seq LIMIT {PAGE}", {"run": key, "after": last}
        )
        yield from _page(reader, rows, undecided)
        if len(rows) < PAGE:
            break
        last = rows[-1][2]
    after = base
    while True:
        rows = reader.rows(
            f"SELECT {queries.OPEN} WHERE f.id > :after AND f.id <= :last AND {queries.UNDECIDED}"
            f" ORDER BY f.id LIMIT {PAGE}",
            {"after": after, "last": base + ID_MASK},
        )
        yield from _page(reader, rows, undecided)
        if len(rows) < PAGE:
            return
        after = rows[-1][0]


def _page(reader: Reader, rows: list[tuple[Any, ...]], undecided: str) -> Iterator[Whole]:
    effects, operations = _belongings(reader, [row[0] for row in rows])
    for row in rows:
        firing = firing_of(row, undecided)
        yield Whole(firing, effects.get(firing.id, []), operations.get(firing.id, []))


def _belongings(reader: Reader, ids: list[int]) -> tuple[dict[int, list[Effect]], dict[int, list[StoreOp]]]:
    """Return the effects and the store operations of firings, by the firing's id within the run."""
    if not ids:
        return {}, {}
    marks = ",".join("?" * len(ids))
    effects: dict[int, list[Effect]] = {}
    for _, *row in reader.rows(f"SELECT {queries.EFFECT} WHERE e.firing IN ({marks}) ORDER BY e.id", tuple(ids)):
        effect = effect_of(reader, tuple(row))
        effects.setdefault(effect.firing, []).append(effect)
    operations: dict[int, list[StoreOp]] = {}
    for found in reader.rows(f"SELECT {queries.STORE_OP} WHERE s.firing IN ({marks}) ORDER BY s.id", tuple(ids)):
        _, run, of, n, store, op, args, result = found
        one = StoreOp(run, of & ID_MASK, n, store, op, reader.column(args), reader.column(result))
        operations.setdefault(one.firing, []).append(one)
    return effects, operations
