"""Rules of cellular automata as values: what becomes of a cell, given the cells around it.

A rule knows its states, its neighbourhood and its step; it knows nothing of classes. All steps work on an array of
many runs at once: cells in the last axis (rings) or the last two (tori), everything before them is runs.
"""

from __future__ import annotations

import math
import reprlib
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import permutations, product

import numpy as np
import numpy.typing as npt

from studio.support.errors import UsageError
from studio.support.values import preview

Cells = npt.NDArray[np.uint8]
"""States of cells, 0 to K - 1."""
Symbols = tuple[int, ...]
"""What the states are called instead: entry s is the new name of state s."""

MAX_STATES = 256
MAX_SUM_STATES = 36
MAX_RANGE = 10
MAX_TABLE = 1_000_000
"""Most entries of a table of neighbourhoods."""


class Rule(ABC):
    """What becomes of a cell. `states` is K, `dims` 1 (a ring) or 2 (a torus), `reach` r: how far a cell sees."""

    states: int
    dims: int
    reach: int

    @property
    def neighbours(self) -> int:
        """How many cells a cell looks at, itself included: 2r+1 on a ring, 9 on a torus."""
        side = 2 * self.reach + 1
        return side if self.dims == 1 else side * side

    @property
    def start_states(self) -> int:
        """How many of the states a random start is made of."""
        return self.states

    @abstractmethod
    def step(self, cells: Cells) -> Cells:
        """Return all cells one tick later; every edge is joined to the opposite one."""

    @abstractmethod
    def active_share(self) -> float:
        """Return Langton's λ = (K^N - n) / K^N: the share of neighbourhoods that do not lead to state 0.

        For elementary rules that is the number of ones divided by 8. It is a property of the table, not of what
        happens; nothing here decides by it. (C. G. Langton, Physica D 42, 1990, 12-37.)
        """

    @abstractmethod
    def disguises(self) -> list[tuple[tuple[int, ...], Symbols, bool]]:
        """Return the same rule under other names: (its table then, what each state is called, whether mirrored).

        The first entry is the rule as it stands. Two rules with a table in common do the same, seen in a mirror or
        with states renamed.
        """

    @abstractmethod
    def __str__(self) -> str:
        """Return the rule as people write it."""


def _windows(cells: Cells, reach: int) -> list[Cells]:
    """Return for each place of a ring's neighbourhood, leftmost first, the cells that stand there."""
    width = cells.shape[-1]
    around = np.take(cells, np.arange(-reach, width + reach) % width, axis=-1)
    return [around[..., place : place + width] for place in range(2 * reach + 1)]


def _planes(cells: Cells) -> list[Cells]:
    """Return for each of the nine places of a torus's neighbourhood, row by row, the cells that stand there."""
    high, wide = cells.shape[-2:]
    around = np.take(cells, np.arange(-1, high + 1) % high, axis=-2)
    around = np.take(around, np.arange(-1, wide + 1) % wide, axis=-1)
    return [around[..., down : down + high, right : right + wide] for down in range(3) for right in range(3)]


@dataclass(frozen=True)
class TableRule(Rule):
    """A rule by its whole table: entry n is what becomes of the neighbourhood whose states, read as a number to base
    K from the left (or the upper left), are n. So it is Wolfram's order, lowest first.

    Raises `UsageError` for a table of the wrong length or with other states.
    """

    states: int
    reach: int
    table: tuple[int, ...]
    dims: int = 1
    name: str = "a rule by its table"

    def __post_init__(self) -> None:
        whole(self.states, "k", 2, MAX_STATES)
        whole(self.reach, "r", 1, MAX_RANGE if self.dims == 1 else 1)
        length = table_length(self.states, self.neighbours)
        if len(self.table) != length or not all(type(s) is int and 0 <= s < self.states for s in self.table):
            raise UsageError(
                f"A table for {self.states} states and {self.neighbours} neighbours must be {length:,} whole numbers "
                f"from 0 to {self.states - 1}.",
                hint="Give the result of every neighbourhood, that of all zeros first.",
            )

    @cached_property
    def _lookup(self) -> Cells:
        return np.array(self.table, dtype=np.uint8)

    def step(self, cells: Cells) -> Cells:
        places = _windows(cells, self.reach) if self.dims == 1 else _planes(cells)
        number = places[0].astype(np.int32)
        for place in places[1:]:
            number = number * self.states + place
        return np.take(self._lookup, number)

    def active_share(self) -> float:
        return sum(map(bool, self.table)) / len(self.table)

    def disguises(self) -> list[tuple[tuple[int, ...], Symbols, bool]]:
        shape = (self.states,) * self.neighbours
        table = self._lookup.reshape(shape)
        # A mirror turns the order of the columns; a torus keeps its rows.
        side = 2 * self.reach + 1
        mirrored = [
            row * side + side - 1 - column for row in range(side if self.dims == 2 else 1) for column in range(side)
        ]
        found = []
        for names in renamings(self.states, len(self.table)):
            back = np.argsort(names)
            renamed = np.array(names, dtype=np.uint8)[table[np.ix_(*[back] * self.neighbours)]]
            found.append((tuple(renamed.ravel().tolist()), names, False))
            found.append((tuple(renamed.transpose(mirrored).ravel().tolist()), names, True))
        return found

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class TotalRule(Rule):
    """A totalistic rule on a ring: entry s of `results` is what becomes of a cell when it and its 2r neighbours sum up
    to s. The code is Σ K^s · results[s]. (S. Wolfram, Physica D 10, 1984, 1-35, eq. 2.3.)"""

    states: int
    reach: int
    results: tuple[int, ...]
    dims: int = field(default=1, init=False)

    @cached_property
    def _lookup(self) -> Cells:
        return np.array(self.results, dtype=np.uint8)

    def step(self, cells: Cells) -> Cells:
        places = _windows(cells, self.reach)
        total = places[0].astype(np.uint16)
        for place in places[1:]:
            total += place
        return np.take(self._lookup, total)

    def active_share(self) -> float:
        ways = [1]
        for _ in range(self.neighbours):
            ways = [sum(ways[max(0, s - self.states + 1) : s + 1]) for s in range(len(ways) + self.states - 1)]
        active = sum(n for n, result in zip(ways, self.results, strict=True) if result)
        return float(active / self.states**self.neighbours)

    def disguises(self) -> list[tuple[tuple[int, ...], Symbols, bool]]:
        names = tuple(reversed(range(self.states)))
        return [
            (self.results, tuple(range(self.states)), False),
            (tuple(names[result] for result in reversed(self.results)), names, False),
        ]

    @property
    def code(self) -> int:
        return sum(result * self.states**total for total, result in enumerate(self.results))

    def __str__(self) -> str:
        code = str(self.code)
        if len(code) > 40:
            code = f"{code[:12]}… of {len(code)} digits"
        return f"totalistic code {code} (k {self.states}, r {self.reach})"


