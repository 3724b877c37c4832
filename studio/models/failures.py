"""Model errors by kind: which of them may pass by themselves, and how they are made.

One table serves every provider, so that a rate limit of a script and one of a real server look alike.
"""

from __future__ import annotations

from studio.support.errors import ModelError

TRANSIENT = frozenset({"rate_limit", "timeout", "server", "malformed"})
"""Kinds for which the same call may succeed a moment later."""

KINDS = TRANSIENT | {"auth", "not_found", "context_window", "bad_request", "script_exhausted", "cost_cap"}


class MissingModel(ModelError):
    """A model cannot be used on this machine as it is: no weights, no key, no such provider."""

    exit_code = 5


def failure(
    kind: str, message: str, *, where: str = "", hint: str = "", retry_after_s: float | None = None
) -> ModelError:
    """Return a `ModelError` of `kind`, transient where the table says so."""
    return ModelError(
        message, where=where, hint=hint, transient=kind in TRANSIENT, code=kind, retry_after_s=retry_after_s
    )


def asker(node: str, tick: str) -> str:
    """Return the place of a call as people read it: node `path` at tick 3, or nothing if unknown."""
    if not node:
        return ""
    return f"node `{node}` at tick {tick}" if tick else f"node `{node}`"
