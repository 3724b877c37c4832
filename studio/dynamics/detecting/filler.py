"""Tells filler of many words by its shape: sentences that come again in no order and have nothing in common.

A circle says one thing in a few wordings, which share words, or several things in one order.  Who only fills the time
takes one sentence after the other out of a stock, whoever speaks and however long the sentences are.
"""

from __future__ import annotations

from collections import Counter, deque
from itertools import pairwise

from studio.dynamics.detecting.lately import Lately
from studio.dynamics.detecting.step import Step

_WINDOW = 16
"""Outputs looked at."""
_NEVER = -_WINDOW - 1
_MOST_WITHIN = 256
"""Texts that are looked up among these, of which most are none of them any more."""
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


class Filler:
    """Keeps the last outputs that say something; what each costs is bounded by their number.

    `since` is the tick of the first of them at the moment when they are seen to be filler, None at all others.
    """

    __slots__ = ("_again", "_count", "_last", "_stock", "_within", "since")

    def __init__(self) -> None:
        self._last: deque[Step] = deque(maxlen=_WINDOW)
        self._again = Lately(_WINDOW)  # which of the last outputs were said before
        self._count = 0
        self._within: dict[str, int] = {}  # at which count each text came last; some that are not among them any more
        self._stock: set[str] = set()
        self.since: int | None = None

    def see(self, step: Step, *, matter: bool) -> bool:
        """Take an output with content; return whether it fills the time.

        One sentence of a stock may by chance share a word with the goal; `matter` tells that the output moved something
        or failed: then it does not fill.  What was seen to be filler stays so until there is matter or until new texts
        prevail.
        """
        self.since = None
        last, within, stock = self._last, self._within, self._stock
        if matter:
            if last:
                last.clear()
                within.clear()
                stock.clear()
                self._again.clear()
            return False
        hash_ = step.reading.hash
        at = self._count
        self._count = at + 1
        again = at - within.get(hash_, _NEVER) <= _WINDOW or hash_ in stock
        within[hash_] = at
        if len(within) > _MOST_WITHIN:
            self._within = {each.reading.hash: count for count, each in enumerate((*last, step), at - len(last))}
        last.append(step)
        if again:
            self._again.mark(at)
        if stock:
            if self._share() < _AGAIN or self._order() >= _ORDERLY:
                stock.clear()
            elif len(stock) < _MOST_STOCK:
                stock.add(hash_)
        elif again and len(last) >= _LEAST and self._fills():
            stock.update(each.reading.hash for each in last)
            self.since = last[0].t
        return again and bool(stock)

    def _share(self) -> float:
        """Return which share of the last outputs was said before."""
        return self._again.count(self._count, _WINDOW) / len(self._last)

    def _fills(self) -> bool:
        if self._share() < _AGAIN:
            return False
        texts = list({text.reading.hash: text for text in self._last}.values())
        beside = sum(text.goal for text in texts) <= _GOAL * len(texts)
        return beside and len(texts) >= _LEAST_TEXTS and self._order() < _DISORDERLY and self._unlike(texts)

    def _about(self, texts: list[Step]) -> frozenset[str]:
        """Return what nearly all texts name, if they may be about a wait for it.

        Several models that speak of one thing among themselves are a circle; if tools or people do so too, or if one
        says word by word what another said, nobody has a thought of it.
        """
        if not any(text.kind in _OUTSIDE for text in self._last):
            speakers: dict[str, str] = {}
            if all(speakers.setdefault(text.reading.hash, text.module) == text.module for text in self._last):
                return frozenset()
        counts = Counter(token for text in texts for token in text.reading.content | text.reading.distinctive)
        often = frozenset(token for token, count in counts.items() if count >= _NEARLY_ALL * len(texts))
        return often if len(often) <= _MOST_ABOUT else frozenset()

    def _order(self) -> float:
        """Return in what share of cases a text comes again at the usual distance, or is followed by the usual next."""
        places: dict[str, list[int]] = {}
        for place, text in enumerate(self._last):
            places.setdefault(text.reading.hash, []).append(place)
        gaps = Counter(after - before for at in places.values() for before, after in pairwise(at))
        follows: dict[str, Counter[str]] = {}
        for one, other in pairwise(self._last):
            follows.setdefault(one.reading.hash, Counter())[other.reading.hash] += 1
        known = [after for after in follows.values() if after.total() > 1]
        usual = sum(max(after.values()) for after in known)
        return max(
            max(gaps.values(), default=0) / max(gaps.total(), 1),
            usual / max(sum(after.total() for after in known), 1),
        )

    def _unlike(self, texts: list[Step]) -> bool:
        about = self._about(texts)
        alone = sum(not any(_alike(one, other, about) for other in texts if other is not one) for one in texts)
        return alone >= _ALONE * len(texts)


def _alike(one: Step, other: Step, about: frozenset[str]) -> bool:
    if not (one.reading.distinctive & other.reading.distinctive) <= about:
        return True
    return len((one.reading.content & other.reading.content) - about) >= _ALIKE
