"""Cuts a normalised text into salient tokens (with digits, paths, addresses, identifiers) and plain words."""

from __future__ import annotations

import re
from collections.abc import Callable

MOST_TOKENS = 4000
"""More tokens of one output are not looked at; what stands first counts."""

_CHUNK = re.compile(r"[^\s,;!?()\[\]{}<>\"`|=*«»“”…]+")
_EDGES = ".:'’‘-–—_#"
_WORDS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_COLON = re.compile(r"(?<!:):(?![:/\\])")
_FIRST_UNSPACED = "\u2e80"
"""From here on lie the scripts of East Asia, which set no spaces between words."""


def split(normal: str, is_common: Callable[[str], bool]) -> tuple[set[str], list[str]]:
    """Return the salient tokens and the words of a normalised text, each once and in order.

    `is_common` tells common words: "and/or" and "done.next" are words, "src/main" and "config.yaml" are salient.
    """
    salient: set[str] = set()
    words: list[str] = []
    for chunk in dict.fromkeys(_CHUNK.findall(normal)):
        if chunk.isalpha() and chunk.isascii():
            words.append(chunk)
            continue
        for piece in _COLON.split(chunk) if ":" in chunk else (chunk,):
            piece = piece.strip(_EDGES)
            if piece and _is_salient(piece, is_common):
                salient.add(piece)
            else:
                for word in _WORDS.findall(piece):
                    words.extend(_spaced(word))
        if len(words) + len(salient) > MOST_TOKENS:
            break
    return salient, words[:MOST_TOKENS]


def _is_salient(piece: str, is_common: Callable[[str], bool]) -> bool:
    if any(map(str.isdecimal, piece)):
        return True
    if "_" in piece or "@" in piece or "::" in piece or "\\" in piece or "://" in piece or piece[0] in "/~":
        return any(map(str.isalpha, piece))
    if "/" in piece:
        return "." in piece or not all(not part or is_common(part) for part in piece.split("/"))
    if "." in piece:
        parts = piece.split(".")
        return max(map(len, parts)) > 1 and not (len(parts[-1]) > 3 and all(map(is_common, parts)))
    return False


def _spaced(word: str) -> list[str]:
    """Return a word as it is, or the pairs of neighbouring signs where a script sets no spaces."""
    if word < _FIRST_UNSPACED or len(word) < 3:
        return [word]
    return [word[at : at + 2] for at in range(len(word) - 1)]
