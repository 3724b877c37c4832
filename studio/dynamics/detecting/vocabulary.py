"""The words of a run: which of them nobody had said, and which only fill a sentence that comes again."""

from __future__ import annotations

from collections.abc import Set

from studio.dynamics.words.reading import Reading

_FILLER = 1.5
"""Times the least content up to which an output may be filler; more says something, whatever its words."""
_SHORT = 0.5
"""The same for runs in which much is said at a time: the share of what is usual there."""


class Vocabulary:
    """Remembers the content words of a run and the sentences of its modules, up to `kept` of each.

    `mass` is the content from which an output counts as saying something.  `usual` is the mean mass of outputs that
    brought a word of their own: what is short differs from run to run.
    `fills` tells whether the last output is a sentence that its module had used: then its new words are the next in a
    row.  In such a sentence a common word ("weigh the plums") tells as much as a rare one.
    """

    __slots__ = ("_brought", "_frames", "_kept", "_least", "_mass", "_used", "_words", "fills", "usual")

    def __init__(self, kept: int, mass: int) -> None:
        self._kept = kept
        self._least = _FILLER * mass
        self._brought = self._mass = 0
        self.usual = 0.0
        self._words: set[str] = set()
        self._frames: dict[str, set[str]] = {}
        self._used = 0
        self.fills = False

    def see(self, module: str, reading: Reading) -> frozenset[str]:
        """Return the content words of an output that nobody has said; remember them, and the sentence."""
        new = reading.content - self._words
        if new:
            self._brought = brought = self._brought + 1
            self._mass = mass = self._mass + reading.mass
            self.usual = mass / brought
            if len(self._words) >= self._kept:
                self._words.clear()
            self._words |= new
        frame, used = reading.frame, self._frames.get(module)
        self.fills = used is not None and frame in used
        if not self.fills and frame:
            self._use(module, frame)
        return new

    def _use(self, module: str, frame: str) -> None:
        """Take that a module uses a sentence for the first time."""
        if self._used >= self._kept:
            self._frames.clear()
            self._used = 0
        self._frames.setdefault(module, set()).add(frame)
        self._used += 1

    def hollow(self, reading: Reading, wanted: Set[str]) -> bool:
        """Whether an output without a thing or a word of its own is filler: short, about nothing that is `wanted`.

        No list has all the words of filler; what it has in common is that it soon has none left.  Where nobody said
        what is wanted, nothing can be told to be beside it.
        """
        return (
            reading.mass < max(self._least, _SHORT * self.usual) and bool(wanted) and wanted.isdisjoint(reading.content)
        )
