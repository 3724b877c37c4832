"""Reads outputs: from a text to its salient tokens, content words, rare words and mass."""

from __future__ import annotations

import re
from collections.abc import Callable

from studio.dynamics.words import lists
from studio.dynamics.words.normalise import NUMBERS, READ_CHARACTERS, digest, normalise, text_of
from studio.dynamics.words.reading import MOST_NUMBERS, Reading
from studio.dynamics.words.shared import Shared
from studio.dynamics.words.stems import stem
from studio.dynamics.words.tokens import split
from studio.dynamics.words.waiting import is_about_waiting
from studio.support.values import Json

QUOTE_CHARACTERS = 120
CLEANED = READ_CHARACTERS + 4096
"""Characters that are cleaned: all that are read, and as many more as what is taken out may reach beyond."""
MOST_REMEMBERED = 50_000
"""Words whose rank is remembered, so that each is looked up once."""
FOREIGN_WORDS, FOREIGN_SHARE = 8, 0.4

_KEY = re.compile(r"\"(?:[^\"\\]|\\.){0,200}\":")
"""The name of a field; a longer one is a text, so that looking for its end takes no time that grows with the text."""
_JOINED = re.compile(r"(?<=[^\W\d_])[_-]+(?=[^\W\d_])")
_SPACES = re.compile(r"\s+")
_GRAMMAR, _IDLE, _COMMON, _RARE = range(4)


class Reader:
    """Reads outputs with one list of common words, given as stems; with an empty list no word counts as rare.

    A text of eight words or more of which fewer than four in ten are on the list is taken to be in another language:
    its unknown words count as common.  `clean` is given each text before it is read, to take out what must not be kept.
    """

    def __init__(self, common: frozenset[str] | None = None, *, clean: Callable[[str], str] | None = None) -> None:
        self._clean = clean
        self._common = lists.common_words() if common is None else common
        self._ranks: dict[str, tuple[int, str]] = {}
        self._shared = Shared()

    def read(self, out: Json, err: str | None = None) -> Reading:
        """Return the reading of an output, or of a failure: `err` is its text, "" if there is none beside the output.

        The numbers of a failure are codes: they tell one from another, but have no mass.
        """
        text = text_of(out)
        if err is not None:
            text = " ".join(part for part in ("error:", err, text) if part)
        if self._clean is not None:
            text = self._clean(text[:CLEANED]) + text[CLEANED:]
        normal = normalise(text)
        salient, words = split(normal, self._is_common)
        content: set[str] = set()
        rare: set[str] = set()
        idle: set[str] = set()
        unknown = 0
        frame: list[str] = []
        ranks = self._ranks
        for word in words:
            rank, stem_ = ranks.get(word) or self._rank(word)
            if rank == _GRAMMAR:
                frame.append(word)
                continue
            frame.append("_")
            content.add(stem_)
            if rank == _RARE:
                unknown += 1
                rare.add(stem_)
            elif rank == _IDLE:
                idle.add(stem_)
        if unknown > (1 - FOREIGN_SHARE) * len(words) and len(words) >= FOREIGN_WORDS:
            rare.clear()
        heavy = salient if err is None else {token for token in salient if _has_letter(token)}
        if any(map(_JOINED.search, heavy)):
            heavy = {token for token in heavy if not self._is_idle(token)}
        if '":' in normal:
            heavy, idle = self._without_keys(normal, heavy, content, idle)
        return Reading(
            hash=digest(normal if len(text) <= READ_CHARACTERS else f"{normal} {digest(text[READ_CHARACTERS:])}"),
            template=digest(NUMBERS.sub("0", normal)),
            frame=self._shared.text(digest(" ".join(frame))),
            numbers=tuple(float(found[:17]) for found in NUMBERS.findall(normal[:2000])[:MOST_NUMBERS]),
            salient=self._shared.tokens(salient),
            content=self._shared.tokens(content),
            rare=self._shared.tokens(rare),
            mass=len(content) - len(idle) + len(rare - idle) + 2 * len(heavy),
            waiting=is_about_waiting(normal, words, content),
            quote=quoted(text),
        )

    def _is_idle(self, token: str) -> bool:
        """Whether an identifier is made of words without matter: `do_nothing`, `no-op`."""
        parts = _JOINED.split(token)
        return len(parts) > 1 and all((self._ranks.get(part) or self._rank(part))[0] <= _IDLE for part in parts)

    def _without_keys(
        self, normal: str, heavy: set[str], content: set[str], idle: set[str]
    ) -> tuple[set[str], set[str]]:
        """Return the heavy tokens and the idle ones where names of JSON fields have no mass of their own."""
        salient, words = split(_KEY.sub(" ", normal), self._is_common)
        said = {(self._ranks.get(word) or self._rank(word))[1] for word in words}
        return heavy & salient, idle | (content - said)

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


def _has_letter(token: str) -> bool:
    return any(map(str.isalpha, token))


def quoted(text: str) -> str:
    """Return the beginning of a text on one line, for evidence."""
    line = _SPACES.sub(" ", text[: 4 * QUOTE_CHARACTERS]).strip()
    line = "".join(sign if sign.isprintable() else "�" for sign in line) if not line.isprintable() else line
    return line if len(line) <= QUOTE_CHARACTERS else line[: QUOTE_CHARACTERS - 1] + "…"
