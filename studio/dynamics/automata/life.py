"""Life-like rules and Generations, on a torus: a cell is born, stays, or grows old by its number of live neighbours."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from studio.dynamics.automata.rules import MAX_STATES, Cells, Rule, Symbols, whole


@dataclass(frozen=True)
class LifeRule(Rule):
    """A life-like rule on a torus: a dead cell (0) is born with a number of live neighbours (state 1) in `born`, a live
    one stays with one in `stays`. With more than two states (Generations) a live cell that does not stay grows old: 2,
    3 and so on to K - 1 and then 0; old cells are no live neighbours and hinder births."""

    born: frozenset[int]
    stays: frozenset[int]
    states: int = 2
    dims: int = field(default=2, init=False)
    reach: int = field(default=1, init=False)

    @property
    def start_states(self) -> int:
        # Old cells are what live ones leave behind; a random start is of live and dead ones.
        return 2

    @cached_property
    def _lookup(self) -> Cells:
        """What becomes of a state (row) with so many live neighbours (column)."""
        table = np.zeros((self.states, 9), dtype=np.uint8)
        table[0, sorted(self.born)] = 1
        table[1] = 2 % self.states
        table[1, sorted(self.stays)] = 1
        for old in range(2, self.states):
            table[old] = (old + 1) % self.states
        return table.ravel()

    def step(self, cells: Cells) -> Cells:
        alive = cells if self.states == 2 else (cells == 1).view(np.uint8)
        high, wide = alive.shape[-2:]
        around = np.take(alive, np.arange(-1, high + 1) % high, axis=-2)
        rows = around[..., :-2, :] + around[..., 1:-1, :] + around[..., 2:, :]
        rows = np.take(rows, np.arange(-1, wide + 1) % wide, axis=-1)
        nine: Cells = rows[..., :-2] + rows[..., 1:-1] + rows[..., 2:]
        place: npt.NDArray[np.unsignedinteger] = (
            (cells if self.states <= 28 else cells.astype(np.uint16)) * 9 + nine - alive
        )
        return np.take(self._lookup, place)

    def active_share(self) -> float:
        others = [math.comb(8, n) * (self.states - 1) ** (8 - n) for n in range(9)]
        every = self.states**8
        born, stays = sum(others[n] for n in self.born), sum(others[n] for n in self.stays)
        if self.states == 2:
            return float((born + stays) / self.states**9)
        return float((born + every * (self.states - 2)) / self.states**9)

    def disguises(self) -> list[tuple[tuple[int, ...], Symbols, bool]]:
        found = [(tuple(self._lookup.tolist()), tuple(range(self.states)), False)]
        if self.states == 2:
            every = set(range(9))
            other = LifeRule(frozenset(8 - n for n in every - self.stays), frozenset(8 - n for n in every - self.born))
            found.append((tuple(other._lookup.tolist()), (1, 0), False))
        return found

    def __str__(self) -> str:
        born, stays = ("".join(map(str, sorted(numbers))) for numbers in (self.born, self.stays))
        return f"B{born}/S{stays}" + (f"/C{self.states}" if self.states > 2 else "")


def lifelike(born: Sequence[int], stays: Sequence[int], states: int = 2) -> LifeRule:
    """Return a life-like rule, or with more than two states a Generations rule. Raises `UsageError` outside bounds."""
    whole(states, "C", 2, MAX_STATES)
    for name, numbers in (("B", born), ("S", stays)):
        for number in numbers:
            whole(number, name, 0, 8)
    return LifeRule(frozenset(born), frozenset(stays), states)
