"""Regular expressions of a script: Python's own, made of those of the studio when the script was written.

What it stands for is `support.patterns`, which uses RE2. A pattern in a script has been rewritten by
`support.pattern_translation`, so that it finds the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TypeAlias

Match: TypeAlias = "re.Match[str]"


class Pattern:
    """A compiled pattern."""

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


def compile_pattern(text: str) -> Pattern:
    """Return the compiled pattern, which is one of Python's."""
    return Pattern(text)