def elementary(number: int) -> TableRule:
    """Return the elementary rule of Wolfram's number, 0 to 255."""
    whole(number, "rule", 0, 255)
    return TableRule(2, 1, tuple(number >> triple & 1 for triple in range(8)), name=f"rule {number}")


def totalistic(k: int, r: int, code: int) -> TotalRule:
    """Return the totalistic rule of a code, for K states and range r. Raises `UsageError` outside the bounds."""
    whole(k, "k", 2, MAX_SUM_STATES)
    whole(r, "r", 1, MAX_RANGE)
    length = (k - 1) * (2 * r + 1) + 1
    whole(code, "code", 0, k**length - 1)
    results = []
    for _ in range(length):
        code, result = divmod(code, k)
        results.append(result)
    return TotalRule(k, r, tuple(results))


def from_function(function: Callable[[tuple[int, ...]], int], k: int, r: int = 1, *, dims: int = 1) -> TableRule:
    """Return the rule that a Python function describes; it is asked once for every neighbourhood.

    It gets the states from the left (on a torus, `dims` 2: from the upper left, row by row; range 1) and returns the
    new one. Only a program can give one: files hold tables. Raises `UsageError` if the table would be too long.
    """
    whole(k, "k", 2, MAX_STATES)
    whole(dims, "dims", 1, 2)
    whole(r, "r", 1, MAX_RANGE if dims == 1 else 1)
    neighbours = (2 * r + 1) ** dims
    table_length(k, neighbours)
    table = tuple(int(function(around)) for around in product(range(k), repeat=neighbours))
    return TableRule(k, r, table, dims, name=getattr(function, "__name__", "a function"))


def table_length(states: int, neighbours: int) -> int:
    """Return K^N. Raises `UsageError` if that is more than a table may have."""
    if neighbours * math.log(states) > math.log(MAX_TABLE):
        raise UsageError(
            f"A table of {states} states and {neighbours} neighbours would have more than {MAX_TABLE:,} entries.",
            hint="Take fewer states or a smaller range, or a totalistic rule.",
        )
    return int(states**neighbours)


def renamings(states: int, entries: int) -> list[Symbols]:
    """Return the ways of renaming states that are tried, as it stands first: all of them where that is cheap, else
    only the reversed order."""
    plain = tuple(range(states))
    if math.factorial(min(states, 9)) * entries > MAX_TABLE:
        return [plain, plain[::-1]]
    return list(permutations(plain))


def shown(value: object) -> str:
    """Return a value as a short text for a sentence; it may be anything, of any size."""
    if isinstance(value, str):
        return f"`{preview(value.encode(errors='replace').decode(), 60)}`"
    try:
        return reprlib.repr(value)
    except ValueError:  # Python writes out no numbers of more than 4,300 digits
        return "a number of thousands of digits"


def whole(value: object, name: str, least: int, most: int) -> None:
    """Raise `UsageError` unless the value is a whole number within the bounds; `name` is what the person called it."""
    if type(value) is not int or not least <= value <= most:
        bits = most.bit_length()
        top = f"{most:,}" if bits <= 40 else f"about 10^{int(bits * math.log10(2))}"
        raise UsageError(f"`{name}` must be a whole number from {least} to {top}, not {shown(value)}.")
