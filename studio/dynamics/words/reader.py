"""Reads outputs: from a text to its salient tokens, content words, rare words and mass."""

from __future__ import annotations

import re

from studio.dynamics.words import lists
from studio.dynamics.words.normalise import NUMBERS, digest, normalise, text_of
from studio.dynamics.words.reading import MOST_NUMBERS, Reading
from studio.dynamics.words.stems import stem
from studio.dynamics.words.tokens import split
from studio.support.values import Json

QUOTE_CHARACTERS = 120
MOST_REMEMBERED = 50_000
"""Words whose rank is remembered, so that each is looked up once."""
FOREIGN_WORDS, FOREIGN_SHARE = 8, 0.4

_WAITING = re.compile(
    r"\bin progress\b|\bnot (?:yet )?(?:ready|done|finished|complete|available)|\bstill (?:running|building|going|in)\b"
    r"|\b(?:check|look|try)(?:ing)? (?:back|again) (?:later|soon|in)\b|\bno (?:news|result|answer|reply) yet\b"
)
_SPACES = re.compile(r"\s+")
_GRAMMAR, _IDLE, _COMMON, _RARE = range(4)


class Reader:
    """Reads outputs with one list of common words, given as stems; with an empty list no word counts as rare.

    A text of eight words or more of which fewer than four in ten are on the list is taken to be in another language:
    its unknown words count as common.
    """

    def __init__(self, common: frozenset[str] | None = None) -> None:
        self._common = lists.common_words() if common is None else common
        self._ranks: dict[str, tuple[int, str]] = {}

    def read(self, out: Json, err: str | None = None) -> Reading:
        """Return the reading of an output, or of the failure that stands in its place."""
        text = text_of(out)
        if err is not None:
            text = f"error: {err} {text}".rstrip()
        normal = normalise(text)
        salient, words = split(normal, self._is_common)
        content: set[str] = set()
        rare: set[str] = set()
        idle: set[str] = set()
        unknown = 0
        ranks = self._ranks
        for word in words:
            rank, stem_ = ranks.get(word) or self._rank(word)
            if rank == _GRAMMAR:
                continue
            content.add(stem_)
            if rank == _RARE:
                unknown += 1
                rare.add(stem_)
            elif rank == _IDLE:
                idle.add(stem_)
        if unknown > (1 - FOREIGN_SHARE) * len(words) and len(words) >= FOREIGN_WORDS:
            rare.clear()
        return Reading(
            hash=digest(normal),
            template=digest(NUMBERS.sub("0", normal)),
            numbers=tuple(float(found[:17]) for found in NUMBERS.findall(normal[:2000])[:MOST_NUMBERS]),
            salient=frozenset(salient),
            content=frozenset(content),
            rare=frozenset(rare),
            mass=len(content) - len(idle) + 2 * len(salient),
            waiting=not content.isdisjoint(lists.waiting()) or _WAITING.search(normal) is not None,
            quote=quoted(text),
        )

    def _rank(self, word: str) -> tuple[int, str]:
        """Look a word up in the lists, and remember what it is."""
        stem_ = stem(word)
        if word in lists.grammar() or stem_ in lists.task_talk() or (len(word) == 1 and word.isascii()):
            rank = _GRAMMAR
        elif stem_ in lists.idle():
            rank = _IDLE
        elif stem_ in self._common or not self._common:
            rank = _COMMON
        else:
            rank = _RARE
        if len(self._ranks) >= MOST_REMEMBERED:
            self._ranks.clear()
        self._ranks[word] = rank, stem_
        return rank, stem_

    def _is_common(self, word: str) -> bool:
        return stem(word) in self._common


def quoted(text: str) -> str:
    """Return the beginning of a text on one line, for evidence."""
    line = _SPACES.sub(" ", text[: 4 * QUOTE_CHARACTERS]).strip()
    line = "".join(sign if sign.isprintable() else "�" for sign in line) if not line.isprintable() else line
    return line if len(line) <= QUOTE_CHARACTERS else line[: QUOTE_CHARACTERS - 1] + "…"
