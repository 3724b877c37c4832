"""What a driver is given: the runs to be made, and the bounds of the whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from studio.batch.work.messages import TakeGraph
from studio.support.values import Json


@dataclass(frozen=True, slots=True)
class Job:
    """One run. `key` tells it from all others, `place` is its place in the plan; `graph_hash` names one of
    `Jobs.graphs`; `inputs`, `row_values` and `changes` (what the variant changes, empty: nothing) are encoded JSON,
    `options` keywords of `arun`; `files` are files that stand for inputs. What comes of a run that
    `looks_around` follows from more than its key."""

    key: str
    place: int
    graph: str
    variant: str
    row: int
    seed: int
    graph_hash: str
    inputs: bytes
    row_values: bytes
    options: Mapping[str, Any] = field(default_factory=dict)
    changes: bytes = b""
    files: Mapping[str, str] = field(default_factory=dict)
    looks_around: bool = False


class Jobs(Protocol):
    """All runs of a batch in their order; they are made one after the other, and may be very many."""

    @property
    def graphs(self) -> Mapping[str, TakeGraph]:
        """The graphs that jobs name, by hash."""
        ...

    @property
    def scoring(self) -> Json:
        """How ended runs are scored, None if they are not."""
        ...

    @property
    def judges(self) -> int:
        """How many runs of judges go with each run."""
        ...

    def __len__(self) -> int: ...

    def __iter__(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class Budget:
    """Bounds of one session of a batch; None is no bound. What is reached stops it so that it can go on later."""

    cost_usd: float | None = None
    calls: float | None = None
    tokens: float | None = None
    seconds: float | None = None
    runs: float | None = None

    @property
    def counts_use(self) -> bool:
        """True if a bound is of what runs use, which is known only when they have ended."""
        return not (self.cost_usd is None and self.calls is None and self.tokens is None)

    def is_given_out(self, runs: int) -> bool:
        """True if no more may be begun after so many runs, made or under way: their number is known beforehand, so this
        bound is kept to the run."""
        return self.runs is not None and runs >= self.runs

    def reached(self, used: Mapping[str, float]) -> str:
        """Return the name of a bound that is reached, "" if none is."""
        for name in ("cost_usd", "calls", "tokens", "seconds", "runs"):
            bound = getattr(self, name)
            if bound is not None and used[name] >= bound:
                return name
        return ""
