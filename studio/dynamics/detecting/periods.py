"""How long a stream of words has repeated itself at each distance, at a cost per word that its recurrences set."""

from __future__ import annotations

from collections import deque

import numpy as np

_KEPT = 4
"""Times the longest period that are kept of the stream, to guess the period of a noisy circle."""
_AS_GOOD = 0.85
"""A shorter period that matches nearly as well as the best is the true one: multiples of a period match too."""


class Periods:
    """For each period p = 1..longest: since when word i equals word i−p without a break.

    run(p) is the number of words in a row that equal the one p before; repeats(p) = run(p)/p + 1 is how often the
    stretch of p words was said in a row (dynamics notes, section 6, 3).  Exact: only at the distances at which the last
    word stood before can a run go on, and these are found from each occurrence to the one before it.
    """

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._words: deque[int] = deque(maxlen=_KEPT * longest)
        self._ring = longest + 1
        self._before = [-1] * self._ring
        self._began: dict[int, int] = {}  # by rising period, only where the last word matched: the word it began with
        self.count = 0

    def see(self, word: int, last: int) -> int:
        """Take the next word, which stood last at position `last` of the stream (−1: nowhere); return its position."""
        at = self.count
        self.count = at + 1
        self._words.append(word)
        began, ring = self._began, self._ring
        if last < 0 or at - last > self._longest:
            if began:
                self._began = {}
            return at  # what an earlier word left in this slot is as good as nothing: it lies too far back for a period
        self._before[at % ring] = last
        going: dict[int, int] = {}
        while last >= 0 and (period := at - last) <= self._longest:
            going[period] = began.get(period, at)
            last = self._before[last % ring]
        self._began = going
        return at

    def restart(self) -> None:
        """Let every run begin here."""
        if self._began:
            self._began = {}

    def run(self, period: int) -> int:
        """Return how many of the last words in a row equal the one `period` before."""
        return self.count - self._began.get(period, self.count)

    def best(self) -> tuple[int, int]:
        """Return the period with the most repeats and these, the shorter of equals; (0, 1) below three repeats."""
        found, most = 0, 1
        for period, began in self._began.items():
            run = self.count - began
            if run >= 2 * period and run // period >= most:
                found, most = period, run // period + 1
        return found, most

    def likely(self) -> tuple[int, float]:
        """Return the period at which the last words match best, noise allowed, and the match s_p in 0..1.

        s_p ← s_p + λ_p·(match − s_p) with λ_p = 1/(1.5p+1); here from the last words only, when it is asked for.
        """
        words = np.array(self._words, np.int64)
        scores = []
        for period in range(1, min(self._longest, len(words) // 2) + 1):
            match = words[period:] == words[:-period]
            rate = 1 / (1.5 * period + 1)
            weights = rate * (1 - rate) ** np.arange(len(match) - 1, -1, -1)
            scores.append(float(weights[match].sum()))
        best = max(scores, default=0.0)
        for period, score in enumerate(scores, 1):
            if best and score >= _AS_GOOD * best:
                return period, score
        return 0, 0.0
