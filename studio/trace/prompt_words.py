"""What a person types to find prompts, read as words: plain ones, "phrases", beginnings*, and -those that must not be.

Any text can be read. What is no part of this small language counts as plain words, and `Words.note` says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

MOST: Final = 16
"""Words of a query that are looked for."""

LONGEST: Final = 200
"""Signs of one word that are looked for."""

READ: Final = 20_000
"""Signs of a query that are read at all."""

_PART = re.compile(r'-?"[^"]*"?\*?|[^\s"]+')
_OPERATORS = ("AND", "OR", "NOT", "NEAR")


@dataclass(frozen=True, slots=True)
class Word:
    """One thing to look for: a word, or several in a row. `begins`: longer words count, too. `without`: must not be."""

    text: str
    begins: bool = False
    without: bool = False

    @property
    def match(self) -> str:
        """The word as a query of the full-text index, whatever signs are in it."""
        return '"' + self.text.replace('"', '""') + '"' + (" *" if self.begins else "")

    def __str__(self) -> str:
        shown = f'"{self.text}"' if " " in self.text else self.text
        return f"{'-' if self.without else ''}{shown}{'*' if self.begins else ''}"


@dataclass(frozen=True, slots=True)
class Words:
    """What a query asks for, and what there is to say about how it was read ("" if it is as it was typed)."""

    all: tuple[Word, ...] = ()
    note: str = ""

    @property
    def wanted(self) -> tuple[Word, ...]:
        """Words that must be there."""
        return tuple(word for word in self.all if not word.without)

    @property
    def unwanted(self) -> tuple[Word, ...]:
        """Words that must not be there."""
        return tuple(word for word in self.all if word.without)


def read_words(text: str) -> Words:
    """Read a query. Never fails: signs that mean nothing here are left out or taken as they are."""
    notes: list[str] = []
    cut = len(text) > READ
    found: dict[Word, None] = {}
    odd = False
    whole = text[:READ].replace("\0", " ").encode("utf-8", "replace").decode()  # halves of characters are no signs
    for part in _PART.findall(whole):
        word = _word(part)
        if word is None:
            odd = True
            continue
        odd = odd or _is_odd(part, word)
        found[word] = None
    words = tuple(found)
    if len(words) > MOST or cut:
        words = words[:MOST]
        notes.append(f"Only the first {len(words)} words are looked for.")
    if odd:
        notes.insert(0, f"Read as: {' '.join(map(str, words))}" if words else "There is no word in it.")
    return Words(words, "  ".join(note[:300] for note in notes))


def _word(part: str) -> Word | None:
    without = part.startswith("-") and len(part) > 1
    inner = part[1:] if without else part
    begins = inner.endswith("*")
    inner = inner.rstrip("*").strip('"') if inner.startswith('"') else inner.rstrip("*")
    inner = " ".join(inner.split())[:LONGEST].strip()
    if not any(sign.isalnum() for sign in inner):
        return None
    return Word(inner, begins, without)


def _is_odd(part: str, word: Word) -> bool:
    """True where a person who knows other query languages may have meant something else."""
    quotes = part.count('"')
    return (
        quotes == 1
        or part in _OPERATORS
        or part.startswith(("NEAR(", "--", "+", "^", "("))
        or part.endswith((")", "**"))
        or "*" in word.text
        or (":" in word.text and "://" not in word.text and " " not in word.text and quotes == 0)
    )
