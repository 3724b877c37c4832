"""How long a stream of words has repeated itself at each distance, kept up with two vector operations per word."""

from __future__ import annotations

from array import array

import numpy as np

_CHUNK = 4096
_KEPT = 4
"""Times the longest period that are at least kept of the stream, to guess the period of a noisy circle."""
_AS_GOOD = 0.85
"""A shorter period that matches nearly as well as the best is the true one: multiples of a period match too."""


class Periods:
    """For each period p = 1..longest: since when word i equals word i−p without a break.

    run(p) is the number of words in a row that equal the one p before; repeats(p) = run(p)/p + 1 is how often the
    stretch of p words was said in a row (dynamics notes, section 6, 3).  Exact, and never looks back.
    """

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._keep = _KEPT * longest
        self._stream = array("q", [-1]) * (_CHUNK + self._keep)
        self._words = np.frombuffer(self._stream, dtype=np.int64)  # the same bytes: one word is set faster in an array
        self._at = self._keep
        # By falling period, as the words lie: the count of words at which the run of this period began.
        self._began = np.zeros(longest, dtype=np.int64)
        self._unlike = np.empty(longest, dtype=np.bool_)
        self._periods = np.arange(longest, 0, -1, dtype=np.int64)
        self._twice = 2 * self._periods
        self._fresh = True
        self._start = 0
        self.count = 0

    def see(self, word: int, last: int) -> None:
        """Take the next word, which stood last at position `last` of the stream (−1: nowhere)."""
        at = self._at
        if at == len(self._stream):
            self._words[: self._keep] = self._words[-self._keep :]
            at = self._keep
        if last >= 0 and self.count - last <= self._longest:
            if self._fresh:
                self._began.fill(self.count)
                self._fresh, self._start = False, self.count
            np.not_equal(self._words[at - self._longest : at], word, out=self._unlike)
            np.copyto(self._began, self.count + 1, where=self._unlike)
        else:
            self._fresh = True  # no period can hold; the runs are set when one can begin
        self._stream[at] = word
        self._at = at + 1
        self.count += 1

    def restart(self) -> None:
        """Let every run begin here."""
        self._fresh = True

    def run(self, period: int) -> int:
        """Return how many of the last words in a row equal the one `period` before."""
        return 0 if self._fresh else self.count - int(self._began[self._longest - period])

    def best(self) -> tuple[int, int]:
        """Return the period with the most repeats and these, the shorter of equals; (0, 1) below three repeats."""
        if self._fresh or self.count - self._start < 2:
            return 0, 1
        runs = self.count - self._began
        if not (runs >= self._twice).any():
            return 0, 1
        repeats = (runs // self._periods)[::-1] + 1
        at = int(repeats.argmax())
        return at + 1, int(repeats[at])

    def likely(self) -> tuple[int, float]:
        """Return the period at which the last words match best, noise allowed, and the match s_p in 0..1.

        s_p ← s_p + λ_p·(match − s_p) with λ_p = 1/(1.5p+1); here from the last words only, when it is asked for.
        """
        words = self._words[self._at - min(self.count, self._keep) : self._at]
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
