"""`MemoryLog` for tests: what a run did, in lists, and no alarm goes unseen but those of its dynamics."""

from __future__ import annotations

from studio.dynamics.policy import KINDS
from studio.support.values import Json
from studio.trace import memory


class MemoryLog(memory.MemoryLog):
    """Keeps a run in memory; an alarm fails the test, unless it says how the run behaves: made-up outputs repeat and
    stand still, which is noticed."""

    def alarm(self, firing: int, kind: str, message: str, evidence: Json, at: int) -> None:
        assert kind in (*KINDS, "waiting"), f"no test here expects an alarm: {kind} {message}"
        super().alarm(firing, kind, message, evidence, at)
