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
    module: str
    kind: str
    reading: Reading
    again: bool
    goal: bool

    @property
    def hash(self) -> str:
        return self.reading.hash


_as_text = tuple.__new__  # a third of the time that calling the class takes


class Filler:
    """Keeps the last outputs that say something; what each costs is bounded by their number.

    `since` is the tick of the first of them at the moment when they are seen to be filler, None at all others.
    """

    __slots__ = ("_again", "_last", "_stock", "_within", "since")

    def __init__(self) -> None:
        self._last: deque[_Text] = deque()
        self._again = 0  # how many of these were said before
        self._within: dict[str, int] = {}  # how often each text is among them
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
            if last:
                last.clear()
                self._within.clear()
                self._again = 0
                self._stock.clear()
            return False
        within, hash_ = self._within, reading.hash
        again = hash_ in within or hash_ in self._stock
        if len(last) == _WINDOW:
            self._drop(last.popleft())
        within[hash_] = within.get(hash_, 0) + 1
        last.append(_as_text(_Text, (t, module, kind, reading, again, goal)))
        self._again += again
        if self._stock:
            if self._again < _AGAIN * len(last) or self._order() >= _ORDERLY:
                self._stock.clear()
            elif len(self._stock) < _MOST_STOCK:
                self._stock.add(reading.hash)
        elif again and len(last) >= _LEAST and self._fills():
            self._stock.update(text.hash for text in last)
            self.since = last[0].t
        return again and bool(self._stock)

    def _drop(self, text: _Text) -> None:
        """Take that a text is not among the last any more."""
        within, hash_ = self._within, text.hash
        self._again -= text.again
        if within[hash_] == 1:
            del within[hash_]
        else:
            within[hash_] -= 1

    def _fills(self) -> bool:
        last = self._last
        if self._again < _AGAIN * len(last):
            return False
        texts = list({text.hash: text for text in last}.values())
        beside = sum(text.goal for text in texts) <= _GOAL * len(texts)
        return beside and len(texts) >= _LEAST_TEXTS and self._order() < _DISORDERLY and self._unlike(texts)

    def _about(self, texts: list[_Text]) -> frozenset[str]:
        """Return what nearly all texts name, if they may be about a wait for it.

        Several models that speak of one thing among themselves are a circle; if tools or people do so too, or if one
        says word by word what another said, nobody has a thought of it.
        """
        if not any(text.kind in _OUTSIDE for text in self._last):
            speakers: dict[str, str] = {}
            if all(speakers.setdefault(text.hash, text.module) == text.module for text in self._last):
                return frozenset()
        counts = Counter(token for text in texts for token in text.reading.content | text.reading.distinctive)
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
    if not (one.reading.distinctive & other.reading.distinctive) <= about:
        return True
    return len((one.reading.content & other.reading.content) - about) >= _ALIKE
