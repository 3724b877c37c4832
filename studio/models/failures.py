"""Model errors by kind: which of them may pass by themselves, and how they are made.

One table serves every provider, so that a rate limit of a script and one of a real server look alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from studio.support.errors import ModelError

TRANSIENT = frozenset({"rate_limit", "timeout", "server", "malformed"})
"""Kinds for which the same call may succeed a moment later."""

KINDS = TRANSIENT | {"auth", "not_found", "context_window", "bad_request", "script_exhausted", "cost_cap"}

MEANINGS: Final[Mapping[str, str]] = {
    "rate_limit": "The provider wants fewer questions at a time. It may pass by itself.",
    "timeout": "The provider did not answer in time. It may pass by itself.",
    "server": "The provider failed. It may pass by itself.",
    "malformed": "The provider sent what is no answer. It may pass by itself.",
    "auth": "The key is missing, wrong, or may not do this.",
    "not_found": "There is no such model, file or provider.",
    "context_window": "The prompt and the room for its answer are longer than the model takes.",
    "bad_request": "The provider refused the request as it stands, or withheld the answer.",
    "script_exhausted": "The scripted model has no reply left.",
    "cost_cap": "The node has spent what its cost cap allows.",
}
"""What each of `KINDS` says of the call."""


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
