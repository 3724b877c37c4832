"""`flow.debounce`: a request waits, and a newer one cancels it."""

from __future__ import annotations

from typing import Any

from studio.spec import Fields, Node, RunContext, node, param, port
from studio.spec.plain import Plain, changed
from studio.support.errors import NodeError
from studio.support.values import Absent, Json, preview


@node("flow.debounce", title="Wait for the next one", category="Flow", icon="clock", limits="none")
class Debounce(Node):
    """Let a request through if no newer one comes while it waits; times are given, nothing really waits.

    It waits a fixed time, or less the likelier it is to be of use: 25 + 250 / (1 + (score / 0.275)^6) milliseconds.
    Source: GitHub Copilot's debouncer (copilot-explorer, extension 1.57).
    """

    class Params(Fields):
        wait_ms: float = param(75.0, ge=0, le=3_600_000, help="How long it waits, in milliseconds.")
        least_ms: float = param(25.0, ge=0, le=3_600_000, help="With a score: the shortest wait.")
        more_ms: float = param(250.0, ge=0, le=3_600_000, help="With a score: what is added for a score of 0.")
        middle: float = param(0.275, ge=0.001, le=1, help="The score at which half of it is added.")
        steepness: float = param(6.0, ge=0.1, le=100, help="How fast that falls.")

    class In(Fields):
        value: Any = port(True, help="What to let through.")
        at: float = port(help="When the request comes, in seconds.")
        next_at: Any = port(None, help="When the next one comes, in seconds; null if none does.")
        score: float = port(None, help="How likely it is of use, from 0 to 1; null or 0: it waits the fixed time.")

    class Out(Fields):
        value: Any = port(help="The value, if no newer request came.")
        cancelled: Any = port(help="The value, if one came.")
        wait_ms: float = port(help="How long it waits, in milliseconds.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        return self.Out(**debounce(**vars(inputs), **params.as_dict()))

    @classmethod
    def plain(cls, params: Any) -> Plain:
        return Plain(debounce, changed(params), takes_firing=False)


def debounce(
    at: float, value: Json = True, next_at: Json = None, score: float | None = None, *, wait_ms: float = 75.0,
    least_ms: float = 25.0, more_ms: float = 250.0, middle: float = 0.275, steepness: float = 6.0,
) -> dict[str, Any]:  # fmt: skip
    """Return the value on one of two ways, and how long it waits."""
    if not isinstance(next_at, int | float | None):
        raise NodeError(f"`next_at` is a number or null, not {preview(next_at)}.", hint="Correct it.", code="input")
    wait = wait_ms
    if score:
        # Beyond a ratio of 1e6 nothing is left of the addition.
        wait = least_ms + more_ms / (1.0 + min(max(score, 0.0) / middle, 1e6) ** min(steepness, 40.0))
    if next_at is not None and round((next_at - at) * 1_000, 6) < wait:
        return {"value": Absent("a newer request came"), "cancelled": value, "wait_ms": wait}
    return {"value": value, "cancelled": Absent("no newer request came"), "wait_ms": wait}
