"""What a recorder adds up, so that the studio tells any step of a long run from a few rows (`studio.trace.tally`).

A script takes nothing over from another run, so its sums need no look into the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from studio.support.values import encode
from studio.trace.log import CALLS, ERROR, SKIPPED
from studio.trace.tally import EVERY, Tally


@dataclass(slots=True)
class Used:
    """What a firing that is under way has asked so far and used for it."""

    asked: int = 0
    free: int = 0
    """Calls that cost nothing, as another firing had asked the same before."""
    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: float = 0.0
    unpriced: int = 0
    answered: bool = False


class Tallying:
    """The sums of one run so far: firings decided, calls, tokens, cost."""

    def __init__(self) -> None:
        self._tally = Tally(0)
        self._used: dict[int, Used] = {}

    def started(self, firing: int) -> None:
        """A firing is under way."""
        self._tally.started(firing)

    def asked(self, firing: int, kind: str) -> None:
        """A firing asks something of the outside."""
        self._used.setdefault(firing, Used()).asked += kind in CALLS

    def answered(
        self, firing: int, kind: str, status: str, tokens: tuple[int | None, int | None], cost: float | None, free: bool
    ) -> None:
        """A firing got an answer: `tokens` in and out, `cost` in USD (None: unknown)."""
        used = self._used.setdefault(firing, Used())
        used.answered = True
        if free:
            used.free += kind in CALLS
            return
        used.tokens_in += tokens[0] or 0
        used.tokens_out += tokens[1] or 0
        used.cost_usd += cost or 0.0
        used.unpriced += kind in CALLS and status == "ok" and cost is None

    def decided(self, firing: int, status: int) -> tuple[Any, ...] | None:
        """A firing is decided: the rest of its row in `_spent`, None if it has used nothing."""
        tally = self._tally
        tally.ended(firing)
        tally.decided += 1
        tally.skipped += status == SKIPPED
        tally.errors += status == ERROR
        used = self._used.pop(firing, None)
        if used is None or not used.answered:
            return None
        amounts = [used.asked - used.free, used.tokens_in, used.tokens_out, used.cost_usd, used.unpriced]
        if not used.asked and not any(amounts):
            return None
        for place, amount in enumerate(amounts):
            tally.sums[place] += amount
        return (0, used.asked, *amounts, *tally.sums)

    def checkpoint(self, seq: int) -> tuple[Any, ...] | None:
        """The rest of this step's row in `_checkpoint`, None if none is due."""
        tally = self._tally
        if seq < tally.due:
            return None
        tally.due = seq + max(EVERY, len(tally.undecided))
        undecided = encode(sorted(tally.undecided)).decode()
        return (tally.decided, tally.skipped, tally.errors, tally.taken, tally.top, undecided)
