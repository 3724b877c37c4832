"""Tells filler of many words by its shape: sentences that come again in no order and have nothing in common.

A circle says one thing in a few wordings, which share words, or several things in one order.  Who only fills the time
takes one sentence after the other out of a stock, whoever speaks and however long the sentences are.
"""

from __future__ import annotations

from collections import Counter, deque
from itertools import pairwise
from typing import NamedTuple

from studio.dynamics.words.reading import Reading

_WINDOW = 16
"""Outputs looked at."""
_LEAST, _LEAST_TEXTS = 10, 3
"""Outputs, and texts among them, from which it can be seen that they come in no order and are unlike."""
_AGAIN = 0.6
"""Share of outputs that were said before in these words, from which they come out of a stock."""
_DISORDERLY, _ORDERLY = 0.7, 0.8
"""Order below which texts come in none, and from which it is a circle after all, with noise in it."""
_MOST_STOCK = 1000
"""Texts of one stock that are remembered."""
_GOAL = 0.25
"""Share of texts that may share a word with the goal, as in a run that wanders."""
_ALIKE = 2
"""Words that two wordings of one thought share at least; a name or another distinctive word counts as many."""
_OUTSIDE = frozenset({"tool", "timer", "human"})
_NEARLY_ALL, _MOST_ABOUT = 0.8, 3
"""Share of texts that name what they are about, and the tokens it may take."""
_ALONE = 0.8
"""Share of texts that are like no other from which they have nothing in common."""


class _Text(NamedTuple):
    t: int
    hash: str
    module: str
    outside: bool
    content: frozenset[str]
    distinctive: frozenset[str]
    again: bool
    goal: bool


class Filler:
    """Keeps the last outputs that say something; what each costs is bounded by their number.

    `since` is the tick of the first of them at the moment when they are seen to be filler, None at all others.
    """

    __slots__ = ("_last", "_stock", "since")

    def __init__(self) -> None:
        self._last: deque[_Text] = deque(maxlen=_WINDOW)
        self._stock: set[str] = set()
        self.since: int | None = None

    def see(self, t: int, module: str, kind: str, reading: Reading, *, goal: bool, matter: bool) -> bool:
        """Take an output with content; return whether it fills the time.

        `goal` tells that it shares a word with the goal, which one sentence of a stock may by chance; `matter` that it
        moved something or failed: then it does not fill.  What was seen to be filler stays so until there is matter or
        until new texts prevail.
        """
        self.since = None
        last = self._last
        if matter:
            last.clear()
            self._stock.clear()
            return False
        again = reading.hash in self._stock or any(text.hash == reading.hash for text in last)
        outside = kind in _OUTSIDE
        last.append(_Text(t, reading.hash, module, outside, reading.content, reading.distinctive, again, goal))
        if self._stock:
            if sum(text.again for text in last) < _AGAIN * len(last) or self._order() >= _ORDERLY:
                self._stock.clear()
            elif len(self._stock) < _MOST_STOCK:
                self._stock.add(reading.hash)
        elif again and len(last) >= _LEAST and self._fills():
            self._stock.update(text.hash for text in last)
            self.since = last[0].t
        return again and bool(self._stock)

    def _fills(self) -> bool:
        last = self._last
        if sum(text.again for text in last) < _AGAIN * len(last):
            return False
        texts = list({text.hash: text for text in last}.values())
        beside = sum(text.goal for text in texts) <= _GOAL * len(texts)
        return beside and len(texts) >= _LEAST_TEXTS and self._order() < _DISORDERLY and self._unlike(texts)

    def _about(self, texts: list[_Text]) -> frozenset[str]:
        """Return what nearly all texts name, if they may be about a wait for it.

        Several models that speak of one thing among themselves are a circle; if tools or people do so too, or if one
        says word by word what another said, nobody has a thought of it.
        """
        if not any(text.outside for text in self._last):
            speakers: dict[str, str] = {}
            if all(speakers.setdefault(text.hash, text.module) == text.module for text in self._last):
                return frozenset()
        counts = Counter(token for text in texts for token in text.content | text.distinctive)
        often = frozenset(token for token, count in counts.items() if count >= _NEARLY_ALL * len(texts))
        return often if len(often) <= _MOST_ABOUT else frozenset()

    def _order(self) -> float:
        """Return in what share of cases a text comes again at the usual distance, or is followed by the usual next."""
        places: dict[str, list[int]] = {}
        for place, text in enumerate(self._last):
            places.setdefault(text.hash, []).append(place)
        gaps = Counter(after - before for at in places.values() for before, after in pairwise(at))
        follows: dict[str, Counter[str]] = {}
        for one, other in pairwise(self._last):
            follows.setdefault(one.hash, Counter())[other.hash] += 1
        known = [after for after in follows.values() if after.total() > 1]
        usual = sum(max(after.values()) for after in known)
        return max(
            max(gaps.values(), default=0) / max(gaps.total(), 1),
            usual / max(sum(after.total() for after in known), 1),
        )

    def _unlike(self, texts: list[_Text]) -> bool:
        about = self._about(texts)
        alone = sum(not any(_alike(one, other, about) for other in texts if other is not one) for one in texts)
        return alone >= _ALONE * len(texts)


def _alike(one: _Text, other: _Text, about: frozenset[str]) -> bool:
    if not (one.distinctive & other.distinctive) <= about:
        return True
    return len((one.content & other.content) - about) >= _ALIKE
