"""The words of a run: which of them nobody had said, and which only fill a sentence that comes again."""

from __future__ import annotations

from collections.abc import Set

from studio.dynamics.words.reading import Reading

_FILLER = 1.5
"""Times the least content up to which an output may be filler; more says something, whatever its words."""
_SHORT = 0.5
"""The same for runs in which much is said at a time: the share of what is usual there."""
_NONE: frozenset[str] = frozenset()


class Vocabulary:
    """Remembers the content words of a run and the sentences of its modules, up to `kept` of each.

    `mass` is the content from which an output counts as saying something.  `usual` is the mean mass of outputs that
    brought a word of their own: what is short differs from run to run.
    """

    __slots__ = ("_brought", "_frames", "_kept", "_least", "_mass", "_used", "_words", "usual")

    def __init__(self, kept: int, mass: int) -> None:
        self._kept = kept
        self._least = _FILLER * mass
        self._brought = self._mass = 0
        self.usual = 0.0
        self._words: set[str] = set()
        self._frames: dict[str, set[str]] = {}
        self._used = 0

    def see(self, reading: Reading) -> frozenset[str]:
        """Return the content words that nobody has said, and remember them."""
        new = reading.content - self._words
        if new:
            self._brought = brought = self._brought + 1
            self._mass = mass = self._mass + reading.mass
            self.usual = mass / brought
            if len(self._words) >= self._kept:
                self._words.clear()
            self._words |= new
        return new

    def fills(self, module: str, reading: Reading, new: frozenset[str]) -> frozenset[str]:
        """Return the new words of a sentence that the module has used: they are the next in a row.

        In such a sentence a common word ("weigh the plums") tells as much as a rare one.
        """
        frame = reading.frame
        if not frame:
            return _NONE
        used = self._frames.get(module)
        if used is None:
            used = self._frames[module] = set()
        elif frame in used:
            return new
        if self._used >= self._kept:
            self._frames = {module: (used := set())}
            self._used = 0
        used.add(frame)
        self._used += 1
        return _NONE

    def hollow(self, reading: Reading, new: frozenset[str], wanted: Set[str]) -> bool:
        """Whether an output is filler: short, about nothing that is `wanted`, without a thing or a word of its own.

        No list has all the words of filler; what it has in common is that it soon has none left.  Where nobody said
        what is wanted, nothing can be told to be beside it.
        """
        return (
            not new
            and not reading.salient
            and reading.mass < max(self._least, _SHORT * self.usual)
            and bool(wanted)
            and wanted.isdisjoint(reading.content)
        )
