"""Which variants are worth their cost: those that no other beats in quality without costing more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from studio.batch.statistics.method import Method, as_object
from studio.batch.statistics.table import checked


@dataclass(frozen=True, slots=True)
class Standing:
    """A variant with its cost and quality; `beaten_by` names one that costs no more, is no worse, and is not equal in
    both.  None: it stands on the front."""

    name: str
    cost: float
    quality: float
    beaten_by: str | None

    @property
    def on_front(self) -> bool:
        """True if nothing beats it."""
        return self.beaten_by is None

    def as_json(self) -> dict[str, Any]:
        """Return the variant as a JSON object."""
        return {**as_object(self), "on_front": self.on_front}


def front(
    points: Mapping[str, tuple[float, float]], better: Literal["higher", "lower"] = "higher"
) -> tuple[Standing, ...]:
    """Return all variants by cost, the cheapest first and of these the best; equal ones keep the order given.

    Points are (cost, quality); variants equal in both beat neither each other nor themselves.  Only the means are
    compared: whether two differ at all, `paired` says.  Raises `UsageError` for what is no finite number.
    """
    method = Method(better=better)
    numbers = {
        name: (checked(cost, f"cost of {name}", method), checked(quality, f"quality of {name}", method))
        for name, (cost, quality) in points.items()
    }
    ordered = sorted(numbers.items(), key=lambda each: (each[1][0], -method.sign * each[1][1]))
    out: list[Standing] = []
    best: Standing | None = None
    for name, (cost, quality) in ordered:
        beaten = best is not None and (
            method.sign * best.quality > method.sign * quality or (best.quality == quality and best.cost < cost)
        )
        standing = Standing(name, cost, quality, best.name if best is not None and beaten else None)
        out.append(standing)
        if best is None or method.sign * quality > method.sign * best.quality:
            best = standing
    return tuple(out)
