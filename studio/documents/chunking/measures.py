"""How large a stretch of text is: in tokens or in words."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

from studio.documents.tokens import token_spans

_WORD: Final = re.compile(r"\S+")


class Places:
    """Where the parts of a text begin: how many a stretch of it has, and where so many of them end."""

    def __init__(self, length: int, starts: Sequence[int]) -> None:
        self.length = length
        self.starts = starts

    def count(self, start: int, end: int) -> int:
        """Return how many parts begin in a stretch of characters."""
        return bisect_left(self.starts, end) - bisect_left(self.starts, start)

    def end(self, start: int, parts: int) -> int:
        """Return where a stretch from `start` has to end to hold at most so many parts, but at least a character."""
        first = bisect_left(self.starts, start)
        if first + parts >= len(self.starts):
            return self.length
        # The bytes of a rare sign are tokens with one and the same place: it goes whole into what follows.
        place = self.starts[first + parts]
        return place if place > start else min(start + 1, self.length)


def token_places(text: str) -> Places:
    """Return where the tokens of a text begin."""
    return Places(len(text), [start for start, _ in token_spans(text)])


def word_places(text: str) -> Places:
    """Return where the words of a text begin: what stands between blanks."""
    return Places(len(text), [found.start() for found in _WORD.finditer(text)])


MEASURES: Final = {"tokens": token_places, "words": word_places}
