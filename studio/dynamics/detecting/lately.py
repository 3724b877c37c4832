"""Which of the last firings had a mark: one bit each, and at no cost for a firing that has none."""

from __future__ import annotations


class Lately:
    """Marks on firings that are counted from 0; those more than `longest` before the last mark are forgotten.

    `held` is how many there are, the firings since the last mark not regarded: never less than any `count`.
    """

    __slots__ = ("_bits", "_last", "_mask", "held")

    def __init__(self, longest: int) -> None:
        self._mask = (1 << longest) - 1
        self._bits = self._last = self.held = 0

    def mark(self, at: int) -> None:
        """Mark the firing `at`, later than all that are marked."""
        self._bits = bits = (self._bits << (at - self._last) | 1) & self._mask
        self._last = at
        self.held = bits.bit_count()

    def clear(self) -> None:
        """Take all marks away."""
        self._bits = self.held = 0

    def count(self, end: int, window: int) -> int:
        """Return how many of the `window` firings before `end` are marked; `window` is at most the longest."""
        beyond = end - 1 - self._last
        return ((self._bits << beyond) & ((1 << window) - 1)).bit_count() if self._bits and beyond < window else 0
