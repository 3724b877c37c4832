"""Qt counts the places of a text in UTF-16 units, Python in characters: outside of the first 65,536 they differ."""

from __future__ import annotations


def units(text: str) -> int:
    """Return how long a text is as Qt counts."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def characters(text: str, count: int) -> int:
    """Return how many characters of a text so many of Qt's units are."""
    if text.isascii():
        return min(count, len(text))
    return len(text.encode("utf-16-le", "surrogatepass")[: 2 * count].decode("utf-16-le", "surrogatepass"))
