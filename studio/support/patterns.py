"""Regular expressions that cannot hang: RE2 matches in time linear in the text, whatever the pattern.

The price is a smaller language: no look-around, no back-references, and `\\w`, `\\d`, `\\b` are ASCII
(`\\p{L}` is any letter).  Patterns come from graph files, which people share; Python's own engine can be
kept busy for years by a pattern of ten characters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Protocol

from studio.support.errors import UsageError

MAX_PATTERN = 2_000
"""Longest pattern, in characters."""


class Match(Protocol):
    """One match, as in Python's `re`."""

    def __getitem__(self, group: int | str) -> str | None: ...
    def groups(self) -> tuple[str | None, ...]: ...
    def groupdict(self) -> dict[str, str | None]: ...
    def start(self, group: int = 0) -> int: ...
    def end(self, group: int = 0) -> int: ...


class Pattern(Protocol):
    """A compiled pattern, as in Python's `re`."""

    @property
    def groups(self) -> int: ...
    @property
    def groupindex(self) -> Mapping[str, int]: ...
    def search(self, text: str) -> Match | None: ...
    def fullmatch(self, text: str) -> Match | None: ...
    def finditer(self, text: str) -> Iterator[Match]: ...


@lru_cache(maxsize=64)
def compile_pattern(text: str, *, ignore_case: bool = False) -> Pattern:
    """Return the compiled pattern. Raises `UsageError` saying what is wrong with it."""
    import re2  # type: ignore[import-untyped, unused-ignore]

    if len(text) > MAX_PATTERN:
        raise UsageError(
            f"The pattern has {len(text)} characters, more than {MAX_PATTERN}.", hint="Split it into several nodes."
        )
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 8 << 20
    options.case_sensitive = not ignore_case
    try:
        made: Pattern = re2.compile(text, options)
    except re2.error as error:
        raise UsageError(f"The pattern `{text}` is not usable: {_said(error)}.", hint=_hint(text)) from None
    except UnicodeEncodeError:
        raise UsageError("The pattern holds half a character (a lone surrogate).", hint="Type it again.") from None
    return made


def schema_pattern(text: str) -> Pattern:
    """Return the pattern for one that a JSON Schema holds. Raises `UsageError` saying what is wrong with it."""
    return compile_pattern(text)


def _said(error: Any) -> str:
    reason = error.args[0] if error.args else ""
    return reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)


def _hint(text: str) -> str:
    if any(sign in text for sign in ("(?=", "(?!", "(?<=", "(?<!")):
        return "Look-around is not supported, because it cannot be matched in bounded time."
    if any(f"\\{digit}" in text for digit in "123456789"):
        return "Back-references are not supported, because they cannot be matched in bounded time."
    return "The syntax is that of RE2."
