"""Limits: what a run, a region or a node may use before the run pauses (design rule 2.12)."""

from __future__ import annotations

import time
from collections.abc import Mapping

from studio.graph.model import LIMITS


class Meter:
    """Counts use of one scope against its limits; `parent` is the meter of the scope around it.

    Kinds: firings, ticks, calls, tokens, cost_usd (US dollars), seconds (since the meter was made).
    """

    __slots__ = ("limits", "name", "parent", "started", "used")

    def __init__(self, limits: Mapping[str, float], parent: Meter | None, name: str) -> None:
        self.limits = dict(limits)
        self.parent = parent
        self.name = name
        self.started = time.monotonic()
        self.used: dict[str, float] = dict.fromkeys(LIMITS, 0)

    def add(self, kind: str, amount: float) -> None:
        """Count use here and in every scope around."""
        meter: Meter | None = self
        while meter is not None:
            meter.used[kind] += amount
            meter = meter.parent

    def reached(self, *kinds: str) -> tuple[str, Meter] | None:
        """Return the first limit of these kinds that is used up, here or around, with its meter."""
        meter: Meter | None = self
        while meter is not None:
            for kind in kinds:
                limit = meter.limits.get(kind)
                if limit is None:
                    continue
                used = time.monotonic() - meter.started if kind == "seconds" else meter.used[kind]
                if used >= limit:
                    return kind, meter
            meter = meter.parent
        return None
