"""Whether a goal, or the call of a graph by itself, only says again what those above it say (notes, section 6, 2).

A goal is compared by its words.  A call is given whole texts and lists, most of which it may only hand on: it is
compared by what it does not share with the call above, and a call that is given a part of what that one was given gets
on, whatever its words are: sorting the halves of a list, reading a text line by line.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, Protocol

from studio.dynamics.settings import Settings
from studio.dynamics.words.reading import Reading

SENTENCE = 3
"""Words of a part that says nothing when it stands there twice; a shorter one may be the next member of a list."""

_BREAK = re.compile(r"[\n,;]+|(?<=[.!?])\s+")
_SIGNS = re.compile(r"[^\w+-]+")


class Above(Protocol):
    """A goal or call above the one that is compared."""

    @property
    def reading(self) -> Reading: ...
    @property
    def tokens(self) -> frozenset[str]: ...
    @property
    def parts(self) -> Counter[str]: ...


class Comparison(NamedTuple):
    """What a goal does beside those above it.

    It `restates` them, or brings matter that is `new`: `distinctive` words, or mostly other words.  It takes a salient
    or two rare ones to say that it `names` a thing; `parted` is a call that is given a part of what the one above was
    given.
    """

    restates: bool
    new: bool = False
    distinctive: bool = False
    names: bool = False
    parted: bool = False


def compare_goal(reading: Reading, path: Iterable[Above], settings: Settings) -> Comparison:
    """Compare a goal with those above it, by its words."""
    return _by_words(reading, [(each.tokens, each.tokens, each.reading) for each in path], settings, call=False)


def compare_call(
    own: Reading, parts: Counter[str], path: Sequence[Above], settings: Settings, read: Callable[[str], Reading]
) -> Comparison:
    """Compare a call with those above it, nearest first; `own` is what was read of its parts that the nearest lacks."""
    nearest = path[0].parts
    if any(each.parts == parts for each in path):
        return Comparison(restates=True)
    if parts <= nearest:
        less = not any(each.parts <= parts for each in path[1:])
        return Comparison(restates=not less, parted=less)
    if parts.keys() <= nearest.keys() and any(part.count(" ") + 1 >= SENTENCE for part in parts - nearest):
        return Comparison(restates=True)
    known = [(each.tokens, _tokens_of(each.parts - parts, read), each.reading) for each in path]
    return _by_words(own, known, settings, call=True)


def parts_of(text: str) -> Counter[str]:
    """Return the lines, sentences and members of lists that a text consists of, with how often each stands there."""
    folded = (_SIGNS.sub(" ", part.casefold()).strip() for part in _BREAK.split(text))
    return Counter(part for part in folded if part)


def own_text(text: str, above: Counter[str]) -> str:
    """Return the parts of a text that those of the call above lack."""
    left = Counter(above)
    own = []
    for part in _BREAK.split(text):
        key = _SIGNS.sub(" ", part.casefold()).strip()
        if left[key]:
            left[key] -= 1
        elif key:
            own.append(part.strip())
    return "\n".join(own)


def _tokens_of(parts: Counter[str], read: Callable[[str], Reading]) -> frozenset[str]:
    if not parts:
        return frozenset()
    reading = read("\n".join(parts))
    return reading.content | reading.salient


def _by_words(
    reading: Reading, path: Sequence[tuple[frozenset[str], frozenset[str], Reading]], settings: Settings, *, call: bool
) -> Comparison:
    """Compare what was read with (all words, those that are not shared, reading) of each above."""
    tokens = reading.content | reading.salient
    known = frozenset().union(*(each for each, _, _ in path))
    rare_known = frozenset().union(*(each.rare for _, _, each in path))
    new = tokens - known
    new_salient = reading.salient - known
    new_rare = reading.rare - rare_known - known
    size = len(tokens)
    cover = max((_cover(tokens, left or whole) for whole, left, _ in path), default=0.0)
    empty = len(reading.content) <= 1 and not new_salient and not new_rare
    if call and size and not new:
        empty = False  # one known word says which part of the matter the call is about
    again = (
        not new_salient
        and len(new_rare) <= 1
        and size > 0
        and len(new) / size <= settings.restate_gain
        and cover >= settings.restate_cover
    )
    distinctive = bool(new_salient or new_rare)
    # Another common word for what is to be done ("move", "relocate") is no new matter, if no restatement either.
    new_matter = distinctive or (bool(new) and (call or len(new) > settings.restate_gain * size))
    return Comparison(
        restates=empty or again,
        new=new_matter,
        distinctive=distinctive,
        names=bool(new_salient) or len(new_rare) > 1,
    )


def _cover(tokens: frozenset[str], of: frozenset[str]) -> float:
    return len(tokens & of) / len(of) if of else 0.0
