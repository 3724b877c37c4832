"""Regular expressions of a script: Python's own, made of those of the studio when the script was written.

What it stands for is `support.patterns`, which uses RE2. A pattern that a graph holds stands in the script rewritten,
so that it finds the same; one that comes up only in the run is rewritten then.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import TypeAlias
from unicodedata import category

from studio.support.errors import UsageError
from studio.support.pattern_translation import translated

Match: TypeAlias = "re.Match[str]"

MAX_PATTERN = 2_000
"""Longest pattern, in characters."""


class Pattern:
    """A compiled pattern of Python."""

    def __init__(self, text: str) -> None:
        self._compiled = re.compile(text, re.ASCII)
        self.groups: int = self._compiled.groups
        self.groupindex: Mapping[str, int] = self._compiled.groupindex

    def search(self, text: str) -> Match | None:
        """Return the first match, if any."""
        return self._compiled.search(text)

    def fullmatch(self, text: str) -> Match | None:
        """Return the match that is the whole text, if any."""
        return self._compiled.fullmatch(text)

    def finditer(self, text: str) -> Iterator[Match]:
        """Yield the matches, each searched for from the end of the last: of empty ones `re` would pass over some."""
        at = 0
        while (found := self._compiled.search(text, at)) is not None:
            yield found
            if at == len(text):
                return
            at = at + 1 if found.end() == at else found.end()


@lru_cache(maxsize=64)
def compile_pattern(text: str, *, ignore_case: bool = False) -> Pattern:
    """Return the pattern for one of the studio. Raises `UsageError` for one that Python has no equal of."""
    if len(text) > MAX_PATTERN:
        raise UsageError(
            f"The pattern has {len(text)} characters, more than {MAX_PATTERN}.", hint="Split it into several nodes."
        )
    return Pattern(translated(text, ignore_case=ignore_case))


@cache
def of_category(name: str, *, is_other: bool = False) -> str:
    """Return the characters of a category of Unicode, such as `Lu`, or all others, as they stand inside of `[…]`."""
    runs = re.finditer(f"(?:(?{'!' if is_other else '='}{name})[A-Z][a-z])+", _all_categories())
    return "".join(f"\\U{run.start() // 2:08x}-\\U{run.end() // 2 - 1:08x}" for run in runs)


@cache
def _all_categories() -> str:
    """Return the categories of all characters: two letters each, the first of them a capital."""
    return "".join(map(category, map(chr, range(sys.maxunicode + 1))))


class _Translated(dict[str, Pattern]):
    """Patterns, each made when somebody asks for it."""

    def __missing__(self, text: str) -> Pattern:
        self[text] = compile_pattern(text)
        return self[text]


SCHEMA_PATTERNS: Mapping[str, Pattern] = _Translated()
"""The patterns of JSON Schemas. A script whose schemas are all known has them written here instead."""


def schema_pattern(text: str) -> Pattern:
    """Return the pattern for one of a JSON Schema."""
    return SCHEMA_PATTERNS[text]
