"""Bytes that are no UTF-8 in a script: it guesses no encodings. What it stands for is `documents.reading.guessing`."""

from __future__ import annotations

from studio.support.errors import NodeError, UsageError


def guessed(data: bytes, name: str) -> str:
    """Raise `NodeError` for what is no text in any encoding, else `UsageError`."""
    if b"\0" in data:
        raise no_text(name)
    raise UsageError(
        f"`{name}` is no UTF-8 text, and a script without the studio guesses no encodings.", hint="Save it as UTF-8."
    )


def no_text(name: str) -> NodeError:
    """Return the error for bytes that are no text in any encoding."""
    return NodeError(
        f"`{name}` is no text: its bytes fit no encoding, or hold NUL.",
        hint="Convert it to text first, or choose the kind of document it is.",
        code="documents",
    )
