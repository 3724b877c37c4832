"""What a palette offers, ranked by the words that somebody types.

rank(catalogue(doc.registry), "classify")       # the preset Decide comes first
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeVar, cast

from studio.editing.offering.catalogue import (
    TypeEntry,
    words_of,
)
from studio.editing.offering.presets import ADVICE, SPECIALISED
from studio.support.nearest import nearest

T = TypeVar("T")

_APART: Final = 27.0
"""What types of specialised categories stand behind others: a little more than lies between title and first synonym."""

LONGEST_QUERY: Final = 200
"""More of a query than this is not looked at."""


def rank(items: Sequence[T], query: str, entry: Callable[[T], TypeEntry] | None = None) -> list[T]:
    """Return what fits the query, best first; everything in the order given if the query is empty.

    Each word of the query must be found in the entry: in its type, title, synonyms, category, summary or help, as a
    beginning of a word, or with letters left out in type or title (`tmpl`). If nothing is found, words that differ by
    a slip (`swich`) are. `entry` gets the entry of an item that is none itself. Items of like score keep their order.
    """
    words = words_of(query[:LONGEST_QUERY]).split()
    if not words:
        return list(items)
    of = entry or cast("Callable[[T], TypeEntry]", lambda item: item)
    found = _scored(items, words, of)
    if not found:
        known = {word for item in items for part in of(item).searched[:3] for word in part.split()}
        found = _scored(items, [nearest(word, known) or word for word in words], of)
    return [item for _, _, item in found]


def _scored(items: Sequence[T], words: list[str], of: Callable[[T], TypeEntry]) -> list[tuple[float, int, T]]:
    phrase = " ".join(words)
    found = []
    for number, item in enumerate(items):
        score = _score(of(item), words, phrase)
        if score > 0:
            found.append((-score, number, item))
    return sorted(found, key=lambda one: one[:2])


def _score(entry: TypeEntry, words: list[str], phrase: str) -> float:
    type_, title, synonyms, category, summary, help_ = entry.searched
    if phrase in (type_.strip(), title.strip()):
        return 200.0
    total = 0.0
    for word in words:
        whole, start = f" {word} ", f" {word}"
        if whole in title:
            score = 100.0
        elif whole in type_:
            score = 98.0
        elif start in title:
            score = 88.0 if title.startswith(start) else 80.0
        elif start in type_:
            score = 86.0 if type_.endswith(f"{start[1:]} ") or type_.rpartition(start)[2].count(" ") == 1 else 78.0
        elif whole in synonyms:
            score = 75.0 - min(20.0, synonyms[: synonyms.index(whole)].count(" ") * 0.5)
        elif start in synonyms:
            score = 55.0
        elif word in title or word in type_:
            score = 52.0
        elif start in category:
            score = 50.0
        elif start in summary:
            score = 40.0
        elif len(word) > 2 and start in help_:
            score = 20.0
        elif len(word) > 1 and (_is_spread(word, title) or _is_spread(word, type_)):
            score = 15.0
        else:
            return 0.0
        total += score
    if len(words) > 1 and any(f" {phrase} " in part for part in (title, synonyms, summary)):
        total += 30.0
    if entry.category in SPECIALISED:
        total -= _APART * len(words)
    # A preset is one job of its type: for a word that fits both alike, the type itself comes first.
    return max(total / len(words) - (0.25 if entry.preset else 0.0), 1.0)


def _is_spread(word: str, text: str) -> bool:
    """True if the letters of the word stand in the text in this order, the first at the beginning of a word."""
    place = text.find(f" {word[0]}")
    while place >= 0:
        rest = iter(text[place + 2 :])
        if all(letter in rest for letter in word[1:]):
            return True
        place = text.find(f" {word[0]}", place + 1)
    return False


def marks(text: str, query: str) -> list[tuple[int, int]]:
    """Return which parts of a title the query's words are, as (start, end), for a list that marks what was found."""
    folded = text.casefold()
    if len(folded) != len(text):
        return []  # folding made letters of other lengths: no place can be told
    spans: list[tuple[int, int]] = []
    for word in words_of(query[:LONGEST_QUERY]).split():
        place = folded.find(word)
        if place >= 0 and not any(start < place + len(word) and place < end for start, end in spans):
            spans.append((place, place + len(word)))
    return sorted(spans)


def advice(query: str) -> str:
    """Return a sentence for somebody who looks for what is no node here (a loop, a try), or ""."""
    wanted = set(words_of(query[:LONGEST_QUERY]).split())
    return next((sentence for words, sentence in ADVICE if wanted & set(words.split())), "")
