"""The rulebook: from measures of an ensemble of runs to one of Wolfram's four classes.

It sees diagrams, topology and the pairs that differ in one cell; no rule, no name, no table of classes. Four rules, the
first that applies decides. Each needs at most one more question, whether the way there was *eventful*: long, with
neighbourhoods now rare, now frequent, as when structures move and meet. Class IV automata on a small ring often die
out or settle in the end, so the way counts, not only the end.

1. The late rows are uniform: I, or II if they blink, or IV if the way was eventful.
2. Each late cell copies one cell: II, or IV if the way was eventful.
3. Damage does not spread: II, or IV if the way was eventful.
4. Damage spreads. Hardly anything repeats meanwhile: III. All repeats: as in 3. Some does: IV.

The thresholds were set on the elementary rules that all tables agree on; what benchmarks say of other rules stands in
`tests/bench/automata.py`. Membership of a class is undecidable in
general (K. Culik, S. Yu, Complex Systems 2, 1988, 177-190), so a verdict carries its evidence and a confidence.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

import numpy as np

from studio.dynamics.automata import measures
from studio.dynamics.automata.giving_up import Wanted, always, go_on
from studio.dynamics.automata.rules import Cells
from studio.dynamics.automata.simulate import Observations

Class = Literal["I", "II", "III", "IV"]
CLASSES: tuple[Class, ...] = ("I", "II", "III", "IV")

UNIFORM = 0.02
"""Rule 1: late row entropy (share of log2 K) below this is uniform."""
BLINKING = 0.5
"""Rule 1: uniform rows that change in more than this share of cells and ticks blink."""
COPYING = 0.02
"""Rule 2: bits by which a late cell may differ from a copy of one cell."""
SPREAD = 0.25
"""Rule 3: least product of how fully damage fills (a share of what differs in unrelated rows) and how far it reaches (a
share of the light cone). Over ten seeds, no elementary rule that is decided here lay between 0.17 and 0.35."""
REPEATING = 0.035
"""Rule 4: share of cells and windows that repeat, below which it is chaos."""
SETTLED = 0.99
"""Rule 4: the share above which all has come to repeat."""
LONG = 4.0
"""Eventful: transient, in units of log2 of the number of cells."""
UNSTEADY = 0.065
"""Eventful: standard deviation of input entropy (share of its highest value). Structures of class II that only thin out
(elementary rules 62, 184) vary it a little."""
SHARPNESS = 3.0
"""How fast trust grows with the distance from a threshold: twice as far is odds of 8 to 1."""

FIRST_WINDOWS = 2
"""Windows of ten ticks left out of the input entropy: what a random start does at once says little."""


@dataclass(frozen=True)
class Measures:
    """What was measured: means over the starts, unless said otherwise. Shares lie between 0 and 1.

    `transient` in ticks; `period` the longest found, None if no row came back; `returned` the share of starts whose
    rows came back. `activity` and `row_entropy` of the late half. `entropy_rate` (bits per tick and cell) and
    `excess_entropy` (bits) of the late half. `input_entropy` and `input_entropy_sd` over time, on the wide ring.
    `copy_score` in bits. `laminarity` of the middle of the wide run, the median of the starts. `damage` the late
    share of differing cells and `damage_spread` the same divided by what unrelated rows would differ in, both where it
    survived; `damage_survived` the share of pairs in which it did; `damage_reach` the extent where it was not gone.
    `novelty` the share of late rows that never stood before; `compression_growth` in bytes per cell.
    """

    cells: int
    transient: float
    period: int | None
    returned: float
    activity: float
    row_entropy: float
    entropy_rate: float
    excess_entropy: float
    input_entropy: float
    input_entropy_sd: float
    copy_score: float
    laminarity: float
    damage: float
    damage_spread: float
    damage_survived: float
    damage_reach: float
    novelty: float
    compression_growth: float

    def as_json(self) -> dict[str, float | int | None]:
        """Return the measures with six digits after the point, so that they are the same on every machine."""
        return {name: round(value, 6) if isinstance(value, float) else value for name, value in asdict(self).items()}


@dataclass(frozen=True)
class Judgement:
    """A class, how sure (0 to 1), by which rule of the book (1 to 4), and why, in sentences."""

    verdict: Class
    confidence: float
    decided_by: int
    evidence: tuple[str, ...]
    measures: Measures


def judge(seen: Observations, wanted: Wanted = always) -> Judgement:
    """Return the class of what was seen, with confidence and evidence.

    The confidence is the mean of two shares: how far the measures lie from the thresholds on the way to the class, and
    how many of the starts, each judged alone, give the same class. Raises `GivenUp` at the next start once it is
    wanted no more.
    """
    starts = []
    for start in range(len(seen.late)):
        go_on(wanted)
        starts.append(measured(seen, start))
    whole = combined(starts)
    verdict, rule = decided(whole)
    agreeing = sum(decided(one)[0] == verdict for one in starts)
    confidence = (trust(whole)[verdict] + agreeing / len(starts)) / 2
    lines = (*_reasons(whole, rule), f"Judged alone, {agreeing} of {len(starts)} starts give class {verdict}.")
    return Judgement(verdict, round(confidence, 4), rule, lines, whole)


def decided(m: Measures) -> tuple[Class, int]:
    """Return the class and the number of the rule that decided it."""
    if m.row_entropy < UNIFORM:
        return ("IV" if eventful(m) else "II" if m.activity > BLINKING else "I"), 1
    if m.copy_score <= COPYING:
        return ("IV" if eventful(m) else "II"), 2
    if m.damage_spread * m.damage_reach < SPREAD:
        return ("IV" if eventful(m) else "II"), 3
    if m.laminarity < REPEATING:
        return "III", 4
    if m.laminarity > SETTLED:
        return ("IV" if eventful(m) else "II"), 4
    return "IV", 4


def eventful(m: Measures) -> bool:
    """Return whether the way to the end was long and unsteady."""
    return m.transient > _long(m) and m.input_entropy_sd > UNSTEADY


def trust(m: Measures) -> dict[Class, float]:
    """Return how far each class is supported, 1 in sum: the rulebook with every comparison x > θ replaced by the share
    x^n / (x^n + θ^n), n `SHARPNESS`, which is a half at the threshold."""
    moved = _above(m.transient, _long(m)) * _above(m.input_entropy_sd, UNSTEADY)
    uniform = 1 - _above(m.row_entropy, UNIFORM)
    blinking = _above(m.activity, BLINKING)
    copying = 1 - _above(m.copy_score, COPYING)
    spread = _above(m.damage_spread * m.damage_reach, SPREAD)
    repeating = _above(m.laminarity, REPEATING)
    settled = 1 - _above((1 - m.laminarity) / (1 - SETTLED), 1.0)
    ends = (1 - uniform) * (1 - moved) * (copying + (1 - copying) * (1 - spread + spread * repeating * settled))
    support: dict[Class, float] = {
        "I": uniform * (1 - moved) * (1 - blinking),
        "II": uniform * (1 - moved) * blinking + ends,
        "III": (1 - uniform) * (1 - copying) * spread * (1 - repeating),
    }
    support["IV"] = 1 - sum(support.values())
    return support


def measured(seen: Observations, start: int) -> Measures:
    """Return the measures of one start."""
    run, wide, states, reach = seen.late[start], seen.early[start], seen.states, seen.reach
    late = run[len(run) // 2 :]
    transient, period = measures.transient_and_period(run)
    rate, excess = measures.entropy_rate(late, states)
    inputs = measures.input_entropy(wide, states, reach)[FIRST_WINDOWS:]
    middle = wide[len(wide) // 4 : len(wide) * 3 // 4]
    spread = [_damaged(run, other, reach) for other in seen.damaged[:, start]]
    survivors = [one for one in spread if one[3]]
    reaches = [one[2] for one in spread if one[2]]
    return Measures(
        cells=run[0].size,
        transient=float(transient),
        period=period,
        returned=float(period is not None),
        activity=float(measures.activity(late).mean()),
        row_entropy=float(measures.row_entropy(late, states).mean()),
        entropy_rate=rate,
        excess_entropy=excess,
        input_entropy=float(inputs.mean()),
        input_entropy_sd=float(inputs.std()),
        copy_score=measures.copy_score(late, states, reach),
        laminarity=measures.laminarity(middle),
        damage=_mean([one[0] for one in survivors]),
        damage_spread=_mean([one[1] for one in survivors]),
        damage_survived=len(survivors) / len(spread),
        damage_reach=_mean(reaches),
        novelty=float((np.arange(len(run) // 2, len(run)) < (transient + (period or 0))).mean()),
        compression_growth=measures.compression_growth(wide),
    )


def combined(starts: Sequence[Measures]) -> Measures:
    """Return the measures of an ensemble: means, with the exceptions that `Measures` names."""
    alive = [one for one in starts if one.damage_survived]
    reached = [one for one in starts if one.damage_reach]
    means = {name: _mean([getattr(one, name) for one in starts]) for name in _AVERAGED}
    return Measures(
        cells=starts[0].cells,
        period=max((one.period for one in starts if one.period is not None), default=None),
        laminarity=float(np.median([one.laminarity for one in starts])),
        damage=_weighted(alive, "damage"),
        damage_spread=_weighted(alive, "damage_spread"),
        damage_reach=_mean([one.damage_reach for one in reached]),
        **means,
    )


_AVERAGED = (
    "transient", "returned", "activity", "row_entropy", "entropy_rate", "excess_entropy", "input_entropy",
    "input_entropy_sd", "copy_score", "damage_survived", "novelty", "compression_growth",
)  # fmt: skip


def _damaged(run: Cells, other: Cells, reach: int) -> tuple[float, float, float, bool]:
    """Return of a pair: late damage, the same against unrelated rows, its reach, and whether it survived."""
    differing = measures.damage(run, other)
    half = len(run) // 2
    late = float(differing[half:].mean())
    chance = measures.chance_of_difference(run[half:], other[half:])
    return (
        late,
        min(1.0, late / chance) if chance else 0.0,
        measures.damage_reach(run, other, reach),
        bool(differing[-1]),
    )


def _above(value: float, threshold: float) -> float:
    ratio = math.pow(value / threshold, SHARPNESS)
    return ratio / (1 + ratio)


def _long(m: Measures) -> float:
    return LONG * math.log2(m.cells)


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values) if values else 0.0


def _weighted(starts: Sequence[Measures], name: str) -> float:
    total = math.fsum(one.damage_survived for one in starts)
    return math.fsum(getattr(one, name) * one.damage_survived for one in starts) / total if total else 0.0


def _reasons(m: Measures, rule: int) -> list[str]:
    """Return the measures on the way to the verdict, as sentences."""
    blink = f" and blink ({m.activity:.0%} of cells change each tick)" if m.activity > BLINKING else ""
    are = f"are uniform{blink}" if m.row_entropy < UNIFORM else "are not uniform"
    lines = [f"The late rows {are}: their entropy is {m.row_entropy:.3f} of its highest value (limit {UNIFORM})."]
    if rule >= 2:
        does = "copies" if rule == 2 else "is no copy of"
        lines.append(f"A late cell {does} one cell it sees: {m.copy_score:.3f} bits stay open (limit {COPYING}).")
    if rule >= 3:
        lines.append(
            f"A small change {'does not spread' if rule == 3 else 'spreads'}: the difference survives in "
            f"{m.damage_survived:.0%} of the pairs, fills {m.damage_spread:.2f} of what chance would and reaches "
            f"{m.damage_reach:.2f} of the light cone (product {m.damage_spread * m.damage_reach:.2f}, limit {SPREAD})."
        )
    if rule == 4:
        kind = "hardly anything" if m.laminarity < REPEATING else "all" if m.laminarity > SETTLED else "some of it"
        lines.append(
            f"Half-way, {kind} repeats: {m.laminarity:.3f} of the cells over 24 ticks, with a period of 8 or less "
            f"(chaos below {REPEATING}, settled above {SETTLED})."
        )
    if rule < 4 or m.laminarity > SETTLED:
        was = "eventful" if eventful(m) else "not eventful"
        lines.append(
            f"The way there was {was}: {m.transient:.0f} ticks until rows came back (long above {_long(m):.0f}), and "
            f"the entropy of look-ups varied by {m.input_entropy_sd:.3f} (unsteady above {UNSTEADY})."
        )
    if m.period is not None:
        lines.append(f"Rows come back in {m.returned:.0%} of the starts, after {m.period} ticks at the longest.")
    else:
        lines.append(f"No row came back within {m.transient:.0f} ticks.")
    return lines
