"""What a run comes back with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from studio.support.values import Json

if TYPE_CHECKING:
    from studio.engine.reuse import Saved
    from studio.support.errors import EnvironmentProblem

Status = Literal["running", "ok", "failed", "paused", "aborted", "interrupted"]

EXIT_CODES = {"ok": 0, "failed": 1, "paused": 3, "aborted": 130, "interrupted": 1}
"""Exit code of a command that ran a graph, by status (design section 8)."""


DIVERGED = 4
"""Exit code of a replayed, resumed or forked run that did not find its record as it was."""


class RunResult:
    """The outcome of a run.

    `ended` says how it ended: stop, quiet, max_ticks, `limit:NAME`, error, abort.  `outputs` maps output names to
    values; `error` is None or `{"code", "message", "node", "tick"}`.  `cost_usd` is None where a price is unknown.
    `firings` counts nodes that fired, `ticks` sums over regions, `calls` counts model calls.  Of a resumed or forked
    run `taken_over` counts the firings it has from its parent; calls, tokens and cost are what it spent itself.
    `saved` is what the cache spared it, None if it used none; `cache_problem` says why it went on without the cache.
    `alarms` are what was noticed about how it behaves, oldest first: objects with t, kind, level, msg and module;
    `behaviour` is what that comes to, `{"class", "verdict", "confidence"}` (empty if it was not watched).
    """

    __slots__ = (
        "alarms", "behaviour", "cache_problem", "calls", "cost_usd", "duration_s", "ended", "error", "firings",
        "outputs", "run_id", "saved", "status", "taken_over", "ticks", "tokens_in", "tokens_out",
    )  # fmt: skip

    def __init__(
        self,
        *,
        run_id: str,
        status: Status,
        ended: str,
        outputs: dict[str, Json],
        error: dict[str, Json] | None,
        firings: int,
        ticks: int,
        calls: int,
        tokens_in: int,
        tokens_out: int,
        cost_usd: float | None,
        duration_s: float,
        taken_over: int = 0,
        saved: Saved | None = None,
        cache_problem: EnvironmentProblem | None = None,
        alarms: Sequence[dict[str, Json]] = (),
        behaviour: Mapping[str, Json] | None = None,
    ) -> None:
        self.run_id = run_id
        self.status: Status = status
        self.ended = ended
        self.outputs = outputs
        self.error = error
        self.firings = firings
        self.ticks = ticks
        self.calls = calls
        self.tokens_in = tokens_in
        self.tokens_out = tokens_out
        self.cost_usd = cost_usd
        self.duration_s = duration_s
        self.taken_over = taken_over
        self.saved = saved
        self.cache_problem = cache_problem
        self.alarms = list(alarms)
        self.behaviour = dict(behaviour or {})

    @property
    def ok(self) -> bool:
        """True if the run ended as its graph meant it to."""
        return self.status == "ok"

    @property
    def exit_code(self) -> int:
        """The exit code of a command that made this run."""
        if self.error is not None and self.error.get("code") == "divergence":
            return DIVERGED
        return EXIT_CODES.get(self.status, 1)

    def to_json(self) -> dict[str, Any]:
        """The object that `studio run --json` prints."""
        told: dict[str, Any] = {
            "run": self.run_id,
            "status": self.status,
            "ended": self.ended,
            "outputs": self.outputs,
            "firings": self.firings,
            "ticks": self.ticks,
            "calls": self.calls,
            "tokens_in": self.tokens_in,
            "tokens_out": self.tokens_out,
            "cost_usd": self.cost_usd,
            "duration_s": round(self.duration_s, 3),
            "error": self.error,
        }
        if self.taken_over:
            told["taken_over"] = self.taken_over
        if self.saved is not None:
            told["saved"] = self.saved.to_json()
        if self.alarms:
            told["alarms"] = self.alarms
        return told

    def __repr__(self) -> str:
        return f"RunResult({self.run_id} {self.status} {self.ended}, {self.firings} firings, {self.calls} calls)"
