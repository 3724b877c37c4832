"""A run that a worker has, and the result that comes of it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from studio.batch.driving.supply import Turn
from studio.batch.work.messages import Ended
from studio.support.values import Json, decode, encode
from studio.trace.log import BatchResult


@dataclass(slots=True)
class Flight:
    """A run that a worker has. `is_made` is False where an earlier attempt made it and it only is to be scored."""

    run: str
    turn: Turn
    judges: tuple[str, ...] = ()
    """Ids of the runs of judges."""
    is_made: bool = True

    @property
    def runs(self) -> list[str]:
        """All runs that records may come of."""
        return [self.run, *self.judges]


def outcome_told(message: Ended) -> dict[str, Any]:
    """Return what a worker tells of a run's end. Raises `ValueError` if it says what no worker says."""
    outcome: Json = decode(message.outcome)
    if not isinstance(outcome, dict) or not isinstance(outcome.get("error") or {}, dict):
        raise ValueError("a run's end without an outcome")
    if not isinstance(outcome.get("seconds", 0), int | float):
        raise ValueError("a run that took no time")
    if not all(value is None or isinstance(value, int | float) for value in message.scores.values()):
        raise ValueError("scores that are no numbers")
    encode([dict(message.scores), dict(message.missing)])  # refuses what is not finite, and names that are none
    return outcome


def result_of(flight: Flight, status: str, scores: Mapping[str, float | None], facts: bytes, error: str) -> BatchResult:
    """Return the result of a flight, as it is kept; `facts` are encoded."""
    job = flight.turn.job
    return BatchResult(
        key=job.key, place=job.place, graph=job.graph, variant=job.variant, row=job.row, seed=job.seed,
        run=flight.run, status=status, scores=encode(dict(scores)), facts=facts, error=error,
        attempt=flight.turn.attempt, at=time.time_ns(),
    )  # fmt: skip
