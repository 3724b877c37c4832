"""How far a batch is: counts, what it cost, and when it will be over."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

SMOOTHING = 0.1
"""Weight of the newest interval in the mean time between two ends."""


@dataclass(slots=True)
class Progress:
    """`done` counts all runs with a result, `before` those among them that earlier sessions or batches had made,
    `failed` those that did not end well, `refused` those that could not be made and are left for another session."""

    planned: int
    before: int = 0
    done: int = 0
    failed: int = 0
    refused: int = 0
    repeated: int = 0
    """Attempts beyond the first: a worker died, or was held for dead."""
    under_way: int = 0
    cost_usd: float = 0.0
    tokens: int = 0
    calls: int = 0
    started: float = field(default_factory=time.monotonic)
    last_error: str = ""
    _last: float = 0.0
    _between: float = 0.0

    @property
    def left(self) -> int:
        """Runs that have no result yet."""
        return self.planned - self.done

    @property
    def seconds(self) -> float:
        """Time since this session began."""
        return time.monotonic() - self.started

    @property
    def eta_s(self) -> float | None:
        """Seconds until the end if it goes on like this; None before anything can be said."""
        made = self.done - self.before
        if not self.left:
            return 0.0
        if made < 1:
            return None
        overall = self.seconds / made
        recent = self._between or overall
        return self.left * (overall + recent) / 2

    def ended(self, *, ok: bool) -> None:
        """A run has a result."""
        now = time.monotonic()
        if self._last:
            gap = now - self._last
            self._between = gap if not self._between else self._between + SMOOTHING * (gap - self._between)
        self._last = now
        self.done += 1
        if not ok:
            self.failed += 1

    def used(self) -> dict[str, float]:
        """Return what this session has used so far, by the names of `Budget`."""
        return {
            "cost_usd": self.cost_usd, "calls": self.calls, "tokens": self.tokens, "seconds": self.seconds,
            "runs": self.done - self.before,
        }  # fmt: skip
