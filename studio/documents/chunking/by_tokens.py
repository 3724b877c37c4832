"""Chunks of so many tokens each, whatever they say: the simplest cut, and the last resort of all others."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from studio.documents.chunking.chunk import make_chunk
from studio.documents.document import Lines
from studio.documents.tokens import token_spans
from studio.support.values import Json


class TokenPlaces:
    """Where the tokens of a text begin: how many a stretch of it has, and where so many of them end."""

    def __init__(self, text: str) -> None:
        self.length = len(text)
        self.starts = [start for start, _ in token_spans(text)]

    def count(self, start: int, end: int) -> int:
        """Return how many tokens begin in a stretch of characters."""
        return bisect_left(self.starts, end) - bisect_left(self.starts, start)

    def end(self, start: int, tokens: int) -> int:
        """Return where a stretch from `start` has to end to hold at most `tokens` tokens, but at least a character."""
        first = bisect_left(self.starts, start)
        if first + tokens >= len(self.starts):
            return self.length
        # The bytes of a rare sign are tokens with one and the same place: it goes whole into what follows.
        place = self.starts[first + tokens]
        return place if place > start else min(start + 1, self.length)


def chunk_by_tokens(text: str, source: str, *, size: int = 256, overlap: int = 0) -> Iterator[dict[str, Json]]:
    """Yield chunks of `size` tokens, each beginning `size - overlap` tokens after the one before. They cover the text.

    Each has `tokens`, counted in the whole text: cut out, a chunk may have one more or less, since words are cut.
    """
    if not text:
        return
    lines = Lines(text)
    places = TokenPlaces(text)
    starts = places.starts
    step = size - min(overlap, size - 1)
    first = 0
    while True:
        start = starts[first] if first else 0
        last = first + size
        end = starts[last] if last < len(starts) else len(text)
        if end > start:
            yield make_chunk(text, source, start, end, lines, tokens=min(last, len(starts)) - first)
        if last >= len(starts):
            return
        first += step
