"""`MemoryLog` for tests: what a run did, in lists, and no alarm goes unseen."""

from __future__ import annotations

from studio.support.values import Json
from studio.trace import memory


class MemoryLog(memory.MemoryLog):
    """Keeps a run in memory; an alarm fails the test."""

    def alarm(self, firing: int, kind: str, message: str, evidence: Json, at: int) -> None:
        raise AssertionError(f"no test here expects an alarm: {kind} {message}")
