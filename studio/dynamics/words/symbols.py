"""Gives each output of a module a symbol: the same for outputs that say the same (dynamics notes, section 5)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from studio.dynamics.settings import Settings
from studio.dynamics.words.generations import Generations
from studio.dynamics.words.reading import Reading

Embedder = Callable[[str], Sequence[float]]
"""Gives the vector of a text; used, if there is one, to recognise wordings that share few words."""

WORDS_OF_A_TEXT = 16
"""A longer text counts as several, for what is remembered is bounded by it."""


class First(Protocol):
    """What a module said first of a symbol, which its reading holds."""

    @property
    def module(self) -> str: ...
    @property
    def first(self) -> Reading: ...


@dataclass(slots=True)
class _Leader:
    """The first output of a symbol, with which later ones are compared."""

    symbol: int
    content: frozenset[str]
    rare: frozenset[str]
    frame: str
    text: str
    vector: tuple[float, ...] | None = field(default=None)


class SymbolBook:
    """The symbols given so far in one run, per module.

    An output has the symbol of an earlier one of the same module if their normalised texts are equal, or if their
    salient tokens are equal, their rare words agree, and their content words agree enough.  It is compared with the
    last `leaders` symbols that have its salient tokens.  Memory holds about `settings.kept` texts.

    An output that puts a word which the module never used into a sentence that it did use is another step of a row
    ("weigh the plums", "weigh the pears"), not the same in other words, however much the rest agrees.
    """

    def __init__(self, settings: Settings, embedder: Embedder | None = None) -> None:
        self._settings = settings
        self._embedder = embedder
        self._texts: Generations[tuple[str, str], int] = Generations(settings.kept)
        self._buckets: Generations[tuple[str, frozenset[str]], list[_Leader]] = Generations(settings.kept)
        self._next: dict[str, int] = {}
        self._adopted: deque[First] = deque(maxlen=settings.kept)
        self._words: dict[str, set[str]] = {}
        self._used = 0

    def symbol(self, module: str, reading: Reading, text: str | None = None, *, exact: bool = False) -> int:
        """Return the symbol of what `module` said; `text` is for the embedder, the quote stands in for it.

        If `exact`, only equal texts are the same: a person who asks in like words asks another thing.
        """
        if self._adopted:
            self._settle()
        key = (module, reading.hash)
        known = self._texts.get(key)
        if known is not None:
            return known
        bucket = self._bucket(module, reading)
        leader = _Leader(-1, reading.content, reading.rare, reading.frame, text or reading.quote)
        fills = self._fills(module, reading.content)
        for other in () if exact else reversed(bucket):
            if fills and leader.frame and other.frame == leader.frame:
                continue
            if self._same(leader, other, bool(reading.salient)):
                self._texts.put(key, other.symbol)
                return other.symbol
        leader.symbol = self._next.get(module, 0)
        self._next[module] = leader.symbol + 1
        self._lead(bucket, leader, len(reading.salient))
        self._texts.put(key, leader.symbol)
        return leader.symbol

    def adopt(self, said: First, symbol: int) -> None:
        """Take over the symbol of a stored reading, higher than all that the module had, so that raw outputs that come
        later get it or another."""
        self._next[said.module] = symbol + 1
        self._adopted.append(said)

    def _settle(self) -> None:
        """Make leaders of the stored readings taken over: only now, as most runs are stored or raw throughout."""
        for said in self._adopted:
            module, reading = said.module, said.first
            symbol = reading.symbol
            assert symbol is not None, "it was stored with one"
            leader = _Leader(symbol, reading.content, reading.rare, reading.frame, reading.quote)
            self._lead(self._bucket(module, reading), leader, len(reading.salient))
            self._texts.put((module, reading.hash), symbol)
        self._adopted.clear()

    def _bucket(self, module: str, reading: Reading) -> list[_Leader]:
        key = (module, reading.salient)
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = []
            self._buckets.put(key, bucket)
        return bucket

    def _lead(self, bucket: list[_Leader], leader: _Leader, salient: int) -> None:
        if len(bucket) >= self._settings.leaders:
            del bucket[0]
        bucket.append(leader)
        self._buckets.weigh((len(leader.content) + salient) // WORDS_OF_A_TEXT)

    def _fills(self, module: str, content: frozenset[str]) -> bool:
        """Whether a module uses a word for the first time; from now on it has used it."""
        known = self._words.setdefault(module, set())
        new = content - known
        if new:
            self._used += len(new)
            if self._used > self._settings.kept:
                self._words = {module: known}
                self._used = len(new)
                known.clear()
            known |= new
        return bool(new)

    def _same(self, one: _Leader, other: _Leader, salient: bool) -> bool:
        """Whether two outputs with equal salient tokens say the same."""
        union = len(one.rare | other.rare)
        if union and len(one.rare & other.rare) / union < self._settings.same_rare:
            return False
        both = len(one.content) + len(other.content)
        dice = 2 * len(one.content & other.content) / both if both else 1.0
        distinctive = salient or union > 0
        if dice >= (self._settings.same_content if distinctive else self._settings.same_plain):
            return True
        return self._embedder is not None and self._cosine(one, other) >= self._settings.same_cosine

    def _cosine(self, one: _Leader, other: _Leader) -> float:
        first, second = self._vector(one), self._vector(other)
        norms = sum(x * x for x in first) * sum(y * y for y in second)
        return sum(x * y for x, y in zip(first, second, strict=True)) / norms**0.5 if norms > 0 else 0.0

    def _vector(self, leader: _Leader) -> tuple[float, ...]:
        if leader.vector is None:
            assert self._embedder is not None
            leader.vector = tuple(self._embedder(leader.text))
        return leader.vector
