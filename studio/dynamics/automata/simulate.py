"""Runs of an automaton from random starts: whole diagrams, and pairs that differ in one cell.

What is simulated, and how wide and long, is the protocol of the lab: a narrow ring for periods, late statistics and
damage, a wide one for what happens on the way. Widths are primes, since additive rules have tiny periods on rings of
2^k cells.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import product

import numpy as np

from studio.dynamics.automata.giving_up import Wanted, always, go_on
from studio.dynamics.automata.rules import Cells, Rule, Symbols
from studio.support.errors import UsageError

NARROW = (2048, 101)
"""Ticks and cells of the narrow ring."""
WIDE = (640, 401)
TORUS = (1536, 37, 41)
PAIRS_ON_A_RING = 5
"""Changed cells per start, each in a run of its own: on a narrow ring it matters much where it is."""
BLOCKS_ON_A_TORUS = (1, 3)
"""Sides of what is changed per start, each in a run of its own: one cell, and a block of nine, since in two dimensions
one cell among many that change is often overruled at once."""
MAX_STARTS = 24
MAX_CELLS = 200_000_000
"""Most cells in all ticks of all starts of one diagram."""


@dataclass(frozen=True)
class Observations:
    """What the classifier may see of an automaton: diagrams, topology and the paired run; no rule, no name.

    `late` and `early` are diagrams (starts, ticks, cells…) of the narrow and the wide ring, on a torus the same one;
    `damaged` (pairs, starts, ticks, cells…) is `late` again, each time with another cell
    (on a torus once a small block) changed at tick 0. `states` and `reach` say what a cell can be and how far it sees.
    """

    states: int
    reach: int
    late: Cells
    damaged: Cells
    early: Cells

    @property
    def dims(self) -> int:
        return self.late.ndim - 2


def run(rule: Rule, starts: Cells, ticks: int, wanted: Wanted = always) -> Cells:
    """Return the diagrams (starts, ticks, cells…) that follow from starts (starts, cells…), which are tick 0.

    Raises `UsageError` for arrays of other dimensions, states the rule has not, or more than can be held, and
    `GivenUp` at the next tick once it is wanted no more.
    """
    if starts.ndim != rule.dims + 1:
        raise UsageError(f"Starts of {rule} must have {rule.dims + 1} axes, runs first, not {starts.ndim}.")
    if ticks < 1 or ticks * starts.size > MAX_CELLS:
        raise UsageError(
            f"{ticks:,} ticks of {starts.size:,} cells are not between 1 tick and {MAX_CELLS:,} cells in all."
        )
    if min(starts.shape[1:]) < 2 * rule.reach + 1 or int(starts.max(initial=0)) >= rule.states:
        raise UsageError(
            f"Starts of {rule} need {2 * rule.reach + 1} cells or more each way, with states 0 to {rule.states - 1}."
        )
    diagram = np.empty((ticks, *starts.shape), dtype=np.uint8)
    diagram[0] = cells = starts.astype(np.uint8)
    for tick in range(1, ticks):
        go_on(wanted)
        diagram[tick] = cells = rule.step(cells)
    return np.moveaxis(diagram, 0, 1)


def observe(rule: Rule, seed: int = 0, starts: int = 6, wanted: Wanted = always) -> Observations:
    """Run the protocol: random starts in which every state is as likely, and each once more with one cell changed.

    Equivalent rules see equivalent starts: of all the disguises of a rule (mirrored, states renamed) the one with the
    smallest table gets the drawn start, the rule itself that start in its own disguise. So their diagrams are the same
    pictures in a mirror, or in other colours, and must get the same class.
    Raises `GivenUp` once it is wanted no more.
    """
    if type(starts) is not int or not 1 <= starts <= MAX_STARTS:
        raise UsageError(f"`starts` must be a whole number from 1 to {MAX_STARTS}, not {starts!r}.")
    if type(seed) is not int:
        raise UsageError(f"`seed` must be a whole number, not {seed!r}.")
    _, names, mirrored = min(rule.disguises())
    (late_ticks, *late_shape), (early_ticks, *early_shape) = (NARROW, WIDE) if rule.dims == 1 else (TORUS, TORUS)
    blocks = (1,) * PAIRS_ON_A_RING if rule.dims == 1 else BLOCKS_ON_A_TORUS
    plain = drawn(rule.start_states, (starts, *late_shape), seed, "late")
    hurt = [changed(plain, rule.start_states, f"{seed}:{pair}", side) for pair, side in enumerate(blocks)]
    runs = run(rule, _undisguised(np.concatenate([plain, *hurt]), names, mirrored), late_ticks, wanted)
    late, damaged = runs[:starts], runs[starts:].reshape(len(blocks), starts, *runs.shape[1:])
    if rule.dims == 1:
        wide = drawn(rule.start_states, (starts, *early_shape), seed, "early")
        early = run(rule, _undisguised(wide, names, mirrored), early_ticks, wanted)
    else:
        early = late
    return Observations(rule.states, rule.reach, late, damaged, early)


def drawn(states: int, shape: tuple[int, ...], seed: int, purpose: str) -> Cells:
    """Return random states, the same for ever for the same seed and purpose: bytes of SHAKE-256, not of a generator
    that a library might change."""
    count = int(np.prod(shape))
    stream = hashlib.shake_256(f"{purpose}:{seed}".encode()).digest(4 * count)
    return (np.frombuffer(stream, dtype="<u4") % states).astype(np.uint8).reshape(shape)


def changed(starts: Cells, states: int, purpose: int | str, side: int = 1) -> Cells:
    """Return the starts, each with a cell at a random place in another state; with a longer `side`, the row or square
    of cells that begins there is drawn anew besides."""
    shape = starts.shape[1:]
    offsets = list(product(range(side), repeat=len(shape)))
    drawn_bytes = hashlib.shake_256(f"damage:{purpose}".encode()).digest(4 * len(starts) * (len(shape) + len(offsets)))
    new = starts.copy()
    for cells, chance in zip(new, np.frombuffer(drawn_bytes, "<u4").reshape(len(starts), -1).tolist(), strict=True):
        corner, by = chance[: len(shape)], chance[len(shape) :]
        for number, offset in enumerate(offsets):
            at = tuple((first + off) % wide for first, off, wide in zip(corner, offset, shape, strict=True))
            step = by[number] % states if number else 1 + by[number] % (states - 1)
            cells[at] = (int(cells[at]) + step) % states
    return new


def _undisguised(cells: Cells, names: Symbols, mirrored: bool) -> Cells:
    own = np.argsort(names).astype(np.uint8)[cells]
    return np.ascontiguousarray(own[..., ::-1]) if mirrored else own
