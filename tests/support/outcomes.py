"""What came of something that may be refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from studio.support.errors import StudioError

T = TypeVar("T")


def outcome(call: Callable[[], T]) -> tuple[T | None, str]:
    """Return the result and "", or None and the sentence that refuses it."""
    try:
        return call(), ""
    except StudioError as error:
        return None, str(error)
