"""Reading files whose size nobody promised."""

from __future__ import annotations

from pathlib import Path

from studio.support.errors import UsageError


def read_limited(path: Path, most: int, hint: str = "") -> bytes:
    """Return what a file holds, at most `most` bytes: no more than that is ever read.

    Raises UsageError naming the file if it cannot be read, or is larger; `hint` says what to do about a larger one.
    """
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise UsageError(f"The file cannot be read: {error.strerror}.", where=str(path)) from error
    if len(data) > most:
        size = f"{most // 10**6:,} MB" if most >= 10**6 else f"{most:,} bytes"
        raise UsageError(f"The file is larger than {size}.", where=str(path), hint=hint)
    return data
