"""What is kept of an output once it was read: enough for every later analysis, without the text."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from studio.dynamics.words.shared import Shared
from studio.dynamics.words.tokens import MOST_TOKENS

MOST_NUMBERS = 8


@dataclass(frozen=True, slots=True)
class Reading:
    """One output as the detectors see it (dynamics notes, section 5).

    `hash` is that of the normalised text, `template` that of the same text with each number blanked, `frame` that of
    its words with each content word blanked, so that "weigh the plums" and "weigh the pears" have one; `numbers` are
    the first numbers in it.  `salient` are tokens with digits, paths, addresses and identifiers; `content` are stems
    of the words that carry meaning, `rare` those among them that are no common English words.  `mass` is how much is
    said: content without idle words, where rare words count twice, plus twice the salient tokens.  `waiting` marks an
    output about waiting.  `quote` is the beginning of the text, for evidence.  `symbol`, once assigned, is the same for
    all outputs of a module that say the same; it counts up from 0 in order of first appearance.  `distinctive` are the
    tokens that tell one matter from another: salient ones and rare words; `is_label` tells that there is one token with
    a meaning at most, as in the label of one of a row of things.
    """

    hash: str
    template: str = ""
    frame: str = ""
    numbers: tuple[float, ...] = ()
    salient: frozenset[str] = frozenset()
    content: frozenset[str] = frozenset()
    rare: frozenset[str] = frozenset()
    mass: int = 0
    waiting: bool = False
    quote: str = ""
    symbol: int | None = None
    distinctive: frozenset[str] = field(init=False, repr=False, compare=False)
    is_label: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        salient, rare = self.salient, self.rare
        # Both are looked at in each firing. One of the sets as it is where the other is empty: it is kept once.
        object.__setattr__(self, "distinctive", (salient | rare if salient else rare) if rare else salient)
        object.__setattr__(self, "is_label", len(self.content) + len(salient) <= 1)

    def with_symbol(self, symbol: int) -> Reading:
        """Return the reading with its symbol; spelt out, as it runs at every firing."""
        return Reading(
            self.hash,
            self.template,
            self.frame,
            self.numbers,
            self.salient,
            self.content,
            self.rare,
            self.mass,
            self.waiting,
            self.quote,
            symbol,
        )

    def narrowed(self, tokens: frozenset[str]) -> Reading:
        """Return the reading with no tokens but these; the rest of it stays as it was read."""
        return replace(
            self, salient=self.salient & tokens, content=self.content & tokens, rare=self.rare & tokens, symbol=None
        )

    def as_mapping(self) -> dict[str, Any]:
        """Return the reading as a JSON object; sets are sorted, so that equal readings give equal bytes."""
        return {
            "hash": self.hash,
            "template": self.template,
            "frame": self.frame,
            "numbers": list(self.numbers),
            "salient": sorted(self.salient),
            "content": sorted(self.content - self.rare),
            "rare": sorted(self.rare),
            "mass": self.mass,
            "waiting": self.waiting,
            "quote": self.quote,
            "symbol": self.symbol,
        }

    @classmethod
    def from_mapping(cls, stored: object, shared: Shared | None = None) -> Reading:
        """Return the reading that `as_mapping` gave. Raises ValueError saying what is wrong in it.

        Who takes many of one run gives what they are to share.
        """
        if not isinstance(stored, Mapping):
            raise ValueError("it is no object")
        shared = shared or Shared()
        rare = _tokens(stored, "rare")
        numbers = stored.get("numbers", [])
        if not isinstance(numbers, list) or len(numbers) > MOST_NUMBERS or not all(map(_is_number, numbers)):
            raise ValueError(f"numbers must be at most {MOST_NUMBERS} numbers")
        mass, symbol = stored.get("mass", 0), stored.get("symbol")
        if not _is_count(mass):
            raise ValueError("mass must be a whole number from 0")
        if symbol is not None and not _is_count(symbol):
            raise ValueError("symbol must be a whole number from 0")
        waiting = stored.get("waiting", False)
        if not isinstance(waiting, bool):
            raise ValueError("waiting must be true or false")
        return cls(
            hash=_text(stored, "hash", needed=True),
            template=_text(stored, "template"),
            frame=shared.text(_text(stored, "frame")),
            numbers=tuple(float(number) for number in numbers),
            salient=shared.tokens(_tokens(stored, "salient")),
            content=shared.tokens((*_tokens(stored, "content"), *rare)),
            rare=shared.tokens(rare),
            mass=mass,
            waiting=waiting,
            quote=_text(stored, "quote"),
            symbol=symbol,
        )


def _text(stored: Mapping[str, Any], key: str, *, needed: bool = False) -> str:
    value = stored.get(key, "")
    if not isinstance(value, str) or len(value) > 1000 or (needed and not value):
        raise ValueError(f"{key} must be a short text")
    return value


def _tokens(stored: Mapping[str, Any], key: str) -> list[str]:
    value = stored.get(key, [])
    if not isinstance(value, list) or len(value) > MOST_TOKENS or not all(isinstance(item, str) for item in value):
        raise ValueError(f"{key} must be a list of at most {MOST_TOKENS} texts")
    return value


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53
