"""Chunks of so many tokens each, whatever they say: the simplest cut, and the last resort of all others."""

from __future__ import annotations

from collections.abc import Iterator

from studio.documents.chunking.chunk import make_chunk
from studio.documents.chunking.measures import token_places
from studio.documents.document import Lines
from studio.support.values import Json


def chunk_by_tokens(text: str, source: str, *, size: int = 256, overlap: int = 0) -> Iterator[dict[str, Json]]:
    """Yield chunks of `size` tokens, each beginning `size - overlap` tokens after the one before. They cover the text.

    Each has `tokens`, counted in the whole text: cut out, a chunk may have one more or less, since words are cut.
    """
    if not text:
        return
    lines = Lines(text)
    starts = token_places(text).starts
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
