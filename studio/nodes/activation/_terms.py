"""The parts of activation, each by its formula (Anderson 2007; ACT-R 7 reference manual)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from studio.nodes.chunks._values import is_chunk, same
from studio.support.errors import NodeError
from studio.support.values import Json

LONGEST = 1e15
"""Most seconds that a retrieval takes for a factor of 1."""


def base_level(
    uses: Sequence[float],
    created: float,
    now: float,
    *,
    kind: str,
    decay: float,
    constant: float = 0.0,
    least: float = 0.0,
) -> float | None:
    """Return B of a chunk, or None if it was never used before now.

    `exact`: ln(Σ t^−d) over the seconds t since each use. `optimised`: ln(n / (1 − d)) − d·ln(L) with n uses and L
    seconds since the chunk was made. `optimised_last`: the same with L since the last use, as pyactr reckons. To each
    the constant is added; `off` is the constant. No t is taken as shorter than `least`; if that is 0, uses of this very
    moment do not count yet.
    """
    if kind == "off":
        return constant
    if any(use > now for use in (*uses, created)):
        raise NodeError(
            f"a chunk was used after the second {now:g}, which is now.", hint="Give times of use that are past.",
            code="time",
        )  # fmt: skip
    past = [max(now - use, least) for use in uses if least or use < now]
    if not past:
        return None
    if kind == "exact":
        return constant + math.log(sum(since**-decay for since in past))
    since = min(past) if kind == "optimised_last" else max(now - created, least)
    # pyactr counts a use of this moment among the n, and leaves it out where it looks for the last one.
    return constant + math.log(len(uses) / (1 - decay)) - decay * math.log(since)


def sources(buffers: Mapping[str, Any], weights: Mapping[str, float]) -> list[tuple[str, float]]:
    """Return what spreads activation, and how much: each buffer's weight shared among its slots that hold chunks."""
    found: list[tuple[str, float]] = []
    for buffer, weight in weights.items():
        chunk = buffers.get(buffer, {}).get("chunk")
        if chunk is not None:
            held = [value for slot, value in chunk["slots"].items() if slot != "isa" and is_chunk(value)]
            found += [(value, weight / len(held)) for value in held]
    return found


def fan(memory: Mapping[str, Any], value: str) -> int:
    """Return 1 + the number of slots in memory that hold a value; what a chunk `isa` is no slot."""
    slots = [pair for entry in memory.values() for pair in entry["slots"].items()]
    return 1 + len([slot for slot, held in slots if slot != "isa" and same(held, value)])


def association(name: str, slots: Mapping[str, Json], source: str, strength: float, fan_of: int) -> float:
    """Return S − ln(fan) if a chunk holds the source or is it, else 0."""
    holds = any(slot != "isa" and same(held, source) for slot, held in slots.items())
    return strength - math.log(fan_of) if holds or name == source else 0.0


def likeness(held: Json, wanted: Json, table: Mapping[str, Mapping[str, float]]) -> float:
    """Return how alike two values are: 0 for the same, else what the table says of them in either order, else −1."""
    if same(held, wanted):
        return 0.0
    one, other = str(held), str(wanted)
    return float(table.get(one, {}).get(other, table.get(other, {}).get(one, -1.0)))


def latency(activation: float, factor: float, exponent: float) -> float:
    """Return the seconds that a retrieval takes: F·exp(−f·A). Raises `NodeError` if these are more than `LONGEST`."""
    if -exponent * activation > math.log(LONGEST):
        raise NodeError(
            f"a retrieval with an activation of {activation:g} would take more than {LONGEST:g} seconds.",
            hint="Raise the threshold or the activation, or lower the latency exponent.",
            code="time",
        )
    return factor * math.exp(-exponent * activation)


def recall_probability(activation: float, threshold: float, noise: float) -> float:
    """Return 1 / (1 + exp((τ − A) / s)); without noise 1 or 0."""
    if noise == 0:
        return 1.0 if activation >= threshold else 0.0
    return 1 / (1 + math.exp(min(700.0, (threshold - activation) / noise)))


def logistic(chance: float, scale: float) -> float:
    """Return the number that logistic noise of a scale takes for a chance between 0 and 1."""
    return scale * math.log(chance / (1 - chance))
