"""Tokens in a script: it has no vocabulary to count them by. What it stands for is `documents.tokens`."""

from __future__ import annotations

from studio.support.errors import UsageError


def token_spans(text: str) -> list[tuple[int, int]]:
    """Raise `UsageError`."""
    raise UsageError("A script without the studio counts no tokens.", hint="Measure in words.")
