"""One object for each text that comes again, in place of many that are equal.

Most of what is read of an output was read of others before: the same few thousand words, in the same sentences.  What
is held once takes less memory, and texts that are one object are known to be equal without a look at them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

MOST: Final = 50_000
"""Texts, and sets of them, that are remembered; then all are forgotten, and what comes next is shared anew."""
LARGEST: Final = 32
"""Texts of a set that is remembered; larger ones hardly come again."""


class Shared:
    """What was read so far, to be read into the same objects when it comes again.

    It belongs to whoever reads and goes with him: nothing is held for longer than its run.
    """

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._sets: dict[frozenset[str], frozenset[str]] = {}

    def text(self, text: str) -> str:
        """Return the text, as the object by which it is known."""
        if len(self._texts) >= MOST:
            self._texts.clear()
        return self._texts.setdefault(text, text)

    def tokens(self, tokens: Iterable[str]) -> frozenset[str]:
        """Return the set of these texts, likewise; so are the texts in it."""
        given = frozenset(tokens)
        known = self._sets.get(given)
        if known is not None:
            return known
        if len(self._texts) >= MOST:
            self._texts.clear()
        shared = frozenset(map(self._texts.setdefault, given, given))
        if len(shared) <= LARGEST:
            if len(self._sets) >= MOST:
                self._sets.clear()
            self._sets[shared] = shared
        return shared
